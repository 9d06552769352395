/* SPDX-License-Identifier: Apache-2.0 */
#include "run/supervisor.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/verdict.h"
#include "run/conduct.h"

#define SUPERVISOR_TICK_US (G_USEC_PER_SEC / 5)

typedef struct {
	RigConductSession shared;
	GMainLoop *loop;
	GPtrArray *conducts; /* RigConduct: running and ended */
	GHashTable *repeats; /* RigPlannedRun -> runs that are still to start */
	guint running;
	guint signals;
	int stop_pipe[2];
} Supervisor;

static void supervisor_stop_all(Supervisor *supervisor, const char *why, gboolean interrupted)
{
	g_hash_table_remove_all(supervisor->repeats);
	if (supervisor->stop_pipe[1] >= 0)
		close(supervisor->stop_pipe[1]); /* the other end becomes readable for whoever waits */
	supervisor->stop_pipe[1] = -1;
	for (guint i = 0; i < supervisor->conducts->len; i++)
		rig_conduct_stop(g_ptr_array_index(supervisor->conducts, i), why, interrupted);
}

static gboolean supervisor_on_signal(gpointer user)
{
	Supervisor *supervisor = user;
	supervisor_stop_all(supervisor, "interrupted", TRUE);
	if (++supervisor->signals > 1) {
		for (guint i = 0; i < supervisor->conducts->len; i++)
			rig_conduct_kill(g_ptr_array_index(supervisor->conducts, i));
	}
	return G_SOURCE_CONTINUE;
}

static gboolean supervisor_on_timeout(gpointer user)
{
	supervisor_stop_all(user, "the session's time is used up (--timeout)", FALSE);
	return G_SOURCE_REMOVE;
}

static gboolean supervisor_on_budget(gpointer user)
{
	supervisor_stop_all(user, "the suite's `budget` is used up", FALSE);
	return G_SOURCE_REMOVE;
}

static gboolean supervisor_on_tick(gpointer user)
{
	const RigObserver *observer = ((Supervisor *)user)->shared.observer;
	return observer->tick(observer->user);
}

/* A source that may have ended by itself. */
static void supervisor_remove(guint source)
{
	if (source != 0 && g_main_context_find_source_by_id(NULL, source) != NULL)
		g_source_remove(source);
}

static void supervisor_start(Supervisor *supervisor, const RigPlannedRun *planned)
{
	supervisor->running++;
	RigConduct *conduct = rig_conduct_start(&supervisor->shared, planned);
	g_ptr_array_add(supervisor->conducts, conduct);
}

static void supervisor_on_ended(gpointer user, RigConduct *conduct)
{
	Supervisor *supervisor = user;
	const RigPlannedRun *planned = rig_conduct_planned(conduct);
	supervisor->running--;
	guint left = GPOINTER_TO_UINT(g_hash_table_lookup(supervisor->repeats, planned));
	if (left > 0 && !rig_conduct_holds(conduct)) {
		g_hash_table_insert(supervisor->repeats, (gpointer)(guintptr)planned,
		                    GUINT_TO_POINTER(left - 1));
		supervisor_start(supervisor, planned);
	}
	if (supervisor->running == 0)
		g_main_loop_quit(supervisor->loop);
}

static void supervisor_free_conduct(gpointer conduct)
{
	rig_conduct_free(conduct);
}

static guint supervisor_limit(Supervisor *supervisor, gint64 span_us, GSourceFunc ends)
{
	return span_us <= 0 ? 0 : g_timeout_add((guint)MIN(span_us / 1000, G_MAXINT), ends, supervisor);
}

