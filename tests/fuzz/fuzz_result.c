/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result.json as a stranger may hand it in. What is taken is written and shown as any run; what
 * is written is taken again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_read.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes the run. */
static void fuzz_show(RigRunReport *run)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	if (stream == NULL)
		abort();
	g_autoptr(RigSessionReport) session = rig_session_report_new("show");
	g_ptr_array_add(session->runs, run);
	RigTerminalOptions look = {.stream = stream, .colour = RIG_COLOUR_NEVER, .verbose = 2};
	g_autoptr(RigTerminal) terminal = rig_terminal_new(&look, &rig_clock_monotonic);
	rig_terminal_begin(terminal, session, run->cases->len);
	for (guint i = 0; i < run->cases->len; i++)
		rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, i));
	rig_terminal_end(terminal, session);
	fclose(stream);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	RigRunReport *run = rig_report_json_run_read((const char *)data, size, &error);
	if ((run == NULL) != (error != NULL))
		abort();
	if (run == NULL)
		return 0;
	g_autofree char *text = rig_report_json_run(run);
	g_autoptr(RigRunReport) again = rig_report_json_run_read(text, strlen(text), NULL);
	if (again == NULL || again->cases->len != run->cases->len)
		abort();
	fuzz_show(run);
	return 0;
}
