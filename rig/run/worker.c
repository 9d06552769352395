/* SPDX-License-Identifier: Apache-2.0 */
#include "run/worker.h"

#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "run/follow.h"
#include "run/postmortem.h"
#include "run/reservation.h"
#include "run/steps.h"

#define WORKER_CASE_US (60 * G_USEC_PER_SEC) /* a case without a time limit of its own */
#define WORKER_SAFE_US (2 * G_USEC_PER_SEC)

typedef struct {
	RigSources *sources;
	RigRunHeader *header;
	RigSuite *suite;
	RigBench *bench;
	RigChannel *channel;
	RigStation *station;
	RigClaim *claim;
	int held; /* the run's folder: nobody else takes it in while the worker writes; -1: not held */
	gboolean holds; /* the board stays as it is, for its user */
} Worker;

static void worker_begin_step(RigStation *station, const RigStep *step, guint index)
{
	RigStepRecord *record = g_new0(RigStepRecord, 1);
	record->index = index;
	record->verb = g_strdup(rig_step_rows[step->kind].verb);
	record->as = g_strdup(rig_step_as(step));
	record->begin_us = rig_clock_now(station->clock);
	g_ptr_array_add(station->attempt->steps, record);
	station->step = record;
	rig_journal_step_begin(station->journal, record);
}

/* TRUE: the next step may follow. */
static gboolean worker_end_step(RigStation *station, const GError *error)
{
	RigStepRecord *record = station->step;
	record->end_us = rig_clock_now(station->clock);
	record->outcome = error == NULL ? RIG_VERDICT_PASS : rig_verdict_of_error(error);
	if (error != NULL)
		record->message = g_utf8_make_valid(error->message, -1);
	rig_journal_step_end(station->journal, record);
	station->attempt->outcome = record->outcome;
	station->attempt->message = g_strdup(record->message);
	return error == NULL;
}

static gboolean worker_step(RigStation *station, const RigStep *step, guint index,
                            gint64 case_deadline_us)
{
	worker_begin_step(station, step, index);
	gint64 span_us = step->timeout_us > 0 ? step->timeout_us : rig_step_rows[step->kind].timeout_us;
	gint64 deadline_us = case_deadline_us;
	if (span_us > 0) /* 0: a step that bounds itself */
		deadline_us = MIN(deadline_us, rig_clock_after(station->clock, span_us));
	g_autoptr(GError) error = NULL;
	if (rig_clock_now(station->clock) >= case_deadline_us)
		g_set_error_literal(&error, RIG_ERROR, RIG_ERROR_BENCH,
		                    "the case's time was used up before this step; raise its `timeout`");
	else if (!rig_step_executors[step->kind](station, step, deadline_us, &error) && error == NULL)
		g_set_error(&error, RIG_ERROR, RIG_ERROR_INTERNAL, "step %s failed without a reason",
		            rig_step_rows[step->kind].verb);
	if (error == NULL)
		rig_console_check(station->console, &error);
	return worker_end_step(station, error);
}

static void worker_totals(const RigStation *station, guint64 *sent_bytes, guint64 *received_bytes)
{
	*sent_bytes = *received_bytes = 0;
	for (guint i = 0; i < station->wiring->links->len; i++) {
		const RigLink *link = g_ptr_array_index(station->wiring->links, i);
		*sent_bytes += link->sent_bytes;
		*received_bytes += link->received_bytes;
	}
}

/* A step in which the firmware was to do something, and did not. */
static gboolean worker_wants_postmortem(const RigStation *station)
{
	static const char *const verbs[] = {"identify", "infer", "sensor", "expect", NULL};
	const RigStepRecord *step = station->step;
	return step != NULL && step->outcome == RIG_VERDICT_FAIL && step->verb != NULL &&
	       g_strv_contains(verbs, step->verb);
}

