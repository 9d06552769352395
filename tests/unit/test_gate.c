/* SPDX-License-Identifier: Apache-2.0 */
/* Situations that a gate meets, what it decides, and by which word. */
#include "release/gate.h"
#include "test.h"

#include <string.h>

#define NOW    G_GINT64_CONSTANT(1800000000)
#define DAY    86400
#define DIGEST "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"

static const char hex_image[] = "1111111111111111111111111111111111111111111111111111111111111111";
static const char hex_load[] = "2222222222222222222222222222222222222222222222222222222222222222";
static const char hex_other[] = "3333333333333333333333333333333333333333333333333333333333333333";
static const char hex_head[] = "4444444444444444444444444444444444444444444444444444444444444444";

/*
 * runs: one after the other, parted by commas: UNIT VERDICT and words: old, future, unread (not
 * read back), load, image (another's), version (of the suite), flaky, quarantined, skipped, missing
 * (a case), thin, plausible, interrupted, stranger, other (a second rig, trusted), ill (a rig whose
 * key is revoked), gone (nobody brings the evidence), head (of the head's image), suite (another),
 * v=NUMBER (its value). "nounit" as a unit: the bench does not say. tally: one comes from `other`;
 * approve, approve-old, approve-else, approve-stranger, approve-again: approvals.
 */
typedef struct {
	const char *about, *suite, *policy, *facts, *runs;
	RigRuleVerdict verdict;
	const char *reason;
} Situation;

#define PROMOTE RIG_RULE_PASS, ""
#define HOLD    RIG_RULE_HOLD
#define REFUSE  RIG_RULE_REFUSE
#define LIMIT   "limits: [{suite: smoke, value: digits/r.energy_p50, max: +5%}]"
#define WAIVER(rule, candidate, until)                                                             \
	"waivers: [{rule: \"" rule "\", candidate: \"" candidate "\", until: \"" until                 \
	"\", by: ann, why: known}]"

