/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the terminal's table: header, verdicts, summary. */
#include "report/detail.h"
#include "report/printable.h"
#include "report/terminal.h"

#include <string.h>

#define LINE_TEXT_BYTES    2000u
#define LINE_WORD_COLUMNS  5u /* PASS, ERROR, FLAKY */
#define LINE_TIME_COLUMNS  9u /* with the space before it */
#define LINE_MIDDLE_MIN    10u
#define LINE_TAIL_COLUMNS  30u /* " on 12 boards in 12 min 05 s" */
#define LINE_BOARD_MAX     16u
#define LINE_CASE_MAX      28u
#define LINE_DIGEST_DIGITS 12
#define LINE_RUNS_MOST     4u
#define LINE_RECAP_CASES   10u /* a longer list scrolls: what was wrong is told once more */

static const char *const line_words[] = {
    [RIG_VERDICT_SKIP] = "SKIP",
    [RIG_VERDICT_PASS] = "PASS",
    [RIG_VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
    [RIG_VERDICT_FAIL] = "FAIL",
    [RIG_VERDICT_ERROR] = "ERROR",
};

char *rig_terminal_text(const RigTerminalLook *look, const char *text, guint flags)
{
	return rig_printable(text, LINE_TEXT_BYTES, flags | (look->utf8 ? 0 : RIG_PRINTABLE_ASCII));
}

const char *rig_terminal_ellipsis(const RigTerminalLook *look)
{
	return look->utf8 ? "…" : "...";
}

void rig_terminal_paint(GString *out, const RigTerminalLook *look, RigPaint paint, const char *text)
{
	static const char *const codes[] = {
	    [RIG_PAINT_NONE] = "",     [RIG_PAINT_GREEN] = "32", [RIG_PAINT_RED] = "31",
	    [RIG_PAINT_YELLOW] = "33", [RIG_PAINT_BOLD] = "1",   [RIG_PAINT_FAINT] = "2",
	};
	if (!look->colour || paint == RIG_PAINT_NONE)
		g_string_append(out, text);
	else
		g_string_append_printf(out, "\033[%sm%s\033[0m", codes[paint], text);
}

RigPaint rig_terminal_paint_of(const RigCaseReport *test)
{
	if (test->verdict == RIG_VERDICT_PASS)
		return test->flaky ? RIG_PAINT_YELLOW : RIG_PAINT_GREEN;
	if (test->verdict == RIG_VERDICT_SKIP || test->verdict == RIG_VERDICT_INCONCLUSIVE ||
	    test->quarantined)
		return RIG_PAINT_YELLOW;
	return RIG_PAINT_RED;
}

static void line_pad(GString *out, guint used, guint columns)
{
	for (guint i = used; i < columns; i++)
		g_string_append_c(out, ' ');
}

void rig_terminal_fit_names(RigTerminalLook *look, const char *board, const char *name)
{
	g_autofree char *clean_board = rig_terminal_text(look, board, 0);
	g_autofree char *clean_name = rig_terminal_text(look, name, 0);
	look->board_columns =
	    MAX(look->board_columns, MIN(rig_printable_columns(clean_board), LINE_BOARD_MAX));
	look->case_columns =
	    MAX(look->case_columns, MIN(rig_printable_columns(clean_name), LINE_CASE_MAX));
}

/* A cell of the table: clipped or padded to `columns`, then two spaces. */
static void line_cell(GString *out, const RigTerminalLook *look, const char *text, guint columns)
{
	g_autofree char *clean = rig_terminal_text(look, text, 0);
	g_autofree char *clipped = rig_printable_clip(clean, columns, rig_terminal_ellipsis(look));
	g_string_append(out, clipped);
	line_pad(out, rig_printable_columns(clipped), columns + 2);
}

void rig_terminal_header(GString *out, const RigTerminalLook *look, const RigRunReport *run)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_string_append_printf(text, "%s on %s (%s", run->suite == NULL ? "suite" : run->suite,
	                       run->board == NULL ? "no board" : run->board,
	                       run->target == NULL ? "no target" : run->target);
	if (run->unit_serial != NULL)
		g_string_append_printf(text, ", unit %s", run->unit_serial);
	g_string_append_c(text, ')');
	if (run->image_sha256 != NULL)
		g_string_append_printf(text, ", image %.*s", LINE_DIGEST_DIGITS, run->image_sha256);
	if (run->candidate != NULL) {
		g_autofree char *candidate = rig_printable_path(run->candidate);
		g_string_append_printf(text, ", %s", candidate);
	}
	g_autofree char *clean = rig_terminal_text(look, text->str, 0);
	g_autofree char *clipped = rig_printable_clip(clean, look->width, rig_terminal_ellipsis(look));
	rig_terminal_paint(out, look, RIG_PAINT_BOLD, clipped);
	g_string_append_c(out, '\n');
}

