/* SPDX-License-Identifier: Apache-2.0 */
#include "run/conduct.h"

#include <string.h>

#include "run/assess.h"
#include "run/child.h"
#include "run/follow.h"
#include "run/keep.h"
#include "run/worker.h"

#define CONDUCT_GRACE_US                                                                           \
	(5 * G_USEC_PER_SEC) /* a worker's deadlines are kept by itself; this is for a hung one */
#define CONDUCT_STOP_US        (2 * G_USEC_PER_SEC)
#define CONDUCT_CASE_US        (60 * G_USEC_PER_SEC)
#define CONDUCT_GENERATION_MAX 8u

typedef enum {
	CONDUCT_STARTING, /* the worker claims its board */
	CONDUCT_IDLE,     /* between two attempts */
	CONDUCT_RUNNING,  /* an attempt runs */
	CONDUCT_ENDING,   /* `end` was said */
	CONDUCT_ENDED,
} ConductState;

struct RigConduct {
	const RigConductSession *session;
	const RigPlannedRun *planned;
	RigRunHeader *header;
	char *folder;
	RigAssess assess;
	RigRunReport *report; /* borrowed: the session report owns it */
	RigKeep *keep;
	RigChild *child;
	guint generation;
	RigFollow *follow; /* the journal of the worker at work */
	ConductState state;
	char *running; /* name of the attempt that runs */
	guint number;  /* of it */
	guint timer;
	guint next;          /* index into plan->cases */
	RigCaseReport *test; /* report of the case that is at it; owned until it is committed */
	RigAttempt *setup;   /* the last that passed */
	guint setups;        /* tries of the present setup */
	gboolean needs_safe, needs_setup, teardown_done;
	gboolean stopping, killed;
	char *stop_why, *failed; /* failed: what the worker said of itself */
	char *hold;              /* what did not pass, so that the board is to stay as it is */
	gint64 begin_us;
};

static void conduct_next(RigConduct *conduct);

