/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate is given: making and freeing it, and the candidate as JSON. */
#include <rig/error.h>
#include <string.h>

#include "release/dsse.h"
#include "release/gate.h"
#include "release/note.h"

static void gate_free_image(gpointer data)
{
	RigGateImage *image = data;
	g_free(image->target);
	g_free(image->sha256);
	g_free(image->load_digest);
	g_free(image);
}

GPtrArray *rig_gate_images_new(void)
{
	return g_ptr_array_new_with_free_func(gate_free_image);
}

RigGateImage *rig_gate_image_add(GPtrArray *images, const char *target, const char *sha256,
                                 const char *load_digest)
{
	RigGateImage *image = g_new0(RigGateImage, 1);
	image->target = g_strdup(target);
	image->sha256 = g_strdup(sha256);
	image->load_digest = g_strdup(load_digest);
	g_ptr_array_add(images, image);
	return image;
}

RigGateCandidate *rig_gate_candidate_new(void)
{
	RigGateCandidate *candidate = g_new0(RigGateCandidate, 1);
	candidate->counter = -1;
	candidate->images = rig_gate_images_new();
	return candidate;
}

void rig_gate_candidate_free(RigGateCandidate *candidate)
{
	if (candidate == NULL)
		return;
	g_free(candidate->digest);
	g_free(candidate->name);
	g_free(candidate->version);
	g_free(candidate->model);
	g_ptr_array_unref(candidate->images);
	g_free(candidate);
}

json_t *rig_gate_candidate_json(const RigGateCandidate *candidate)
{
	json_t *images = json_array();
	for (guint i = 0; i < candidate->images->len; i++) {
		const RigGateImage *image = candidate->images->pdata[i];
		json_array_append_new(images,
		                      json_pack("{s:s, s:s, s:s}", "target", image->target, "sha256",
		                                image->sha256, "load_digest", image->load_digest));
	}
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:I, s:o}", "digest", candidate->digest, "name",
	                 candidate->name, "version", candidate->version, "model", candidate->model,
	                 "security_counter", (json_int_t)candidate->counter, "images", images);
}

RigGateCandidate *rig_gate_candidate_read(const json_t *json, GError **error)
{
	g_autoptr(RigGateCandidate) candidate = rig_gate_candidate_new();
	const json_t *images = json_object_get(json, "images");
	candidate->digest = g_strdup(rig_json_string(json, "digest"));
	candidate->name = g_strdup(rig_json_string(json, "name"));
	candidate->version = g_strdup(rig_json_string(json, "version"));
	candidate->model = g_strdup(rig_json_string(json, "model"));
	candidate->counter = rig_json_integer(json, "security_counter", -1);
	gboolean good = candidate->digest != NULL && json_array_size(images) > 0;
	for (gsize i = 0; i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		const char *target = rig_json_string(image, "target");
		const char *sha256 = rig_json_string(image, "sha256");
		const char *load = rig_json_string(image, "load_digest");
		good = good && target != NULL && sha256 != NULL && load != NULL;
		rig_gate_image_add(candidate->images, target, sha256, load);
	}
	if (good)
		return g_steal_pointer(&candidate);
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "what is kept of a candidate is none");
	return NULL;
}

RigGateFacts *rig_gate_facts_new(void)
{
	RigGateFacts *facts = g_new0(RigGateFacts, 1);
	facts->floor = -1;
	facts->head_images = rig_gate_images_new();
	facts->revoked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	facts->tails = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return facts;
}

void rig_gate_facts_free(RigGateFacts *facts)
{
	if (facts == NULL)
		return;
	g_free(facts->origin);
	g_free(facts->frozen);
	g_free(facts->held);
	g_free(facts->bad);
	g_free(facts->head);
	g_free(facts->after_head);
	g_ptr_array_unref(facts->head_images);
	g_hash_table_unref(facts->revoked);
	g_hash_table_unref(facts->tails);
	g_free(facts);
}

static void gate_free_evidence(gpointer data)
{
	RigGateEvidence *evidence = data;
	g_free(evidence->digest);
	g_free(evidence->signer);
	rig_statement_clear(&evidence->statement);
	g_free(evidence);
}

GPtrArray *rig_gate_evidence_new(void)
{
	return g_ptr_array_new_with_free_func(gate_free_evidence);
}

static void gate_free_signer(gpointer data)
{
	RigGateSigner *signer = data;
	g_free(signer->id);
	g_free(signer->name);
	rig_key_free(signer->key);
	g_free(signer);
}

static RigGateSigner *gate_open_signer(const RigPolicySigner *row, GError **error)
{
	RigGateSigner *signer = g_new0(RigGateSigner, 1);
	signer->key = rig_note_vkey_read(row->key, &signer->name, error);
	signer->id = signer->key == NULL ? NULL : g_strdup(rig_key_id(signer->key));
	signer->revoked_s = row->revoked == NULL ? G_MAXINT64 : rig_time_read(row->revoked);
	signer->evidence = g_strv_contains((const char *const *)row->may, rig_policy_roles[0]);
	signer->approve = g_strv_contains((const char *const *)row->may, rig_policy_roles[1]);
	return signer;
}

GPtrArray *rig_gate_signers(const RigPolicy *policy, GError **error)
{
	g_autoptr(GPtrArray) signers = g_ptr_array_new_with_free_func(gate_free_signer);
	for (guint i = 0; i < policy->signers->len; i++) {
		RigGateSigner *signer = gate_open_signer(policy->signers->pdata[i], error);
		g_ptr_array_add(signers, signer);
		if (signer->key == NULL) {
			g_prefix_error(error, "%s: signers[%u].key: ", policy->path, i);
			return NULL;
		}
	}
	return g_steal_pointer(&signers);
}
