/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub Actions: workflow commands that mark the suite's lines, and the job's summary page. */
#include "report/detail.h"
#include "report/printable.h"

#include <string.h>

#define GITHUB_ANNOTATIONS_MAX 10u   /* that many are shown a step and level */
#define GITHUB_MESSAGE_BYTES   4000u /* a message is cut at 4 KiB or so */
#define GITHUB_CELL_BYTES      300u
#define GITHUB_BLOCK_BYTES     6000u
#define GITHUB_SUMMARY_BYTES   (900u << 10) /* a step's summary over 1 MiB is refused whole */

/* Escapes as the runner's toolkit does; `property`: a value before the second `::`. */
static void github_escape(GString *out, const char *text, gboolean property)
{
	for (const char *at = text; *at != '\0'; at++) {
		gboolean special = strchr("%\r\n", *at) != NULL || (property && (*at == ':' || *at == ','));
		if (special)
			g_string_append_printf(out, "%%%02X", (guint)(guchar)*at);
		else
			g_string_append_c(out, *at);
	}
}

static void github_property(GString *out, const char *name, const char *text)
{
	g_autofree char *clean = rig_printable(text, GITHUB_CELL_BYTES, 0);
	g_string_append_printf(out, "%s=", name);
	github_escape(out, clean, TRUE);
}

/* The runner finds a file by its path below the checkout. */
static char *github_path(const char *path)
{
	const char *root = g_getenv("GITHUB_WORKSPACE");
	gsize size = root == NULL ? 0 : strlen(root);
	if (size > 1 && strncmp(path, root, size) == 0 && path[size] == '/')
		return g_strdup(path + size + 1);
	return rig_printable_path(path);
}

static void github_annotate(GString *out, const char *file, guint line, const char *title,
                            const char *message)
{
	g_autofree char *clean = rig_printable(message, GITHUB_MESSAGE_BYTES, RIG_PRINTABLE_LINES);
	g_string_append(out, "::error ");
	if (file != NULL) {
		g_autofree char *path = github_path(file);
		github_property(out, "file", path);
		g_string_append_printf(out, ",line=%u,", MAX(line, 1));
	}
	github_property(out, "title", title);
	g_string_append(out, "::");
	github_escape(out, clean, FALSE);
	g_string_append_c(out, '\n');
}

static gboolean github_is_wrong(const RigCaseReport *test)
{
	return test->verdict > RIG_VERDICT_PASS && !test->quarantined;
}

/* The rows that explain a case, as plain lines. Caller frees. */
static char *github_explain(const RigRunReport *run, const RigCaseReport *test)
{
	g_autoptr(GPtrArray) rows = rig_detail_rows(run, test);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < rows->len; i++) {
		const RigDetail *row = g_ptr_array_index(rows, i);
		const char *mark = *row->label == '\0' ? "" : row->verbatim ? ":\n" : ": ";
		g_string_append_printf(text, "%s%s%s\n", row->label, mark, row->text);
	}
	if (rows->len == 0)
		g_string_append_printf(text, "%s%s%s\n", rig_printable_fault(test->verdict),
		                       test->reason == NULL ? "" : ": ",
		                       test->reason == NULL ? "" : test->reason);
	if (test->rerun != NULL)
		g_string_append_printf(text, "run again: %s\n", test->rerun);
	return g_string_free(text, FALSE);
}

static void github_annotate_case(GString *out, const RigRunReport *run, const RigCaseReport *test)
{
	g_autofree char *text = github_explain(run, test);
	g_autofree char *title = g_strdup_printf("%s: %s on %s", rig_verdict_name(test->verdict),
	                                         test->name, run->board == NULL ? "?" : run->board);
	github_annotate(out, test->file, test->line, title, text);
}

static void github_annotate_run(GString *out, const RigRunReport *run, RigVerdict trouble)
{
	g_autofree char *title = g_strdup_printf("%s: %s on %s", rig_verdict_name(trouble),
	                                         run->suite == NULL ? "?" : run->suite,
	                                         run->board == NULL ? "?" : run->board);
	github_annotate(out, run->suite_path, 1, title,
	                run->message == NULL ? rig_printable_fault(trouble) : run->message);
}

char *rig_report_github(const RigSessionReport *session)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		g_autoptr(GString) line = g_string_new(NULL);
		RigVerdict trouble = rig_run_report_trouble(run);
		if (trouble != RIG_VERDICT_PASS)
			github_annotate_run(line, run, trouble);
		if (line->len > 0)
			g_ptr_array_add(lines, g_strdup(line->str));
		for (guint j = 0; j < run->cases->len; j++) {
			const RigCaseReport *test = g_ptr_array_index(run->cases, j);
			if (!github_is_wrong(test))
				continue;
			g_string_truncate(line, 0);
			github_annotate_case(line, run, test);
			g_ptr_array_add(lines, g_strdup(line->str));
		}
	}
	guint shown = lines->len;
	if (shown > GITHUB_ANNOTATIONS_MAX)
		shown = GITHUB_ANNOTATIONS_MAX - 1;
	for (guint i = 0; i < shown; i++)
		g_string_append(out, g_ptr_array_index(lines, i));
	if (shown < lines->len)
		g_string_append_printf(out,
		                       "::error title=and %u more::The job's log and summary have all\n",
		                       lines->len - shown);
	return g_string_free(out, FALSE);
}