static const Situation situations[] = {
    {"one pass is enough", "", "", "", "H1 pass", PROMOTE},
    {"nothing was run", "", "", "", "", HOLD, "missing"},
    {"it failed", "", "", "", "H1 fail", REFUSE, "failed"},
    {"the rig was wrong", "", "", "", "H1 error", HOLD, "error"},
    {"nobody knows", "", "", "", "H1 inconclusive", HOLD, "inconclusive"},
    {"all was skipped", "", "", "", "H1 skip", HOLD, "skip"},
    {"interrupted", "", "", "", "H1 error interrupted", HOLD, "aborted"},
    {"retry until green", "", "", "", "H1 fail, H1 pass", REFUSE, "failed"},
    {"retry until green, many times", "passes: 3", "", "", "H1 fail, H1 pass, H1 pass, H1 pass",
     REFUSE, "failed"},
    {"a failure that is allowed", "flakes: 1", "", "", "H1 fail, H1 pass", PROMOTE},
    {"one more than is allowed", "flakes: 1", "", "", "H1 fail, H1 fail, H1 pass", REFUSE,
     "failed"},
    {"allowed, but it is the last", "flakes: 1", "", "", "H1 pass, H1 fail", REFUSE, "failed"},
    {"passed on a retry within the run", "", "", "", "H1 pass flaky", HOLD, "flaky"},
    {"which is allowed", "flakes: 1", "", "", "H1 pass flaky", PROMOTE},
    {"a failure that was left out", "", "", "", "H1 fail gone, H1 pass", HOLD, "number-gap"},
    {"a failure left out at the end", "", "", "", "H1 pass, H1 fail gone", HOLD, "number-gap"},
    {"left out in the middle", "passes: 2", "", "", "H1 pass, H1 fail gone, H1 pass", HOLD,
     "number-gap"},
    {"a run that is still at work", "", "", "", "H1 pass, H2 error gone", HOLD, "number-gap"},
    {"a gap nobody may waive", "", WAIVER("numbers.*", DIGEST, "2030-01-01T00:00:00Z"), "",
     "H1 pass, H1 fail gone", HOLD, "number-gap"},
    {"evidence of another image", "", "", "", "H1 pass image", HOLD, "other-image"},
    {"other bytes were loaded", "", "", "", "H1 pass load", HOLD, "other-image"},
    {"of another suite", "", "", "", "H1 pass suite", HOLD, "missing"},
    {"an older version of the suite", "sha256: [\"v2\"]", "", "", "H1 pass version", HOLD,
     "other-suite"},
    {"the version that is asked for", "sha256: [\"v1\"]", "", "", "H1 pass", PROMOTE},
    {"not read back", "", "", "", "H1 pass unread", HOLD, "not-read-back"},
    {"not read back, which may be", "", "readback: any", "", "H1 pass unread", PROMOTE},
    {"not read back cannot be waived", "", WAIVER("suites.*", DIGEST, "2030-01-01T00:00:00Z"), "",
     "H1 pass unread", HOLD, "not-read-back"},
    {"old evidence replayed", "", "", "", "H1 pass old", HOLD, "stale"},
    {"evidence of the future", "", "", "", "H1 pass future", HOLD, "of-the-future"},
    {"the clock was set back", "", "", "clock", "H1 pass", HOLD, "clock-set-back"},
    {"signed by a stranger", "", "", "", "H1 pass stranger", HOLD, "wrong-signer"},
    {"signed by a revoked key", "", "", "", "H1 pass ill", HOLD, "revoked-signer"},
    {"revoked in the ledger alone", "", "", "revoked", "H1 pass", HOLD, "revoked-signer"},
    {"another rig's, with its tally", "", "", "", "H1 pass other, tally", PROMOTE},
    {"another rig's, without", "", "", "", "H1 pass other", HOLD, "no-tally"},
    {"another rig's failure left out", "", "", "", "H1 fail other gone, H1 pass other, tally", HOLD,
     "number-gap"},
    {"two rigs, one of them failed", "", "", "", "H1 pass, H2 fail other, tally", REFUSE, "failed"},
    {"a case was skipped", "", "", "", "H1 pass skipped", HOLD, "skipped"},
    {"a case that may be", "optional: [digits]", "", "", "H1 pass skipped", PROMOTE},
    {"a case was not selected", "", "", "", "H1 pass missing", HOLD, "not-run"},
    {"it does not say which cases there are", "", "", "", "H1 pass thin", HOLD, "too-thin"},
    {"quarantined, but asked for", "", "", "", "H1 pass quarantined", HOLD, "quarantined"},
    {"plausible only, checked is asked", "integrity: checked", "", "", "H1 pass plausible", HOLD,
     "integrity"},
    {"plausible is enough", "integrity: plausible", "", "", "H1 pass plausible", PROMOTE},
    {"too few passes", "passes: 3", "", "", "H1 pass, H1 pass", HOLD, "too-few-passes"},
    {"enough passes", "passes: 3", "", "", "H1 pass, H1 pass, H1 pass", PROMOTE},
    {"two units, each once", "units 2", "", "", "H1 pass, H2 pass", PROMOTE},
    {"the golden board twice", "units 2", "", "", "H1 pass, H1 pass", HOLD, "units"},
    {"one of two units failed", "units 2", "", "", "H1 pass, H2 fail", REFUSE, "failed"},
    {"nobody knows which unit", "", "", "", "nounit pass", HOLD, "unit-unknown"},
    {"tried too often", "attempts: 2", "", "", "H1 error, H1 error, H1 pass", HOLD,
     "too-many-attempts"},
    {"errors do not count as passes", "passes: 2", "", "", "H1 pass, H1 error, H1 pass", HOLD,
     "error"},
    {"frozen", "", "", "frozen", "H1 pass", HOLD, "frozen"},
    {"held after a rollback", "", "", "held", "H1 pass", HOLD, "held-after-rollback"},
    {"marked bad", "", "", "bad", "H1 pass", REFUSE, "bad-mark"},
    {"bad cannot be waived", "", WAIVER("*", DIGEST, "2030-01-01T00:00:00Z"), "bad", "H1 pass",
     REFUSE, "bad-mark"},
    {"below the security floor", "", "", "floor=8", "H1 pass", REFUSE, "security-floor"},
    {"at the floor", "", "", "floor=7", "H1 pass", PROMOTE},
    {"there already", "", "", "there", "H1 pass", REFUSE, "already-there"},
    {"closed today", "",
     "closed: [{from: \"2027-01-14T00:00:00Z\", until: \"2027-01-16T00:00:00Z\"}]", "", "H1 pass",
     HOLD, "closed"},
    {"closed another day", "",
     "closed: [{from: \"2027-02-14T00:00:00Z\", until: \"2027-02-16T00:00:00Z\"}]", "", "H1 pass",
     PROMOTE},
    {"not in the channel before", "", "after: smoke", "", "H1 pass", HOLD, "not-in-channel"},
    {"in it, too short", "", "after: smoke\nsoak: 2d", "after", "H1 pass", HOLD, "soak"},
    {"in it, long enough", "", "after: smoke\nsoak: 1h", "after", "H1 pass", PROMOTE},
    {"nobody approved", "", "approvals: 1", "", "H1 pass", HOLD, "approvals"},
    {"one did", "", "approvals: 1", "", "H1 pass, approve", PROMOTE},
    {"the same person twice", "", "approvals: 2", "", "H1 pass, approve, approve-again", HOLD,
     "approvals"},
    {"approved long ago", "", "approvals: 1", "", "H1 pass, approve-old", HOLD, "approvals"},
    {"approved for another channel", "", "approvals: 1", "", "H1 pass, approve-else", HOLD,
     "approvals"},
    {"approved by who may not", "", "approvals: 1", "", "H1 pass, approve-stranger", HOLD,
     "approvals"},
    {"a waiver", "", WAIVER("suites.smoke.host.*", DIGEST, "2030-01-01T00:00:00Z"), "", "H1 error",
     RIG_RULE_WAIVED, ""},
    {"an expired waiver", "", WAIVER("suites.*", DIGEST, "2026-01-01T00:00:00Z"), "", "H1 error",
     HOLD, "error"},
    {"a waiver for another candidate", "",
     WAIVER("suites.*", "1111111111111111111111111111111111111111111111111111111111111111",
            "2030-01-01T00:00:00Z"),
     "", "H1 error", HOLD, "error"},
    {"no head to compare with", "", LIMIT, "", "H1 pass v=9", PROMOTE},
    {"as good as the head", "", LIMIT, "head", "H1 pass head v=10, H1 pass v=10.4", PROMOTE},
    {"worse than the head", "", LIMIT, "head", "H1 pass head v=10, H1 pass v=10.6", REFUSE,
     "worse-than-head"},
    {"on both sides of the bound", "passes: 2", LIMIT, "head",
     "H1 pass head v=10, H1 pass v=10.4, H1 pass v=10.6", HOLD, "inconclusive"},
    {"the head ran on another unit", "", LIMIT, "head", "H2 pass head v=10, H1 pass v=10", HOLD,
     "no-baseline"},
    {"its value is not known", "", LIMIT, "head", "H1 pass head v=10, H1 pass", HOLD,
     "unknown-value"},
    {"the head's is not", "", LIMIT, "head", "H1 pass head, H1 pass v=10", HOLD, "unknown-value"},
    {"a limit on a suite not asked for", "", "limits: [{suite: long, value: digits/x, max: +5%}]",
     "", "H1 pass", HOLD, "missing"},
};

