/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the terminal's page. Each appends whole lines to `out` and prints nothing. */
#ifndef RIG_REPORT_TERMINAL_H
#define RIG_REPORT_TERMINAL_H

#include "report/report.h"

typedef struct RigTerminalLook {
	gboolean colour, utf8;
	guint width;                       /* columns of the page */
	guint board_columns, case_columns; /* of the table */
	guint verbose;
} RigTerminalLook;

/* As rig_printable, in what this terminal can show. Caller frees. */
char *rig_terminal_text(const RigTerminalLook *look, const char *text, guint flags);
const char *rig_terminal_ellipsis(const RigTerminalLook *look);

/* Makes the columns wide enough for these names, within bounds. */
void rig_terminal_fit_names(RigTerminalLook *look, const char *board, const char *name);

/* "digits-smoke on mps2-a (mps2-an386), image 3f9a12c04e1d, digits 1.4.0" */
void rig_terminal_header(GString *out, const RigTerminalLook *look, const RigRunReport *run);

/* "PASS   mps2-a  digits    top1 0.980 · latency_p90 3.20 ms    0.41 s" */
void rig_terminal_line(GString *out, const RigTerminalLook *look, const RigRunReport *run,
                       const RigCaseReport *test);
/* The like for a run that went wrong as a whole. */
void rig_terminal_run_line(GString *out, const RigTerminalLook *look, const RigRunReport *run);

/* What explains a verdict, indented under its line; nothing for a plain pass. */
void rig_terminal_detail(GString *out, const RigTerminalLook *look, const RigRunReport *run,
                         const RigCaseReport *test);

/* The last page: what did not pass once more, the count, where the runs are kept. */
void rig_terminal_summary(GString *out, const RigTerminalLook *look,
                          const RigSessionReport *session, gint64 elapsed_us);

typedef enum {
	RIG_PAINT_NONE,
	RIG_PAINT_GREEN,
	RIG_PAINT_RED,
	RIG_PAINT_YELLOW,
	RIG_PAINT_BOLD,
	RIG_PAINT_FAINT
} RigPaint;

/* Appends `text`, which is printable already, in that colour where the terminal has any. */
void rig_terminal_paint(GString *out, const RigTerminalLook *look, RigPaint paint,
                        const char *text);
RigPaint rig_terminal_paint_of(const RigCaseReport *test);

#endif
