/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan.h"

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
	header->candidate_path = plan->candidate == NULL ? NULL : g_strdup(plan->candidate->path);
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
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (guint i = 0; i < plan->cases->len; i++)
		g_strv_builder_add(names, ((const RigCase *)g_ptr_array_index(plan->cases, i))->name);
	header->cases = g_strv_builder_end(names);
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, plan->defines);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_hash_table_insert(header->defines, g_strdup(name), g_strdup(value));
	return header;
}
