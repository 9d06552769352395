/* SPDX-License-Identifier: Apache-2.0 */
#include "config/measure.h"

#include "config/suite.h"
#include <math.h>
#include <string.h>

#define MEASURE_TOP_MAX   1024.0 /* outputs of a record */
#define MEASURE_TEXT_MAX  8u     /* characters of a number in a name */
#define MEASURE_SLACK     1e-9   /* 100 - 99.9 is not 0.1 in binary */
#define MEASURE_DIGITS    3u
#define MEASURE_DIGITS_UP 6u /* of plain values, which have no natural scale */

/* The flash step's results carry the name `image`: image.flash_bytes. */
const RigMeasureRow rig_measure_rows[] = {
    {"top#", RIG_MEASURE_TOP, RIG_STEP_INFER, "ratio",
     "share of inputs whose label is among the # highest outputs"},
    {"recall", RIG_MEASURE_RECALL, RIG_STEP_INFER, "ratio", "recall of the worst class"},
    {"recall_#", RIG_MEASURE_RECALL_CLASS, RIG_STEP_INFER, "ratio", "recall of class #"},
    {"auc", RIG_MEASURE_AUC, RIG_STEP_INFER, "ratio",
     "area under the ROC curve; mean of one class against the rest for more than two classes"},
    {"outputs", RIG_MEASURE_OUTPUTS, RIG_STEP_INFER, "value",
     "outputs against those of a golden file"},
    {"latency_p#", RIG_MEASURE_LATENCY_PERCENTILE, RIG_STEP_INFER, "time",
     "percentile # of the time of one inference, by the board's clock"},
    {"latency_avg", RIG_MEASURE_LATENCY_AVG, RIG_STEP_INFER, "time", "mean time of one inference"},
    {"latency_min", RIG_MEASURE_LATENCY_MIN, RIG_STEP_INFER, "time",
     "shortest time of one inference"},
    {"latency_max", RIG_MEASURE_LATENCY_MAX, RIG_STEP_INFER, "time",
     "longest time of one inference"},
    {"latency_jitter", RIG_MEASURE_LATENCY_JITTER, RIG_STEP_INFER, "time",
     "longest less shortest time of one inference"},
    {"energy_p#", RIG_MEASURE_ENERGY_PERCENTILE, RIG_STEP_INFER, "energy",
     "percentile # of the energy of one inference, cut by the marker; within a measure"},
    {"energy_avg", RIG_MEASURE_ENERGY_AVG, RIG_STEP_INFER, "energy",
     "mean energy of one inference"},
    {"battery_life", RIG_MEASURE_BATTERY_LIFE, RIG_STEP_INFER, "lifetime",
     "how long a battery of `capacity` lasts at `inferences_per_hour`, idle between them"},
    {"inferences", RIG_MEASURE_INFERENCES, RIG_STEP_INFER, "count", "inference records"},
    {"recording_sha256", RIG_MEASURE_VALUE, RIG_STEP_INFER, "text",
     "digest of the recording that was fed"},

    {"name", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "text", "name of the device, as it says"},
    {"profile", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "text", "profile of the firmware"},
    {"model", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "text", "model in the firmware"},
    {"build", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "text", "build id of the firmware, in hex"},
    {"stack", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "size", "size of the stack"},
    {"stack_used", RIG_MEASURE_VALUE, RIG_STEP_IDENTIFY, "size",
     "most of the stack that was in use since the reset"},

    {"flash_bytes", RIG_MEASURE_VALUE, RIG_STEP_FLASH, "size",
     "flash that the image takes (image.flash_bytes)"},
    {"ram_bytes", RIG_MEASURE_VALUE, RIG_STEP_FLASH, "size",
     "writable memory that the image takes (image.ram_bytes)"},
    {"load_digest", RIG_MEASURE_VALUE, RIG_STEP_FLASH, "text",
     "load digest of the image (image.load_digest)"},

    {"identity", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "text", "identity of the sensor, as it says"},
    {"channels", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count", "values of one frame"},
    {"frames", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count", "frames that were read"},
    {"min", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "value", "least value"},
    {"max", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "value", "greatest value"},
    {"mean", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "value", "mean value"},
    {"noise", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "value",
     "standard deviation over time, mean over channels"},
    {"stuck", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count", "channels that never change"},
    {"saturated", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count",
     "channels that sit at an end of the range in over half of the frames"},
    {"not_finite", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count", "values that are NaN or infinite"},
    {"duplicates", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "count", "frames equal to an earlier one"},
    {"rate", RIG_MEASURE_VALUE, RIG_STEP_SENSOR, "frequency",
     "frames a second, by the board's clock"},

    {"count", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count", "inputs in the recording"},
    {"channels", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count", "values of one input"},
    {"noise", RIG_MEASURE_VALUE, RIG_STEP_DATA, "value",
     "standard deviation over the inputs, mean over channels"},
    {"not_finite", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count", "values that are NaN or infinite"},
    {"stuck", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count", "channels that never change"},
    {"saturated", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count",
     "channels that sit at an end of the range in over half of the inputs"},
    {"duplicates", RIG_MEASURE_VALUE, RIG_STEP_DATA, "count", "inputs equal to an earlier one"},
    {"min", RIG_MEASURE_VALUE, RIG_STEP_DATA, "value", "least value"},
    {"max", RIG_MEASURE_VALUE, RIG_STEP_DATA, "value", "greatest value"},
    {"mean", RIG_MEASURE_VALUE, RIG_STEP_DATA, "value", "mean value"},
    {"label_share_min", RIG_MEASURE_VALUE, RIG_STEP_DATA, "ratio", "share of the rarest class"},
    {"label_share_max", RIG_MEASURE_VALUE, RIG_STEP_DATA, "ratio",
     "share of the most frequent class"},
    {"labelled", RIG_MEASURE_VALUE, RIG_STEP_DATA, "ratio", "share of inputs that have a label"},
    {"drift", RIG_MEASURE_VALUE, RIG_STEP_DATA, "ratio",
     "largest Kolmogorov-Smirnov distance of a channel from the reference recording"},

    {"duration", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "time", "how long it was measured"},
    {"current_avg", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "current", "mean current"},
    {"current_peak", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "current", "greatest current"},
    {"idle_current", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "current",
     "mean current while no inference ran"},
    {"inrush", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "current",
     "greatest current within 100 ms of the supply's coming on"},
    {"energy", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "energy", "energy in all"},
    {"mlperf_energy", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "energy",
     "median energy of one inference by MLPerf Tiny's rules, where `rules` asks for it"},
    {"windows", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "count", "times that the marker was high"},
    {"lost", RIG_MEASURE_VALUE, RIG_STEP_MEASURE, "count",
     "samples that are missing or came twice"},
    {NULL, RIG_MEASURE_VALUE, 0, NULL, NULL},
};

/* What a number in a name may be. */
typedef struct MeasureNumber {
	RigMeasureKind kind;
	gboolean whole;
	double least, most; /* a percentile lies between them and is neither */
} MeasureNumber;

static const MeasureNumber measure_numbers[] = {
    {RIG_MEASURE_TOP, TRUE, 1.0, MEASURE_TOP_MAX},
    {RIG_MEASURE_RECALL_CLASS, TRUE, 0.0, MEASURE_TOP_MAX - 1.0},
    {RIG_MEASURE_LATENCY_PERCENTILE, FALSE, 0.0, 100.0},
    {RIG_MEASURE_ENERGY_PERCENTILE, FALSE, 0.0, 100.0},
};

static gboolean measure_number_fits(RigMeasureKind kind, double number, gboolean whole)
{
	for (gsize i = 0; i < G_N_ELEMENTS(measure_numbers); i++) {
		const MeasureNumber *rule = &measure_numbers[i];
		if (rule->kind != kind)
			continue;
		if (rule->whole)
			return whole && number >= rule->least && number <= rule->most;
		return number > rule->least && number < rule->most;
	}
	return FALSE;
}

/* "5", "99.9": digits, no sign, no leading and (after a point) no trailing zero. */
static gboolean measure_parse_number(const char *text, double *number, gboolean *whole)
{
	gsize length = strlen(text);
	gsize digits = strspn(text, "0123456789");
	gboolean has_point = text[digits] == '.';

	if (digits == 0 || length > MEASURE_TEXT_MAX || (digits > 1 && text[0] == '0'))
		return FALSE;
	if (has_point) {
		gsize after = strspn(text + digits + 1, "0123456789");
		if (after == 0 || text[digits + after] == '0' || digits + 1 + after != length)
			return FALSE;
	} else if (digits != length) {
		return FALSE;
	}
	*number = g_ascii_strtod(text, NULL);
	*whole = !has_point;
	return TRUE;
}

static gboolean measure_row_matches(const RigMeasureRow *row, const char *name, double *number)
{
	gsize stem = strlen(row->name);
	gboolean whole = FALSE;

	*number = 0.0;
	if (row->name[stem - 1] != '#')
		return strcmp(row->name, name) == 0;
	return strncmp(row->name, name, stem - 1) == 0 &&
	       measure_parse_number(name + stem - 1, number, &whole) &&
	       measure_number_fits(row->kind, *number, whole);
}

static gboolean measure_find(const char *name, gboolean any_step, int step, RigMeasureRef *ref)
{
	for (const RigMeasureRow *row = rig_measure_rows; row->name; row++) {
		double number = 0.0;
		if ((any_step || row->step == step) && measure_row_matches(row, name, &number)) {
			*ref = (RigMeasureRef){.row = row, .kind = row->kind, .number = number};
			return TRUE;
		}
	}
	return FALSE;
}

gboolean rig_measure_find(const char *name, RigMeasureRef *ref)
{
	return measure_find(name, TRUE, 0, ref);
}

gboolean rig_measure_find_step(const char *name, int step, RigMeasureRef *ref)
{
	return measure_find(name, FALSE, step, ref);
}

guint rig_measure_needs(const RigMeasureRef *ref)
{
	if (ref->kind != RIG_MEASURE_LATENCY_PERCENTILE && ref->kind != RIG_MEASURE_ENERGY_PERCENTILE)
		return 1;
	double needs = 10.0 / (1.0 - ref->number / 100.0);
	needs = ceil(needs * (1.0 - MEASURE_SLACK));
	/* The comparison is false for NaN too. */
	return needs < (double)G_MAXUINT ? (guint)needs : G_MAXUINT;
}

typedef struct MeasureScale {
	const char *name;
	double factor; /* base units in one of it */
} MeasureScale;

/* Ascending; the first is the base unit. */
typedef struct MeasureDimension {
	const char *unit;
	gboolean exact_is_whole; /* 12 KiB, not 12.0 KiB, where it is just that */
	MeasureScale scales[5];  /* ends with name NULL */
} MeasureDimension;

static const MeasureDimension measure_dimensions[] = {
    {"time", FALSE, {{"us", 1.0}, {"ms", 1e3}, {"s", 1e6}}},
    {"frequency", FALSE, {{"mHz", 1.0}, {"Hz", 1e3}, {"kHz", 1e6}, {"MHz", 1e9}}},
    {"voltage", FALSE, {{"uV", 1.0}, {"mV", 1e3}, {"V", 1e6}}},
    {"current", FALSE, {{"nA", 1.0}, {"uA", 1e3}, {"mA", 1e6}, {"A", 1e9}}},
    {"energy", FALSE, {{"pJ", 1.0}, {"nJ", 1e3}, {"uJ", 1e6}, {"mJ", 1e9}}},
    {"charge", FALSE, {{"uC", 1.0}, {"mC", 1e3}, {"C", 1e6}}},
    {"lifetime", FALSE, {{"s", 1.0}, {"h", 3600.0}, {"d", 86400.0}, {"y", 31557600.0}}},
    {"size", TRUE, {{"B", 1.0}, {"KiB", 1024.0}, {"MiB", 1048576.0}}},
    {"baud", TRUE, {{"baud", 1.0}}},
};

static gboolean measure_is_whole(double value)
{
	return fabs(value) < 9e15 && value == floor(value);
}

/* `value` with so many significant digits, in plain notation. */
static char *measure_plain(double value, guint digits)
{
	int decimals = (int)digits - 1;
	double size = fabs(value);

	/* Half a unit of the last place more: 9.999 takes a digit less after the point than 9.99. */
	while (decimals > 0 && size + 0.5 * pow(10.0, -decimals) >= pow(10.0, (int)digits - decimals))
		decimals--;
	return g_strdup_printf("%.*f", decimals, value);
}

static char *measure_format_scaled(const MeasureDimension *dimension, double value, guint digits)
{
	const MeasureScale *scale = dimension->scales;
	double half = 1.0 - 0.5 * pow(10.0, -(double)digits); /* 999.9 us is 1.00 ms */

	while (scale[1].name && fabs(value) >= scale[1].factor * half)
		scale++;
	double scaled = value / scale->factor;
	gboolean base = scale == dimension->scales;
	g_autofree char *number = NULL;
	if ((base || dimension->exact_is_whole) && measure_is_whole(scaled))
		number = g_strdup_printf("%.0f", scaled);
	else
		number = measure_plain(scaled, digits);
	return g_strdup_printf("%s %s", number, scale->name);
}

char *rig_measure_format_digits(const char *unit, double value, guint digits)
{
	digits = CLAMP(digits, 1, 17);
	if (isnan(value))
		return g_strdup("unknown");
	if (isinf(value))
		return g_strdup(value > 0 ? "infinite" : "-infinite");
	if (g_strcmp0(unit, "ratio") == 0)
		return g_strdup_printf("%.*f", (int)digits, value);
	for (gsize i = 0; i < G_N_ELEMENTS(measure_dimensions); i++) {
		if (g_strcmp0(unit, measure_dimensions[i].unit) == 0)
			return measure_format_scaled(&measure_dimensions[i], value, digits);
	}
	if (measure_is_whole(value) && g_strcmp0(unit, "count") == 0)
		return g_strdup_printf("%.0f", value);
	return g_strdup_printf("%.*g", (int)MAX(digits, MEASURE_DIGITS_UP), value);
}

char *rig_measure_format(const char *unit, double value)
{
	return rig_measure_format_digits(unit, value, MEASURE_DIGITS);
}
