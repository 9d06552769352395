/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML that both strict readers accept: the element order and attributes of Ant's dialect
 * (JUnit.xsd: properties, testcase, system-out, system-err; no attributes on testsuites) and the
 * value forms of Jenkins' xUnit plugin (junit-10.xsd). Retries use Surefire's flakyFailure and
 * rerunFailure, which Jenkins and GitLab know and Ant's schema does not.
 */
#include "report/detail.h"
#include "report/printable.h"

#include <math.h>
#include <string.h>

#define JUNIT_MESSAGE_BYTES 1000u
#define JUNIT_NAME_BYTES    200u
#define JUNIT_VALUE_BYTES   2000u
#define JUNIT_CONSOLE_LINES 20u
#define JUNIT_ROW_BYTES     4000u
#define JUNIT_BODY_BYTES    (16u << 10)
/* GitLab refuses files over 30 MB; beyond this size bodies are left out, messages stay. */
#define JUNIT_BODIES_BYTES (20u << 20)

typedef struct {
	GString *out;
	const RigRunReport *run;
	char *classname;
} JunitSuite;

static void junit_escape(GString *out, const char *text, gsize max_bytes, guint flags)
{
	g_autofree char *clean = rig_printable(text, max_bytes, flags);
	g_autofree char *escaped = g_markup_escape_text(clean, -1);
	g_string_append(out, escaped);
}

/* Names are xs:token of at least one character. */
static void junit_attribute(GString *out, const char *name, const char *text, gsize max_bytes)
{
	g_string_append_printf(out, " %s=\"", name);
	junit_escape(out, text, max_bytes, 0);
	g_string_append_c(out, '"');
}

static void junit_name(GString *out, const char *name, const char *text, const char *fallback)
{
	g_autofree char *bare = g_strstrip(g_strdup(text == NULL ? "" : text));
	junit_attribute(out, name, *bare == '\0' ? fallback : bare, JUNIT_NAME_BYTES);
}

static void junit_seconds(GString *out, gint64 span_us)
{
	gint64 ms = (MAX(span_us, 0) + 500) / 1000;
	g_string_append_printf(out, " time=\"%" G_GINT64_FORMAT ".%03d\"", ms / 1000, (int)(ms % 1000));
}

/* Ant's schema wants the second, without fraction and zone. */
static void junit_timestamp(GString *out, const char *started)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	gsize i = 0;
	while (started != NULL && form[i] != '\0' &&
	       (form[i] == 'd' ? g_ascii_isdigit(started[i]) : started[i] == form[i]))
		i++;
	gboolean whole = form[i] == '\0';
	g_string_append_printf(out, " timestamp=\"%.19s\"", whole ? started : "1970-01-01T00:00:00");
}

static void junit_property(GString *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_string_append(out, "      <property");
	junit_name(out, "name", name, "unnamed");
	junit_attribute(out, "value", value, JUNIT_VALUE_BYTES);
	g_string_append(out, "/>\n");
}

/* "m:digits/r.latency_p90[us]": the number in its base unit, or "unknown". */
static void junit_measure(GString *out, const RigCaseReport *test, const RigFinding *finding)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	const char *unit = rig_printable_unit(finding->unit);
	g_autofree char *name = unit == NULL
	                            ? g_strdup_printf("m:%s/%s", test->name, finding->limit)
	                            : g_strdup_printf("m:%s/%s[%s]", test->name, finding->limit, unit);
	g_ascii_formatd(number, sizeof number, "%.15g", finding->value);
	junit_property(out, name, isfinite(finding->value) ? number : "unknown");
}

static void junit_properties(const JunitSuite *suite)
{
	const RigRunReport *run = suite->run;
	const struct {
		const char *name, *value;
	} rows[] = {
	    {"tinyrig", TINYRIG_VERSION},
	    {"run", run->id},
	    {"suite", run->suite_path},
	    {"suite_sha256", run->suite_sha256},
	    {"bench", run->bench},
	    {"board", run->board},
	    {"target", run->target},
	    {"unit_serial", run->unit_serial},
	    {"candidate", run->candidate},
	    {"image_sha256", run->image_sha256},
	    {"load_digest", run->load_digest},
	    {"build_id", run->build_id},
	};
	g_string_append(suite->out, "    <properties>\n");
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		junit_property(suite->out, rows[i].name, rows[i].value);
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		const RigAttemptReport *last = rig_case_report_last(test);
		for (guint j = 0;
		     last != NULL && last->judgement != NULL && j < last->judgement->findings->len; j++) {
			const RigFinding *finding = g_ptr_array_index(last->judgement->findings, j);
			if (finding->has_value)
				junit_measure(suite->out, test, finding);
		}
	}
	g_string_append(suite->out, "    </properties>\n");
}

