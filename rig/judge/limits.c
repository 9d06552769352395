/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/limits.h"

#include <math.h>
#include <string.h>

#define LIMITS_DIGITS     3u
#define LIMITS_DIGITS_MAX 17u
#define LIMITS_QUOTE_MAX  60

char *rig_limit_quote(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) quoted = g_string_new("\"");
	int count = 0;

	for (char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);
		if (++count > LIMITS_QUOTE_MAX) {
			g_string_append(quoted, "…");
			break;
		}
		if (g_unichar_isprint(character))
			g_string_append_unichar(quoted, character);
		else
			g_string_append_printf(quoted, "\\u%04x", character);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(g_steal_pointer(&quoted), FALSE);
}

static void limits_replace(char **text, char *taken)
{
	g_free(*text);
	*text = taken;
}

void rig_finding_set(RigFinding *finding, RigVerdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	finding->verdict = verdict;
	limits_replace(&finding->message, g_strdup_printf("%s %s", finding->limit, what));
}

void rig_limit_unknown(RigFinding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *why = g_strdup_vprintf(format, args);
	va_end(args);
	limits_replace(&finding->got, g_strdup_printf("unknown (%s)", why));
	rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE, "is unknown: %s", why);
}

/* "at least 0.940", "0.100 to 0.900"; NULL without bounds. */
static char *limits_bounds(const RigFinding *finding, guint digits)
{
	g_autofree char *min = rig_measure_format_digits(finding->unit, finding->min, digits);
	g_autofree char *max = rig_measure_format_digits(finding->unit, finding->max, digits);

	if (finding->has_min && finding->has_max)
		return finding->min == finding->max ? g_strdup_printf("exactly %s", min)
		                                    : g_strdup_printf("%s to %s", min, max);
	if (finding->has_min)
		return g_strdup_printf("at least %s", min);
	if (finding->has_max)
		return g_strdup_printf("at most %s", max);
	return NULL;
}

/* What is asked for beside bounds: texts, a golden file, a judge of one's own. */
static char *limits_other(const RigLimit *limit)
{
	if (limit->equals) {
		g_autofree char *quoted = rig_limit_quote(limit->equals);
		return g_strdup(quoted);
	}
	if (limit->matches) {
		g_autofree char *quoted = rig_limit_quote(limit->matches);
		return g_strdup_printf("a text that matches %s", quoted);
	}
	if (limit->golden) {
		g_autofree char *name = g_path_get_basename(limit->golden);
		g_autofree char *tolerance = rig_measure_format("value", limit->tolerance);
		return limit->tolerance > 0.0 ? g_strdup_printf("within %s of %s", tolerance, name)
		                              : g_strdup_printf("equal to %s", name);
	}
	if (limit->command && limit->command[0])
		return g_strdup_printf("pass by %s", limit->command[0]);
	if (rig_limit_has_baseline(limit))
		return g_strdup("near the baseline");
	return g_strdup("a known value"); /* integrity is all that is asked for */
}

static void limits_expect(RigFinding *finding, const RigLimit *limit, guint digits)
{
	g_autofree char *bounds = limits_bounds(finding, digits);
	g_autofree char *what = bounds ? g_steal_pointer(&bounds) : limits_other(limit);

	limits_replace(&finding->expected,
	               limit->has_integrity
	                   ? g_strdup_printf("%s, %s", what, rig_integrity_name(limit->integrity))
	                   : g_steal_pointer(&what));
}

void rig_limit_begin(RigFinding *finding, const RigLimit *limit, const char *target,
                     const char *unit)
{
	const char *name = target ? target : "";

	finding->has_min = rig_bound_for(&limit->min, name, &finding->min);
	finding->has_max = rig_bound_for(&limit->max, name, &finding->max);
	limits_replace(&finding->unit, g_strdup(unit));
	limits_expect(finding, limit, LIMITS_DIGITS);
}

gboolean rig_limit_is_elsewhere(RigFinding *finding, const RigLimit *limit)
{
	gboolean bounds = limit->min.set || limit->max.set;

	if (!bounds || finding->has_min || finding->has_max || limit->equals || limit->matches ||
	    limit->golden || limit->command || rig_limit_has_baseline(limit))
		return FALSE;
	limits_replace(&finding->expected, g_strdup("nothing of this target"));
	limits_replace(&finding->got, g_strdup("not judged"));
	rig_finding_set(finding, RIG_VERDICT_SKIP, "has no bound for this target and no default");
	return TRUE;
}