/* One source per signal and time limit. */
static void supervisor_run(Supervisor *supervisor)
{
	const RigSuperviseOptions *options = supervisor->shared.options;
	const RigPlan *plan = supervisor->shared.plan;
	gint64 budget_us =
	    MIN(plan->suite->budget_us, G_MAXINT64 / MAX(options->repeat, 1)) * options->repeat;
	gboolean ticks = supervisor->shared.observer->tick != NULL;
	const guint sources[] = {
	    g_unix_signal_add(SIGINT, supervisor_on_signal, supervisor),
	    g_unix_signal_add(SIGTERM, supervisor_on_signal, supervisor),
	    supervisor_limit(supervisor, options->timeout_us, supervisor_on_timeout),
	    supervisor_limit(supervisor, budget_us, supervisor_on_budget),
	    supervisor_limit(supervisor, ticks ? SUPERVISOR_TICK_US : 0, supervisor_on_tick),
	};
	for (guint i = 0; i < plan->runs->len; i++)
		supervisor_start(supervisor, g_ptr_array_index(plan->runs, i));
	if (supervisor->running > 0)
		g_main_loop_run(supervisor->loop);
	for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
		supervisor_remove(sources[i]);
}

/* What a killed worker's programs left behind came to us; no process stays. */
static void supervisor_reap_orphans(void)
{
	g_autofree char *children = NULL;
	if (g_file_get_contents("/proc/thread-self/children", &children, NULL, NULL)) {
		g_auto(GStrv) pids = g_strsplit(g_strchomp(children), " ", -1);
		for (guint i = 0; pids[i] != NULL && *pids[i] != 0; i++)
			kill((pid_t)g_ascii_strtoll(pids[i], NULL, 10), SIGKILL);
	}
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

RigSessionReport *rig_supervise(const RigPlan *plan, const RigSuperviseOptions *options,
                                const RigObserver *observer)
{
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	g_autofree char *command = g_strjoinv(" ", options->command);
	RigSessionReport *session = rig_session_report_new(command);
	Supervisor supervisor = {.stop_pipe = {-1, -1}};
	if (pipe2(supervisor.stop_pipe, O_CLOEXEC) != 0)
		supervisor.stop_pipe[0] = supervisor.stop_pipe[1] = -1;
	supervisor.shared = (RigConductSession){.plan = plan,
	                                        .options = options,
	                                        .observer = observer,
	                                        .report = session,
	                                        .stop_fd = supervisor.stop_pipe[0],
	                                        .ended = supervisor_on_ended,
	                                        .user = &supervisor};
	supervisor.loop = g_main_loop_new(NULL, FALSE);
	supervisor.conducts = g_ptr_array_new_with_free_func(supervisor_free_conduct);
	supervisor.repeats = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < plan->runs->len && options->repeat > 1; i++)
		g_hash_table_insert(supervisor.repeats, g_ptr_array_index(plan->runs, i),
		                    GUINT_TO_POINTER(options->repeat - 1));
	if (observer->begin != NULL)
		observer->begin(observer->user, session,
		                plan->runs->len * plan->cases->len * options->repeat);
	supervisor_run(&supervisor);
	session->exit_code = rig_session_exit_code(session);
	g_ptr_array_unref(supervisor.conducts);
	supervisor_reap_orphans();
	g_hash_table_unref(supervisor.repeats);
	g_main_loop_unref(supervisor.loop);
	for (guint i = 0; i < 2; i++) {
		if (supervisor.stop_pipe[i] >= 0)
			close(supervisor.stop_pipe[i]);
	}
	return session;
}

int rig_session_exit_code(const RigSessionReport *session)
{
	gboolean interrupted = FALSE, busy = FALSE;
	RigVerdict worst = RIG_VERDICT_SKIP;
	gboolean failed = FALSE;
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		interrupted = interrupted || run->interrupted;
		busy = busy || run->busy;
		if (run->busy)
			continue;
		failed = failed || run->verdict == RIG_VERDICT_FAIL;
		worst = MAX(worst, run->verdict);
		for (guint k = 0; k < run->cases->len; k++) {
			const RigCaseReport *test = g_ptr_array_index(run->cases, k);
			failed = failed || (test->verdict == RIG_VERDICT_FAIL && !test->quarantined);
		}
	}
	if (interrupted)
		return RIG_EXIT_INTERRUPTED;
	if (failed)
		return RIG_EXIT_FAILED;
	if (worst == RIG_VERDICT_ERROR || worst == RIG_VERDICT_INCONCLUSIVE)
		return RIG_EXIT_BENCH;
	if (busy)
		return RIG_EXIT_BUSY;
	return worst == RIG_VERDICT_PASS ? RIG_EXIT_PASSED : RIG_EXIT_NOTHING;
}