/* What stands inside <failure>, <error> or <skipped>: all that explains the verdict. */
static char *junit_body(const JunitSuite *suite, const RigCaseReport *test)
{
	if (suite->out->len > JUNIT_BODIES_BYTES)
		return g_strdup("Left out: the report is large. `tinyrig show RUN` has all.");
	g_autoptr(GPtrArray) rows = rig_detail_rows(suite->run, test);
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < rows->len; i++) {
		const RigDetail *row = g_ptr_array_index(rows, i);
		const char *mark = *row->label == '\0' ? "" : row->verbatim ? ":\n" : ": ";
		g_autofree char *clean = rig_printable(row->text, JUNIT_ROW_BYTES, RIG_PRINTABLE_LINES);
		g_string_append_printf(text, "%s%s%s\n", row->label, mark, clean);
	}
	if (test->rerun != NULL)
		g_string_append_printf(text, "run again: %s\n", test->rerun);
	return rig_printable(text->str, JUNIT_BODY_BYTES, RIG_PRINTABLE_LINES);
}

/* <NAME type= message=>body</NAME>; body may be NULL. */
static void junit_result(GString *out, const char *name, const char *type, const char *message,
                         const char *body)
{
	g_string_append_printf(out, "      <%s", name);
	if (type != NULL)
		junit_attribute(out, "type", type, JUNIT_NAME_BYTES);
	junit_attribute(out, "message", message, JUNIT_MESSAGE_BYTES);
	if (body == NULL || *body == '\0') {
		g_string_append(out, "/>\n");
		return;
	}
	g_string_append_c(out, '>');
	junit_escape(out, body, JUNIT_BODY_BYTES + 100, RIG_PRINTABLE_LINES);
	g_string_append_printf(out, "</%s>\n", name);
}

/* Earlier attempts: `flaky` when the case passed in the end, else `rerun`. */
static void junit_retries(GString *out, const RigCaseReport *test)
{
	gboolean passed = test->verdict == RIG_VERDICT_PASS;
	for (guint i = 0; i + 1 < test->attempts->len; i++) {
		const RigAttemptReport *report = g_ptr_array_index(test->attempts, i);
		RigVerdict verdict = rig_attempt_report_verdict(report);
		if (verdict <= RIG_VERDICT_PASS)
			continue;
		g_autofree char *name = g_strconcat(
		    passed ? "flaky" : "rerun", verdict == RIG_VERDICT_FAIL ? "Failure" : "Error", NULL);
		const char *message = rig_attempt_report_message(report);
		const char *console = report->console == NULL ? "" : report->console;
		junit_result(out, name, rig_verdict_name(verdict), message == NULL ? "" : message,
		             rig_printable_tail(console, JUNIT_CONSOLE_LINES, JUNIT_ROW_BYTES));
	}
}

static const char *junit_reason(const RigCaseReport *test)
{
	const RigAttemptReport *last = rig_case_report_last(test);
	if (test->reason != NULL)
		return test->reason;
	if (last != NULL && rig_attempt_report_message(last) != NULL)
		return rig_attempt_report_message(last);
	return rig_printable_fault(test->verdict);
}

/* A quarantined case that did not pass counts as skipped: it must not turn a pipeline red. */
static RigVerdict junit_counts_as(const RigCaseReport *test)
{
	return test->quarantined && test->verdict > RIG_VERDICT_PASS ? RIG_VERDICT_SKIP : test->verdict;
}

static void junit_verdict(const JunitSuite *suite, const RigCaseReport *test)
{
	g_autofree char *body = NULL;
	const char *type = rig_verdict_name(test->verdict);
	const char *reason = junit_reason(test);

	if (test->verdict == RIG_VERDICT_PASS)
		return;
	if (test->verdict == RIG_VERDICT_SKIP) {
		junit_result(suite->out, "skipped", NULL, reason, NULL);
		return;
	}
	body = junit_body(suite, test);
	if (test->quarantined) {
		g_autofree char *message = g_strdup_printf("quarantined, %s: %s", type, reason);
		junit_result(suite->out, "skipped", NULL, message, body);
		return;
	}
	junit_result(suite->out, test->verdict == RIG_VERDICT_FAIL ? "failure" : "error", type, reason,
	             body);
}

