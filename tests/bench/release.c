/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ledger of 100,000 runs costs. Prints "NAME VALUE UNIT LIMIT" a line: audit.verify_100k
 * (all entries, their tiles and tables; the statements of the candidate's runs), gate.100k_runs (a
 * decision, with its entry, tiles and checkpoint on the disk) and promote, the same with a head;
 * the middle one of some. usage: release IMAGE WORK; $TINYRIG_STATE is a folder that is not there
 * yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/audit.h"
#include "release/blobs.h"
#include "release/channel.h"
#include "release/evidence.h"
#include "release/keys.h"

#define RUNS   100000
#define OWN    100 /* of them with the candidate's image */
#define ROUNDS 7

static void fail(const GError *error)
{
	fprintf(stderr, "release: %s\n", error == NULL ? "failed" : error->message);
	exit(1);
}

/* A run that passed, as evidence tells it, on one of two units. */
static char *run_statement(const RigGateImage *image, int number, int previous)
{
	g_autofree char *time = rig_time_text(g_get_real_time() / G_USEC_PER_SEC - 60);
	json_t *findings = json_array();
	for (int i = 0; i < 40; i++) /* about as long as the smoke suite's */
		json_array_append_new(findings,
		                      json_pack("{s:s, s:s, s:f, s:s, s:s}", "limit", "r.latency_p90",
		                                "verdict", "pass", "value", 5.0, "integrity", "checked",
		                                "expected", "at most 60 ms"));
	json_t *run = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:[{s:s, s:s, s:[{s:o}]}]}",
	                        "id", "run", "suite", "smoke", "target", "host", "verdict", "pass",
	                        "started", time, "load_digest", image->load_digest, "suite_sha256",
	                        image->sha256, "interrupted", 0, "cases", "name", "digits", "verdict",
	                        "pass", "attempts", "findings", findings);
	json_t *root =
	    json_pack("{s:s, s:[{s:{s:s}}], s:s, s:{s:o, s:o, s:s, s:{s:s}, s:{s:[s]}, s:o}}", "_type",
	              RIG_STATEMENT_TYPE, "subject", "digest", "sha256", image->sha256, "predicateType",
	              RIG_STATEMENT_HIL_RUN, "predicate", "number", json_sprintf("%d", number),
	              "previous", json_sprintf("%d", previous), "readback", "read back", "unit",
	              "serial", number / (RUNS / OWN) % 2 == 0 ? "U1" : "U2", "header", "suite_cases",
	              "digits", "run", run);
	char *text = rig_json_canonical(root);
	json_decref(root);
	return text;
}

static void add(RigLedger *ledger, const char *type, json_t *fields)
{
	g_autoptr(GError) error = NULL;
	if (!rig_ledger_append(ledger, type, fields, &error))
		fail(error);
}

static void add_run(RigLedger *ledger, const RigKey *key, const char *image, int number,
                    int previous)
{
	g_autofree char *name = g_strdup_printf("run-%d", number);
	add(ledger, "run",
	    json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:s}", "number", number, "previous", previous,
	              "run", name, "rig", rig_key_id(key), "image", image, "suite", "smoke", "board",
	              "a"));
}

static void add_evidence(RigLedger *ledger, const RigKey *key, const RigGateImage *image,
                         int number, int previous)
{
	g_autoptr(GError) error = NULL;
	g_auto(RigStatement) statement = {0};
	g_autofree char *text = run_statement(image, number, previous);
	g_autofree char *line =
	    rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)text, strlen(text), &error);
	RigHash id;
	if (line == NULL || !rig_blobs_put(ledger->objects, line, strlen(line), &id, &error) ||
	    !rig_statement_read(&statement, (const guint8 *)text, strlen(text), &error))
		fail(error);
	g_autofree char *digest = rig_hash_hex(&id);
	add(ledger, "evidence", rig_evidence_entry(&statement, digest, rig_key_id(key), NULL));
}

