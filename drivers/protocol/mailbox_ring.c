/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring at work. A visit to the wire posts what there is room for and reads the replies that are
 * due; the next visit comes before the board has used up what is posted, so that it never waits.
 */
#include "mailbox.h"

#include <rig/bytes.h>

#define RING_PAUSE_FIRST_US 100
#define RING_PAUSE_LAST_US  10000
#define RING_LOOK_US        (G_USEC_PER_SEC / 4) /* late: is the core still running? */
#define RING_LATE           4u /* an inference may take so many times what it took before */
#define RING_SHARE          8u /* of what is posted, that is fetched and replaced at a time */

typedef struct MailboxRun {
	Mailbox *m;
	const MailboxJob *job;
	gint64 deadline_us;
	guint posted, answered; /* requests of the job */
	guint32 first;          /* number of the job's request 0 */
	gint64 *sent_us;        /* of each slot's request */
	gint64 base_us;         /* about when the board began with the oldest */
	gint64 visited_us;      /* the last visit began */
	gint64 visit_us;        /* and took so long */
	gint64 progress_us, looked_us;
	gint64 pause_us; /* between visits that bring nothing */
	guint tries;     /* of the oldest */
	guint32 served, said_bytes;
} MailboxRun;

static RigDap *ring_dap(const MailboxRun *run)
{
	return mailbox_access(run->m)->dap;
}

static gsize ring_slot_words(const Mailbox *m)
{
	return (MAILBOX_REPLY_BYTES + m->head.output_max) / 4;
}

/* What a request of the job takes the board; 0: not known. */
static gint64 ring_cost(const MailboxRun *run)
{
	return run->m->each_us * run->job->per_ask;
}

static guint ring_outstanding(const MailboxRun *run)
{
	return run->posted - run->answered;
}

static void ring_write_input(RigDap *dap, guint32 address, const MailboxAsk *ask)
{
	for (gsize at = 0; at < ask->input_bytes; at += 4) {
		guint8 word[4] = {0};
		for (gsize i = 0; i < MIN(ask->input_bytes - at, 4); i++)
			word[i] = ask->input[at + i];
		rig_dap_write_next(dap, address + (guint32)at, rig_get_le32(word));
	}
}

/* The number goes last: with it the slot is the board's. */
static void ring_post(MailboxRun *run, guint index)
{
	Mailbox *m = run->m;
	guint8 bytes[MAILBOX_REQUEST_BYTES];
	MailboxAsk ask = run->job->ask(run->job->state, index);
	guint32 number = run->first + index;
	guint32 address = mailbox_slot(m, number) + MAILBOX_REPLY_BYTES + m->head.output_max;
	mailbox_put_request(bytes, ask.operation, ask.count, ask.before, number, ask.input,
	                    ask.input_bytes);
	for (guint32 at = 4; at < MAILBOX_REQUEST_BYTES; at += 4)
		rig_dap_write_next(ring_dap(run), address + at, rig_get_le32(bytes + at));
	ring_write_input(ring_dap(run), address + MAILBOX_REQUEST_BYTES, &ask);
	rig_dap_write_next(ring_dap(run), address, number);
	m->number = number;
}

/* Replies that are due by now, and one more. */
static guint ring_due(const MailboxRun *run)
{
	gint64 cost_us = ring_cost(run);
	gint64 span_us = mailbox_now(run->m) - run->base_us;
	guint due = cost_us <= 0 ? 1 : (guint)MIN(span_us / cost_us, G_MAXINT16) + 1;
	return MIN(due, ring_outstanding(run));
}

static void ring_queue_reads(MailboxRun *run, guint reads)
{
	Mailbox *m = run->m;
	gsize words = (MAILBOX_REPLY_BYTES + MIN(m->expected_bytes, m->head.output_max) + 3) / 4;
	/* The reply's number comes first: what is read after it is not older. */
	rig_dap_read_next(ring_dap(run), m->place.address + MAILBOX_SERVED, &run->served);
	rig_dap_read_next(ring_dap(run), m->place.address + MAILBOX_SAID_BYTES, &run->said_bytes);
	for (guint i = 0; i < reads; i++) {
		guint32 address = mailbox_slot(m, run->first + run->answered + i);
		for (gsize at = 0; at < words; at++)
			rig_dap_read_next(ring_dap(run), address + (guint32)(4 * at),
			                  &m->words[i * ring_slot_words(m) + at]);
	}
}

