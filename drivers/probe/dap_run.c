/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue on the wire. With ORUNDETECT every transfer has its data phase, and the target does
 * none after the first that it did not take, so a queue of any length goes out blindly; what came
 * back says from where to go on. Before that the sticky flags are cleared, what the last access
 * read is fetched, and CSW, TAR and SELECT are set to what they were there.
 */
#include "dap_internal.h"

#define DAP_STALL_US    G_USEC_PER_SEC /* of WAIT without progress */
#define DAP_DAMAGED_MAX 16u            /* without progress */
#define DAP_LOST_MAX    3u
#define DAP_IDLE_FIRST  8u
#define DAP_IDLE_MAX    4096u
#define DAP_RESTORE_MAX 4u

typedef enum { DAP_DONE, DAP_WAITED, DAP_FAULTED, DAP_DAMAGED, DAP_LOST } DapEnd;

/* A run of the queue, in as many visits as it takes. */
typedef struct DapRun {
	guint start;    /* the first transfer that is to be sent */
	guint furthest; /* progress: the first that was not done yet */
	guint damaged, lost, waits;
	guint32 idle_clocks; /* more than the queue asks for, where it starts */
	gint64 stalled_us;   /* when WAIT began at stalled_at; 0: not yet */
	guint stalled_at;
} DapRun;

static DapOp *dap_op(RigDap *dap, guint at)
{
	return &g_array_index(dap->ops, DapOp, at);
}

static gboolean dap_is_ap(const DapOp *op)
{
	return (op->request & RIG_SWD_AP) != 0;
}

static void dap_add(RigDap *dap, guint8 request, guint32 data, guint32 idle_clocks)
{
	RigSwdTransfer transfer = {.request = request, .data = data, .idle_clocks = idle_clocks};
	g_array_append_val(dap->transfers, transfer);
}

/* Before a queue that starts again in the middle. Returns how many transfers that takes. */
static guint dap_add_restore(RigDap *dap, const DapState *state)
{
	guint8 select = rig_swd_request(0, DP_SELECT);
	guint32 bank_0 = (guint32)dap->ap << 24;
	if (state->is_csw_known || state->is_tar_known)
		dap_add(dap, select, bank_0, 0);
	if (state->is_csw_known)
		dap_add(dap, rig_swd_request(RIG_SWD_AP, AP_CSW), state->csw, 0);
	if (state->is_tar_known)
		dap_add(dap, rig_swd_request(RIG_SWD_AP, AP_TAR), state->tar, 0);
	if (state->is_select_known)
		dap_add(dap, select, state->select, 0);
	return dap->transfers->len;
}

/* What one visit came to: up to which transfer of the queue, and why no further. */
typedef struct DapVisit {
	DapEnd end;
	guint at; /* the transfer of the queue that was not done; its length: all were */
	guint8 ack;
	gboolean is_restoring; /* the write before it was no part of the queue */
} DapVisit;

static DapEnd dap_classify(const RigSwdTransfer *transfer)
{
	if (transfer->ack == RIG_SWD_WAIT)
		return DAP_WAITED;
	if (transfer->ack == RIG_SWD_FAULT)
		return DAP_FAULTED;
	if (transfer->ack != RIG_SWD_OK)
		return DAP_LOST;
	return transfer->is_damaged ? DAP_DAMAGED : DAP_DONE;
}

/* Hands out what was read until something is wrong. */
static DapVisit dap_take(RigDap *dap, const DapRun *run, guint restored)
{
	for (guint i = 0; i < dap->transfers->len; i++) {
		const RigSwdTransfer *transfer = &g_array_index(dap->transfers, RigSwdTransfer, i);
		guint at = i < restored ? run->start : run->start + i - restored;
		DapEnd end = dap_classify(transfer);
		/* Of an access before this run: that was fetched already. */
		const DapOp *op = i < restored ? NULL : dap_op(dap, at);
		gboolean is_stale = op == NULL || op->source < run->start;
		if (end == DAP_DAMAGED && is_stale)
			end = DAP_DONE;
		if (end != DAP_DONE)
			return (DapVisit){end, at, transfer->ack, i <= restored};
		if (!is_stale && op->result != NULL)
			*op->result = transfer->data;
	}
	return (DapVisit){DAP_DONE, dap->ops->len, RIG_SWD_OK, FALSE};
}

static gboolean dap_send(RigDap *dap, const DapRun *run, DapVisit *visit, GError **error)
{
	g_array_set_size(dap->transfers, 0);
	guint restored = run->start == 0 && run->furthest == 0 && run->lost == 0
	                     ? 0
	                     : dap_add_restore(dap, &dap_op(dap, run->start)->before);
	for (guint i = run->start; i < dap->ops->len; i++) {
		const DapOp *op = dap_op(dap, i);
		guint32 more = i == run->start || run->waits > 1 ? run->idle_clocks : 0;
		dap_add(dap, op->request, op->data, op->idle_clocks + (dap_is_ap(op) ? more : 0));
	}
	if (!dap_visit(dap, NULL, 0, (RigSwdTransfer *)(gpointer)dap->transfers->data,
	               dap->transfers->len, error))
		return FALSE;
	*visit = dap_take(dap, run, restored);
	return TRUE;
}

