/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

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

char *rig_run_slip(const RigRunOptions *options)
{
	RigColour colour;
	if (!rig_colour_parse(options->colour, &colour))
		return g_strdup_printf("--color is auto, always or never, not %s", options->colour);
	if (options->hold_us > 0 && !options->hold)
		return g_strdup("--hold-for says for how long --hold holds a board; --hold is missing");
	if (options->hold_us > RIG_RESERVATION_SPAN_MAX_US)
		return g_strdup("--hold-for: a year (8784h) is the longest");
	return NULL;
}
