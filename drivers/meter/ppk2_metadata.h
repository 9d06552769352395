/* SPDX-License-Identifier: Apache-2.0 */
/* What a PPK2 says of itself and of its calibration: lines `KEY: VALUE`, then `END`. Pure. */
#ifndef DRIVERS_METER_PPK2_METADATA_H
#define DRIVERS_METER_PPK2_METADATA_H

#include "ppk2_words.h"
#include <rig/error.h>

/* NaN: it did not say. */
typedef struct Ppk2Metadata {
	double r[PPK2_RANGES];  /* shunts, ohms */
	double gs[PPK2_RANGES]; /* gain: of the square, of the value */
	double gi[PPK2_RANGES];
	double o[PPK2_RANGES]; /* offset, counts */
	double s[PPK2_RANGES]; /* amperes a volt of supply, and amperes */
	double i[PPK2_RANGES];
	double ug[PPK2_RANGES]; /* the user's gain */
	double vdd_mv;          /* the set-point */
	double mode;            /* 1: ampere meter, 2: source */
	double hardware;        /* low bits of its chip's number */
	double calibrated;
} Ppk2Metadata;

/* TRUE: `size` bytes hold an answer to its end. */
gboolean ppk2_metadata_is_whole(const char *text, gsize size);

/*
 * Whatever stands before the first key and behind END is passed over: bytes of a stream that had
 * not ended yet. RIG_ERROR_BENCH: no answer, or one without any shunt.
 */
gboolean ppk2_metadata_parse(const char *text, gsize size, Ppk2Metadata *metadata, GError **error);

/*
 * Of a code's current, by Nordic's formula without its filter of spikes: with x = (4 code - O) 1.8
 * V / (163840 R), I = UG (x (GS x + GI) + S V + I). supply_mv: that of the device under test, which
 * is part of it. A range without a shunt has none.
 */
void ppk2_metadata_transfer(const Ppk2Metadata *metadata, double supply_mv, RigTransfer *transfer);

#endif