/* The access to memory that was under way before transfer `at`; NULL: there was none. */
static const DapOp *dap_culprit(RigDap *dap, guint at)
{
	while (at-- > 0) {
		const DapOp *op = dap_op(dap, at);
		if (dap_is_ap(op))
			return op;
	}
	return NULL;
}

/* "a write to 0x20000400"; caller frees. */
static char *dap_describe(const DapOp *op)
{
	if (op == NULL)
		return g_strdup("the first access");
	gboolean is_read = (op->request & RIG_SWD_READ) != 0;
	const char *kind = is_read ? "a read of" : "a write to";
	guint reg = (op->request >> 1 & 0xcu) | (op->before.select & 0xf0u);
	if (op->has_address)
		return g_strdup_printf("%s 0x%08x", kind, op->address);
	return g_strdup_printf("%s register 0x%02x of %s", kind, dap_is_ap(op) ? reg : reg & 0xcu,
	                       dap_is_ap(op) ? "the access port" : "the debug port");
}

/*
 * Clears the sticky flags; *status: what they were. Fetches what the access before `owed` has
 * read, which that transfer was to bring (NULL: nothing is missing). *end: DAP_DONE, or why not.
 */
static gboolean dap_clear(RigDap *dap, const DapOp *owed, guint32 abort, guint32 *status,
                          DapEnd *end, GError **error)
{
	RigSwdTransfer transfers[] = {dap_read_dp_transfer(DP_CTRL_STAT),
	                              dap_write_dp_transfer(DP_ABORT, abort),
	                              dap_read_dp_transfer(DP_RDBUFF)};
	transfers[1].idle_clocks = DAP_IDLE_FIRST;
	if (!dap_visit(dap, NULL, 0, transfers, owed != NULL ? 3 : 2, error))
		return FALSE;
	*status = transfers[0].data;
	*end = dap_classify(&transfers[0]);
	if (*end == DAP_DONE)
		*end = dap_classify(&transfers[1]);
	if (owed == NULL || *end != DAP_DONE)
		return TRUE;
	*end = dap_classify(&transfers[2]);
	if (*end == DAP_DONE && owed->result != NULL)
		*owed->result = transfers[2].data;
	return TRUE;
}

/* Where to go on when what transfer `at` was to bring is lost; FALSE: that cannot be had again. */
static gboolean dap_rewind(RigDap *dap, DapRun *run, guint at)
{
	const DapOp *op = dap_op(dap, MIN(at, dap->ops->len - 1));
	if (dap->restart == DAP_RESTART_NEVER)
		return FALSE;
	run->start = dap->restart == DAP_RESTART_ALL ? 0 : op->source;
	return TRUE;
}

static gboolean dap_lost_for_good(RigDap *dap, const DapVisit *visit, const char *what,
                                  GError **error)
{
	g_autofree char *where = dap_describe(dap_op(dap, MIN(visit->at, dap->ops->len - 1)));
	return dap_failed(dap, error, RIG_ERROR_DAMAGED,
	                  "%s at %s (transfer %u of %u, ACK %u); look at the cable, try a lower clock",
	                  what, where, visit->at + 1, dap->ops->len, visit->ack);
}

/* Counts a WAIT. FALSE: there were no others for too long. */
static gboolean dap_is_patient(RigDap *dap, DapRun *run, const DapVisit *visit)
{
	gint64 now_us = rig_clock_now(dap->probe->clock);
	dap->counts.waits++;
	run->waits++;
	if (run->stalled_us == 0 || visit->at != run->stalled_at)
		run->stalled_us = now_us;
	run->stalled_at = visit->at;
	run->idle_clocks = CLAMP(run->idle_clocks * 2, DAP_IDLE_FIRST, DAP_IDLE_MAX);
	return now_us - run->stalled_us <= DAP_STALL_US && now_us < dap->deadline_us;
}

static gboolean dap_stalled(RigDap *dap, const DapRun *run, const DapVisit *visit, GError **error)
{
	guint32 status = 0;
	DapEnd end = DAP_DONE;
	g_autofree char *what = dap_describe(dap_culprit(dap, visit->at));
	gint64 stalled_us = rig_clock_now(dap->probe->clock) - run->stalled_us;
	(void)dap_clear(dap, NULL, DP_ABORT_ALL, &status, &end, NULL);
	return dap_failed(dap, error, RIG_ERROR_BOARD,
	                  "SWD WAIT for %" G_GINT64_FORMAT " ms: %s does not end", stalled_us / 1000,
	                  what);
}

/* A write whose data was wrong on the wire was not done, and it is the one before. */
static gboolean dap_write_again(RigDap *dap, DapRun *run, const DapVisit *visit, GError **error)
{
	dap->counts.damaged++;
	if (++run->damaged > DAP_DAMAGED_MAX)
		return dap_lost_for_good(dap, visit, "written data arrives damaged", error);
	run->start = visit->is_restoring || visit->at == 0 ? visit->at : visit->at - 1;
	return TRUE;
}