static void conduct_say(const RigConduct *conduct, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void conduct_say(const RigConduct *conduct, const char *format, ...)
{
	const RigObserver *observer = conduct->session->observer;
	if (observer->say == NULL)
		return;
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	observer->say(observer->user, text);
}

/* The first trouble of the run as a whole stays. */
static void conduct_trouble(RigConduct *conduct, RigVerdict verdict, const char *message)
{
	conduct->report->verdict = MAX(conduct->report->verdict, verdict);
	if (conduct->report->message == NULL)
		conduct->report->message = g_strdup(message);
}

static const RigCase *conduct_case(const RigConduct *conduct)
{
	const GPtrArray *cases = conduct->session->plan->cases;
	return conduct->next < cases->len ? g_ptr_array_index(cases, conduct->next) : NULL;
}

static gboolean conduct_on_timer(gpointer user)
{
	RigConduct *conduct = user;
	conduct->timer = 0;
	conduct->killed = TRUE;
	rig_child_kill(conduct->child);
	return G_SOURCE_REMOVE;
}

static void conduct_arm(RigConduct *conduct, gint64 span_us)
{
	if (conduct->timer != 0)
		g_source_remove(conduct->timer);
	conduct->timer = span_us <= 0 ? 0
	                              : g_timeout_add((guint)MIN(span_us / 1000, G_MAXINT),
	                                              conduct_on_timer, conduct);
}

/* Keeps a verdict, then tells it. What cannot be kept is not told as a verdict. */
static void conduct_commit(RigConduct *conduct)
{
	RigCaseReport *test = conduct->test;
	g_autoptr(GError) error = NULL;
	conduct->test = NULL;
	conduct->next++;
	guint attempts = test->attempts->len;
	gboolean kept =
	    conduct->keep != NULL && rig_keep_verdict(conduct->keep, test->name, attempts,
	                                              test->verdict, TRUE, test->reason, &error);
	if (!kept) {
		test->verdict = RIG_VERDICT_ERROR;
		g_free(test->reason);
		test->reason = g_strdup_printf("the verdict cannot be kept: %s",
		                               error == NULL ? "the run has no folder" : error->message);
		conduct_trouble(conduct, RIG_VERDICT_ERROR, test->reason);
	}
	g_ptr_array_add(conduct->report->cases, test);
	const RigObserver *observer = conduct->session->observer;
	if (observer->verdict != NULL)
		observer->verdict(observer->user, conduct->report, test);
}

static void conduct_skip(RigConduct *conduct, const RigCase *test, const char *reason)
{
	conduct->test = rig_assess_skip(&conduct->assess, test, reason);
	conduct_commit(conduct);
}

/* Cases that this board cannot do. */
static void conduct_skip_unfit(RigConduct *conduct)
{
	const RigBoard *board = rig_bench_board(conduct->session->plan->bench, conduct->report->board);
	const RigCase *test;
	const char *lacks;
	while (conduct->test == NULL && (test = conduct_case(conduct)) != NULL &&
	       (lacks = rig_plan_case_lacks(board, test)) != NULL) {
		g_autofree char *reason = g_strdup_printf("not run: the case needs `%s`, which the board "
		                                          "does not offer",
		                                          lacks);
		conduct_skip(conduct, test, reason);
	}
}

static void conduct_skip_rest(RigConduct *conduct, const char *reason)
{
	if (conduct->test != NULL)
		conduct_commit(conduct);
	const RigCase *test;
	while ((test = conduct_case(conduct)) != NULL)
		conduct_skip(conduct, test, reason);
}

static void conduct_add_totals(RigConduct *conduct)
{
	RigJournalTotals totals = rig_follow_totals(conduct->follow);
	conduct->report->sent_bytes += totals.sent_bytes;
	conduct->report->received_bytes += totals.received_bytes;
	conduct->report->repeats += totals.repeats;
}

static void conduct_end(RigConduct *conduct)
{
	conduct_arm(conduct, 0);
	conduct->state = CONDUCT_ENDED;
	conduct->report->duration_us = g_get_monotonic_time() - conduct->begin_us;
	conduct_add_totals(conduct);
	rig_assess_finish(conduct->report);
	const RigObserver *observer = conduct->session->observer;
	if (observer->ended != NULL)
		observer->ended(observer->user, conduct->report);
	conduct->session->ended(conduct->session->user, conduct);
}

/* The end without a worker: cases that did not run are skipped with the reason. */
static void conduct_give_up(RigConduct *conduct, RigVerdict verdict, const char *message)
{
	conduct_trouble(conduct, verdict, message);
	conduct_skip_rest(conduct, message);
	conduct_end(conduct);
}

static void conduct_run(RigConduct *conduct, const char *name, guint number, gint64 span_us)
{
	g_autofree char *line = g_strdup_printf("run %s %u", name, number);
	g_free(conduct->running);
	conduct->running = g_strdup(name);
	conduct->number = number;
	conduct->state = CONDUCT_RUNNING;
	conduct_arm(conduct, span_us + CONDUCT_GRACE_US);
	rig_child_say(conduct->child, line);
	const RigObserver *observer = conduct->session->observer;
	if (observer->progress != NULL)
		observer->progress(observer->user, conduct->report->board, name);
}

static gint64 conduct_steps_us(const GPtrArray *steps)
{
	gint64 span_us = 0;
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = g_ptr_array_index(steps, i);
		span_us += step->timeout_us > 0 ? step->timeout_us : rig_step_rows[step->kind].timeout_us;
	}
	return span_us;
}

static void conduct_say_end(RigConduct *conduct)
{
	conduct->state = CONDUCT_ENDING;
	conduct_arm(conduct, CONDUCT_STOP_US + G_USEC_PER_SEC / 2);
	rig_child_say(conduct->child, "end");
}

gboolean rig_conduct_holds(const RigConduct *conduct)
{
	return conduct->hold != NULL && !conduct->stopping;
}

/* `what` did not pass: with --hold nothing more is done to the board. */
static void conduct_hold(RigConduct *conduct, const char *what, RigVerdict verdict)
{
	static const char *const how[] = {[RIG_VERDICT_INCONCLUSIVE] = "was inconclusive",
	                                  [RIG_VERDICT_FAIL] = "failed",
	                                  [RIG_VERDICT_ERROR] = "ended in error"};
	if (conduct->session->options->hold_us > 0 && conduct->hold == NULL)
		conduct->hold =
		    g_strdup_printf("held after %s %s (run %s)", what, how[verdict], conduct->header->id);
}

static void conduct_say_hold(RigConduct *conduct)
{
	g_autofree char *line = g_strdup_printf("hold %" G_GINT64_FORMAT " %s",
	                                        conduct->session->options->hold_us, conduct->hold);
	conduct->state = CONDUCT_ENDING;
	conduct_arm(conduct, CONDUCT_GRACE_US);
	rig_child_say(conduct->child, line);
}

