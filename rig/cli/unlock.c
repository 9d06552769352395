/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/held_board.h"
#include "run/reservation.h"

typedef struct {
	char *bench;
	gboolean force;
} UnlockOptions;

static const RigOption unlock_options[] = {
    {"bench", 'b', RIG_OPTION_FILE, offsetof(UnlockOptions, bench), "FILE",
     "the bench; else $TINYRIG_BENCH"},
    {"force", 'f', RIG_OPTION_FLAG, offsetof(UnlockOptions, force), NULL,
     "end somebody else's reservation, too"},
    {0},
};

static void unlock_tell(const RigBoard *board, const RigReservation *was, gint64 now_us)
{
	g_autofree char *text = rig_reservation_text(was, now_us);
	printf("Board %s is no longer reserved. It was by %s.\n", board->name, text);
	if (was->held != NULL)
		printf("It was not made safe: its supply and lines are as they were left.\n"
		       "The next `tinyrig run` on it begins with the suite's setup.\n");
}

/* FALSE with `error`; a damaged one is told before --force takes it away. */
static gboolean unlock_end(const RigBench *bench, const RigBoard *board, gboolean force,
                           GError **error)
{
	gint64 now_us = g_get_real_time();
	g_autoptr(RigReservation) found = NULL, was = NULL;
	g_autoptr(GError) damage = NULL, failure = NULL;
	(void)rig_reservation_read(bench->name, board->name, now_us, &found, &damage);
	if (found == NULL && damage == NULL) {
		printf("Board %s is not reserved.\n", board->name);
		return TRUE;
	}
	if (!rig_reservation_end(bench->name, board->name, force, now_us, &was, &failure)) {
		gboolean busy = g_error_matches(failure, RIG_ERROR, RIG_ERROR_BUSY);
		g_set_error(error, failure->domain, failure->code, "%s%s", failure->message,
		            busy ? ". Ask them; --force ends it all the same" : "");
		return FALSE;
	}
	if (was != NULL)
		unlock_tell(board, was, now_us);
	else if (damage != NULL)
		printf("A damaged reservation was taken away. Before: %s.\n", damage->message);
	else
		printf("Board %s is not reserved any more.\n", board->name);
	return TRUE;
}

static int unlock_command(const RigInvocation *invocation)
{
	const UnlockOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigBench) bench = rig_bench_of_option(sources, options->bench, &error);
	const RigBoard *board =
	    bench == NULL ? NULL : rig_bench_named_board(bench, invocation->words[0], &error);
	if (board == NULL || !unlock_end(bench, board, options->force, &error))
		return rig_command_error(invocation->command, error);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_unlock = {
    .name = "unlock",
    .arguments = "BOARD",
    .about = "end the reservation of a board",
    .details = "A board that `tinyrig run --hold` holds is let go of as it is: nothing is reset\n"
               "or switched off. A run that uses the board right now goes on; it has a claim.",
    .options = unlock_options,
    .options_size = sizeof(UnlockOptions),
    .least = 1,
    .most = 1,
    .run = unlock_command,
};
