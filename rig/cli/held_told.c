/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/held_told.h"

#include <stdio.h>

#include "base/shell.h"
#include "run/reservation.h"

static const RigPlannedRun *held_planned(const RigPlan *plan, const char *board)
{
	for (guint i = 0; i < plan->runs->len; i++) {
		const RigPlannedRun *planned = g_ptr_array_index(plan->runs, i);
		if (g_strcmp0(planned->board->name, board) == 0)
			return planned;
	}
	return NULL;
}

static void held_add_command(GString *text, const char *what, const char *program,
                             const char *command, const char *board, const char *bench)
{
	g_string_append_printf(text, "%s%s %s", what, program, command);
	rig_shell_append(text, board);
	if (bench != NULL) {
		g_string_append(text, " --bench");
		rig_shell_append(text, bench);
	}
}

/* A process cannot outlive its link. */
static gboolean held_is_process(const RigBoard *board)
{
	for (guint i = 0; i < board->links->len; i++) {
		const RigBenchLink *link = g_ptr_array_index(board->links, i);
		if (link->driver->open_boots)
			return TRUE;
	}
	return FALSE;
}

/* The line of a port that resets the board: the kernel moves it when the port is opened. */
static const char *held_reset_line(const RigBoard *board)
{
	for (guint i = 0; i < board->reset->len; i++) {
		const RigResetEntry *entry = g_ptr_array_index(board->reset, i);
		if (entry->link != NULL && entry->line != NULL)
			return entry->line;
	}
	return NULL;
}

/* An image that lives in the link's process has to be loaded again; in flash it has stayed. */
static void held_add_image(GString *text, const RigPlannedRun *planned)
{
	if (planned->image == NULL || planned->board->flasher_link == NULL)
		return;
	g_autofree char *image = g_strdup_printf("%s=%s", planned->board->target, planned->image->path);
	g_string_append(text, " --image");
	rig_shell_append(text, image);
}

static void held_add_board(GString *text, const char *program, const char *bench,
                           const RigPlannedRun *planned, const char *until)
{
	const RigBoard *board = planned->board;
	g_string_append_printf(text, "Board %s is held for you until %s. It was not made safe.\n",
	                       board->name, until);
	if (held_is_process(board))
		g_string_append(text, "  Its firmware, a process, ended with the run; attaching starts it "
		                      "anew.\n");
	else if (held_reset_line(board) != NULL)
		g_string_append_printf(
		    text,
		    "  Attaching resets it: its reset hangs on the port's line %s, which "
		    "opening moves.\n",
		    held_reset_line(board));
	held_add_command(text, "  attach  ", program, "console", board->name, bench);
	held_add_image(text, planned);
	if (board->probe != NULL)
		held_add_command(text, "\n  debug   ", program, "gdb", board->name, bench);
	held_add_command(text, "\n  let go  ", program, "unlock", board->name, bench);
	g_string_append_c(text, '\n');
}

char *rig_held_text(const char *program, const char *bench, const RigPlan *plan,
                    const RigSessionReport *session, gint64 now_us)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		const RigPlannedRun *planned = held_planned(plan, run->board);
		if (run->held_until_us == 0 || planned == NULL)
			continue;
		g_autofree char *until = rig_reservation_until_text(run->held_until_us, now_us);
		held_add_board(text, program, bench, planned, until);
	}
	return g_string_free(text, FALSE);
}

void rig_held_tell(const char *program, const char *bench, const RigPlan *plan,
                   const RigSessionReport *session)
{
	g_autofree char *text = rig_held_text(program, bench, plan, session, g_get_real_time());
	fputs(text, stdout);
}
