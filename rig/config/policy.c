/* SPDX-License-Identifier: Apache-2.0 */
#include "config/policy.h"

#include "base/utc.h"
#include <math.h>
#include <string.h>

#define POLICY_SOURCE_TIME "2026-12-24T18:00:00Z"

const char *const rig_policy_roles[] = {"evidence", "approve", NULL};
const char *const rig_policy_events[] = {"promote", "rollback", NULL};
static const char *const policy_readback[] = {"required", "any", NULL};
static const char *const policy_integrity[] = {"any", "plausible", "checked", NULL};

#define SIGNER(member) G_STRUCT_OFFSET(RigPolicySigner, member)
static const RigField policy_signer_rows[] = {
    {.key = "key",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = SIGNER(key),
     .help = "public key, as `tinyrig key export NAME --format vkey` prints it"},
    {.key = "may",
     .type = RIG_FIELD_NAMES,
     .required = TRUE,
     .offset = SIGNER(may),
     .choices = rig_policy_roles,
     .help = "what its signature counts for"},
    {.key = "revoked",
     .type = RIG_FIELD_STRING,
     .offset = SIGNER(revoked),
     .help = "since when it counts for nothing, as \"" POLICY_SOURCE_TIME "\""},
    {.key = "why", .type = RIG_FIELD_STRING, .offset = SIGNER(why), .help = "why it is revoked"},
    {.key = NULL},
};

#define TARGET(member) G_STRUCT_OFFSET(RigPolicyTarget, member)
static const RigField policy_target_rows[] = {
    {.key = "target",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = TARGET(target),
     .shorthand = TRUE,
     .help = "target that is to be released"},
    {.key = "units",
     .type = RIG_FIELD_INTEGER,
     .offset = TARGET(units),
     .min = 1,
     .max = 1000,
     .fallback = "1",
     .help = "specimens, by serial number, each of which satisfies"},
    {.key = NULL},
};

#define SUITE(member) G_STRUCT_OFFSET(RigPolicySuite, member)
static const RigField policy_suite_rows[] = {
    {.key = "suite",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = SUITE(suite),
     .help = "suite that must pass, whole"},
    {.key = "sha256",
     .type = RIG_FIELD_STRINGS,
     .offset = SUITE(sha256),
     .help = "versions of the suite's file that count; else any"},
    {.key = "targets",
     .type = RIG_FIELD_LIST,
     .required = TRUE,
     .offset = SUITE(targets),
     .rows = policy_target_rows,
     .size = sizeof(RigPolicyTarget),
     .help = "on what it must pass"},
    {.key = "passes",
     .type = RIG_FIELD_INTEGER,
     .offset = SUITE(passes),
     .min = 1,
     .max = 1000,
     .fallback = "1",
     .help = "so many of a unit's last runs, each of them"},
    {.key = "fresh",
     .type = RIG_FIELD_QUANTITY,
     .unit = "lifetime",
     .required = TRUE,
     .offset = SUITE(fresh_s),
     .help = "how old a pass may be"},
    {.key = "flakes",
     .type = RIG_FIELD_INTEGER,
     .offset = SUITE(flakes),
     .max = 1000,
     .fallback = "0",
     .help = "failed runs, and cases that passed only on a retry, that are allowed in all"},
    {.key = "attempts",
     .type = RIG_FIELD_INTEGER,
     .offset = SUITE(attempts),
     .min = 1,
     .max = 1000,
     .fallback = "-1",
     .help = "runs of a unit at most; else any number"},
    {.key = "integrity",
     .type = RIG_FIELD_CHOICE,
     .offset = SUITE(integrity),
     .choices = policy_integrity,
     .fallback = "any",
     .help = "what each value that was judged must be at least"},
    {.key = "optional",
     .type = RIG_FIELD_NAMES,
     .offset = SUITE(optional),
     .help = "cases that may be skipped, or not run"},
    {.key = NULL},
};

#define LIMIT(member) G_STRUCT_OFFSET(RigPolicyLimit, member)
static const RigField policy_limit_rows[] = {
    {.key = "suite",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = LIMIT(suite),
     .help = "suite of the value, one of `suites`"},
    {.key = "value",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = LIMIT(value),
     .help = "CASE/LIMIT, as digits/r.energy_p50"},
    {.key = "max",
     .type = RIG_FIELD_STRING,
     .offset = LIMIT(max),
     .help = "how much more than the channel's head, as \"+5%\""},
    {.key = "min",
     .type = RIG_FIELD_STRING,
     .offset = LIMIT(min),
     .help = "how much less, as \"-1%\""},
    {.key = NULL},
};

#define CLOSED(member) G_STRUCT_OFFSET(RigPolicyClosed, member)
static const RigField policy_closed_rows[] = {
    {.key = "from",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = CLOSED(from),
     .help = "as \"" POLICY_SOURCE_TIME "\""},
    {.key = "until",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = CLOSED(until),
     .help = "the same"},
    {.key = "why", .type = RIG_FIELD_STRING, .offset = CLOSED(why), .help = "told to who asks"},
    {.key = NULL},
};