/* One round trip. *reads: replies that were read. */
static gboolean ring_visit(MailboxRun *run, guint *reads, GError **error)
{
	Mailbox *m = run->m;
	if (!rig_access_begin(mailbox_access(m), run->deadline_us, error))
		return FALSE;
	gint64 now_us = mailbox_now(m);
	if (ring_outstanding(run) == 0)
		run->base_us = run->progress_us = now_us;
	*reads = MIN(ring_due(run), m->head.slots);
	rig_dap_begin(ring_dap(run), RIG_DAP_RESUMABLE);
	while (run->posted < run->job->count && ring_outstanding(run) < m->head.slots) {
		run->sent_us[mailbox_slot_of(m, run->first + run->posted)] = now_us;
		ring_post(run, run->posted++);
	}
	ring_queue_reads(run, *reads);
	gboolean good = rig_dap_commit(ring_dap(run), error);
	run->visited_us = now_us;
	run->visit_us = mailbox_now(m) - now_us;
	return good;
}

static gboolean ring_check_head(MailboxRun *run, GError **error)
{
	if (run->said_bytes != 0)
		return mailbox_last_words(run->m, run->said_bytes, error);
	if (run->served == run->m->session)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
	                    "the board restarted by itself: its mailbox has forgotten the session");
	return FALSE;
}

/* Once more, or for the last time. */
static gboolean ring_try_again(MailboxRun *run, const char *why, GError **error)
{
	MailboxAsk ask = run->job->ask(run->job->state, run->answered);
	g_autofree char *shown = mailbox_show(&ask, run->first + run->answered);
	if (++run->tries >= MAILBOX_TRIES) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "%s: %s, %u times", shown, why,
		            run->tries);
		return FALSE;
	}
	run->m->protocol->repeats++;
	rig_protocol_note(run->m->protocol, "%s is repeated: %s", shown, why);
	return TRUE;
}

/* What was posted behind it is posted again as well: the ring serves in order. */
static gboolean ring_post_again(MailboxRun *run, GError **error)
{
	if (!ring_try_again(run, "it arrived damaged", error) ||
	    !mailbox_begin_session(run->m, run->deadline_us, error))
		return FALSE;
	run->posted = run->answered;
	run->first = run->m->number + 1 - run->answered;
	return TRUE;
}

static void ring_took(MailboxRun *run, const MailboxAsk *ask, const MailboxReply *reply)
{
	Mailbox *m = run->m;
	gint64 now_us = mailbox_now(m);
	if (ask->operation == MAILBOX_INFER) {
		gint64 ticks_us = (gint64)((guint64)reply->ticks * G_USEC_PER_SEC / m->head.ticks_hz);
		m->each_us = MAX(ticks_us / MAX(ask->count, 1), 1);
	}
	run->base_us = MIN(run->base_us + ring_cost(run), now_us);
	run->progress_us = now_us;
	run->pause_us = 0;
	run->tries = 0;
	run->answered++;
}

typedef enum { RING_TAKEN, RING_NOT_YET, RING_AT_ONCE, RING_FAILED } RingTake;

/* The oldest reply, of which `words` were read. */
static RingTake ring_take(MailboxRun *run, const guint32 *words, GError **error)
{
	Mailbox *m = run->m;
	guint32 number = run->first + run->answered;
	gsize size = MAILBOX_REPLY_BYTES + (MIN(m->expected_bytes, m->head.output_max) + 3) / 4 * 4;
	MailboxReply reply;
	for (gsize i = 0; i < size / 4; i++)
		rig_put_le32(m->bytes + 4 * i, words[i]);
	switch (mailbox_parse_reply(m->bytes, size, &m->head, number, &reply)) {
	case MAILBOX_REPLY_NONE: /* so the board began with it not so long ago */
		run->base_us = MAX(run->base_us, run->visited_us - ring_cost(run));
		return RING_NOT_YET;
	case MAILBOX_REPLY_SHORT:
		m->expected_bytes = reply.output_bytes;
		return RING_AT_ONCE;
	case MAILBOX_REPLY_TORN:
		return ring_try_again(run, "its reply is damaged", error) ? RING_AT_ONCE : RING_FAILED;
	case MAILBOX_REPLY_WHOLE:
		break;
	}
	if (reply.status == MAILBOX_DAMAGED)
		return ring_post_again(run, error) ? RING_AT_ONCE : RING_FAILED;
	MailboxAsk ask = run->job->ask(run->job->state, run->answered);
	if (reply.status != MAILBOX_DONE) {
		(void)mailbox_refused(&ask, &reply, error);
		return RING_FAILED;
	}
	gint64 sent_us = run->sent_us[mailbox_slot_of(m, number)];
	if (!run->job->take(run->job->state, run->answered, &reply, sent_us, mailbox_now(m), error))
		return RING_FAILED;
	ring_took(run, &ask, &reply);
	return RING_TAKEN;
}

