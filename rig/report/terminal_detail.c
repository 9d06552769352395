/* SPDX-License-Identifier: Apache-2.0 */
/* What stands under a verdict's line on the terminal. */
#include "report/detail.h"
#include "report/printable.h"
#include "report/terminal.h"

#include <string.h>

#define DETAIL_INDENT        7u  /* below the board's name */
#define DETAIL_LABEL         11u /* "integrity" and two spaces */
#define DETAIL_LINES_MAX     16u /* of one row */
#define DETAIL_PICTURE_BYTES (32u << 10)

static void detail_spaces(GString *out, guint columns)
{
	for (guint i = 0; i < columns; i++)
		g_string_append_c(out, ' ');
}

static void detail_label(GString *out, const RigTerminalLook *look, const char *label)
{
	detail_spaces(out, DETAIL_INDENT);
	rig_terminal_paint(out, look, RIG_PAINT_FAINT, label);
	detail_spaces(out, DETAIL_LABEL - MIN((guint)strlen(label), DETAIL_LABEL - 1));
}

/* Lines that are a picture of their own are clipped, sentences are wrapped. */
static GPtrArray *detail_lines(const RigTerminalLook *look, const RigDetail *row, guint columns)
{
	if (!row->verbatim) {
		g_autofree char *sentence = rig_terminal_text(look, row->text, RIG_PRINTABLE_LINES);
		return rig_printable_wrap(sentence, columns);
	}
	guint flags = RIG_PRINTABLE_LINES | (look->utf8 ? 0 : RIG_PRINTABLE_ASCII);
	g_autofree char *clean = rig_printable(row->text, DETAIL_PICTURE_BYTES, flags);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = g_strsplit(clean, "\n", -1);
	for (char **part = parts; *part != NULL; part++) {
		if (**part != '\0' || part[1] != NULL)
			g_ptr_array_add(lines, rig_printable_clip(*part, columns, rig_terminal_ellipsis(look)));
	}
	return lines;
}

static void detail_row(GString *out, const RigTerminalLook *look, const RigDetail *row)
{
	gboolean sentence = *row->label == '\0';
	guint indent = DETAIL_INDENT + (sentence ? 0 : DETAIL_LABEL);
	guint columns = look->width > indent + 16 ? look->width - indent : 16;
	g_autoptr(GPtrArray) lines = detail_lines(look, row, columns);
	for (guint i = 0; i < MIN(lines->len, DETAIL_LINES_MAX); i++) {
		if (i == 0 && !sentence)
			detail_label(out, look, row->label);
		else
			detail_spaces(out, indent);
		g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
	}
	if (lines->len > DETAIL_LINES_MAX) {
		detail_spaces(out, indent);
		g_string_append_printf(out, "(%u more lines)\n", lines->len - DETAIL_LINES_MAX);
	}
}

/* Every limit of the case, for --verbose: what was wanted, what came, how sure. */
static void detail_limits(GString *out, const RigTerminalLook *look, const RigAttemptReport *report)
{
	const GPtrArray *findings = report->judgement->findings;
	guint columns = 0;
	for (guint i = 0; i < findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(findings, i);
		columns = MAX(columns, MIN((guint)strlen(finding->limit), 28));
	}
	for (guint i = 0; i < findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(findings, i);
		g_autofree char *text =
		    g_strdup_printf("%-*s  %s, expected %s, %s", (int)columns, finding->limit,
		                    finding->got == NULL ? "nothing" : finding->got,
		                    finding->expected == NULL ? "anything" : finding->expected,
		                    rig_integrity_name(finding->integrity));
		g_autofree char *clean = rig_terminal_text(look, text, 0);
		g_autofree char *clipped = rig_printable_clip(clean, look->width - (DETAIL_INDENT + 14),
		                                              rig_terminal_ellipsis(look));
		detail_spaces(out, DETAIL_INDENT);
		g_string_append_printf(out, "%-12s  %s\n", rig_verdict_name(finding->verdict), clipped);
	}
}

/* Whole and unbroken however long it is: it is there to be copied. */
static void detail_rerun(GString *out, const RigTerminalLook *look, const char *command)
{
	g_autofree char *clean = rig_terminal_text(look, command, 0);
	detail_spaces(out, DETAIL_INDENT);
	rig_terminal_paint(out, look, RIG_PAINT_BOLD, "run again: ");
	g_string_append_printf(out, "%s\n", clean);
}

void rig_terminal_detail(GString *out, const RigTerminalLook *look, const RigRunReport *run,
                         const RigCaseReport *test)
{
	const RigAttemptReport *last = rig_case_report_last(test);
	if (look->verbose > 0 && last != NULL && last->judgement != NULL)
		detail_limits(out, look, last);
	if (test->verdict == RIG_VERDICT_SKIP || (test->verdict == RIG_VERDICT_PASS && !test->flaky))
		return;

	g_autoptr(GPtrArray) rows = rig_detail_rows(run, test);
	for (guint i = 0; i < rows->len; i++)
		detail_row(out, look, g_ptr_array_index(rows, i));
	if (test->rerun != NULL)
		detail_rerun(out, look, test->rerun);
	g_string_append_c(out, '\n');
}