/* Digits with which a value that is out of bounds does not read like the bound. */
static guint limits_digits(const RigFinding *finding, double value)
{
	double bound = finding->has_min && value < finding->min ? finding->min : finding->max;
	guint digits = LIMITS_DIGITS;

	for (; digits < LIMITS_DIGITS_MAX; digits++) {
		g_autofree char *a = rig_measure_format_digits(finding->unit, value, digits);
		g_autofree char *b = rig_measure_format_digits(finding->unit, bound, digits);
		if (strcmp(a, b) != 0)
			break;
	}
	return digits;
}

void rig_limit_number(RigFinding *finding, double value, const char *note)
{
	if (isnan(value)) {
		rig_limit_unknown(finding, "%s", note ? note : "the step could not tell it");
		return;
	}
	finding->has_value = TRUE;
	finding->value = value;
	gboolean bad =
	    (finding->has_min && value < finding->min) || (finding->has_max && value > finding->max);
	guint digits = bad ? limits_digits(finding, value) : LIMITS_DIGITS;
	g_autofree char *text = rig_measure_format_digits(finding->unit, value, digits);
	limits_replace(&finding->got, note ? g_strdup_printf("%s (%s)", text, note) : g_strdup(text));
	finding->verdict = RIG_VERDICT_PASS;
	if (bad) {
		g_autofree char *bounds = limits_bounds(finding, digits);
		rig_finding_set(finding, RIG_VERDICT_FAIL, "is %s, must be %s", finding->got, bounds);
	}
}

void rig_limit_uncertain(RigFinding *finding, double uncertainty, double gain)
{
	double both = hypot(uncertainty, gain);
	finding->uncertainty = uncertainty;
	if (!finding->has_value || both <= 0)
		return;
	gboolean is_near = (finding->has_min && fabs(finding->value - finding->min) < both) ||
	                   (finding->has_max && fabs(finding->value - finding->max) < both);
	g_autofree char *off = rig_measure_format(finding->unit, both);
	g_autofree char *got = g_strdup_printf("%s ± %s", finding->got, off);
	limits_replace(&finding->got, g_steal_pointer(&got));
	if (!is_near)
		return;
	g_autofree char *bounds = limits_bounds(finding, LIMITS_DIGITS);
	rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE,
	                "is %s, and whether that is %s cannot be told", finding->got, bounds);
}

void rig_limit_text(RigFinding *finding, const RigLimit *limit, const char *equals,
                    const char *text)
{
	g_autofree char *quoted = rig_limit_quote(text);

	limits_replace(&finding->got, g_strdup(quoted));
	finding->verdict = RIG_VERDICT_PASS;
	if (equals) {
		g_autofree char *wanted = rig_limit_quote(equals);
		/* Placeholders are filled now: this is what was really expected. */
		limits_replace(&finding->expected, g_strdup(wanted));
		if (strcmp(equals, text) != 0)
			rig_finding_set(finding, RIG_VERDICT_FAIL, "is %s, must be %s", quoted, wanted);
	}
	if (limit->matches && finding->verdict == RIG_VERDICT_PASS) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GRegex) regex = g_regex_new(limit->matches, 0, 0, &error);
		g_autofree char *valid = g_utf8_make_valid(text, -1);
		g_autofree char *pattern = rig_limit_quote(limit->matches);
		if (regex && g_regex_match_full(regex, valid, -1, 0, 0, NULL, &error))
			return;
		if (error) /* it does not compile, or takes more steps than the library allows */
			rig_limit_unknown(finding, "matches %s: %s", pattern, error->message);
		else
			rig_finding_set(finding, RIG_VERDICT_FAIL, "is %s, must match %s", quoted, pattern);
	}
}

void rig_limit_integrity(RigFinding *finding, const RigLimit *limit, guint below, guint total)
{
	if (!limit->has_integrity || finding->integrity >= limit->integrity ||
	    (finding->verdict != RIG_VERDICT_PASS && finding->verdict != RIG_VERDICT_FAIL))
		return;
	const char *asked = rig_integrity_name(limit->integrity);
	const char *least = rig_integrity_name(finding->integrity);
	const char *got = finding->got ? finding->got : "a value";
	g_autofree char *message =
	    total > 0 ? g_strdup_printf("is %s, but the limit asks for %s values, and %u of %u records "
	                                "are less (least: %s)",
	                                got, asked, below, total, least)
	              : g_strdup_printf("is %s, but the limit asks for a %s value, and this one is %s",
	                                got, asked, least);
	rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE, "%s", message);
}
