/* SPDX-License-Identifier: Apache-2.0 */
#include "ppk2_metadata.h"

#include <math.h>
#include <string.h>

#define METADATA_FIRST "Calibrated:"
#define METADATA_END   "END"
#define METADATA_LINE  64u /* characters of a line that is looked at */
/* Volts a count at the shunt: 1.8 V behind a gain of 20, over 8192 counts. */
#define METADATA_VOLTS (1.8 / 163840)
#define METADATA_STEP  4.0 /* counts of a code */

/* Keys with a number behind them, one for each range, and keys of the whole. */
static const struct {
	const char *name;
	gsize offset;
	gboolean is_of_range;
} metadata_keys[] = {
    {"R", offsetof(Ppk2Metadata, r), TRUE},
    {"GS", offsetof(Ppk2Metadata, gs), TRUE},
    {"GI", offsetof(Ppk2Metadata, gi), TRUE},
    {"O", offsetof(Ppk2Metadata, o), TRUE},
    {"S", offsetof(Ppk2Metadata, s), TRUE},
    {"I", offsetof(Ppk2Metadata, i), TRUE},
    {"UG", offsetof(Ppk2Metadata, ug), TRUE},
    {"VDD", offsetof(Ppk2Metadata, vdd_mv), FALSE},
    {"mode", offsetof(Ppk2Metadata, mode), FALSE},
    {"HW", offsetof(Ppk2Metadata, hardware), FALSE},
    {"Calibrated", offsetof(Ppk2Metadata, calibrated), FALSE},
};

/* Where the answer begins and ends within `size` bytes; FALSE: it does not do both. */
static gboolean metadata_bounds(const char *text, gsize size, gsize *first, gsize *end)
{
	const char *begin = memmem(text, size, METADATA_FIRST, strlen(METADATA_FIRST));
	if (begin == NULL)
		return FALSE;
	*first = (gsize)(begin - text);
	/* At the beginning of a line. */
	const char *at = memmem(begin, size - *first, "\n" METADATA_END, 1 + strlen(METADATA_END));
	if (at == NULL)
		return FALSE;
	*end = (gsize)(at - text) + 1;
	return TRUE;
}

gboolean ppk2_metadata_is_whole(const char *text, gsize size)
{
	gsize first, end;
	return metadata_bounds(text, size, &first, &end);
}

/* The member that `key` names; NULL: none that is known. */
static double *metadata_member(Ppk2Metadata *metadata, const char *key)
{
	for (gsize i = 0; i < G_N_ELEMENTS(metadata_keys); i++) {
		gsize length = strlen(metadata_keys[i].name);
		double *member = (double *)(gpointer)((char *)metadata + metadata_keys[i].offset);
		if (strncmp(key, metadata_keys[i].name, length) != 0)
			continue;
		if (!metadata_keys[i].is_of_range && key[length] == '\0')
			return member;
		if (metadata_keys[i].is_of_range && key[length] >= '0' &&
		    key[length] < (char)('0' + PPK2_RANGES) && key[length + 1] == '\0')
			return member + (key[length] - '0');
	}
	return NULL;
}

/* `KEY: VALUE`; what is not like that, or no number, is passed over. */
static void metadata_take_line(Ppk2Metadata *metadata, const char *line, gsize size)
{
	char text[METADATA_LINE] = {0};
	if (size >= sizeof text)
		return;
	memcpy(text, line, size);
	char *colon = strchr(text, ':'), *end = NULL;
	if (colon == NULL)
		return;
	*colon = '\0';
	double *member = metadata_member(metadata, g_strstrip(text));
	char *value = g_strstrip(colon + 1);
	double number = g_ascii_strtod(value, &end);
	if (member != NULL && end != value && *end == '\0' && isfinite(number))
		*member = number;
}

static gboolean metadata_has_shunt(const Ppk2Metadata *metadata, guint range)
{
	return isfinite(metadata->r[range]) && metadata->r[range] > 0;
}

gboolean ppk2_metadata_parse(const char *text, gsize size, Ppk2Metadata *metadata, GError **error)
{
	gsize at, end;
	gboolean has_shunt = FALSE;
	for (gsize i = 0; i < sizeof *metadata / sizeof(double); i++)
		((double *)(gpointer)metadata)[i] = (double)NAN;
	if (!metadata_bounds(text, size, &at, &end)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "no answer of a PPK2: in %" G_GSIZE_FORMAT
		            " bytes there is none from `" METADATA_FIRST "` to `" METADATA_END "`",
		            size);
		return FALSE;
	}
	while (at < end) {
		const char *line = text + at, *stop = memchr(line, '\n', end - at);
		gsize length = stop == NULL ? end - at : (gsize)(stop - line);
		metadata_take_line(metadata, line, length);
		at += length + 1;
	}
	for (guint range = 0; range < PPK2_RANGES; range++)
		has_shunt |= metadata_has_shunt(metadata, range);
	if (!has_shunt)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
		                    "the PPK2 tells no shunt (R0 to R4): its currents cannot be known; is "
		                    "its memory damaged?");
	return has_shunt;
}

static double metadata_or(double value, double fallback)
{
	return isnan(value) ? fallback : value;
}

void ppk2_metadata_transfer(const Ppk2Metadata *metadata, double supply_mv, RigTransfer *transfer)
{
	*transfer = (RigTransfer){0};
	for (guint range = 0; range < RIG_SAMPLE_RANGES; range++)
		transfer->c[range][0] = (double)NAN;
	for (guint range = 0; range < PPK2_RANGES; range++) {
		if (!metadata_has_shunt(metadata, range))
			continue;
		double gain = metadata_or(metadata->ug[range], 1);
		double square = metadata_or(metadata->gs[range], 1);
		double linear = metadata_or(metadata->gi[range], 1);
		double offset = metadata_or(metadata->s[range], 0) * supply_mv / 1000 +
		                metadata_or(metadata->i[range], 0);
		/* x = slope code + zero */
		double amperes = METADATA_VOLTS / metadata->r[range];
		double slope = METADATA_STEP * amperes;
		double zero = -metadata_or(metadata->o[range], 0) * amperes;
		double *c = transfer->c[range];
		c[0] = gain * (zero * (square * zero + linear) + offset);
		c[1] = gain * slope * (2 * square * zero + linear);
		c[2] = gain * square * slope * slope;
		transfer->last[range] = PPK2_CODE_LAST;
	}
}
