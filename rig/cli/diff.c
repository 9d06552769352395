/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/inferences.h"
#include "cli/kept.h"
#include "config/measure.h"
#include "report/printable.h"

#define DIFF_DIGEST_BYTES 13

typedef struct {
	guint verbose;
} DiffOptions;

static const RigOption diff_options[] = {
    {"verbose", 'v', RIG_OPTION_COUNT, offsetof(DiffOptions, verbose), NULL,
     "show numbers that are the same, too"},
    {.long_name = NULL},
};

/* The two runs: 0 the older one, as it was named first. */
typedef struct Sides {
	char *names[2];
	RigRunReport *runs[2];
	GPtrArray *attempts[2];
} Sides;

static void diff_clear(Sides *sides)
{
	for (guint i = 0; i < 2; i++) {
		g_free(sides->names[i]);
		rig_run_report_free(sides->runs[i]);
		if (sides->attempts[i] != NULL)
			g_ptr_array_unref(sides->attempts[i]);
	}
}

static gboolean diff_load(Sides *sides, char **words, const char *program, GError **error)
{
	g_autoptr(RigStore) store = rig_kept_open(program, error);
	for (guint i = 0; i < 2; i++) {
		if (store == NULL || (sides->names[i] = rig_store_find(store, words[i], error)) == NULL ||
		    (sides->runs[i] = rig_kept_report(store, sides->names[i], error)) == NULL ||
		    (sides->attempts[i] = rig_inferences_attempts(store, sides->names[i], error)) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* As long as everywhere else. */
static void diff_digest(char text[DIFF_DIGEST_BYTES], const char *digest)
{
	g_strlcpy(text, digest == NULL ? "" : digest, DIFF_DIGEST_BYTES);
}

/* What must be equal for numbers to be compared, and what changed on purpose. */
static void diff_print_heads(const Sides *sides)
{
	const RigRunReport *const *run = (const RigRunReport *const *)sides->runs;
	char suites[2][DIFF_DIGEST_BYTES], digests[2][DIFF_DIGEST_BYTES];
	for (guint i = 0; i < 2; i++) {
		diff_digest(suites[i], run[i]->suite_sha256);
		diff_digest(digests[i], run[i]->load_digest);
	}
	const struct {
		const char *what, *a, *b;
	} rows[] = {
	    {"suite", run[0]->suite, run[1]->suite},
	    {"suite's text", suites[0], suites[1]},
	    {"board", run[0]->board, run[1]->board},
	    {"unit", run[0]->unit_serial, run[1]->unit_serial},
	    {"target", run[0]->target, run[1]->target},
	    {"candidate", run[0]->candidate, run[1]->candidate},
	    {"loaded bytes", digests[0], digests[1]},
	};
	static const char *const titles[] = {"", "before", "after", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	const char *const names[] = {"run", run[0]->id, run[1]->id};
	rig_columns_add(table, names);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const cells[] = {rows[i].what, rows[i].a, rows[i].b};
		if (g_strcmp0(rows[i].a, rows[i].b) != 0)
			rig_columns_add(table, cells);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	fputs(text, stdout);
}

static const RigCaseReport *diff_case(const RigRunReport *run, const char *name)
{
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		if (strcmp(test->name, name) == 0)
			return test;
	}
	return NULL;
}

static const char *diff_verdict(const RigCaseReport *test)
{
	return test == NULL ? "not in it" : rig_verdict_name(test->verdict);
}

static void diff_add_case(RigColumns *table, const char *name, const RigCaseReport *a,
                          const RigCaseReport *b, guint *changed)
{
	const char *before = diff_verdict(a), *after = diff_verdict(b);
	gboolean same = strcmp(before, after) == 0;
	const char *const cells[] = {name, before, after, same ? "" : "changed"};
	*changed += !same;
	rig_columns_add(table, cells);
}

static void diff_print_cases(const Sides *sides)
{
	static const char *const titles[] = {"case", "before", "after", "", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	guint changed = 0;
	for (guint i = 0; i < sides->runs[0]->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(sides->runs[0]->cases, i);
		diff_add_case(table, test->name, test, diff_case(sides->runs[1], test->name), &changed);
	}
	for (guint i = 0; i < sides->runs[1]->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(sides->runs[1]->cases, i);
		if (diff_case(sides->runs[0], test->name) == NULL)
			diff_add_case(table, test->name, NULL, test, &changed);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	printf("\n%s", text);
	if (changed == 0)
		puts("no verdict changed");
}

static const RigFinding *diff_finding(const RigCaseReport *test, const char *limit)
{
	const RigAttemptReport *last = test == NULL ? NULL : rig_case_report_last(test);
	const RigJudgement *judgement = last == NULL ? NULL : last->judgement;
	for (guint i = 0; judgement != NULL && i < judgement->findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(judgement->findings, i);
		if (strcmp(finding->limit, limit) == 0)
			return finding;
	}
	return NULL;
}

/* "+3.1%" where there is a whole to take a part of, else "". Caller frees. */
static char *diff_change(double before, double after)
{
	if (before == after)
		return g_strdup("same");
	if (before == 0.0 || isnan(before) || isnan(after))
		return g_strdup("");
	return g_strdup_printf("%+.3g%%", 100.0 * (after - before) / fabs(before));
}

static void diff_add_number(RigColumns *table, const RigCaseReport *test, const RigFinding *a,
                            const RigFinding *b)
{
	g_autofree char *name = g_strdup_printf("%s/%s", test->name, a->limit);
	g_autofree char *before = rig_measure_format(a->unit, a->has_value ? a->value : NAN);
	g_autofree char *after = rig_measure_format(b->unit, b->has_value ? b->value : NAN);
	g_autofree char *change =
	    diff_change(a->has_value ? a->value : NAN, b->has_value ? b->value : NAN);
	const char *const cells[] = {name, before, after, change};
	rig_columns_add(table, cells);
}

static void diff_print_numbers(const Sides *sides, gboolean all)
{
	static const char *const titles[] = {"number", "before", "after", "change", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	guint shown = 0, same = 0;
	for (guint i = 0; i < sides->runs[0]->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(sides->runs[0]->cases, i);
		const RigCaseReport *other = diff_case(sides->runs[1], test->name);
		const RigAttemptReport *last = rig_case_report_last(test);
		const RigJudgement *judgement = last == NULL ? NULL : last->judgement;
		for (guint k = 0; judgement != NULL && k < judgement->findings->len; k++) {
			const RigFinding *a = g_ptr_array_index(judgement->findings, k);
			const RigFinding *b = diff_finding(other, a->limit);
			if (b == NULL || (!a->has_value && !b->has_value))
				continue;
			gboolean is_same = a->has_value && b->has_value && a->value == b->value;
			same += is_same ? 1 : 0;
			if (is_same && !all)
				continue;
			diff_add_number(table, test, a, b);
			shown++;
		}
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	if (shown > 0)
		printf("\n%s", text);
	if (same > 0 && !all)
		printf("%s%u %s the same\n", shown > 0 ? "" : "\n", same,
		       same == 1 ? "number is" : "numbers are");
}

/* The last attempt of a case; NULL: none. */
static const RigAttempt *diff_attempt(const GPtrArray *attempts, const char *name)
{
	for (guint i = attempts->len; i > 0; i--) {
		const RigAttempt *attempt = g_ptr_array_index(attempts, i - 1);
		if (strcmp(attempt->case_name, name) == 0)
			return attempt;
	}
	return NULL;
}

typedef struct {
	guint both, other, classes; /* records; with other outputs; with another class first */
	double most;                /* largest difference of one output */
} OutputDiff;

static guint diff_first(const RigInference *record)
{
	guint first = 0;
	for (guint i = 1; i < record->outputs_count; i++)
		first = record->outputs[i] > record->outputs[first] ? i : first;
	return first;
}

static void diff_record(OutputDiff *diff, const RigInference *a, const RigInference *b)
{
	if (a->input != b->input || a->step != b->step || g_strcmp0(a->recording, b->recording) != 0)
		return; /* not the same question */
	diff->both++;
	gboolean same = a->outputs_count == b->outputs_count;
	for (guint i = 0; i < MIN(a->outputs_count, b->outputs_count); i++) {
		double off = fabs(a->outputs[i] - b->outputs[i]);
		gboolean equal =
		    a->outputs[i] == b->outputs[i] || (isnan(a->outputs[i]) && isnan(b->outputs[i]));
		same = same && equal;
		diff->most = equal ? diff->most : fmax(diff->most, isnan(off) ? INFINITY : off);
	}
	diff->other += !same;
	diff->classes +=
	    !same && a->outputs_count > 0 && b->outputs_count > 0 && diff_first(a) != diff_first(b);
}

static void diff_print_outputs(const Sides *sides)
{
	static const char *const titles[] = {"outputs of",  "records in both",    "with other outputs",
	                                     "other class", "largest difference", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	guint count = 0;
	for (guint i = 0; i < sides->runs[0]->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(sides->runs[0]->cases, i);
		const RigAttempt *a = diff_attempt(sides->attempts[0], test->name);
		const RigAttempt *b = diff_attempt(sides->attempts[1], test->name);
		OutputDiff diff = {0};
		for (guint k = 0; a != NULL && b != NULL && k < MIN(a->inferences->len, b->inferences->len);
		     k++)
			diff_record(&diff, g_ptr_array_index(a->inferences, k),
			            g_ptr_array_index(b->inferences, k));
		if (diff.both == 0)
			continue;
		g_autofree char *both = g_strdup_printf("%u", diff.both);
		g_autofree char *other = g_strdup_printf("%u", diff.other);
		g_autofree char *classes = g_strdup_printf("%u", diff.classes);
		g_autofree char *most = g_strdup_printf("%.3g", diff.most);
		const char *const cells[] = {test->name, both, other, classes, most};
		rig_columns_add(table, cells);
		count++;
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	if (count > 0)
		printf("\n%s", text);
}

static int diff_command(const RigInvocation *invocation)
{
	const DiffOptions *options = invocation->options;
	Sides sides = {0};
	g_autoptr(GError) error = NULL;
	gboolean good = diff_load(&sides, invocation->words, invocation->argv[0], &error);
	if (good) {
		diff_print_heads(&sides);
		diff_print_cases(&sides);
		diff_print_numbers(&sides, options->verbose > 0);
		diff_print_outputs(&sides);
	}
	diff_clear(&sides);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_diff = {
    .name = "diff",
    .arguments = "RUN RUN",
    .about = "compare two kept runs: cases, numbers, outputs",
    .details = "The first is taken as the one before. Runs as `tinyrig runs` names them:\n"
               "`tinyrig diff last~1 last`. The exit code is 0 when they could be compared.",
    .options = diff_options,
    .options_size = sizeof(DiffOptions),
    .least = 2,
    .most = 2,
    .run = diff_command,
};