/* A question under construction. */
typedef struct {
	RigPolicy *policy;
	GPtrArray *signers, *evidence;
	RigGateCandidate *candidate;
	RigGateFacts *facts;
	gint64 number, previous[3], last_other;
} Bed;

static gboolean bed_has(char **words, const char *word)
{
	return g_strv_contains((const char *const *)words, word);
}

static RigPolicy *bed_policy(const Situation *row)
{
	static const char key[] = "a+00000000+AA==";
	gboolean two = strcmp(row->suite, "units 2") == 0;
	g_autofree char *text = g_strdup_printf(
	    "policy: p\nchannel: canary\nsigners:\n  - {key: \"%s\", may: [evidence]}\n"
	    "suites:\n  - {suite: smoke, targets: [{target: host, units: %d}], fresh: 7d%s%s}\n%s\n",
	    key, two ? 2 : 1, two || *row->suite == '\0' ? "" : ", ", two ? "" : row->suite,
	    row->policy);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(sources, "/p.yaml", bytes);
	RigPolicy *policy = rig_policy_load(sources, "/p.yaml", issues);
	g_autofree char *wrong = rig_issues_text(issues);
	ck_assert_msg(issues->list->len == 0, "%s: %s", row->about, wrong);
	return policy;
}

static void bed_free_signer(gpointer data)
{
	RigGateSigner *signer = data;
	g_free(signer->id);
	g_free(signer);
}