static void fill(RigLedger *ledger, const RigKey *key, const RigGateImage *image)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *public_key = g_base64_encode(rig_key_public(key), RIG_KEY_BYTES);
	int previous = 0;
	if (!rig_ledger_begin(ledger, &error))
		fail(error);
	add(ledger, "key",
	    json_pack("{s:s, s:s, s:s, s:s}", "key", rig_key_id(key), "name", "rig", "public",
	              public_key, "role", "evidence"));
	for (int i = 1; i <= RUNS; i++) {
		gboolean own = i % (RUNS / OWN) == 0;
		g_autofree char *other =
		    g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)&i, sizeof i);
		add_run(ledger, key, own ? image->sha256 : other, i, own ? previous : 0);
		if (own) {
			add_evidence(ledger, key, image, i, previous);
			previous = i;
		}
	}
	if (!rig_ledger_commit(ledger, &error) || !rig_ledger_publish(ledger, &error))
		fail(error);
}

static int compare(const void *a, const void *b)
{
	const double one = *(const double *)a, other = *(const double *)b;
	return (one > other) - (one < other);
}

static void tell(const char *name, double *took, guint count, const char *limit)
{
	qsort(took, count, sizeof *took, compare);
	printf("%s %.1f ms %s\n", name, took[count / 2], limit);
}

static double since_ms(gint64 begin_us)
{
	return (double)(g_get_monotonic_time() - begin_us) / 1000;
}

static void measure_gate(RigLedger *ledger, const RigGateCandidate *candidate, const char *policy)
{
	g_autoptr(GError) error = NULL;
	double took[ROUNDS];
	for (guint i = 0; i < ROUNDS; i++) {
		const RigAsk ask = {.policy = policy, .candidate = candidate, .as_of_s = -1};
		g_auto(RigDecided) decided = {0};
		gint64 begin_us = g_get_monotonic_time();
		if (!rig_ledger_begin(ledger, &error) ||
		    !rig_decision_make(ledger, &ask, &decided, &error) ||
		    !rig_ledger_commit(ledger, &error) || !rig_ledger_publish(ledger, &error))
			fail(error);
		took[i] = since_ms(begin_us);
		if (decided.verdict != RIG_RULE_PASS)
			fail(NULL);
	}
	tell("gate.100k_runs", took, ROUNDS, "200");
}

static void measure_promote(RigLedger *ledger, const char *word, const RigGateCandidate *candidate,
                            const char *policy)
{
	g_autoptr(GError) error = NULL;
	const RigAsk ask = {.policy = policy, .candidate = candidate, .as_of_s = -1};
	g_auto(RigDecided) decided = {0};
	gint64 version, begin_us = g_get_monotonic_time();
	if (!rig_channel_promote(ledger, word, &ask, "smoke", &decided, &version, &error) ||
	    version != 1)
		fail(error);
	double took = since_ms(begin_us);
	tell("promote", &took, 1, "null");
}

static void measure_audit(void)
{
	double took[3];
	for (guint i = 0; i < G_N_ELEMENTS(took); i++) {
		g_autoptr(GError) error = NULL;
		RigAudit audit = {0};
		gint64 begin_us = g_get_monotonic_time();
		if (!rig_audit_verify(&audit, NULL, &error) || audit.damage->len > 0)
			fail(error);
		took[i] = since_ms(begin_us);
		rig_audit_clear(&audit);
	}
	tell("audit.verify_100k", took, G_N_ELEMENTS(took), "null");
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	if (argc != 3)
		return 4;
	g_autofree char *word = g_strdup_printf("host=%s", argv[1]);
	g_autofree char *policy = g_build_filename(argv[2], "policy.yaml", NULL);
	g_autoptr(RigGateCandidate) candidate = rig_decision_candidate(word, &error);
	g_autoptr(RigKey) key = rig_keys_own(RIG_KEY_RIG, &error);
	g_autoptr(RigLedger) ledger = key == NULL ? NULL : rig_ledger_open(TRUE, &error);
	if (candidate == NULL || ledger == NULL)
		fail(error);
	g_autofree char *vkey = rig_note_vkey("rig", key);
	g_autofree char *text = g_strdup_printf(
	    "policy: smoke\nchannel: smoke\nsigners: [{key: \"%s\", may: [evidence]}]\n"
	    "suites: [{suite: smoke, targets: [{target: host, units: 2}], passes: 10, fresh: 7d}]\n",
	    vkey);
	if (!g_file_set_contents(policy, text, -1, &error))
		fail(error);
	fill(ledger, key, candidate->images->pdata[0]);
	measure_audit();
	measure_gate(ledger, candidate, policy);
	measure_promote(ledger, word, candidate, policy);
	return 0;
}