static gboolean ring_too_late(const MailboxRun *run, GError **error)
{
	MailboxAsk ask = run->job->ask(run->job->state, run->answered);
	guint32 number = run->first + run->answered;
	g_autofree char *shown = mailbox_show(&ask, number);
	gint64 now_us = mailbox_now(run->m);
	gint64 span_ms = (now_us - run->sent_us[mailbox_slot_of(run->m, number)]) / 1000;
	gboolean is_deadline = now_us >= run->deadline_us;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            is_deadline ? "board did not finish %s before the deadline, %" G_GINT64_FORMAT
	                          " ms after it was posted"
	                        : "board stopped answering: %s was posted %" G_GINT64_FORMAT " ms ago",
	            shown, span_ms);
	return FALSE;
}

/* Nothing came: is there still hope? */
static gboolean ring_be_patient(MailboxRun *run, GError **error)
{
	gint64 now_us = mailbox_now(run->m), cost_us = ring_cost(run);
	gint64 span_us = now_us - run->progress_us;
	if (now_us >= run->deadline_us ||
	    (cost_us > 0 && span_us > MAILBOX_PATIENCE_US + RING_LATE * cost_us))
		return ring_too_late(run, error);
	if (now_us - MAX(run->progress_us, run->looked_us) < RING_LOOK_US + RING_LATE * cost_us)
		return TRUE;
	run->looked_us = now_us;
	return mailbox_look(run->m, error);
}

/*
 * Until a third of what is posted is likely to be done: what is behind it lasts for the visit.
 * After a vain visit, a little.
 */
static gboolean ring_wait(MailboxRun *run, gboolean was_vain, GError **error)
{
	gint64 now_us = mailbox_now(run->m), cost_us = ring_cost(run), until_us;
	if (ring_outstanding(run) == 0)
		return TRUE;
	if (was_vain || cost_us == 0) {
		run->pause_us = run->pause_us == 0 ? MAX(RING_PAUSE_FIRST_US, cost_us / 16)
		                                   : MIN(2 * run->pause_us, RING_PAUSE_LAST_US);
		until_us = now_us + run->pause_us;
	} else {
		until_us =
		    run->base_us + cost_us * MAX(ring_outstanding(run) / RING_SHARE, 1) + cost_us / 32;
		until_us -= ring_outstanding(run) > 1 ? run->visit_us : 0;
	}
	return rig_access_wait(mailbox_access(run->m), MIN(until_us, run->deadline_us), error);
}

static gboolean ring_turn(MailboxRun *run, GError **error)
{
	guint reads = 0, before = run->answered;
	RingTake took = RING_TAKEN;
	if (!ring_visit(run, &reads, error) || !ring_check_head(run, error))
		return FALSE;
	for (guint i = 0; i < reads && took == RING_TAKEN; i++)
		took = ring_take(run, run->m->words + i * ring_slot_words(run->m), error);
	if (took == RING_FAILED)
		return FALSE;
	gboolean was_vain = run->answered == before && reads > 0;
	if (took == RING_AT_ONCE || run->answered == run->job->count)
		return TRUE;
	return (!was_vain || ring_be_patient(run, error)) && ring_wait(run, was_vain, error);
}

gboolean mailbox_run(Mailbox *m, const MailboxJob *job, gint64 deadline_us, GError **error)
{
	MailboxRun run = {.m = m, .job = job, .deadline_us = deadline_us, .first = m->number + 1};
	run.progress_us = mailbox_now(m);
	run.sent_us = g_new0(gint64, m->head.slots);
	gboolean good = TRUE;
	while (good && run.answered < job->count)
		good = ring_turn(&run, error);
	g_free(run.sent_us);
	return good;
}