static void bed_add_signer(Bed *bed, const char *id, gint64 revoked_s, gboolean approve)
{
	RigGateSigner *signer = g_new0(RigGateSigner, 1);
	signer->id = g_strdup(id);
	signer->revoked_s = revoked_s;
	signer->evidence = !approve;
	signer->approve = approve;
	g_ptr_array_add(bed->signers, signer);
}

static void bed_add(Bed *bed, const char *signer, char *text)
{
	g_autoptr(GError) error = NULL;
	RigGateEvidence *evidence = g_new0(RigGateEvidence, 1);
	evidence->digest = g_strdup_printf("e%u", bed->evidence->len);
	evidence->signer = g_strdup(signer);
	evidence->logged_s = NOW - 60;
	g_ptr_array_add(bed->evidence, evidence);
	ck_assert_msg(
	    rig_statement_read(&evidence->statement, (const guint8 *)text, strlen(text), &error), "%s",
	    error == NULL ? "" : error->message);
	g_free(text);
}

/* One case with one value, as the words say. */
static json_t *bed_case(char **words, const char *verdict)
{
	json_t *value = json_null();
	for (guint i = 0; words[i] != NULL; i++)
		if (g_str_has_prefix(words[i], "v="))
			value = json_real(g_ascii_strtod(words[i] + 2, NULL));
	return json_pack("{s:s, s:s, s:b, s:b, s:[{s:[{s:s, s:o, s:s}]}]}", "name", "digits", "verdict",
	                 bed_has(words, "skipped") ? "skip" : verdict, "flaky", bed_has(words, "flaky"),
	                 "quarantined", bed_has(words, "quarantined"), "attempts", "findings", "limit",
	                 "r.energy_p50", "value", value, "integrity",
	                 bed_has(words, "plausible") ? "plausible" : "checked");
}

static json_t *bed_predicate(Bed *bed, char **words, gint64 previous)
{
	gint64 time_s = bed_has(words, "old")      ? NOW - 30 * DAY
	                : bed_has(words, "future") ? NOW + DAY
	                                           : NOW - DAY + bed->number;
	g_autofree char *time = rig_time_text(time_s),
	                *id = g_strdup_printf("run-%d", (int)bed->number);
	g_autofree char *number = g_strdup_printf("%d", (int)bed->number);
	g_autofree char *before = g_strdup_printf("%d", (int)previous);
	json_t *cases = json_array(), *names = json_array();
	if (!bed_has(words, "missing"))
		json_array_append_new(cases, bed_case(words, words[1]));
	if (!bed_has(words, "thin"))
		json_array_append_new(names, json_string("digits"));
	json_t *run = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "id", id, "verdict",
	                        words[1], "suite", bed_has(words, "suite") ? "long" : "smoke", "target",
	                        "host", "started", time, "suite_sha256", "v1", "load_digest",
	                        bed_has(words, "load")   ? hex_other
	                        : bed_has(words, "head") ? hex_head
	                                                 : hex_load,
	                        "interrupted", bed_has(words, "interrupted"), "cases", cases);
	return json_pack("{s:s, s:s, s:s, s:{s:s?}, s:{s:o}, s:o}", "number", number, "previous",
	                 before, "readback", bed_has(words, "unread") ? "none" : "read back", "unit",
	                 "serial", strcmp(words[0], "nounit") == 0 ? NULL : words[0], "header",
	                 "suite_cases", names, "run", run);
}

