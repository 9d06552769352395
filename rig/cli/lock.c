/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/state.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "cli/held_board.h"
#include "run/reservation.h"

typedef struct {
	char *bench, *why;
	gint64 for_us;
} LockOptions;

#define LOCK_AT(member) offsetof(LockOptions, member)

static const RigOption lock_options[] = {
    {"bench", 'b', RIG_OPTION_FILE, LOCK_AT(bench), "FILE", "the bench; else $TINYRIG_BENCH"},
    {"for", 0, RIG_OPTION_SPAN, LOCK_AT(for_us), "TIME", "how long, from now, as 2h"},
    {"why", 0, RIG_OPTION_TEXT, LOCK_AT(why), "TEXT", "told to whoever wants the board"},
    {0},
};

static void lock_tell(const RigBench *bench, const RigBoard *board, gint64 now_us, gint64 until_us,
                      const RigReservation *was)
{
	g_autofree char *holder = rig_holder(NULL);
	g_autofree char *until = rig_reservation_until_text(until_us, now_us);
	g_autofree char *folder = rig_state_folder();
	g_autofree char *claimed = rig_claim_holder(bench->name, board->name);
	printf("Board %s is reserved for %s until %s.\n", board->name, holder, until);
	if (was != NULL) {
		g_autofree char *before = rig_reservation_until_text(was->until_us, now_us);
		printf("Before, it was until %s.\n", before);
	}
	if (claimed != NULL)
		printf("In use right now, which goes on to its end: %s.\n", claimed);
	printf("Seen by all whose state folder (TINYRIG_STATE) is %s.\n", folder);
}

static int lock_command(const RigInvocation *invocation)
{
	const LockOptions *options = invocation->options;
	const RigCommand *command = invocation->command;
	if (options->for_us <= 0)
		return rig_command_usage(command, "say for how long: --for 2h");
	if (options->for_us > RIG_RESERVATION_SPAN_MAX_US)
		return rig_command_usage(command, "--for: a year (8784h) is the longest");
	if (options->why == NULL)
		return rig_command_usage(command, "say what for, to those who will wait: --why TEXT");
	g_autoptr(GError) error = NULL;
	if (!rig_reservation_text_is_good(options->why, "--why", &error))
		return rig_command_error(command, error);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigBench) bench = rig_bench_of_option(sources, options->bench, &error);
	const RigBoard *board =
	    bench == NULL ? NULL : rig_bench_named_board(bench, invocation->words[0], &error);
	if (board == NULL)
		return rig_command_error(command, error);
	gint64 now_us = g_get_real_time();
	gint64 until_us = now_us + options->for_us;
	g_autoptr(RigReservation) was = NULL;
	if (!rig_reservation_make(bench->name, board->name, options->why, now_us, until_us, &was,
	                          &error))
		return rig_command_error(command, error);
	lock_tell(bench, board, now_us, until_us, was);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_lock = {
    .name = "lock",
    .arguments = "BOARD",
    .about = "reserve a board",
    .details =
        "Until that time only sessions of the same holder claim the board; others end with exit\n"
        "code 11, or wait with --wait. It ends by itself, or by `tinyrig unlock`. Once more by "
        "the\n"
        "same holder sets time and reason anew.\n\n"
        "The holder is USER@HOST, or what TINYRIG_HOLDER says, for jobs that share a user.",
    .options = lock_options,
    .options_size = sizeof(LockOptions),
    .least = 1,
    .most = 1,
    .run = lock_command,
};