#define WAIVER(member) G_STRUCT_OFFSET(RigPolicyWaiver, member)
static const RigField policy_waiver_rows[] = {
    {.key = "rule",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = WAIVER(rule),
     .help = "as the decision names it; * stands for any letters"},
    {.key = "candidate",
     .type = RIG_FIELD_CUSTOM,
     .required = TRUE,
     .offset = WAIVER(candidate),
     .custom = &rig_custom_sha256,
     .help = "digest of the candidate, the only one it is for"},
    {.key = "until",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = WAIVER(until),
     .help = "its end, as \"" POLICY_SOURCE_TIME "\""},
    {.key = "by",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = WAIVER(by),
     .help = "who waives"},
    {.key = "why",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = WAIVER(why),
     .help = "why"},
    {.key = NULL},
};

#define HOOK(member) G_STRUCT_OFFSET(RigPolicyHook, member)
static const RigField policy_hook_rows[] = {
    {.key = "hook",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = HOOK(name),
     .help = "its name, in the ledger and in its key"},
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .offset = HOOK(argv),
     .help = "program that gets the event as JSON"},
    {.key = "url",
     .type = RIG_FIELD_STRING,
     .offset = HOOK(url),
     .help = "or address that it is POSTed to, https or http"},
    {.key = "secret",
     .type = RIG_FIELD_STRING,
     .offset = HOOK(secret),
     .help = "file, by its whole path, whose content signs what is POSTed"},
    {.key = "events",
     .type = RIG_FIELD_NAMES,
     .offset = HOOK(events),
     .choices = rig_policy_events,
     .help = "events; else all"},
    {.key = NULL},
};

#define POLICY(member) G_STRUCT_OFFSET(RigPolicy, member)
#define POLICY_LIST(name, required_, rows_, struct_, help_)                                        \
	{                                                                                              \
		.key = #name, .type = RIG_FIELD_LIST, .required = required_, .offset = POLICY(name),       \
		.rows = rows_, .size = sizeof(struct_), .help = help_                                      \
	}
const RigField rig_policy_rows[] = {
    {.key = "policy",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = POLICY(name),
     .help = "its name"},
    {.key = "channel",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = POLICY(channel),
     .help = "channel whose rules these are"},
    {.key = "after",
     .type = RIG_FIELD_NAME,
     .offset = POLICY(after),
     .help = "channel that the candidate must be the head of"},
    {.key = "soak",
     .type = RIG_FIELD_QUANTITY,
     .unit = "lifetime",
     .offset = POLICY(soak_s),
     .help = "how long it must have been there"},
    {.key = "readback",
     .type = RIG_FIELD_CHOICE,
     .offset = POLICY(readback),
     .choices = policy_readback,
     .fallback = "required",
     .help = "whether a run counts whose board was not proven to hold the image"},
    {.key = "approvals",
     .type = RIG_FIELD_INTEGER,
     .offset = POLICY(approvals),
     .max = 16,
     .fallback = "0",
     .help = "people who approve, each with a key of their own"},
    {.key = "approvals_fresh",
     .type = RIG_FIELD_QUANTITY,
     .unit = "lifetime",
     .offset = POLICY(approvals_fresh_s),
     .fallback = "7d",
     .help = "how old an approval may be"},
    POLICY_LIST(signers, TRUE, policy_signer_rows, RigPolicySigner, "whose signatures count"),
    POLICY_LIST(suites, TRUE, policy_suite_rows, RigPolicySuite, "what must have passed"),
    POLICY_LIST(limits, FALSE, policy_limit_rows, RigPolicyLimit,
                "values beside those of the channel's head, on the same units"),
    POLICY_LIST(closed, FALSE, policy_closed_rows, RigPolicyClosed,
                "when nothing is promoted; a rollback always may"),
    POLICY_LIST(waivers, FALSE, policy_waiver_rows, RigPolicyWaiver,
                "rules that do not hold for one candidate, until a day"),
    POLICY_LIST(hooks, FALSE, policy_hook_rows, RigPolicyHook,
                "who is told of promotions and rollbacks"),
    {.key = NULL},
};

gboolean rig_policy_share(const char *text, double *share)
{
	char *end = NULL;
	gsize length = strspn(text, "+-0123456789.");
	*share = g_ascii_strtod(text, &end) / 100;
	return length > 1 && (text[0] == '+' || text[0] == '-') && end == text + length &&
	       strcmp(end, "%") == 0 && isfinite(*share);
}

/* What is looked at in one list. */
typedef struct {
	RigBinder *binder;
	const RigNode *item;
} PolicyCheck;

static void policy_check_time(const PolicyCheck *check, const char *key, const char *text)
{
	const RigNode *node = rig_node_get(check->item, key);
	gsize mark = rig_binder_enter(check->binder, key);
	if (text != NULL && node != NULL && rig_time_read(text) < 0)
		rig_binder_issue(
		    check->binder, node,
		    "found \"%.40s\", expected a time with its zone, as \"" POLICY_SOURCE_TIME "\"", text);
	rig_binder_leave(check->binder, mark);
}

