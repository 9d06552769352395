/* SPDX-License-Identifier: Apache-2.0 */
#include "serial_bench.h"

#include "test.h"
#include <rig/drivers.h>

#include <string.h>
#include <unistd.h>

#define SOON_US (10 * G_USEC_PER_SEC)

static void bench_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                        gint64 at_us)
{
	(void)tap, (void)received, (void)data, (void)size, (void)at_us;
}

static void bench_note(RigLinkTap *tap, const char *text)
{
	g_string_append_printf(((SerialBench *)tap)->notes, "%s\n", text);
}

const RigLinkDriver *serial_bench_driver(void)
{
	for (gsize i = 0; rig_link_drivers[i] != NULL; i++) {
		if (strcmp(rig_link_drivers[i]->name, "serial") == 0)
			return rig_link_drivers[i];
	}
	ck_abort_msg("no serial driver");
	return NULL;
}

gint64 serial_bench_soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, SOON_US);
}

void serial_bench_begin(SerialBench *bench, const TtyAdapter *adapter)
{
	static const TtyAdapter plain = {
	    .tty = "ttyUSB0", .place = "2", .serial = "FT6A01", .counts = TRUE};
	*bench = (SerialBench){.bed = tty_bed_new(), .notes = g_string_new(NULL)};
	bench->tap = (RigLinkTap){bench_bytes, bench_note};
	bench->port = tty_bed_plug(bench->bed, adapter != NULL ? adapter : &plain);
	bench->options = (RigSerialOptions){.port = (char *)(guintptr) "/dev/ttyUSB0",
	                                    .usb_interface = -1,
	                                    .baud = 115200,
	                                    .stop_bits = 1,
	                                    .latency_us = 1000};
	bench->link =
	    rig_link_new(serial_bench_driver(), &bench->options, "b", "console", &rig_clock_monotonic);
	bench->link->tap = &bench->tap;
}

void serial_bench_open(SerialBench *bench)
{
	GError *error = NULL;
	ck_assert_msg(rig_link_open(bench->link, serial_bench_soon(), &error), "%s",
	              error != NULL ? error->message : "");
}

void serial_bench_end(SerialBench *bench)
{
	rig_link_free(bench->link);
	tty_bed_free(bench->bed);
	g_string_free(bench->notes, TRUE);
}

void serial_bench_expect(const GError *error, RigErrorCode code, const char *part)
{
	ck_assert_msg(g_error_matches(error, RIG_ERROR, (int)code), "%s", error->message);
	ck_assert_msg(strstr(error->message, part) != NULL, "%s\nlacks %s", error->message, part);
}

void serial_bench_refuses(SerialBench *bench, RigErrorCode code, const char *part)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_open(bench->link, serial_bench_soon(), &error));
	serial_bench_expect(error, code, part);
}

void serial_bench_hears(SerialBench *bench, const char *text)
{
	char heard[64] = "";
	gsize size = strlen(text), have = 0;
	ck_assert_int_eq(write(bench->port->master, text, size), (ssize_t)size);
	while (have < size) {
		GError *error = NULL;
		gssize got = rig_link_read(bench->link, (guint8 *)heard + have, size - have,
		                           serial_bench_soon(), &error);
		ck_assert_msg(got > 0, "%s", error != NULL ? error->message : "nothing came");
		have += (gsize)got;
	}
	ck_assert_str_eq(heard, text);
}

char *serial_bench_lock(const SerialBench *bench)
{
	return g_build_filename(bench->bed->locks, "LCK..ttyUSB0", NULL);
}