/* One attempt, journalled and synced. FALSE: the journal cannot be kept. */
static gboolean worker_attempt(Worker *worker, const char *name, guint number,
                               const GPtrArray *steps, gint64 span_us, GError **error)
{
	RigStation *station = worker->station;
	station->attempt = rig_attempt_new(name, number);
	station->attempt->outcome = RIG_VERDICT_PASS;
	station->seq = 0;
	rig_journal_attempt_begin(station->journal, name, number, rig_clock_now(station->clock),
	                          rig_console_size(station->console));
	gint64 deadline_us = rig_clock_after(station->clock, span_us);
	for (guint i = 0; i < steps->len; i++) {
		if (!worker_step(station, g_ptr_array_index(steps, i), i, deadline_us))
			break;
	}
	rig_step_measure_abandon(station);
	if (worker_wants_postmortem(station))
		rig_postmortem(station);
	rig_step_power_restore(station);
	guint64 sent_bytes, received_bytes;
	worker_totals(station, &sent_bytes, &received_bytes);
	rig_journal_attempt_end(station->journal, station->attempt, rig_clock_now(station->clock),
	                        rig_console_size(station->console), sent_bytes, received_bytes,
	                        station->wiring->protocol == NULL ? 0
	                                                          : station->wiring->protocol->repeats);
	g_clear_pointer(&station->attempt, rig_attempt_free);
	station->step = NULL;
	return rig_journal_sync(station->journal, error);
}

/* "run NAME ATTEMPT" */
static gboolean worker_run(Worker *worker, const char *line, GError **error)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 3);
	guint number =
	    words[1] == NULL || words[2] == NULL ? 1 : (guint)g_ascii_strtoull(words[2], NULL, 10);
	const char *name = words[1] == NULL ? "" : words[1];
	const RigSuite *suite = worker->suite;
	const RigCase *test = rig_suite_case(suite, name);
	gboolean good;
	if (test != NULL) {
		gint64 span_us = test->timeout_us > 0 ? test->timeout_us : WORKER_CASE_US;
		good = worker_attempt(worker, name, number, test->steps, span_us, error);
	} else {
		const GPtrArray *steps =
		    strcmp(name, RIG_ATTEMPT_SETUP) == 0 ? suite->setup : suite->teardown;
		good = worker_attempt(worker, name, number, steps, RIG_FOREVER, error);
	}
	if (good)
		rig_channel_say(worker->channel, "done %" G_GUINT64_FORMAT,
		                rig_journal_size(worker->station->journal));
	return good;
}

static gboolean worker_load(Worker *worker, const RigWorkerArguments *arguments, GError **error)
{
	worker->sources = rig_sources_new();
	worker->held = rig_folder_hold(arguments->folder, LOCK_SH, error);
	if (worker->held < 0)
		return FALSE;
	worker->header = rig_run_folder_read(arguments->folder, worker->sources, error);
	if (worker->header == NULL)
		return FALSE;
	g_autoptr(RigIssues) issues = rig_issues_new();
	worker->suite =
	    rig_suite_load(worker->sources, worker->header->suite, worker->header->defines, issues);
	worker->bench = rig_bench_load(worker->sources, worker->header->bench, NULL, issues);
	if (issues->list->len > 0 || worker->suite == NULL || worker->bench == NULL) {
		g_autofree char *text = rig_issues_text(issues);
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "the run's own copies are refused: %s",
		            text);
		return FALSE;
	}
	char suffix[RIG_SUFFIX_BYTES];
	rig_run_suffix(suffix, arguments->generation);
	worker->station =
	    rig_station_new(worker->header, worker->suite, worker->bench, arguments->folder, suffix,
	                    &rig_clock_monotonic, worker->channel, error);
	return worker->station != NULL;
}

static gboolean worker_claim(Worker *worker, GError **error)
{
	const RigRunHeader *header = worker->header;
	g_autofree char *purpose = g_strdup_printf("suite %s, run %s", worker->suite->name, header->id);
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, header->wait_us);
	worker->claim =
	    rig_claim_take(worker->bench->name, header->board, purpose, &rig_clock_monotonic,
	                   deadline_us, rig_channel_fd(worker->channel), error);
	return worker->claim != NULL;
}

