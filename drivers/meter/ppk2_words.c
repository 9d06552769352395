/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While the counter goes on, words are handed out as they come. Where it does not, nothing is until
 * PPK2_CONFIRM_WORDS in a row count up again, at whatever byte they begin: so one damaged counter
 * costs one sample, a lost byte those of its word, and no misread word becomes a current.
 */
#include "ppk2_words.h"

#include <rig/bytes.h>
#include <string.h>

#define WORDS_BATCH 512u /* samples that are handed out at once */

static guint8 words_counter(guint32 word)
{
	return (guint8)(word >> 18 & (PPK2_COUNTER - 1));
}

static RigSample words_sample(guint32 word)
{
	guint range = word >> 14 & 7u, code = word & 0x3fffu;
	gboolean is_known = range < PPK2_RANGES && code <= PPK2_CODE_LAST;
	return (RigSample){.code = (guint16)code,
	                   .range = is_known ? (guint8)range : (guint8)RIG_SAMPLE_NONE,
	                   .logic = (guint8)(word >> 24)};
}

void ppk2_words_begin(Ppk2Words *words)
{
	*words = (Ppk2Words){0};
}

/* Whole words that go on where the last one was; returns their bytes. */
static gsize words_hand_out(Ppk2Words *words, const guint8 *data, gsize size,
                            const RigSampleSink *sink)
{
	RigSample batch[WORDS_BATCH];
	gsize count = 0, at = 0;
	for (; at + 4 <= size; at += 4) {
		guint32 word = rig_get_le32(data + at);
		if (words_counter(word) != words->expected)
			break;
		words->expected = (words->expected + 1) % PPK2_COUNTER;
		batch[count++] = words_sample(word);
		if (count == WORDS_BATCH) {
			sink->samples(sink->user, batch, count);
			count = 0;
		}
	}
	if (count > 0)
		sink->samples(sink->user, batch, count);
	words->is_in_step = at + 4 > size;
	return at;
}

static gboolean words_count_up(const guint8 *data)
{
	guint8 counter = words_counter(rig_get_le32(data));
	for (guint i = 0; i < PPK2_CONFIRM_WORDS; i++) {
		guint32 word = rig_get_le32(data + 4 * (gsize)i);
		if (words_counter(word) != (counter + i) % PPK2_COUNTER ||
		    (word & 0x3fffu) > PPK2_CODE_LAST)
			return FALSE;
	}
	return TRUE;
}

static void words_drop(Ppk2Words *words, gsize bytes)
{
	memmove(words->window, words->window + bytes, words->window_bytes - bytes);
	words->window_bytes -= bytes;
}

/* TRUE: the window begins with words that are believed; what was lost before them is told. */
static gboolean words_find_step(Ppk2Words *words, const RigSampleSink *sink)
{
	gsize at = 0;
	while (at + 4 * PPK2_CONFIRM_WORDS <= words->window_bytes &&
	       !words_count_up(words->window + at))
		at++;
	words->dropped_bytes += at;
	words_drop(words, at);
	if (words->window_bytes < 4 * PPK2_CONFIRM_WORDS)
		return FALSE;
	guint8 counter = words_counter(rig_get_le32(words->window));
	guint32 missing = (guint32)(counter + PPK2_COUNTER - words->expected) % PPK2_COUNTER;
	/* Before the first word nothing can be missing. */
	if (words->is_begun)
		sink->gap(sink->user, missing, PPK2_COUNTER, 0, words->dropped_bytes);
	words->is_begun = words->is_in_step = TRUE;
	words->expected = counter;
	words->dropped_bytes = 0;
	return TRUE;
}

void ppk2_words_take(Ppk2Words *words, const guint8 *data, gsize size, const RigSampleSink *sink)
{
	while (size > 0) {
		/* In step and at a word's beginning nothing is copied. */
		if (words->is_in_step && words->window_bytes == 0) {
			gsize used = words_hand_out(words, data, size, sink);
			data += used;
			size -= used;
		}
		gsize part = MIN(size, PPK2_WINDOW_BYTES - words->window_bytes);
		if (words->is_in_step && words->window_bytes > 0)
			part = MIN(part, 4 - words->window_bytes % 4);
		else if (words->is_in_step)
			part = MIN(part, 3);
		memcpy(words->window + words->window_bytes, data, part);
		words->window_bytes += part;
		data += part;
		size -= part;
		if (words->is_in_step || words_find_step(words, sink))
			words_drop(words, words_hand_out(words, words->window, words->window_bytes, sink));
	}
}
