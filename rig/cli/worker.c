/* SPDX-License-Identifier: Apache-2.0 */
#include "run/worker.h"

#include "cli/command.h"

static int worker_command(const RigInvocation *invocation)
{
	RigWorkerArguments arguments = {
	    .folder = invocation->words[0],
	    .channel_fd = (int)g_ascii_strtoull(invocation->words[1], NULL, 10),
	    .generation = (guint)g_ascii_strtoull(invocation->words[2], NULL, 10),
	};
	return rig_worker_main(&arguments);
}

const RigCommand rig_command_worker = {
    .name = "worker",
    .arguments = "FOLDER FD GENERATION",
    .about = "own the devices of one run (started by `tinyrig run`)",
    .least = 3,
    .most = 3,
    .hidden = TRUE,
    .run = worker_command,
};
