/* SPDX-License-Identifier: Apache-2.0 */
/* report_writer SESSION FOLDER: writes every report of a sample session, for
 * tests/system/reports.sh. */
#include "sample_session.h"

#include <locale.h>
#include <string.h>

static RigSessionReport *writer_large(void)
{
	return sample_session_large(3000);
}

static const struct {
	const char *name;
	RigSessionReport *(*make)(void);
} writer_sessions[] = {
    {"broken", sample_session_broken}, {"empty", sample_session_empty},
    {"green", sample_session_green},   {"hostile", sample_session_hostile},
    {"large", writer_large},           {"typical", sample_session_typical},
};

static const struct {
	const char *file;
	char *(*write)(const RigSessionReport *session);
} writer_reports[] = {
    {"report.xml", rig_report_junit},
    {"report.json", rig_report_json},
    {"github.txt", rig_report_github},
    {"summary.md", rig_report_markdown},
};

static void writer_terminal(const RigSessionReport *session, const char *path)
{
	FILE *stream = fopen(path, "w");
	RigTerminalOptions options = {.stream = stream, .verbose = 1};
	g_assert_nonnull(stream);
	RigTerminal *terminal = rig_terminal_new(&options, &rig_clock_monotonic);
	rig_terminal_begin(terminal, session, 10);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		for (guint j = 0; j < run->cases->len; j++)
			rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, j));
	}
	rig_terminal_end(terminal, session);
	rig_terminal_free(terminal);
	fclose(stream);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	for (guint i = 0; argc == 3 && i < G_N_ELEMENTS(writer_sessions); i++) {
		if (strcmp(argv[1], writer_sessions[i].name) != 0)
			continue;
		g_autoptr(RigSessionReport) session = writer_sessions[i].make();
		g_autofree char *page = g_build_filename(argv[2], "terminal.txt", NULL);
		for (guint j = 0; j < G_N_ELEMENTS(writer_reports); j++) {
			g_autofree char *path = g_build_filename(argv[2], writer_reports[j].file, NULL);
			g_autofree char *text = writer_reports[j].write(session);
			if (!g_file_set_contents(path, text, -1, NULL))
				return 1;
		}
		writer_terminal(session, page);
		return 0;
	}
	fputs("usage: report_writer broken|empty|green|hostile|large|typical FOLDER\n", stderr);
	return 2;
}