/* "hold SPAN_US REASON": the reservation is there before the claim ends, so nobody comes between.
 */
static void worker_hold(Worker *worker, const char *line)
{
	char *reason = NULL;
	gint64 span_us = g_ascii_strtoll(line + strlen("hold "), &reason, 10);
	gint64 now_us = g_get_real_time();
	gint64 until_us = now_us + span_us;
	g_autoptr(GError) error = NULL;
	worker->holds = rig_reservation_hold(worker->bench->name, worker->header->board,
	                                     g_strchug(reason), now_us, &until_us, &error);
	if (worker->holds) {
		rig_station_note(worker->station, "not made safe: %s", reason);
		rig_channel_say(worker->channel, "held %" G_GINT64_FORMAT, until_us);
	} else {
		rig_channel_say(worker->channel, "failed board %s is made safe, for it cannot be held: %s",
		                worker->header->board, error->message);
	}
}

/* A board that was held for its user before this run is held no more. */
static void worker_make_safe(Worker *worker)
{
	g_autoptr(GError) error = NULL;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, WORKER_SAFE_US);
	if (!rig_wiring_make_safe(worker->station->wiring, deadline_us, &error) ||
	    !rig_reservation_made_safe(worker->bench->name, worker->header->board, g_get_real_time(),
	                               &error))
		rig_channel_say(worker->channel, "failed %s", error->message);
}

/* Until `end` or `hold`, or the supervisor is gone. */
static gboolean worker_serve(Worker *worker, GError **error)
{
	gboolean closed = FALSE;
	for (;;) {
		g_autofree char *line = rig_channel_hear(worker->channel, TRUE, &closed);
		if (line == NULL || strcmp(line, "end") == 0)
			return TRUE;
		if (g_str_has_prefix(line, "hold ")) {
			worker_hold(worker, line);
			return TRUE;
		}
		if (g_str_has_prefix(line, "run ") && !worker_run(worker, line, error))
			return FALSE;
		/* `stop` between two attempts has done its work: nothing runs. */
	}
}

static void worker_free(Worker *worker)
{
	rig_station_free(worker->station);
	rig_claim_release(worker->claim);
	rig_bench_free(worker->bench);
	rig_suite_free(worker->suite);
	rig_run_header_free(worker->header);
	rig_sources_free(worker->sources);
	rig_channel_free(worker->channel);
	if (worker->held >= 0)
		close(worker->held);
}

static void worker_signal(int number)
{
	(void)number;
}

int rig_worker_main(const RigWorkerArguments *arguments)
{
	/* Ending is the supervisor's business: the channel tells. Handlers, unlike SIG_IGN, are not
	 * handed down to boards and programs that the worker starts. */
	const struct sigaction nothing = {.sa_handler = worker_signal, .sa_flags = SA_RESTART};
	sigaction(SIGINT, &nothing, NULL);
	sigaction(SIGTERM, &nothing, NULL);
	sigaction(SIGPIPE, &nothing, NULL);
	Worker worker = {.held = -1, .channel = rig_channel_new(arguments->channel_fd)};
	g_autoptr(GError) error = NULL;
	gboolean good = worker_load(&worker, arguments, &error) && worker_claim(&worker, &error);
	if (good) {
		rig_channel_say(worker.channel, "ready");
		good = worker_serve(&worker, &error);
		if (!worker.holds)
			worker_make_safe(&worker);
	}
	if (!good) {
		gboolean busy = g_error_matches(error, RIG_ERROR, RIG_ERROR_BUSY);
		rig_channel_say(worker.channel, "%s %s", busy ? "busy" : "failed", error->message);
	}
	worker_free(&worker);
	return good ? 0 : 1;
}