/* What comes next on an idle worker: make safe, setup, a case, teardown, the end. */
static void conduct_next(RigConduct *conduct)
{
	const RigSuite *suite = conduct->session->plan->suite;
	if (!conduct->stopping)
		conduct_skip_unfit(conduct);
	const RigCase *test = conduct_case(conduct);
	conduct->state = CONDUCT_IDLE;
	if (rig_conduct_holds(conduct)) {
		conduct_say_hold(conduct);
	} else if (conduct->needs_safe) {
		conduct->needs_safe = FALSE;
		conduct_run(conduct, RIG_ATTEMPT_SAFE, 1, 2 * G_USEC_PER_SEC);
	} else if (conduct->stopping) {
		conduct_skip_rest(conduct, conduct->stop_why);
		conduct_say_end(conduct);
	} else if (test != NULL && conduct->needs_setup && suite->setup->len > 0) {
		conduct_run(conduct, RIG_ATTEMPT_SETUP, ++conduct->setups, conduct_steps_us(suite->setup));
	} else if (test != NULL) {
		if (conduct->test == NULL)
			conduct->test = rig_assess_case(&conduct->assess, test);
		conduct_run(conduct, test->name, conduct->test->attempts->len + 1,
		            test->timeout_us > 0 ? test->timeout_us : CONDUCT_CASE_US);
	} else if (!conduct->teardown_done && suite->teardown->len > 0) {
		conduct->teardown_done = TRUE;
		conduct_run(conduct, RIG_ATTEMPT_TEARDOWN, 1, conduct_steps_us(suite->teardown));
	} else {
		conduct_say_end(conduct);
	}
}

static gboolean conduct_retries(const RigConduct *conduct, RigVerdict verdict, guint tries,
                                gint64 own_retry)
{
	const RigSuperviseOptions *options = conduct->session->options;
	guint retry = own_retry >= 0 ? (guint)own_retry : options->retry;
	gboolean worth =
	    verdict == RIG_VERDICT_ERROR || (options->retry_failed && verdict != RIG_VERDICT_PASS);
	return worth && !conduct->stopping && tries <= retry;
}

/* A setup, teardown or safe attempt has ended. */
static void conduct_took_other(RigConduct *conduct, RigAttempt *taken)
{
	g_autoptr(RigAttempt) attempt = taken;
	gboolean passed = attempt->outcome == RIG_VERDICT_PASS;
	if (strcmp(attempt->case_name, RIG_ATTEMPT_SETUP) == 0) {
		if (passed) {
			rig_attempt_free(conduct->setup);
			conduct->setup = g_steal_pointer(&attempt);
			conduct->needs_setup = FALSE;
			conduct->setups = 0;
		} else if (!conduct->stopping &&
		           !conduct_retries(conduct, attempt->outcome, conduct->setups, -1)) {
			g_autofree char *reason = g_strdup_printf("setup: %s", attempt->message);
			conduct_trouble(conduct, attempt->outcome, reason);
			conduct_hold(conduct, "the setup", attempt->outcome);
			conduct_skip_rest(conduct, reason);
		}
	} else if (!passed) {
		g_autofree char *message = g_strdup_printf("%s: %s", attempt->case_name, attempt->message);
		conduct_trouble(conduct, RIG_VERDICT_ERROR, message);
		conduct_say(conduct, "board %s: %s", conduct->report->board, message);
	}
}

static void conduct_took_case(RigConduct *conduct, RigAttempt *attempt)
{
	const RigCase *test = conduct_case(conduct);
	g_assert(test != NULL); /* conduct->test is of this case */
	RigCaseReport *report = conduct->test;
	char suffix[RIG_SUFFIX_BYTES];
	rig_run_suffix(suffix, conduct->generation);
	if (conduct->session->options->golden && attempt->outcome == RIG_VERDICT_PASS) {
		g_autoptr(GError) error = NULL;
		g_autofree char *told = NULL;
		if (!rig_assess_golden(&conduct->assess, test, attempt, &told, &error))
			conduct_trouble(conduct, RIG_VERDICT_ERROR, error->message);
		if (told != NULL)
			conduct_say(conduct, "%s", told);
	}
	rig_assess_attempt(&conduct->assess, report, test, attempt, conduct->setup, suffix);
	if (conduct->report->interrupted && attempt->outcome == RIG_VERDICT_ERROR) {
		report->verdict = RIG_VERDICT_SKIP; /* Ctrl-C is nobody's fault */
		g_free(report->reason);
		report->reason = g_strdup("interrupted while it ran");
	}
	if (report->verdict == RIG_VERDICT_FAIL || report->verdict == RIG_VERDICT_ERROR)
		conduct->needs_setup = TRUE; /* the next attempt starts from a known state */
	if (conduct_retries(conduct, report->verdict, report->attempts->len, test->retry)) {
		g_autoptr(GError) error = NULL;
		if (conduct->keep != NULL &&
		    !rig_keep_verdict(conduct->keep, test->name, report->attempts->len, report->verdict,
		                      FALSE, report->reason, &error))
			conduct_trouble(conduct, RIG_VERDICT_ERROR, error->message);
		return;
	}
	gboolean passed = report->verdict == RIG_VERDICT_PASS || report->quarantined;
	if (!passed && !conduct->stopping) {
		g_autofree char *what = g_strdup_printf("case %s", test->name);
		conduct_hold(conduct, what, report->verdict);
	}
	conduct_commit(conduct);
	if (conduct->hold != NULL)
		conduct_skip_rest(conduct, "not run: an earlier case did not pass (--hold)");
	else if (!passed && conduct->session->options->exit_first)
		conduct_skip_rest(conduct, "not run: an earlier case did not pass (--exitfirst)");
}