/* Two steps may yield numbers of one name: then the step's name stays. */
static gboolean line_one_subject(const GPtrArray *findings)
{
	for (guint i = 1; i < findings->len; i++) {
		const RigFinding *one = g_ptr_array_index(findings, i - 1);
		const RigFinding *two = g_ptr_array_index(findings, i);
		gsize size = (gsize)(rig_detail_short_name(one->limit) - one->limit);
		if (strncmp(one->limit, two->limit, size) != 0 ||
		    rig_detail_short_name(two->limit) != two->limit + size)
			return FALSE;
	}
	return TRUE;
}

/* "top1 0.980 · latency_p90 3.20 ms": whole items, as many as fit. Caller frees. */
static char *line_numbers(const RigTerminalLook *look, const RigAttemptReport *report,
                          guint columns)
{
	GString *out = g_string_new(NULL);
	if (report == NULL || report->judgement == NULL)
		return g_string_free(out, FALSE);
	const GPtrArray *findings = report->judgement->findings;
	gboolean short_names = line_one_subject(findings);
	const char *between = look->utf8 ? " · " : ", ";
	for (guint i = 0; i < findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(findings, i);
		if (!finding->has_value)
			continue;
		g_autofree char *value = rig_measure_format(finding->unit, finding->value);
		g_autofree char *item = g_strdup_printf(
		    "%s%s %s", out->len > 0 ? between : "",
		    short_names ? rig_detail_short_name(finding->limit) : finding->limit, value);
		g_autofree char *clean = rig_terminal_text(look, item, 0);
		if (rig_printable_columns(out->str) + rig_printable_columns(clean) + 4 > columns) {
			g_string_append_printf(out, " %s", rig_terminal_ellipsis(look));
			break;
		}
		g_string_append(out, clean);
	}
	return g_string_free(out, FALSE);
}

/* What stands between name and time. Caller frees. */
static char *line_middle(const RigTerminalLook *look, const RigCaseReport *test, guint columns)
{
	const RigAttemptReport *last = rig_case_report_last(test);
	const RigFinding *worst = rig_detail_worst(last);
	if (test->verdict == RIG_VERDICT_PASS)
		return line_numbers(look, last, columns);

	g_autofree char *text = NULL;
	const char *message = test->reason;
	if (message == NULL && last != NULL)
		message = rig_attempt_report_message(last);
	if (worst != NULL && worst->verdict == test->verdict &&
	    (worst->has_value || worst->got != NULL)) {
		g_autofree char *got =
		    worst->has_value ? rig_measure_format(worst->unit, worst->value) : g_strdup(worst->got);
		text = g_strdup_printf("%s %s, %s %s", rig_detail_short_name(worst->limit), got,
		                       worst->verdict == RIG_VERDICT_FAIL ? "not" : "expected",
		                       worst->expected == NULL ? "otherwise" : worst->expected);
	}
	g_autofree char *whole = g_strconcat(test->quarantined ? "quarantined: " : "",
	                                     text != NULL      ? text
	                                     : message != NULL ? message
	                                                       : "",
	                                     NULL);
	g_autofree char *clean = rig_terminal_text(look, whole, 0);
	return rig_printable_clip(clean, columns, rig_terminal_ellipsis(look));
}

/* Columns of one row, so that all of it fits the page. */
typedef struct {
	guint word, board, name, middle, time;
} LineColumns;

