/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample stream of Nordic's Power Profiler Kit II: 100,000 words a second, 4 bytes each, little
 * endian: bits 0-13 the converter's code, 14-16 the range, 18-23 a counter, 24-31 the logic port.
 * Nothing frames them but the counter. Pure, but for the state of the stream.
 */
#ifndef DRIVERS_METER_PPK2_WORDS_H
#define DRIVERS_METER_PPK2_WORDS_H

#include <rig/sample.h>

#define PPK2_RANGES 5u
#define PPK2_CODE_LAST                                                                             \
	2047u /* of the field: beyond it is no code, at it the converter is at its end */
#define PPK2_COUNTER 64u
#define PPK2_RATE_HZ 100000u

/* So many words in a row must count up before a stream that lost its step is believed again. */
#define PPK2_CONFIRM_WORDS 12u
#define PPK2_WINDOW_BYTES  256u

typedef struct Ppk2Words {
	guint8 window[PPK2_WINDOW_BYTES]; /* bytes that are not handed out yet */
	gsize window_bytes;
	gsize dropped_bytes; /* in front of the window, since the stream was out of step */
	gboolean is_in_step;
	gboolean is_begun; /* a word was handed out: `expected` holds */
	guint8 expected;   /* the next word's counter */
} Ppk2Words;

/* As after AVERAGE START: the first word begins anything. */
void ppk2_words_begin(Ppk2Words *words);

/* Any bytes. Those of an unfinished word, or of a doubt that is not settled, wait for the next. */
void ppk2_words_take(Ppk2Words *words, const guint8 *data, gsize size, const RigSampleSink *sink);

#endif
