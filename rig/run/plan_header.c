/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan.h"

/* GPtrArray of RigCase; g_strfreev. */
static char **header_case_names(const GPtrArray *cases)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (guint i = 0; i < cases->len; i++)
		g_strv_builder_add(names, ((const RigCase *)g_ptr_array_index(cases, i))->name);
	return g_strv_builder_end(names);
}

RigRunHeader *rig_plan_header(const RigPlan *plan, const RigPlannedRun *planned)
{
	const RigImage *image = planned->image;
	RigRunHeader *header = rig_run_header_new();
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	header->id = rig_run_id_new(planned->board->name);
	header->started = g_date_time_format_iso8601(now);
	header->suite = g_strdup(plan->suite->path);
	header->bench = g_strdup(plan->bench->path);
	const RigSource *suite = rig_sources_read(plan->sources, plan->suite->path, NULL);
	header->suite_sha256 = suite == NULL ? NULL : g_strdup(suite->sha256);
	header->board = g_strdup(planned->board->name);
	header->target = g_strdup(planned->board->target);
	if (plan->candidate != NULL && plan->candidate->name != NULL)
		header->candidate =
		    g_strdup_printf("%s %s", plan->candidate->name,
		                    plan->candidate->version == NULL ? "" : plan->candidate->version);
	if (plan->candidate != NULL) {
		header->candidate_path = g_strdup(plan->candidate->path);
		header->candidate_sha256 = g_strdup(plan->candidate->digest);
		header->model_sha256 = g_strdup(plan->candidate->model_sha256);
	}
	if (image != NULL) {
		header->image = g_strdup(image->path);
		header->image_format = g_strdup(image->format);
		header->image_sha256 = g_strdup(image->sha256);
		header->load_digest = g_strdup(image->load_digest);
		header->build_id = g_strdup(image->build_id);
		header->flash_bytes = (gint64)image->load_bytes;
		header->ram_bytes = (gint64)image->ram_bytes;
		header->image_address = planned->image_address;
	}
	header->cases = header_case_names(plan->cases);
	header->suite_cases = header_case_names(plan->suite->cases);
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, plan->defines);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_hash_table_insert(header->defines, g_strdup(name), g_strdup(value));
	return header;
}
