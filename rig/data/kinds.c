/* SPDX-License-Identifier: Apache-2.0 */
#include "data/kinds.h"

#include "config/bench_parts.h"
#include "config/candidate_parts.h"
#include "config/policy.h"
#include "config/suite_parts.h"
#include "data/recording_parts.h"

#include <string.h>

const RigFileKind rig_file_kinds[] = {
    {"suite", "what is tested, and the limits that the results are held to", rig_suite_rows},
    {"bench", "a host with boards wired to it", rig_bench_rows},
    {"candidate", "what wants to be released: one image per target", rig_candidate_rows},
    {"policy", "the rules of a channel: what evidence lets a candidate in", rig_policy_rows},
    {"recording", "recorded sensor data with labels", rig_recording_fields},
    {"target", "a chip: where an image goes, and how that is written", rig_target_rows},
    {NULL, NULL, NULL},
};

const RigFileKind *rig_file_kind_find(const char *what, GError **error)
{
	const char *names[G_N_ELEMENTS(rig_file_kinds)] = {NULL};
	for (guint i = 0; rig_file_kinds[i].name != NULL; i++) {
		if (strcmp(rig_file_kinds[i].name, what) == 0)
			return &rig_file_kinds[i];
		names[i] = rig_file_kinds[i].name;
	}
	g_autofree char *list = g_strjoinv(", ", (char **)(gintptr)names);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "there is no kind of file \"%s\"; there are: %s",
	            what, list);
	return NULL;
}
