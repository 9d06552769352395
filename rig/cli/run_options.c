/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

#include <string.h>

#include "run/reservation.h"

#define RUN_HOLD_US G_GINT64_CONSTANT(3600000000)

RigPlanRequest rig_run_request(const char *suite, const RigRunOptions *options)
{
	return (RigPlanRequest){.suite = suite,
	                        .bench = options->bench,
	                        .candidate = options->candidate,
	                        .images = options->images,
	                        .defines = options->defines,
	                        .boards = options->boards,
	                        .cases = options->cases,
	                        .tags = options->tags,
	                        .golden = options->golden};
}

gint64 rig_run_hold_us(const RigRunOptions *options)
{
	if (!options->hold)
		return 0;
	return options->hold_us > 0 ? options->hold_us : RUN_HOLD_US;
}

static const char *const run_colours[] = {"auto", "always", "never", NULL}; /* as RigColour */

RigColour rig_run_colour(const RigRunOptions *options)
{
	for (guint i = 0; options->colour != NULL && run_colours[i] != NULL; i++) {
		if (strcmp(options->colour, run_colours[i]) == 0)
			return (RigColour)i;
	}
	return RIG_COLOUR_AUTO;
}

char *rig_run_slip(const RigRunOptions *options)
{
	if (options->colour != NULL && !g_strv_contains(run_colours, options->colour))
		return g_strdup_printf("--color is auto, always or never, not %s", options->colour);
	if (options->hold_us > 0 && !options->hold)
		return g_strdup("--hold-for says for how long --hold holds a board; --hold is missing");
	if (options->hold_us > RIG_RESERVATION_SPAN_MAX_US)
		return g_strdup("--hold-for: a year (8784h) is the longest");
	return NULL;
}
