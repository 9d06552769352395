/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates as the gate knows them: by the digests of what they are made of. */
#include <string.h>

#include "config/candidate.h"
#include "data/image.h"
#include "release/blobs.h"
#include "release/decision.h"

/* The manifest, or the lone image of TARGET=FILE. */
static RigCandidate *candidate_load(const char *word, GError **error)
{
	if (strchr(word, '=') != NULL) {
		char *images[] = {(char *)(guintptr)word, NULL};
		return rig_candidate_from_images(images, error);
	}
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(GHashTable) defines = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(RigCandidate) candidate = rig_candidate_load(sources, word, defines, issues);
	if (candidate != NULL && issues->list->len == 0)
		return g_steal_pointer(&candidate);
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "a candidate is a manifest, or TARGET=FILE:\n%s",
	            g_strchomp(text));
	return NULL;
}

static gboolean candidate_add_image(RigGateCandidate *gate, const RigCandidateImage *row,
                                    GError **error)
{
	g_autoptr(RigImage) image = rig_image_load(row->path, row->address, error);
	if (image == NULL)
		return FALSE;
	if (row->sha256 != NULL && strcmp(row->sha256, image->sha256) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: its SHA-256 is %s, the manifest says %s", row->path, image->sha256,
		            row->sha256);
		return FALSE;
	}
	rig_gate_image_add(gate->images, row->target, image->sha256, image->load_digest);
	return TRUE;
}

RigGateCandidate *rig_decision_candidate(const char *word, GError **error)
{
	g_autoptr(RigCandidate) candidate = candidate_load(word, error);
	g_autoptr(RigGateCandidate) gate = rig_gate_candidate_new();
	if (candidate == NULL)
		return NULL;
	for (guint i = 0; i < candidate->images->len; i++)
		if (!candidate_add_image(gate, candidate->images->pdata[i], error))
			return NULL;
	const RigGateImage *first = gate->images->pdata[0];
	gate->digest = g_strdup(candidate->digest != NULL ? candidate->digest : first->sha256);
	gate->name = g_strdup(candidate->name);
	gate->version = g_strdup(candidate->version);
	gate->model = g_strdup(candidate->model_sha256);
	gate->counter = candidate->security_counter;
	return g_steal_pointer(&gate);
}

gboolean rig_decision_keep_candidate(RigLedger *ledger, const char *word,
                                     const RigGateCandidate *candidate, GError **error)
{
	g_autoptr(RigCandidate) files = candidate_load(word, error);
	RigHash id;
	if (files == NULL ||
	    (files->path != NULL && !rig_blobs_put_file(ledger->objects, files->path, &id, error)))
		return FALSE;
	for (guint i = 0; i < files->images->len; i++) {
		const RigCandidateImage *row = files->images->pdata[i];
		const RigGateImage *image = candidate->images->pdata[i];
		if (!rig_blobs_put_file(ledger->objects, row->path, &id, error))
			return FALSE;
		g_autofree char *hex = rig_hash_hex(&id);
		if (strcmp(hex, image->sha256) != 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s changed meanwhile; try again",
			            row->path);
			return FALSE;
		}
	}
	return TRUE;
}