/* One line of Markdown text: nothing in it is markup. */
static void github_cell(GString *out, const char *text)
{
	g_autofree char *clean = rig_printable(text, GITHUB_CELL_BYTES, 0);
	for (const char *at = clean; *at != '\0'; at++) {
		if (*at == '<')
			g_string_append(out, "&lt;");
		else if (*at == '&')
			g_string_append(out, "&amp;");
		else if (*at == '@') /* nobody is to be notified by a board's text */
			g_string_append(out, "&#64;");
		else if (strchr("\\`*_{}[]|#~!", *at) != NULL)
			g_string_append_printf(out, "\\%c", *at);
		else
			g_string_append_c(out, *at);
	}
}

/* A fenced block whose fence is longer than any run of backticks within. */
static void github_block(GString *out, const char *text)
{
	g_autofree char *clean = rig_printable(text, GITHUB_BLOCK_BYTES, RIG_PRINTABLE_LINES);
	gsize longest = 2, length = 0;
	for (const char *at = clean; *at != '\0'; at++) {
		length = *at == '`' ? length + 1 : 0;
		longest = MAX(longest, length);
	}
	g_autofree char *fence = g_strnfill(longest + 1, '`');
	g_string_append_printf(out, "%stext\n%s%s%s\n", fence, clean,
	                       g_str_has_suffix(clean, "\n") ? "" : "\n", fence);
}

static void github_row(GString *out, const RigRunReport *run, const RigCaseReport *test)
{
	const RigAttemptReport *last = rig_case_report_last(test);
	const RigFinding *worst = rig_detail_worst(last);
	g_autofree char *time = rig_printable_duration(test->duration_us);
	g_autofree char *got = NULL;
	if (worst != NULL && worst->got != NULL)
		got = g_strdup_printf("%s %s, expected %s", worst->limit, worst->got,
		                      worst->expected == NULL ? "otherwise" : worst->expected);
	const char *text = got != NULL ? got : test->reason;
	g_string_append_printf(out, "| %s%s | ",
	                       test->flaky ? "flaky" : rig_verdict_name(test->verdict),
	                       test->quarantined ? " (quarantined)" : "");
	github_cell(out, run->board);
	g_string_append(out, " | ");
	github_cell(out, test->name);
	g_string_append(out, " | ");
	github_cell(out, text);
	g_string_append_printf(out, " | %s |\n", time);
}

/* Returns the number of cases. */
static guint github_heading(GString *out, const RigSessionReport *session)
{
	RigTally tally;
	rig_tally_of(session, &tally);
	const struct {
		guint count;
		const char *word;
	} rows[] = {
	    {tally.passed, "passed"},
	    {tally.failed, "failed"},
	    {tally.errors, "not judged (rig or bench is wrong)"},
	    {tally.inconclusive, "inconclusive"},
	    {tally.flaky, "flaky"},
	    {tally.quarantined, "quarantined"},
	    {tally.skipped, "skipped"},
	};
	const char *between = "### tinyrig: ";
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].count == 0)
			continue;
		g_string_append_printf(out, "%s%u %s", between, rows[i].count, rows[i].word);
		between = ", ";
	}
	if (tally.cases == 0)
		g_string_append(out, "### tinyrig: nothing was run");
	g_string_append(out, "\n\n");
	return tally.cases;
}

/* Shows what did not pass; passes are in the count and the table's tail. */
static void github_table(GString *out, const RigSessionReport *session)
{
	g_string_append(out, "| verdict | board | case | got | time |\n|---|---|---|---|---:|\n");
	for (guint pass = 0; pass < 2; pass++) {
		for (guint i = 0; i < session->runs->len; i++) {
			const RigRunReport *run = g_ptr_array_index(session->runs, i);
			for (guint j = 0; j < run->cases->len; j++) {
				const RigCaseReport *test = g_ptr_array_index(run->cases, j);
				gboolean plain = test->verdict <= RIG_VERDICT_PASS && !test->flaky;
				if (plain == (pass == 1) && out->len < GITHUB_SUMMARY_BYTES / 2)
					github_row(out, run, test);
			}
		}
	}
	if (out->len >= GITHUB_SUMMARY_BYTES / 2)
		g_string_append(out, "\nThe table is cut: the summary is large.\n");
}

static void github_details(GString *out, const RigRunReport *run)
{
	RigVerdict trouble = rig_run_report_trouble(run);
	if (trouble != RIG_VERDICT_PASS) {
		g_string_append(out, "\n**");
		github_cell(out, run->board);
		g_string_append(out, "**: ");
		github_cell(out, run->message == NULL ? rig_printable_fault(trouble) : run->message);
		g_string_append_c(out, '\n');
	}
	for (guint i = 0; i < run->cases->len && out->len < GITHUB_SUMMARY_BYTES; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		if (test->verdict <= RIG_VERDICT_PASS)
			continue;
		g_autofree char *text = github_explain(run, test);
		g_string_append_printf(out, "\n<details><summary>%s: ", rig_verdict_name(test->verdict));
		github_cell(out, test->name);
		g_string_append(out, " on ");
		github_cell(out, run->board);
		g_string_append(out, "</summary>\n\n");
		github_block(out, text);
		g_string_append(out, "</details>\n");
	}
}

char *rig_report_markdown(const RigSessionReport *session)
{
	GString *out = g_string_new(NULL);
	guint cases = github_heading(out, session);
	if (cases > 0)
		github_table(out, session);
	for (guint i = 0; i < session->runs->len; i++)
		github_details(out, g_ptr_array_index(session->runs, i));
	return g_string_free(out, FALSE);
}