static void junit_case(const JunitSuite *suite, const RigCaseReport *test)
{
	GString *out = suite->out;
	g_string_append(out, "    <testcase");
	junit_name(out, "name", test->name, "unnamed");
	junit_attribute(out, "classname", suite->classname, JUNIT_NAME_BYTES);
	junit_seconds(out, test->duration_us);
	gsize begin = out->len;
	g_string_append(out, ">\n");
	junit_verdict(suite, test);
	junit_retries(out, test);
	if (out->len == begin + 2) {
		g_string_truncate(out, begin);
		g_string_append(out, "/>\n");
		return;
	}
	g_string_append(out, "    </testcase>\n");
}

/* A run that went wrong as a whole (busy, interrupted, setup) must not look like an empty pass. */
static void junit_trouble(const JunitSuite *suite, RigVerdict trouble)
{
	const RigRunReport *run = suite->run;
	const char *type = run->busy ? "busy" : rig_verdict_name(trouble);
	const char *fault = rig_printable_fault(trouble);
	g_string_append(suite->out, "    <testcase name=\"(run)\"");
	junit_attribute(suite->out, "classname", suite->classname, JUNIT_NAME_BYTES);
	g_string_append(suite->out, " time=\"0.000\">\n");
	junit_result(suite->out, trouble == RIG_VERDICT_FAIL ? "failure" : "error",
	             run->interrupted ? "interrupted" : type,
	             run->message == NULL ? fault : run->message, fault);
	g_string_append(suite->out, "    </testcase>\n");
}

/* Readers drop a second case of the same class and name, so a repeated run gets another class. */
static char *junit_classname(const RigSessionReport *session, guint index)
{
	const RigRunReport *run = g_ptr_array_index(session->runs, index);
	guint earlier = 0;
	for (guint i = 0; i < index; i++) {
		const RigRunReport *other = g_ptr_array_index(session->runs, i);
		if (g_strcmp0(other->suite, run->suite) == 0 && g_strcmp0(other->board, run->board) == 0)
			earlier++;
	}
	const char *suite = run->suite == NULL ? "suite" : run->suite;
	const char *board = run->board == NULL ? "no-board" : run->board;
	if (earlier == 0)
		return g_strdup_printf("%s.%s", suite, board);
	return g_strdup_printf("%s.%s-%u", suite, board, earlier + 1);
}

static void junit_run(GString *out, const RigSessionReport *session, guint index)
{
	const RigRunReport *run = g_ptr_array_index(session->runs, index);
	g_autofree char *classname = junit_classname(session, index);
	JunitSuite suite = {.out = out, .run = run, .classname = classname};
	guint counts[RIG_VERDICT_ERROR + 1] = {0};
	for (guint i = 0; i < run->cases->len; i++)
		counts[junit_counts_as(g_ptr_array_index(run->cases, i))]++;
	RigVerdict trouble = rig_run_report_trouble(run);
	guint entries = trouble == RIG_VERDICT_PASS ? 0 : 1;
	counts[trouble] += entries;

	g_string_append(out, "  <testsuite");
	junit_name(out, "name", run->suite, "suite");
	junit_name(out, "package", run->board, "no-board");
	g_string_append_printf(out, " id=\"%u\"", index);
	junit_timestamp(out, run->started);
	junit_name(out, "hostname", run->bench, "localhost");
	g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"",
	                       run->cases->len + entries, counts[RIG_VERDICT_FAIL],
	                       counts[RIG_VERDICT_ERROR] + counts[RIG_VERDICT_INCONCLUSIVE],
	                       counts[RIG_VERDICT_SKIP]);
	junit_seconds(out, run->duration_us);
	g_string_append(out, ">\n");
	junit_properties(&suite);
	for (guint i = 0; i < run->cases->len; i++)
		junit_case(&suite, g_ptr_array_index(run->cases, i));
	if (entries > 0)
		junit_trouble(&suite, trouble);
	g_string_append(out, "    <system-out>");
	junit_escape(out, session->command, JUNIT_VALUE_BYTES, 0);
	g_string_append(out, "</system-out>\n    <system-err>");
	junit_escape(out, run->message, JUNIT_VALUE_BYTES, RIG_PRINTABLE_LINES);
	g_string_append(out, "</system-err>\n  </testsuite>\n");
}

char *rig_report_junit(const RigSessionReport *session)
{
	GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (guint i = 0; i < session->runs->len; i++)
		junit_run(out, session, i);
	g_string_append(out, "</testsuites>\n");
	return g_string_free(out, FALSE);
}