/* The attempt that ran has ended, well or not. */
static void conduct_took(RigConduct *conduct, RigAttempt *attempt)
{
	gboolean is_case = conduct->test != NULL && strcmp(conduct->test->name, conduct->running) == 0;
	g_clear_pointer(&conduct->running, g_free);
	if (is_case)
		conduct_took_case(conduct, attempt);
	else
		conduct_took_other(conduct, attempt);
}

static void conduct_heard_done(RigConduct *conduct, const char *size)
{
	if (conduct->state != CONDUCT_RUNNING)
		return;
	conduct_arm(conduct, 0);
	conduct_took(conduct, rig_follow_take(conduct->follow, g_ascii_strtoull(size, NULL, 10),
	                                      conduct->running, conduct->number,
	                                      "the journal does not hold the attempt"));
	conduct_next(conduct);
}

static void conduct_on_line(gpointer user, const char *line)
{
	RigConduct *conduct = user;
	const RigObserver *observer = conduct->session->observer;
	if (strcmp(line, "ready") == 0 && conduct->state == CONDUCT_STARTING) {
		conduct_next(conduct);
	} else if (g_str_has_prefix(line, "done ")) {
		conduct_heard_done(conduct, line + 5);
	} else if (g_str_has_prefix(line, "held ")) {
		conduct->report->held_until_us = g_ascii_strtoll(line + 5, NULL, 10);
	} else if (g_str_has_prefix(line, "progress ") && observer->progress != NULL) {
		observer->progress(observer->user, conduct->report->board, line + 9);
	} else if (g_str_has_prefix(line, "busy ") || g_str_has_prefix(line, "failed ")) {
		conduct->report->busy = conduct->report->busy || *line == 'b';
		g_free(conduct->failed);
		conduct->failed = g_strdup(strchr(line, ' ') + 1);
	}
}

static gboolean conduct_spawn(RigConduct *conduct, GError **error);

/* The worker is gone although it should not be: its attempt is an error, a fresh one goes on. */
static void conduct_lost_worker(RigConduct *conduct, const char *how)
{
	g_autofree char *message = conduct->failed != NULL ? g_strdup(conduct->failed)
	                           : conduct->killed
	                               ? g_strdup("the worker hung and was killed")
	                               : g_strdup_printf("the worker ended unexpectedly: %s", how);
	gboolean was_starting = conduct->state == CONDUCT_STARTING;
	if (conduct->running != NULL)
		conduct_took(conduct, rig_follow_take(conduct->follow, 0, conduct->running, conduct->number,
		                                      message));
	g_clear_pointer(&conduct->child, rig_child_free);
	conduct->killed = FALSE;
	conduct->needs_setup = conduct->needs_safe = TRUE;
	g_autoptr(GError) error = NULL;
	if (was_starting || conduct->generation >= CONDUCT_GENERATION_MAX) {
		conduct_give_up(conduct, RIG_VERDICT_ERROR, message);
	} else if (!conduct_spawn(conduct, &error)) {
		conduct_give_up(conduct, RIG_VERDICT_ERROR, error->message);
	} else {
		conduct_say(conduct, "board %s: %s; a fresh worker %s", conduct->report->board, message,
		            rig_conduct_holds(conduct) ? "takes over" : "makes it safe");
	}
}

