/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "config/measure.h"

#define GC_KEEP 100

typedef struct {
	gint64 older_us, keep;
	gboolean dry_run;
} GcOptions;

#define GC_AT(member) offsetof(GcOptions, member)

static const RigOption gc_options[] = {
    {"older", 0, RIG_OPTION_SPAN, GC_AT(older_us), "TIME",
     "only runs that began before that (720h)"},
    {"keep", 0, RIG_OPTION_NUMBER, GC_AT(keep), "N", "leave the newest N runs alone (100)"},
    {"dry-run", 'n', RIG_OPTION_FLAG, GC_AT(dry_run), NULL, "only tell what would go"},
    {.long_name = NULL},
};

#define GC_OLDER_US (30 * 24 * 3600 * (gint64)G_USEC_PER_SEC)

static int gc_command(const RigInvocation *invocation)
{
	const GcOptions *options = invocation->options;
	gint64 older_us = options->older_us == 0 ? GC_OLDER_US : options->older_us;
	guint keep = options->keep == 0 ? GC_KEEP : (guint)MIN(options->keep, G_MAXINT);
	g_autoptr(GError) error = NULL;
	RigGcResult result;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	if (store == NULL ||
	    !rig_store_gc(store, g_get_real_time() - older_us, keep, options->dry_run, &result, &error))
		return rig_command_error(invocation->command, error);
	g_autofree char *freed = rig_measure_format("size", (double)result.freed_bytes);
	if (options->dry_run)
		printf("%u runs would go, and the objects of theirs alone\n", result.runs);
	else
		printf("%u runs and %u objects are gone, %s\n", result.runs, result.objects, freed);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_gc = {
    .name = "gc",
    .arguments = "",
    .about = "remove old runs from the store",
    .details = "A pinned run stays, whatever its age; `tinyrig pin` pins.",
    .options = gc_options,
    .options_size = sizeof(GcOptions),
    .run = gc_command,
};
