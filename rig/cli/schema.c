/* SPDX-License-Identifier: Apache-2.0 */
/* schema, reference: what the field rows say, for editors and for people. */
#include "data/kinds.h"

#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "config/reference.h"

static int schema_print(const RigInvocation *invocation, char *(*make)(const RigFileKind *kind))
{
	g_autoptr(GError) error = NULL;
	const RigFileKind *kind = rig_file_kind_find(invocation->words[0], &error);
	if (kind == NULL)
		return rig_command_error(invocation->command, error);
	g_autofree char *text = make(kind);
	fputs(text, stdout);
	if (!g_str_has_suffix(text, "\n"))
		putchar('\n');
	return RIG_EXIT_PASSED;
}

static int schema_command(const RigInvocation *invocation)
{
	return schema_print(invocation, rig_schema_json);
}

static int schema_reference(const RigInvocation *invocation)
{
	return schema_print(invocation, rig_reference_markdown);
}

const RigCommand rig_command_schema = {
    .name = "schema",
    .arguments = "suite|bench|candidate|policy|recording|target",
    .about = "print the JSON Schema of a kind of file",
    .details = "For editors: completion and checking while you type.",
    .least = 1,
    .most = 1,
    .run = schema_command,
};

const RigCommand rig_command_reference = {
    .name = "reference",
    .arguments = "suite|bench|candidate|policy|recording|target",
    .about = "print the reference page of a kind of file",
    .least = 1,
    .most = 1,
    .hidden = TRUE,
    .run = schema_reference,
};