static char *bed_statement(const char *kind, const char *subject, json_t *predicate)
{
	json_t *root =
	    json_pack("{s:s, s:[{s:{s:s}}], s:s, s:o}", "_type", RIG_STATEMENT_TYPE, "subject",
	              "digest", "sha256", subject, "predicateType", kind, "predicate", predicate);
	char *text = rig_json_canonical(root);
	json_decref(root);
	return text;
}

static void bed_run(Bed *bed, char **words)
{
	const char *image = bed_has(words, "image")  ? hex_other
	                    : bed_has(words, "head") ? hex_head
	                                             : hex_image;
	guint rig = bed_has(words, "other") ? 1 : 0;
	gboolean counts = image == hex_image;
	bed->number++;
	gint64 previous = counts ? bed->previous[rig] : 0;
	if (counts)
		bed->previous[rig] = bed->number;
	if (bed_has(words, "gone"))
		return;
	const char *signer = bed_has(words, "stranger") ? "stranger"
	                     : bed_has(words, "ill")    ? "ill"
	                     : rig == 1                 ? "other"
	                                                : "own";
	bed_add(bed, signer,
	        bed_statement(RIG_STATEMENT_HIL_RUN, image, bed_predicate(bed, words, previous)));
}

static void bed_approve(Bed *bed, const char *word)
{
	g_autofree char *time =
	    rig_time_text(strcmp(word, "approve-old") == 0 ? NOW - 30 * DAY : NOW - 60);
	json_t *predicate =
	    json_pack("{s:s, s:s}", "channel", strcmp(word, "approve-else") == 0 ? "release" : "canary",
	              "time", time);
	bed_add(bed, strcmp(word, "approve-stranger") == 0 ? "stranger" : "ann",
	        bed_statement(RIG_STATEMENT_APPROVAL, DIGEST, predicate));
}

static void bed_tally(Bed *bed)
{
	g_autofree char *last = g_strdup_printf("%d", (int)bed->previous[1]);
	bed_add(bed, "other",
	        bed_statement(RIG_STATEMENT_TALLY, hex_image,
	                      json_pack("{s:s, s:s}", "last", last, "time", "2027-01-14T00:00:00Z")));
}

static void bed_runs(Bed *bed, const char *text)
{
	g_auto(GStrv) items = g_strsplit(text, ", ", -1);
	for (guint i = 0; items[i] != NULL && *items[i] != '\0'; i++) {
		g_auto(GStrv) words = g_strsplit(items[i], " ", -1);
		if (g_str_has_prefix(items[i], "approve"))
			bed_approve(bed, items[i]);
		else if (strcmp(items[i], "tally") == 0)
			bed_tally(bed);
		else
			bed_run(bed, words);
	}
}

static void bed_facts(Bed *bed, const char *word)
{
	RigGateFacts *facts = bed->facts;
	facts->origin = g_strdup("log");
	facts->last_time_s = strcmp(word, "clock") == 0 ? NOW + 1 : NOW - 1;
	if (strcmp(word, "frozen") == 0)
		facts->frozen = g_strdup("a fair");
	if (strcmp(word, "held") == 0)
		facts->held = g_strdup("it was hot");
	if (strcmp(word, "bad") == 0)
		facts->bad = g_strdup("it burns");
	if (g_str_has_prefix(word, "floor="))
		facts->floor = g_ascii_strtoll(word + 6, NULL, 10);
	if (strcmp(word, "there") == 0)
		facts->head = g_strdup(DIGEST);
	if (strcmp(word, "head") == 0)
		rig_gate_image_add(facts->head_images, "host", hex_head, hex_head);
	if (strcmp(word, "after") == 0)
		facts->after_head = g_strdup(DIGEST);
	facts->after_since_s = NOW - DAY;
	const gint64 revoked_s = NOW - DAY, last = bed->previous[0];
	if (strcmp(word, "revoked") == 0)
		g_hash_table_insert(facts->revoked, g_strdup("own"),
		                    g_memdup2(&revoked_s, sizeof revoked_s));
	g_hash_table_insert(facts->tails, g_strdup_printf("own %s", hex_image),
	                    g_memdup2(&last, sizeof last));
}