static void conduct_on_end(gpointer user, const char *how)
{
	RigConduct *conduct = user;
	conduct_arm(conduct, 0);
	if (conduct->state != CONDUCT_ENDING) {
		conduct_lost_worker(conduct, how);
		return;
	}
	g_clear_pointer(&conduct->child, rig_child_free);
	g_autoptr(GError) error = NULL;
	if (conduct->killed && conduct->generation < CONDUCT_GENERATION_MAX) {
		conduct->killed = FALSE;
		conduct->needs_safe = TRUE;
		if (conduct_spawn(conduct, &error))
			return;
	}
	if (rig_conduct_holds(conduct) && conduct->report->held_until_us == 0 &&
	    conduct->failed == NULL)
		conduct->failed =
		    g_strdup_printf("the board is not held: the worker ended before (%s)", how);
	if (conduct->failed != NULL || error != NULL)
		conduct_trouble(conduct, RIG_VERDICT_ERROR,
		                error != NULL ? error->message : conduct->failed);
	conduct_end(conduct);
}

static gboolean conduct_spawn(RigConduct *conduct, GError **error)
{
	const RigChildEvents events = {
	    .line = conduct_on_line, .ended = conduct_on_end, .user = conduct};
	conduct_add_totals(conduct);
	rig_follow_free(conduct->follow);
	char suffix[RIG_SUFFIX_BYTES];
	conduct->follow =
	    rig_follow_new(conduct->folder, rig_run_suffix(suffix, ++conduct->generation));
	conduct->state = CONDUCT_STARTING;
	conduct->child = rig_child_start(conduct->folder, conduct->generation, &events, error);
	if (conduct->child != NULL)
		conduct_arm(conduct, conduct->header->wait_us + 2 * CONDUCT_GRACE_US);
	return conduct->child != NULL;
}

RigConduct *rig_conduct_start(const RigConductSession *session, const RigPlannedRun *planned)
{
	const RigPlan *plan = session->plan;
	RigConduct *conduct = g_new0(RigConduct, 1);
	conduct->session = session;
	conduct->planned = planned;
	conduct->begin_us = g_get_monotonic_time();
	conduct->needs_setup = TRUE;
	conduct->header = rig_plan_header(plan, planned);
	conduct->header->command = g_strdupv(session->options->command);
	conduct->header->wait_us = session->options->wait_us;
	conduct->header->golden = session->options->golden;
	conduct->folder =
	    g_build_filename(session->options->state_folder, "runs", conduct->header->id, NULL);
	conduct->assess = (RigAssess){.suite = plan->suite,
	                              .bench = plan->bench,
	                              .header = conduct->header,
	                              .sources = plan->sources,
	                              .baseline = plan->baseline,
	                              .folder = conduct->folder,
	                              .program = session->options->program,
	                              .clock = &rig_clock_monotonic,
	                              .stop_fd = session->stop_fd};
	conduct->report = rig_assess_run(&conduct->assess);
	conduct->report->begin_us = conduct->begin_us;
	conduct->follow = rig_follow_new(conduct->folder, "");
	g_ptr_array_add(session->report->runs, conduct->report);
	g_autoptr(GError) error = NULL;
	if (rig_run_folder_make(conduct->folder, conduct->header, plan->sources, &error))
		conduct->keep = rig_keep_new(conduct->folder, &error);
	gboolean spawned = conduct->keep != NULL && conduct_spawn(conduct, &error);
	if (spawned && session->observer->started != NULL)
		session->observer->started(session->observer->user, conduct->report);
	if (!spawned)
		conduct_give_up(conduct, RIG_VERDICT_ERROR, error->message);
	return conduct;
}

void rig_conduct_stop(RigConduct *conduct, const char *why, gboolean interrupted)
{
	if (conduct->stopping || conduct->state == CONDUCT_ENDED)
		return;
	conduct->stopping = TRUE;
	conduct->stop_why = g_strdup(why);
	conduct->report->interrupted = interrupted;
	conduct_trouble(conduct, RIG_VERDICT_ERROR, why);
	if (conduct->state == CONDUCT_RUNNING || conduct->state == CONDUCT_STARTING) {
		rig_child_say(conduct->child, "stop");
		conduct_arm(conduct, CONDUCT_STOP_US);
	}
}

void rig_conduct_kill(RigConduct *conduct)
{
	if (conduct->child != NULL)
		rig_child_kill(conduct->child);
}

const RigPlannedRun *rig_conduct_planned(const RigConduct *conduct)
{
	return conduct->planned;
}

void rig_conduct_free(RigConduct *conduct)
{
	if (conduct == NULL)
		return;
	conduct_arm(conduct, 0);
	rig_child_free(conduct->child);
	rig_case_report_free(conduct->test);
	rig_attempt_free(conduct->setup);
	rig_follow_free(conduct->follow);
	rig_keep_free(conduct->keep);
	rig_run_header_free(conduct->header);
	g_free(conduct->folder);
	g_free(conduct->running);
	g_free(conduct->stop_why);
	g_free(conduct->failed);
	g_free(conduct->hold);
	g_free(conduct);
}
