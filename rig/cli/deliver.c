/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/deliveries.h"
#include "release/deliver.h"

typedef struct {
	gboolean all;
} DeliverOptions;

static const RigOption deliver_options[] = {
    {"all", 0, RIG_OPTION_FLAG, offsetof(DeliverOptions, all), NULL,
     "also what waits for its next try"},
    {0},
};

static void deliver_tell(const RigDelivered *delivered)
{
	if (delivered->done > 0)
		printf("hooks: %u told\n", delivered->done);
	if (delivered->waiting > 0)
		printf("hooks: %u could not be told, and are tried again (`tinyrig deliver`): %s\n",
		       delivered->waiting, delivered->said);
	g_free(delivered->said);
}

void rig_deliver_now(RigLedger *ledger)
{
	g_autoptr(GError) error = NULL;
	RigDelivered delivered;
	if (!rig_deliver(ledger, FALSE, &delivered, &error))
		fprintf(stderr, "tinyrig: hooks: %s\n", error->message);
	deliver_tell(&delivered);
}

static int deliver_command(const RigInvocation *invocation)
{
	const DeliverOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	RigDelivered delivered;
	g_autoptr(RigLedger) ledger = rig_ledger_open(TRUE, &error);
	if (ledger == NULL || !rig_deliver(ledger, options->all, &delivered, &error))
		return rig_command_error(invocation->command, error);
	guint waiting = delivered.waiting;
	if (delivered.done + waiting == 0)
		printf("hooks: nothing is due\n");
	deliver_tell(&delivered);
	return waiting > 0 ? RIG_EXIT_BENCH : RIG_EXIT_PASSED;
}

const RigCommand rig_command_deliver = {
    .name = "deliver",
    .arguments = "",
    .about = "tell hooks what they have not been told yet",
    .details =
        "Promotions and rollbacks tell their hooks at once; what did not go is tried again here,\n"
        "10 s later, then 20 s, up to an hour. A hook may be told twice, with the same key. Call\n"
        "it from a timer. 10: something still waits.",
    .options = deliver_options,
    .options_size = sizeof(DeliverOptions),
    .least = 0,
    .most = 0,
    .run = deliver_command,
};