static LineColumns line_columns(const RigTerminalLook *look, const char *word, const char *time)
{
	LineColumns columns = {
	    .word = MAX(LINE_WORD_COLUMNS, (guint)strlen(word)),
	    .board = look->board_columns,
	    .name = look->case_columns,
	    .time = MAX(LINE_TIME_COLUMNS, (guint)strlen(time)),
	};
	guint gaps = 3 * 2; /* after word, board and name; the time is padded by itself */
	guint fixed = columns.word + gaps + columns.time;
	guint left = look->width > fixed + 8 ? look->width - fixed : 8;
	if (columns.board + columns.name > left) {
		columns.board = MIN(columns.board, left / 2);
		columns.name = left - columns.board;
	}
	columns.middle = left - columns.board - columns.name;
	return columns;
}

/* The table's row. */
static void line_row(GString *out, const RigTerminalLook *look, const RigRunReport *run,
                     const RigCaseReport *test)
{
	gboolean is_flaky = test->flaky && test->verdict == RIG_VERDICT_PASS;
	const char *word = is_flaky ? "FLAKY" : line_words[test->verdict];
	g_autofree char *time = rig_printable_duration(test->duration_us);
	LineColumns columns = line_columns(look, word, time);
	g_autofree char *middle =
	    columns.middle < LINE_MIDDLE_MIN ? g_strdup("") : line_middle(look, test, columns.middle);

	rig_terminal_paint(out, look, rig_terminal_paint_of(test), word);
	line_pad(out, (guint)strlen(word), columns.word + 2);
	line_cell(out, look, run->board, columns.board);
	line_cell(out, look, test->name, columns.name);
	g_string_append(out, middle);
	line_pad(out, rig_printable_columns(middle), columns.middle);
	line_pad(out, (guint)strlen(time), columns.time);
	g_string_append_printf(out, "%s\n", time);
}

void rig_terminal_line(GString *out, const RigTerminalLook *look, const RigRunReport *run,
                       const RigCaseReport *test)
{
	line_row(out, look, run, test);
}

void rig_terminal_run_line(GString *out, const RigTerminalLook *look, const RigRunReport *run)
{
	RigVerdict trouble = rig_run_report_trouble(run);
	const char *word = run->busy ? "BUSY" : run->interrupted ? "STOP" : line_words[trouble];
	const char *fault = rig_printable_fault(trouble);
	gboolean is_plain = run->busy || run->interrupted || run->message == NULL;
	g_autofree char *message = is_plain ? g_strdup(run->message == NULL ? fault : run->message)
	                                    : g_strdup_printf("%s: %s", fault, run->message);
	guint board_columns = MIN(look->board_columns, look->width / 4);
	guint word_columns = MAX(LINE_WORD_COLUMNS, (guint)strlen(word));
	guint indent = word_columns + 2 + board_columns + 2;
	g_autofree char *clean = rig_terminal_text(look, message, RIG_PRINTABLE_LINES);
	g_autoptr(GPtrArray) lines = rig_printable_wrap(clean, look->width - indent);

	rig_terminal_paint(out, look, run->busy ? RIG_PAINT_YELLOW : RIG_PAINT_RED, word);
	line_pad(out, (guint)strlen(word), word_columns + 2);
	line_cell(out, look, run->board, board_columns);
	for (guint i = 0; i < lines->len; i++) {
		if (i > 0)
			line_pad(out, 0, indent);
		g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
	}
}

/* "8 passed, 1 failed, 1 flaky": the groups do not overlap. */
static void line_counts(GString *out, const RigTerminalLook *look, const RigTally *counts)
{
	const struct {
		guint count;
		RigPaint paint;
		const char *word;
	} rows[] = {
	    {counts->passed, RIG_PAINT_GREEN, "passed"},
	    {counts->failed, RIG_PAINT_RED, "failed"},
	    {counts->errors, RIG_PAINT_RED, counts->errors == 1 ? "error" : "errors"},
	    {counts->inconclusive, RIG_PAINT_YELLOW, "inconclusive"},
	    {counts->flaky, RIG_PAINT_YELLOW, "flaky"},
	    {counts->quarantined, RIG_PAINT_YELLOW, "quarantined"},
	    {counts->skipped, RIG_PAINT_YELLOW, "skipped"},
	};
	const char *between = "";
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].count == 0)
			continue;
		g_autofree char *text = g_strdup_printf("%u %s", rows[i].count, rows[i].word);
		g_string_append(out, between);
		rig_terminal_paint(out, look, rows[i].paint, text);
		between = ", ";
	}
	if (counts->cases == 0)
		g_string_append(out, "nothing was run");
}

