/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/kept.h"

typedef struct {
	char *why;
	gboolean remove;
} PinOptions;

#define PIN_AT(member) offsetof(PinOptions, member)

static const RigOption pin_options[] = {
    {"why", 0, RIG_OPTION_TEXT, PIN_AT(why), "TEXT", "the reason; `tinyrig runs --json` shows it"},
    {"remove", 0, RIG_OPTION_FLAG, PIN_AT(remove), NULL, "unpin it"},
    {.long_name = NULL},
};

static int pin_command(const RigInvocation *invocation)
{
	const PinOptions *options = invocation->options;
	const char *why = options->why == NULL ? "" : options->why;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	g_autofree char *name =
	    store == NULL ? NULL : rig_store_find(store, invocation->words[0], &error);
	if (name == NULL || !rig_store_pin(store, name, options->remove ? NULL : why, &error))
		return rig_command_error(invocation->command, error);
	printf("%s is %s\n", name, options->remove ? "no longer pinned" : "pinned");
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_pin = {
    .name = "pin",
    .arguments = "RUN",
    .about = "keep a run for good: a baseline, a run that was released",
    .options = pin_options,
    .options_size = sizeof(PinOptions),
    .least = 1,
    .most = 1,
    .run = pin_command,
};
