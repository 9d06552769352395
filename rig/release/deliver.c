/* SPDX-License-Identifier: Apache-2.0 */
#include "release/deliver.h"

#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "release/decision.h"
#include "release/head.h"
#include "run/libexec.h"
#include "run/program.h"

#define DELIVER_TIME_US (60 * G_USEC_PER_SEC)
#define DELIVER_FIRST_S 10
#define DELIVER_LAST_S  3600

/* A row of `delivery`, with the head that it tells of. Owned. */
typedef struct {
	char *key, *hook, *policy, *head;
	gint64 attempts;
} Delivery;

static void deliver_free(gpointer data)
{
	Delivery *row = data;
	g_free(row->key);
	g_free(row->hook);
	g_free(row->policy);
	g_free(row->head);
	g_free(row);
}

static GPtrArray *deliver_due(RigLedger *ledger, gboolean all, GError **error)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(deliver_free);
	g_autofree char *now = rig_time_text(g_get_real_time() / G_USEC_PER_SEC);
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error,
	    "SELECT key, hook, policy, digest, attempts FROM delivery JOIN head USING (channel, "
	    "version)"
	    " WHERE state = 'pending' AND (next <= ?1 OR ?2) ORDER BY action = 'rollback' DESC, key",
	    "si", now, (gint64)all);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1) {
		Delivery *row = g_new0(Delivery, 1);
		row->key = g_strdup(rig_rows_text(rows, 0));
		row->hook = g_strdup(rig_rows_text(rows, 1));
		row->policy = g_strdup(rig_rows_text(rows, 2));
		row->head = g_strdup(rig_rows_text(rows, 3));
		row->attempts = sqlite3_column_int64(rows, 4);
		g_ptr_array_add(due, row);
	}
	return more == 0 ? g_steal_pointer(&due) : NULL;
}

static const RigPolicyHook *deliver_hook(const RigPolicy *policy, const char *name)
{
	for (guint i = 0; i < policy->hooks->len; i++) {
		const RigPolicyHook *hook = policy->hooks->pdata[i];
		if (strcmp(hook->name, name) == 0)
			return hook;
	}
	return NULL;
}

/* The head's record and the key, which is the same at each try. */
static char *deliver_event(RigLedger *ledger, const Delivery *row, GError **error)
{
	json_t *event = rig_head_record(ledger->objects, ledger->key, row->head, error);
	if (event == NULL)
		return NULL;
	json_object_set_new(event, "key", json_string(row->key));
	json_object_set_new(event, "hook", json_string(row->hook));
	json_object_set_new(event, "head", json_string(row->head));
	char *text = rig_json_canonical(event);
	json_decref(event);
	return text;
}

/* FALSE: it did not go; *said tells. */
static gboolean deliver_run(const RigPolicyHook *hook, char *key, const char *event, char **said)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *post = hook->url == NULL ? NULL : rig_libexec_find("tinyrig-post");
	char *posted[] = {post, hook->url, key, hook->secret, NULL};
	if (hook->url != NULL && post == NULL) {
		*said = g_strdup("tinyrig-post is not there: it is installed with tinyrig, in libexec");
		return FALSE;
	}
	const RigProgram program = {.argv = hook->url == NULL ? hook->argv : posted,
	                            .input = event,
	                            .deadline_us =
	                                rig_clock_now(&rig_clock_monotonic) + DELIVER_TIME_US,
	                            .clock = &rig_clock_monotonic,
	                            .stop_fd = -1};
	RigProgramResult result;
	gboolean good = rig_program_run(&program, &result, &why);
	*said = good ? NULL : g_strndup(why->message, 400);
	rig_program_result_clear(&result);
	return good;
}

static gboolean deliver_enter(RigLedger *ledger, const Delivery *row, const char *said,
                              GError **error)
{
	gint64 wait_s = DELIVER_FIRST_S << MIN(row->attempts, 10);
	g_autofree char *next =
	    rig_time_text(g_get_real_time() / G_USEC_PER_SEC + MIN(wait_s, DELIVER_LAST_S));
	g_autofree char *valid = said == NULL ? NULL : g_utf8_make_valid(said, -1);
	return rig_ledger_add(ledger, "delivery",
	                      json_pack("{s:s, s:s, s:s, s:o}", "key", row->key, "state",
	                                said == NULL ? "done" : "pending", "next", next, "said",
	                                valid == NULL ? json_null() : json_string(valid)),
	                      error);
}

static gboolean deliver_one(RigLedger *ledger, const Delivery *row, RigDelivered *delivered,
                            GError **error)
{
	g_autofree char *said = NULL;
	g_autofree char *event = deliver_event(ledger, row, error);
	g_autoptr(RigPolicy) policy =
	    event == NULL ? NULL : rig_decision_policy(ledger->objects, row->policy, error);
	const RigPolicyHook *hook = policy == NULL ? NULL : deliver_hook(policy, row->hook);
	if (policy == NULL)
		return FALSE;
	if (hook == NULL)
		said = g_strdup("the policy that was in force has no such hook");
	else
		(void)deliver_run(hook, row->key, event, &said);
	if (!deliver_enter(ledger, row, said, error))
		return FALSE;
	if (said == NULL) {
		delivered->done++;
		return TRUE;
	}
	delivered->waiting++;
	g_free(delivered->said);
	delivered->said = g_strdup_printf("%s: %s", row->hook, said);
	return TRUE;
}

gboolean rig_deliver(RigLedger *ledger, gboolean all, RigDelivered *delivered, GError **error)
{
	GError *failure = NULL;
	*delivered = (RigDelivered){0};
	int held = rig_folder_hold(ledger->objects, LOCK_EX | LOCK_NB, &failure);
	if (held < 0) {
		if (failure != NULL)
			g_propagate_error(error, failure);
		return failure == NULL;
	}
	g_autoptr(GPtrArray) due = deliver_due(ledger, all, error);
	gboolean good = due != NULL;
	for (guint i = 0; good && i < due->len; i++)
		good = deliver_one(ledger, due->pdata[i], delivered, error);
	close(held);
	/* What somebody who was killed left behind the checkpoint comes before it, too. */
	return good && rig_ledger_publish(ledger, error);
}