/* What the counts take without their colours. */
static guint line_count_columns(const RigTerminalLook *look, const RigTally *counts)
{
	RigTerminalLook plain = *look;
	g_autoptr(GString) text = g_string_new(NULL);
	plain.colour = FALSE;
	line_counts(text, &plain, counts);
	return (guint)text->len;
}

static guint line_boards(const RigSessionReport *session)
{
	g_autoptr(GHashTable) boards = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		if (run->board != NULL)
			g_hash_table_add(boards, run->board);
	}
	return g_hash_table_size(boards);
}

/* Damage that repeating has mended is no verdict, but a bench that needs it wants a look. */
static void line_repeats(GString *out, const RigTerminalLook *look, const RigSessionReport *session)
{
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		if (run->repeats == 0)
			continue;
		g_autofree char *board = rig_terminal_text(look, run->board, 0);
		g_string_append_printf(out, "%s: %" G_GUINT64_FORMAT " %s repeated: bytes were damaged\n",
		                       board, run->repeats,
		                       run->repeats == 1 ? "exchange was" : "exchanges were");
	}
}

/* A line a run, or one for all of them; a folder where the store could not take it. */
static void line_kept(GString *out, const RigTerminalLook *look, const RigSessionReport *session)
{
	guint kept = 0;
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		if (run->folder == NULL && run->id == NULL)
			continue;
		gboolean is_kept = run->folder == NULL;
		g_autofree char *path = is_kept ? NULL : rig_printable_path(run->folder);
		g_autofree char *clean = rig_terminal_text(look, is_kept ? run->id : path, 0);
		kept += is_kept ? 1 : 0;
		if (!is_kept)
			g_string_append_printf(out, "left in  %s\n", clean);
		else if (session->runs->len <= LINE_RUNS_MOST)
			g_string_append_printf(out, "%s%s\n", kept == 1 ? "kept as  " : "         ", clean);
	}
	if (kept > LINE_RUNS_MOST)
		g_string_append_printf(out, "kept: %u runs; `tinyrig runs` lists them\n", kept);
}

static void line_recap(GString *out, const RigTerminalLook *look, const RigSessionReport *session)
{
	g_string_append(out, "What did not pass:\n");
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		for (guint j = 0; j < run->cases->len; j++) {
			const RigCaseReport *test = g_ptr_array_index(run->cases, j);
			if (test->verdict > RIG_VERDICT_PASS && !test->quarantined)
				line_row(out, look, run, test);
		}
	}
	g_string_append_c(out, '\n');
}

void rig_terminal_summary(GString *out, const RigTerminalLook *look,
                          const RigSessionReport *session, gint64 elapsed_us)
{
	RigTally counts;
	guint boards = line_boards(session);
	g_autofree char *elapsed = rig_printable_duration(elapsed_us);
	gsize begin = out->len;
	rig_tally_of(session, &counts);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		if (rig_run_report_trouble(run) != RIG_VERDICT_PASS)
			rig_terminal_run_line(out, look, run);
	}
	if (out->len > begin)
		g_string_append_c(out, '\n');
	if (counts.wrong > 1 || (counts.wrong == 1 && counts.cases > LINE_RECAP_CASES))
		line_recap(out, look, session);
	if (counts.interrupted)
		rig_terminal_paint(out, look, RIG_PAINT_YELLOW, "interrupted: ");
	line_counts(out, look, &counts);
	g_string_append(out, line_count_columns(look, &counts) + LINE_TAIL_COLUMNS > look->width ? "\n"
	                                                                                         : " ");
	if (boards > 0)
		g_string_append_printf(out, "on %u %s ", boards, boards == 1 ? "board" : "boards");
	g_string_append_printf(out, "in %s\n", elapsed);
	line_repeats(out, look, session);
	line_kept(out, look, session);
}
