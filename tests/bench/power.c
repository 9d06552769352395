/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: power FOLDER HOURS: what a PPK2's stream costs, and a picture of HOURS of it. Prints
 * "NAME VALUE UNIT LIMIT" lines. The stream is the virtual instrument's: sleep, and bursts of 30 ms
 * with noise on them.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../drivers/meter/ppk2_metadata.h"
#include "meter/ppk2_model.h"
#include "power/plot.h"
#include "power/trace_write.h"

#define POWER_SECONDS 20
#define POWER_ROUNDS  5

/* From libm's own generator, so that it repeats. */
static double power_input(gpointer user, gint64 at_ns, guint8 *logic)
{
	guint32 *state = user;
	*state = *state * 1664525u + 1013904223u;
	double noise = (double)(*state >> 8) / (1 << 24) - 0.5;
	gboolean bursts = at_ns % 200000000 < 30000000;
	*logic = bursts ? 1 : 0;
	return (bursts ? 6.5e-3 : 1.2e-3) * (1 + 0.02 * noise);
}

static double power_cpu(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void power_collect(gpointer user, const RigSample *samples, gsize count)
{
	g_array_append_vals(user, samples, (guint)count);
}

static void power_count(gpointer user, const RigSample *samples, gsize count)
{
	guint64 *sum = user;
	*sum += count + samples[0].code;
}

static void power_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                      gsize rest_bytes)
{
	(void)user, (void)missing, (void)modulus, (void)within, (void)rest_bytes;
	g_error("the stream has a gap");
}

static GByteArray *power_stream(RigTransfer *transfer)
{
	guint32 state = 1;
	const guint8 ask = 0x19, start = 0x06;
	Ppk2Metadata metadata;
	GByteArray *bytes = g_byte_array_new();
	Ppk2Model *model = ppk2_model_new(power_input, &state);
	ppk2_model_open(model, 0);
	ppk2_model_take(model, &ask, 1, 0);
	ppk2_model_give(model, bytes, 0);
	if (!ppk2_metadata_parse((const char *)bytes->data, bytes->len, &metadata, NULL))
		g_error("no metadata");
	ppk2_metadata_transfer(&metadata, 3000, transfer);
	g_byte_array_set_size(bytes, 0);
	ppk2_model_take(model, &start, 1, 0);
	for (gint64 at_ns = 0; at_ns <= (gint64)POWER_SECONDS * 1000000000; at_ns += 100000000)
		ppk2_model_give(model, bytes, at_ns);
	ppk2_model_free(model);
	return bytes;
}

/* In pieces as a tty hands them out. */
static double power_decode(const GByteArray *bytes, const RigSampleSink *sink)
{
	Ppk2Words words;
	double begin = power_cpu();
	ppk2_words_begin(&words);
	for (gsize at = 0; at < bytes->len; at += 4095)
		ppk2_words_take(&words, bytes->data + at, MIN(4095, bytes->len - at), sink);
	return power_cpu() - begin;
}

static RigTraceWriter *power_writer(const char *path, const RigTransfer *transfer)
{
	RigTraceHead head = {
	    .rate_mhz = 100000000, .voltage_uv = 3000000, .channels = 8, .transfer = *transfer};
	(void)g_unlink(path);
	RigTraceWriter *writer = rig_trace_writer_new(path, &head, NULL);
	if (writer == NULL)
		g_error("%s cannot be written", path);
	return writer;
}

/* Bytes of the file. */
static gint64 power_write(const char *path, const RigTransfer *transfer, const GArray *samples,
                          guint64 count, double *cpu)
{
	RigTraceWriter *writer = power_writer(path, transfer);
	double begin = power_cpu();
	for (guint64 at = 0; at < count; at += samples->len)
		rig_trace_writer_samples(writer, (const RigSample *)(gconstpointer)samples->data,
		                         (gsize)MIN(count - at, samples->len), RIG_LEDGER_UNKNOWN_US);
	*cpu = power_cpu() - begin;
	if (!rig_trace_writer_finish(writer, NULL))
		g_error("the trace cannot be finished");
	rig_trace_writer_free(writer);
	GStatBuf is;
	return g_stat(path, &is) == 0 ? is.st_size : 0;
}

/* Wall clock of opening and plotting, the file in the page cache as after it was written. */
static double power_plot(const char *path)
{
	gint64 begin_us = g_get_monotonic_time();
	g_autoptr(RigTrace) trace = rig_trace_open(path, NULL);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	const RigSpan all = {0, trace == NULL ? 0 : rig_trace_count(trace)};
	g_autofree char *svg = trace == NULL ? NULL : rig_trace_plot(trace, all, 0, none, NULL);
	if (svg == NULL)
		g_error("no picture");
	return (double)(g_get_monotonic_time() - begin_us) / 1000;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 4;
	RigTransfer transfer;
	g_autoptr(GByteArray) bytes = power_stream(&transfer);
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(RigSample));
	g_autofree char *path = g_build_filename(argv[1], "bench.trace", NULL);
	guint64 sum = 0;
	const RigSampleSink collect = {power_collect, power_gap, samples};
	const RigSampleSink count = {power_count, power_gap, &sum};
	double decode = INFINITY, pack = INFINITY, cpu = 0;
	(void)power_decode(bytes, &collect);
	for (guint i = 0; i < POWER_ROUNDS; i++)
		decode = fmin(decode, power_decode(bytes, &count));
	gint64 size = 0;
	for (guint i = 0; i < POWER_ROUNDS; i++) {
		size = power_write(path, &transfer, samples, samples->len, &cpu);
		pack = fmin(pack, cpu);
	}
	printf("ppk2.decode %.1f Msamples/s null\n", samples->len / decode / 1e6);
	printf("ppk2.decode_and_keep %.5f core 0.01\n", (decode + pack) / POWER_SECONDS);
	printf("trace.bytes_per_sample %.3f bytes 1.5\n", (double)size / samples->len);
	double hours = atof(argv[2]);
	(void)power_write(path, &transfer, samples, (guint64)(hours * 3600 * 1e5), &cpu);
	double best = INFINITY;
	for (guint i = 0; i < POWER_ROUNDS; i++)
		best = fmin(best, power_plot(path));
	printf("trace.plot_%gh %.1f ms 1000\n", hours, best);
	(void)g_unlink(path);
	return sum == 0;
}
