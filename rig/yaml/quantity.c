/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml/quantity.h"

#include <string.h>

/* More digits than any exact 64-bit quantity has. */
#define QUANTITY_DIGITS_MAX 18u

static const RigUnit quantity_time[] = {
    {"h", G_GINT64_CONSTANT(3600000000)},
    {"min", 60000000},
    {"s", 1000000},
    {"ms", 1000},
    {"us", 1},
    {NULL, 0},
};
static const RigUnit quantity_frequency[] = {
    {"MHz", G_GINT64_CONSTANT(1000000000)},
    {"kHz", 1000000},
    {"Hz", 1000},
    {NULL, 0},
};
static const RigUnit quantity_voltage[] = {{"V", 1000000}, {"mV", 1000}, {"uV", 1}, {NULL, 0}};
static const RigUnit quantity_current[] = {
    {"A", 1000000000}, {"mA", 1000000}, {"uA", 1000}, {"nA", 1}, {NULL, 0},
};
static const RigUnit quantity_energy[] = {
    {"J", G_GINT64_CONSTANT(1000000000000)},
    {"mJ", 1000000000},
    {"uJ", 1000000},
    {"nJ", 1000},
    {"pJ", 1},
    {NULL, 0},
};
static const RigUnit quantity_charge[] = {
    {"Ah", G_GINT64_CONSTANT(3600000000)},
    {"mAh", 3600000},
    {"uAh", 3600},
    {"C", 1000000},
    {"mC", 1000},
    {NULL, 0},
};
/* A year is 365.25 days. */
static const RigUnit quantity_lifetime[] = {
    {"y", 31557600}, {"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}, {NULL, 0},
};
static const RigUnit quantity_size[] = {
    {"MiB", 1048576}, {"MB", 1000000}, {"KiB", 1024}, {"KB", 1000}, {"B", 1}, {NULL, 0},
};
static const RigUnit quantity_none[] = {{NULL, 0}};

const RigDimension rig_dimensions[] = {
    {"time", "a time", "500ms", FALSE, quantity_time},
    {"frequency", "a frequency", "7.5MHz", FALSE, quantity_frequency},
    {"voltage", "a voltage", "3.0V", TRUE, quantity_voltage},
    {"current", "a current", "20mA", TRUE, quantity_current},
    {"energy", "an energy", "40uJ", TRUE, quantity_energy},
    {"charge", "a charge", "220mAh", FALSE, quantity_charge},
    {"lifetime", "a lifetime", "1y", FALSE, quantity_lifetime},
    {"size", "a size", "12KiB", FALSE, quantity_size},
    {"baud", "a baud rate", "115200", FALSE, quantity_none},
    {NULL, NULL, NULL, FALSE, NULL},
};

const RigDimension *rig_dimension_find(const char *name)
{
	for (const RigDimension *dimension = rig_dimensions; dimension->name != NULL; dimension++) {
		if (strcmp(dimension->name, name) == 0)
			return dimension;
	}
	return NULL;
}

static const RigUnit *quantity_unit(const RigDimension *dimension, const char *name)
{
	for (const RigUnit *unit = dimension->units; unit->name != NULL; unit++) {
		if (strcmp(unit->name, name) == 0)
			return unit;
	}
	return NULL;
}

/* The pieces of "-12.50 ms": whole "12", fraction "50", unit "ms". */
typedef struct {
	gboolean negative;
	const char *whole, *fraction;
	gsize whole_length, fraction_length;
	const char *unit;
} QuantityText;

static gsize quantity_digits(const char *text)
{
	gsize length = 0;
	while (g_ascii_isdigit(text[length]))
		length++;
	return length;
}

/* FALSE: it does not start with a number. */
static gboolean quantity_split(const char *text, QuantityText *parts)
{
	*parts = (QuantityText){.negative = *text == '-'};
	text += parts->negative ? 1 : 0;
	parts->whole = text;
	parts->whole_length = quantity_digits(text);
	text += parts->whole_length;
	if (*text == '.') {
		parts->fraction = text + 1;
		parts->fraction_length = quantity_digits(text + 1);
		text += 1 + parts->fraction_length;
		if (parts->fraction_length == 0)
			return FALSE;
	}
	parts->unit = *text == ' ' ? text + 1 : text;
	while (parts->fraction_length > 0 && parts->fraction[parts->fraction_length - 1] == '0')
		parts->fraction_length--;
	return parts->whole_length > 0;
}

static char *quantity_unit_names(const RigDimension *dimension)
{
	GString *names = g_string_new(NULL);
	for (const RigUnit *unit = dimension->units; unit->name != NULL; unit++)
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", unit->name);
	return g_string_free(names, FALSE);
}

/* Why a number with this unit is no quantity of the dimension. */
static char *quantity_wrong_unit(const RigDimension *dimension, const char *text, const char *unit)
{
	if (*unit == '\0')
		return g_strdup_printf("found %.40s without a unit, expected %s such as %s", text,
		                       dimension->article, dimension->example);
	for (const RigDimension *other = rig_dimensions; other->name != NULL; other++) {
		if (quantity_unit(other, unit) != NULL)
			return g_strdup_printf("found %.40s, which is %s; expected %s such as %s", text,
			                       other->article, dimension->article, dimension->example);
	}
	g_autofree char *names = quantity_unit_names(dimension);
	return g_strdup_printf("unknown unit \"%.40s\"; units of %s: %s", unit, dimension->name, names);
}

static gint64 quantity_gcd(gint64 a, gint64 b)
{
	while (b != 0) {
		gint64 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Fraction digits times scale, exactly: 0.<digits> * scale. FALSE: falls between base units. */
static gboolean quantity_fraction(const QuantityText *parts, gint64 scale, gint64 *value)
{
	gint64 digits = 0, power = 1;
	if (parts->fraction_length > QUANTITY_DIGITS_MAX)
		return FALSE;
	for (gsize i = 0; i < parts->fraction_length; i++) {
		digits = digits * 10 + (parts->fraction[i] - '0');
		power *= 10;
	}
	/* Divide before multiplying: the result is under `scale`, so nothing can overflow. */
	gint64 common = quantity_gcd(power, scale);
	if (digits % (power / common) != 0)
		return FALSE;
	*value = digits / (power / common) * (scale / common);
	return TRUE;
}

static gboolean quantity_whole(const QuantityText *parts, gint64 scale, gint64 *value)
{
	guint64 sum = 0, product;
	for (gsize i = 0; i < parts->whole_length; i++) {
		if (!g_uint64_checked_mul(&sum, sum, 10) ||
		    !g_uint64_checked_add(&sum, sum, (guint64)(parts->whole[i] - '0')))
			return FALSE;
	}
	if (!g_uint64_checked_mul(&product, sum, (guint64)scale) || product > G_MAXINT64)
		return FALSE;
	*value = (gint64)product;
	return TRUE;
}

gboolean rig_quantity_parse(const RigDimension *dimension, const char *text, gint64 *value,
                            char **why)
{
	static const RigUnit plain = {"", 1};
	gboolean has_units = dimension->units->name != NULL;
	QuantityText parts;
	if (!quantity_split(text, &parts) ||
	    (!has_units && (*parts.unit != '\0' || parts.fraction != NULL))) {
		*why = g_strdup_printf("found \"%.40s\", expected %s such as %s", text, dimension->article,
		                       dimension->example);
		return FALSE;
	}
	const RigUnit *unit = has_units ? quantity_unit(dimension, parts.unit) : &plain;
	if (unit == NULL) {
		*why = quantity_wrong_unit(dimension, text, parts.unit);
		return FALSE;
	}
	if (parts.negative && !dimension->is_signed) {
		*why = g_strdup_printf("found %.40s, but %s is never negative", text, dimension->article);
		return FALSE;
	}
	gint64 whole, fraction;
	if (!quantity_fraction(&parts, unit->scale, &fraction)) {
		*why = g_strdup_printf("found %.40s, which is finer than %s can be given here", text,
		                       dimension->article);
		return FALSE;
	}
	if (!quantity_whole(&parts, unit->scale, &whole) || whole > G_MAXINT64 - fraction) {
		*why = g_strdup_printf("found %.40s, which is too large", text);
		return FALSE;
	}
	*value = parts.negative ? -(whole + fraction) : whole + fraction;
	return TRUE;
}

char *rig_quantity_format(const RigDimension *dimension, gint64 value)
{
	guint64 size = value < 0 ? (guint64) - (value + 1) + 1 : (guint64)value;
	const char *sign = value < 0 ? "-" : "";
	const RigUnit *unit = dimension->units;
	if (unit->name == NULL)
		return g_strdup_printf("%s%" G_GUINT64_FORMAT, sign, size);
	/* The largest unit that needs at most three decimals; the smallest one always does. */
	for (; unit[1].name != NULL; unit++) {
		guint64 scale = (guint64)unit->scale;
		if (size >= scale && (size % scale) * 1000 % scale == 0)
			break;
	}
	guint64 scale = (guint64)unit->scale;
	guint thousandths = (guint)((size % scale) * 1000 / scale);
	g_autofree char *fraction = g_strdup_printf(".%03u", thousandths);
	for (gsize end = strlen(fraction); end > 0 && strchr("0.", fraction[end - 1]) != NULL; end--)
		fraction[end - 1] = '\0';
	return g_strdup_printf("%s%" G_GUINT64_FORMAT "%s%s", sign, size / scale, fraction, unit->name);
}

char *rig_quantity_pattern(const RigDimension *dimension)
{
	if (dimension->units->name == NULL)
		return g_strdup("[0-9]+");
	GString *pattern = g_string_new(dimension->is_signed ? "-?" : NULL);
	g_string_append(pattern, "[0-9]+(?:\\.[0-9]+)? ?(?:");
	for (const RigUnit *unit = dimension->units; unit->name != NULL; unit++)
		g_string_append_printf(pattern, "%s%s", unit == dimension->units ? "" : "|", unit->name);
	return g_string_free(g_string_append_c(pattern, ')'), FALSE);
}
