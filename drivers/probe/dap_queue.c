/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a target, as a queue of transfers: selects banks, and knows what TAR is. */
#include "dap_internal.h"

#define DAP_BANK          0xf0u
#define DAP_WINDOW        0xfu   /* of the banked data registers */
#define DAP_INCREMENT     0x3ffu /* TAR counts up within 1 KiB at least; C2.2.2 */
#define DAP_CSW_SIZE      0x7u
#define DAP_CSW_INCREMENT 0x30u

void dap_begin(RigDap *dap, DapRestart restart)
{
	g_array_set_size(dap->ops, 0);
	dap->restart = restart;
	dap->is_owed = FALSE;
}

static DapOp *dap_push(RigDap *dap, guint8 request, guint32 data)
{
	DapOp op = {.request = request, .data = data, .before = dap->state, .source = dap->ops->len};
	g_array_append_val(dap->ops, op);
	return &g_array_index(dap->ops, DapOp, dap->ops->len - 1);
}

/* The next transfer brings what the last AP read has read: reads are posted (B2.2.7). */
static void dap_settle(RigDap *dap, DapOp *op)
{
	if (!dap->is_owed)
		return;
	op->result = dap->owed;
	op->source = dap->owed_source;
	dap->is_owed = FALSE;
}

static void dap_fetch(RigDap *dap)
{
	if (dap->is_owed)
		dap_settle(dap, dap_push(dap, rig_swd_request(RIG_SWD_READ, DP_RDBUFF), 0));
}

void dap_queue_dp(RigDap *dap, guint8 request, guint32 data, guint32 *result)
{
	dap_fetch(dap);
	dap_push(dap, request, data)->result = result;
}

static void dap_select(RigDap *dap, guint32 select)
{
	if (dap->state.is_select_known && dap->state.select == select)
		return;
	dap_queue_dp(dap, rig_swd_request(0, DP_SELECT), select, NULL);
	dap->state.select = select;
	dap->state.is_select_known = TRUE;
}

static void dap_select_dp_bank(RigDap *dap, guint address)
{
	guint32 rest = dap->state.is_select_known ? dap->state.select & ~0xfu : 0;
	if ((address & 0xfu) == DP_CTRL_STAT)
		dap_select(dap, rest | (address >> 4 & 0xfu));
}

/* What TAR is after an access by DRW. */
static void dap_count_up(DapState *state)
{
	if ((state->csw & DAP_CSW_INCREMENT) == 0)
		return;
	gboolean is_packed = (state->csw & DAP_CSW_INCREMENT) == AP_CSW_PACKED;
	guint32 next = state->tar + (is_packed ? 4 : 1u << (state->csw & DAP_CSW_SIZE));
	state->is_tar_known = ((next ^ state->tar) & ~DAP_INCREMENT) == 0;
	state->tar = next;
}

static void dap_note_access(DapState *state, guint address, gboolean is_read, guint32 data)
{
	if (address == AP_DRW)
		dap_count_up(state);
	if (is_read)
		return;
	if (address == AP_CSW) {
		state->csw = data;
		state->is_csw_known = TRUE;
	} else if (address == AP_TAR) {
		state->tar = data;
		state->is_tar_known = TRUE;
	}
}

void dap_queue_ap(RigDap *dap, guint8 ap, guint address, gboolean is_read, guint32 data,
                  guint32 *result, const guint32 *memory)
{
	guint bank = address & DAP_BANK;
	guint32 dp_bank = dap->state.is_select_known ? dap->state.select & 0xfu : 0;
	dap_select(dap, (guint32)ap << 24 | bank | dp_bank);
	if (!is_read)
		dap_fetch(dap);
	guint kind = RIG_SWD_AP | (is_read ? (guint)RIG_SWD_READ : 0);
	DapOp *op = dap_push(dap, rig_swd_request(kind, address), data);
	op->idle_clocks = dap->idle_clocks;
	if (memory != NULL) {
		op->has_address = TRUE;
		op->address = *memory;
	}
	if (is_read) {
		guint at = dap->ops->len - 1;
		dap_settle(dap, op);
		dap->is_owed = TRUE;
		dap->owed = result;
		dap->owed_source = at;
	}
	if (ap == dap->ap)
		dap_note_access(&dap->state, address, is_read, data);
}

void dap_queue_csw(RigDap *dap, guint32 csw)
{
	if (!dap->state.is_csw_known || dap->state.csw != csw)
		dap_queue_ap(dap, dap->ap, AP_CSW, FALSE, csw, NULL, NULL);
}

void dap_queue_tar(RigDap *dap, guint32 address)
{
	if (!dap->state.is_tar_known || dap->state.tar != address)
		dap_queue_ap(dap, dap->ap, AP_TAR, FALSE, address, NULL, NULL);
}

