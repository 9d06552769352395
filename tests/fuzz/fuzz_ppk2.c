/* SPDX-License-Identifier: Apache-2.0 */
/* A PPK2's bytes: its answer about itself, and its stream in pieces. */
#include "../../drivers/meter/ppk2_metadata.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct Counted {
	guint64 samples, rest_bytes;
} Counted;

static void count_samples(gpointer user, const RigSample *samples, gsize count)
{
	((Counted *)user)->samples += count;
	for (gsize i = 0; i < count; i++)
		if (samples[i].range != RIG_SAMPLE_NONE &&
		    (samples[i].range >= PPK2_RANGES || samples[i].code > PPK2_CODE_LAST))
			g_error("a sample of range %u and code %u", samples[i].range, samples[i].code);
}

static void count_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                      gsize rest_bytes)
{
	((Counted *)user)->rest_bytes += rest_bytes;
	if (missing < 0 || missing >= modulus || modulus != PPK2_COUNTER || within != 0)
		g_error("%" G_GINT64_FORMAT " of %u are missing", missing, modulus);
}

static void fuzz_words(const guint8 *data, gsize size, gsize piece)
{
	Ppk2Words words;
	Counted counted = {0};
	const RigSampleSink sink = {count_samples, count_gap, &counted};
	ppk2_words_begin(&words);
	for (gsize at = 0; at < size; at += piece) {
		/* A copy of its own, so that a read beyond its end is seen. */
		gsize part = MIN(piece, size - at);
		g_autofree guint8 *copy = g_memdup2(data + at, part);
		ppk2_words_take(&words, copy, part, &sink);
	}
	if (counted.samples * 4 + counted.rest_bytes > size)
		g_error("more came out than went in");
}

static void fuzz_metadata(const guint8 *data, gsize size)
{
	Ppk2Metadata metadata;
	RigTransfer transfer;
	g_autoptr(GError) error = NULL;
	g_autofree char *copy = g_malloc(MAX(size, 1));
	memcpy(copy, data, size);
	gboolean good = ppk2_metadata_parse(copy, size, &metadata, &error);
	if (good == (error != NULL))
		g_error("good %d, and an error %d", good, error != NULL);
	if (good && !ppk2_metadata_is_whole(copy, size))
		g_error("it was taken, and is not whole");
	if (good)
		ppk2_metadata_transfer(&metadata, 3300, &transfer);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 1)
		return 0;
	if (data[0] == 'm')
		fuzz_metadata(data + 1, size - 1);
	else
		fuzz_words(data + 1, size - 1, 1 + data[0]);
	return 0;
}