static void bed_open(Bed *bed, const Situation *row)
{
	*bed = (Bed){.policy = bed_policy(row),
	             .signers = g_ptr_array_new_with_free_func(bed_free_signer),
	             .evidence = rig_gate_evidence_new(),
	             .candidate = rig_gate_candidate_new(),
	             .facts = rig_gate_facts_new()};
	bed_add_signer(bed, "own", G_MAXINT64, FALSE);
	bed_add_signer(bed, "other", G_MAXINT64, FALSE);
	bed_add_signer(bed, "ill", NOW - DAY, FALSE);
	bed_add_signer(bed, "ann", G_MAXINT64, TRUE);
	bed->candidate->digest = g_strdup(DIGEST);
	bed->candidate->counter = 7;
	rig_gate_image_add(bed->candidate->images, "host", hex_image, hex_load);
	bed_runs(bed, row->runs);
	bed_facts(bed, row->facts);
}

static void bed_close(Bed *bed)
{
	rig_policy_free(bed->policy);
	g_ptr_array_unref(bed->signers);
	g_ptr_array_unref(bed->evidence);
	rig_gate_candidate_free(bed->candidate);
	rig_gate_facts_free(bed->facts);
}

static RigGateInput bed_input(const Bed *bed)
{
	return (RigGateInput){.policy = bed->policy,
	                      .signers = bed->signers,
	                      .candidate = bed->candidate,
	                      .facts = bed->facts,
	                      .evidence = bed->evidence,
	                      .as_of_s = NOW};
}

START_TEST(a_situation)
{
	const Situation *row = &situations[_i];
	RigRuleVerdict verdict;
	Bed bed;
	bed_open(&bed, row);
	const RigGateInput input = bed_input(&bed);
	g_autoptr(GPtrArray) rules = rig_gate_rules(&input, &verdict);
	g_autoptr(GString) told = g_string_new(NULL);
	gboolean found = *row->reason == '\0';
	for (guint i = 0; i < rules->len; i++) {
		const RigRule *rule = rules->pdata[i];
		g_string_append_printf(told, "\n%s %s %s: %s", rig_rule_word(rule->verdict), rule->name,
		                       rule->reason, rule->message);
		found = found || (rule->verdict == verdict && strcmp(rule->reason, row->reason) == 0);
	}
	ck_assert_msg(verdict == row->verdict && found, "%s: %s, expected %s %s%s", row->about,
	              rig_gate_word(verdict), rig_gate_word(row->verdict), row->reason, told->str);
	bed_close(&bed);
}
END_TEST

START_TEST(evidence_in_any_order_gives_the_same_bytes)
{
	const Situation row = {"",
	                       "passes: 3",
	                       LIMIT,
	                       "head",
	                       "H1 pass head v=10, H1 pass v=10, H1 pass v=10.1, H1 pass v=10.7",
	                       HOLD,
	                       ""};
	RigRuleVerdict verdict;
	Bed bed;
	bed_open(&bed, &row);
	const RigGateInput input = bed_input(&bed);
	g_autofree char *first = rig_gate_decide(&input, &verdict);
	for (guint i = 0; i + 1 < bed.evidence->len; i++) {
		gpointer swapped = bed.evidence->pdata[i];
		bed.evidence->pdata[i] = bed.evidence->pdata[i + 1];
		bed.evidence->pdata[i + 1] = swapped;
		g_autofree char *again = rig_gate_decide(&input, &verdict);
		ck_assert_str_eq(first, again);
	}
	bed_close(&bed);
}
END_TEST

static Suite *gate_suite(void)
{
	Suite *suite = suite_create("gate");
	TCase *tests = tcase_create("gate");
	tcase_add_loop_test(tests, a_situation, 0, (int)G_N_ELEMENTS(situations));
	tcase_add_test(tests, evidence_in_any_order_gives_the_same_bytes);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(gate_suite)