/* By a banked register where TAR is near, by DRW elsewhere. */
static void dap_queue_word(RigDap *dap, guint32 address, gboolean is_read, guint32 data,
                           guint32 *result)
{
	dap_queue_csw(dap, AP_CSW_WORDS);
	const DapState *state = &dap->state;
	gboolean is_near = state->is_tar_known && ((state->tar ^ address) & ~DAP_WINDOW) == 0;
	if (!is_near)
		dap_queue_tar(dap, address);
	guint by = is_near ? AP_BD0 + (address & 0xcu) : (guint)AP_DRW;
	dap_queue_ap(dap, dap->ap, by, is_read, data, result, &address);
}

/* So that one visit tells all: the last access has ended, and the flags say how. */
void dap_queue_end(RigDap *dap, guint32 *status)
{
	if (dap->is_owed)
		dap_fetch(dap);
	else
		dap_queue_dp(dap, rig_swd_request(RIG_SWD_READ, DP_RDBUFF), 0, NULL);
	dap_select_dp_bank(dap, DP_CTRL_STAT);
	dap_queue_dp(dap, rig_swd_request(RIG_SWD_READ, DP_CTRL_STAT), 0, status);
}

void rig_dap_begin(RigDap *dap, RigDapRepeat repeat)
{
	static const DapRestart restarts[] = {[RIG_DAP_ONCE] = DAP_RESTART_NEVER,
	                                      [RIG_DAP_REPEATABLE] = DAP_RESTART_ALL,
	                                      [RIG_DAP_RESUMABLE] = DAP_RESTART_THERE};
	dap_begin(dap, restarts[repeat]);
}

void rig_dap_read_dp(RigDap *dap, guint address, guint32 *value)
{
	dap_select_dp_bank(dap, address);
	dap_queue_dp(dap, rig_swd_request(RIG_SWD_READ, address), 0, value);
}

void rig_dap_write_dp(RigDap *dap, guint address, guint32 value)
{
	dap_select_dp_bank(dap, address);
	dap_queue_dp(dap, rig_swd_request(0, address), value, NULL);
	if ((address & 0xfu) == DP_SELECT)
		dap->state.select = value;
}

void rig_dap_read_ap(RigDap *dap, guint8 ap, guint address, guint32 *value)
{
	dap_queue_ap(dap, ap, address, TRUE, 0, value, NULL);
}

void rig_dap_write_ap(RigDap *dap, guint8 ap, guint address, guint32 value)
{
	dap_queue_ap(dap, ap, address, FALSE, value, NULL, NULL);
}

void rig_dap_read_word(RigDap *dap, guint32 address, guint32 *value)
{
	dap_queue_word(dap, address, TRUE, 0, value);
}

void rig_dap_write_word(RigDap *dap, guint32 address, guint32 value)
{
	dap_queue_word(dap, address, FALSE, value, NULL);
}

static void dap_queue_next(RigDap *dap, guint32 address, gboolean is_read, guint32 data,
                           guint32 *result)
{
	dap_queue_csw(dap, AP_CSW_WORDS);
	dap_queue_tar(dap, address);
	dap_queue_ap(dap, dap->ap, AP_DRW, is_read, data, result, &address);
}

void rig_dap_read_next(RigDap *dap, guint32 address, guint32 *value)
{
	dap_queue_next(dap, address, TRUE, 0, value);
}

void rig_dap_write_next(RigDap *dap, guint32 address, guint32 value)
{
	dap_queue_next(dap, address, FALSE, value, NULL);
}

void rig_dap_window(RigDap *dap, guint32 address)
{
	dap_queue_csw(dap, AP_CSW_WORDS);
	dap_queue_tar(dap, address & ~DAP_WINDOW);
}

void rig_dap_idle(RigDap *dap, guint32 clocks)
{
	if (dap->ops->len > 0)
		g_array_index(dap->ops, DapOp, dap->ops->len - 1).idle_clocks += clocks;
}

gboolean rig_dap_commit(RigDap *dap, GError **error)
{
	/* Queued while nobody knew the target: its state is not what the queue took it for. */
	if (dap->is_connected)
		return dap_run_queue(dap, error);
	return dap_failed(dap, error, RIG_ERROR_INTERNAL, "used before it is connected");
}

gboolean rig_dap_peek(RigDap *dap, guint32 address, guint32 *value, GError **error)
{
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_read_word(dap, address, value);
	return rig_dap_commit(dap, error);
}

gboolean rig_dap_poke(RigDap *dap, guint32 address, guint32 value, GError **error)
{
	rig_dap_begin(dap, RIG_DAP_ONCE);
	rig_dap_write_word(dap, address, value);
	return rig_dap_commit(dap, error);
}