static gboolean dap_bus_fault(RigDap *dap, const DapVisit *visit, GError **error)
{
	g_autofree char *what = dap_describe(dap_culprit(dap, visit->at));
	return dap_failed(dap, error, RIG_ERROR_BOARD,
	                  "SWD FAULT: the bus refused %s; is there memory, and its clock on?", what);
}

static gboolean dap_was_damaged(RigDap *dap, DapRun *run, const DapVisit *visit, GError **error)
{
	dap->counts.damaged++;
	if (++run->damaged <= DAP_DAMAGED_MAX && dap_rewind(dap, run, visit->at))
		return TRUE;
	return dap_lost_for_good(dap, visit, "what was read is damaged (parity)", error);
}

static gboolean dap_was_lost(RigDap *dap, DapRun *run, const DapVisit *visit, GError **error)
{
	dap->counts.lost++;
	if (++run->lost > DAP_LOST_MAX)
		return dap_lost_for_good(dap, visit, "the target does not answer", error);
	DapState state = dap->state; /* of the queue's end, which is still to come */
	if (!dap_wake(dap, error))
		return FALSE;
	dap->state = state;
	if (dap_rewind(dap, run, visit->at)) {
		/* The write before may have been cut off with it. */
		run->start -= run->start > 0 && run->start == visit->at ? 1 : 0;
		return TRUE;
	}
	return dap_lost_for_good(dap, visit, "the target did not answer", error);
}

/* The sticky flags are cleared: what they say of the transfer that was refused. */
static gboolean dap_refused(RigDap *dap, DapRun *run, DapVisit *visit, guint32 status,
                            GError **error)
{
	if ((status & DP_STICKYERR) != 0)
		return dap_bus_fault(dap, visit, error);
	if ((status & DP_WDATAERR) != 0)
		return dap_write_again(dap, run, visit, error);
	/* Then the one before was not taken either, and its acknowledge came damaged. */
	visit->at -= visit->at > run->start ? 1 : 0;
	return dap_was_damaged(dap, run, visit, error);
}

/* TRUE: the queue goes on at run->start. */
static gboolean dap_recover(RigDap *dap, DapRun *run, DapVisit *visit, GError **error)
{
	guint32 status = 0;
	const DapOp *op = dap_op(dap, visit->at);
	const DapOp *owed =
	    visit->end == DAP_WAITED && op->source < visit->at && op->source >= run->start ? op : NULL;
	DapEnd end = DAP_DONE;
	while (visit->end != DAP_LOST) {
		if (visit->end == DAP_WAITED && !dap_is_patient(dap, run, visit))
			return dap_stalled(dap, run, visit, error);
		if (!dap_clear(dap, owed, DP_ABORT_STICKY, &status, &end, error))
			return FALSE;
		if (end != DAP_WAITED)
			break;
	}
	if (end != DAP_DONE)
		visit->end = end;
	switch (visit->end) {
	case DAP_DONE:
		break;
	case DAP_WAITED:
		run->start = visit->at;
		return TRUE;
	case DAP_FAULTED:
		return dap_refused(dap, run, visit, end == DAP_FAULTED ? DP_STICKYERR : status, error);
	case DAP_DAMAGED:
		return dap_was_damaged(dap, run, visit, error);
	case DAP_LOST:
		return dap_was_lost(dap, run, visit, error);
	}
	return FALSE;
}

/* What is not known of the target now is found out by the next queue. */
static void dap_give_up(RigDap *dap, const GError *error)
{
	dap->state = (DapState){0};
	if (!g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD))
		dap->is_connected = FALSE;
}

gboolean dap_run_queue(RigDap *dap, GError **error)
{
	guint32 status = 0;
	DapRun run = {0};
	g_autoptr(GError) trouble = NULL;
	dap_queue_end(dap, &status);
	for (;;) {
		DapVisit visit;
		if (!dap_send(dap, &run, &visit, &trouble))
			break;
		/* Flags that no transfer has told of: the last but one was to. */
		if (visit.end == DAP_DONE && (status & (DP_STICKYERR | DP_WDATAERR | DP_STICKYORUN)) != 0)
			visit = (DapVisit){.end = DAP_FAULTED, .at = dap->ops->len - 2, .ack = RIG_SWD_OK};
		if (visit.end == DAP_DONE) {
			if (run.waits > 1)
				dap->idle_clocks = MAX(dap->idle_clocks, run.idle_clocks);
			return TRUE;
		}
		gboolean has_moved = visit.at > run.furthest;
		if (has_moved) {
			run.furthest = visit.at;
			run.damaged = run.lost = 0;
		}
		if (!dap_recover(dap, &run, &visit, &trouble))
			break;
	}
	dap_give_up(dap, trouble);
	g_propagate_error(error, g_steal_pointer(&trouble));
	return FALSE;
}