static void policy_check_share(const PolicyCheck *check, const char *key, const char *text)
{
	double share;
	const RigNode *node = rig_node_get(check->item, key);
	gsize mark = rig_binder_enter(check->binder, key);
	if (text != NULL && node != NULL && !rig_policy_share(text, &share))
		rig_binder_issue(check->binder, node,
		                 "found \"%.40s\", expected a share with its sign, as \"+5%%\"", text);
	rig_binder_leave(check->binder, mark);
}

static void policy_check_signer(const PolicyCheck *check, gconstpointer item)
{
	policy_check_time(check, "revoked", ((const RigPolicySigner *)item)->revoked);
}

static void policy_check_limit(const PolicyCheck *check, gconstpointer item)
{
	const RigPolicyLimit *limit = item;
	policy_check_share(check, "max", limit->max);
	policy_check_share(check, "min", limit->min);
	if (limit->max == NULL && limit->min == NULL)
		rig_binder_issue(check->binder, check->item, "a limit has `max`, `min` or both");
}

static void policy_check_closed(const PolicyCheck *check, gconstpointer item)
{
	policy_check_time(check, "from", ((const RigPolicyClosed *)item)->from);
	policy_check_time(check, "until", ((const RigPolicyClosed *)item)->until);
}

static void policy_check_waiver(const PolicyCheck *check, gconstpointer item)
{
	policy_check_time(check, "until", ((const RigPolicyWaiver *)item)->until);
}

static void policy_check_hook(const PolicyCheck *check, gconstpointer item)
{
	const RigPolicyHook *hook = item;
	const char *why = NULL;
	if ((hook->argv == NULL) == (hook->url == NULL))
		why = "a hook has either `argv` or `url`";
	else if (hook->url != NULL && !g_str_has_prefix(hook->url, "https://") &&
	         !g_str_has_prefix(hook->url, "http://"))
		why = "`url` begins with https:// or http://";
	else if (hook->secret != NULL && (hook->url == NULL || !g_path_is_absolute(hook->secret)))
		why = "`secret` goes with `url`, and is a whole path";
	if (why != NULL)
		rig_binder_issue(check->binder, check->item, "%s", why);
}

static void policy_check(RigBinder *binder, const RigPolicy *policy, const RigNode *root)
{
	const struct {
		const char *key;
		const GPtrArray *items;
		void (*check)(const PolicyCheck *check, gconstpointer item);
	} lists[] = {
	    {"signers", policy->signers, policy_check_signer},
	    {"limits", policy->limits, policy_check_limit},
	    {"closed", policy->closed, policy_check_closed},
	    {"waivers", policy->waivers, policy_check_waiver},
	    {"hooks", policy->hooks, policy_check_hook},
	};
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		const RigNode *list = rig_node_get(root, lists[i].key);
		gsize mark = rig_binder_enter(binder, lists[i].key);
		for (guint k = 0; list != NULL && list->kind == RIG_NODE_LIST && lists[i].items != NULL &&
		                  k < lists[i].items->len;
		     k++) {
			const PolicyCheck check = {binder, list->items->pdata[k]};
			gsize inner = rig_binder_enter_index(binder, k);
			lists[i].check(&check, lists[i].items->pdata[k]);
			rig_binder_leave(binder, inner);
		}
		rig_binder_leave(binder, mark);
	}
	if (policy->soak_s > 0 && policy->after == NULL)
		rig_binder_issue(binder, root, "`soak` is time in a channel: `after` names it");
}

static void policy_fill_lists(RigPolicy *policy)
{
	GPtrArray **const lists[] = {&policy->signers, &policy->suites,  &policy->limits,
	                             &policy->closed,  &policy->waivers, &policy->hooks};
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		if (*lists[i] == NULL)
			*lists[i] = g_ptr_array_new();
}

void rig_policy_free(RigPolicy *policy)
{
	if (policy == NULL)
		return;
	rig_fields_free(rig_policy_rows, policy);
	g_free(policy->path);
	g_free(policy->sha256);
	g_free(policy);
}

RigPolicy *rig_policy_load(RigSources *sources, const char *path, RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	RigPlace whole = {g_intern_string(absolute), 0, 0};
	const RigSource *source = rig_sources_read(sources, absolute, &error);
	if (source == NULL) {
		rig_issues_add(issues, &whole, "", "%s", error->message);
		return NULL;
	}
	g_autoptr(RigNode) root = rig_node_parse(source, issues);
	if (root == NULL)
		return NULL;
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	RigPolicy *policy = g_new0(RigPolicy, 1);
	policy->path = g_steal_pointer(&absolute);
	policy->sha256 = g_strdup(source->sha256);
	policy->place = root->place;
	if (rig_bind(&binder, rig_policy_rows, root, policy, NULL))
		policy_check(&binder, policy, root);
	policy_fill_lists(policy);
	return policy;
}
