/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code that a debugger has put into RAM, run on the halted core, and waited for. All that is
 * queued in front of it, the registers, the start, a pause as long as the code is expected to take
 * and a look at the core are one round trip.
 */
#include "cortex_internal.h"

#include <rig/bytes.h>

#define CALL_DCRSR_WRITE    0x00010000u
#define CALL_THUMB          0x01000000u /* of xPSR */
#define CALL_PRIMASK        0x00000001u
#define CALL_DFSR_ALL       0x1fu
#define CALL_PAUSE_US       (500 * 1000) /* of one visit, so that it can be stopped */
#define CALL_POLL_US        200
#define CALL_RESULTS_INSIDE 192u /* words that are read in the visit that starts it */

static void call_set_register(RigDap *dap, guint8 number, guint32 value)
{
	rig_dap_write_word(dap, CORTEX_DCRDR, value);
	rig_dap_write_word(dap, CORTEX_DCRSR, CALL_DCRSR_WRITE | number);
}

/* Interrupts stay off, and the stack is the main one. */
static void call_set_registers(RigDap *dap, const RigCall *call)
{
	const struct {
		guint8 number;
		guint32 value;
	} rows[] = {{RIG_REG_SPECIAL, CALL_PRIMASK}, {0, call->arguments[0]},
	            {1, call->arguments[1]},         {2, call->arguments[2]},
	            {3, call->arguments[3]},         {9, call->static_base},
	            {RIG_REG_SP, call->stack},       {RIG_REG_LR, call->end | 1u},
	            {RIG_REG_PC, call->entry},       {RIG_REG_XPSR, CALL_THUMB}};
	rig_dap_window(dap, CORTEX_DHCSR);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		call_set_register(dap, rows[i].number, rows[i].value);
}

static void call_pause(RigDap *dap, gint64 span_us)
{
	guint64 clocks = (guint64)MIN(span_us, CALL_PAUSE_US) * rig_dap_probe(dap)->clock_hz;
	rig_dap_idle(dap, (guint32)(clocks / G_USEC_PER_SEC));
}

static gboolean call_poll(RigCortex *cortex, const RigCall *call, guint32 *dhcsr, GError **error)
{
	RigDap *dap = cortex->dap;
	const RigClock *clock = rig_dap_probe(dap)->clock;
	gint64 left_us = call->expected_us - CALL_PAUSE_US;
	gint64 until_us = rig_clock_after(clock, call->longest_us);
	while ((*dhcsr & (DHCSR_HALTED | DHCSR_LOCKUP)) == 0) {
		gint64 now_us = rig_clock_now(clock);
		if (now_us >= MIN(until_us, rig_dap_deadline(dap)))
			return TRUE;
		gint64 pause_us = left_us > 0 ? left_us : MAX(call->expected_us / 64, CALL_POLL_US);
		left_us = MAX(left_us - CALL_PAUSE_US, 0);
		guint32 before = 0;
		rig_dap_begin(dap, RIG_DAP_REPEATABLE);
		rig_dap_window(dap, CORTEX_DHCSR);
		rig_dap_read_word(dap, CORTEX_DHCSR, &before);
		call_pause(dap, pause_us);
		rig_dap_read_word(dap, CORTEX_DHCSR, dhcsr);
		if (!rig_dap_commit(dap, error))
			return FALSE;
	}
	return TRUE;
}

/* Those that were too many for the visit, or read too early. */
static gboolean call_read_results(RigDap *dap, const RigCall *call, GError **error)
{
	gsize size = 4 * call->results;
	g_autofree guint8 *bytes = g_malloc(MAX(size, 1));
	if (!rig_dap_read_memory(dap, call->result_address, bytes, size, RIG_DAP_WORDS, error))
		return FALSE;
	for (gsize i = 0; i < call->results; i++)
		call->result[i] = rig_get_le32(bytes + 4 * i);
	return TRUE;
}

/* Where it stands instead of at its end. */
static gboolean call_astray(RigCortex *cortex, const RigCall *call, guint32 dhcsr, GError **error)
{
	static const guint8 numbers[] = {RIG_REG_PC, RIG_REG_XPSR};
	guint32 values[G_N_ELEMENTS(numbers)] = {0};
	gboolean ran_out = (dhcsr & (DHCSR_HALTED | DHCSR_LOCKUP)) == 0;
	if (!rig_cortex_halt(cortex, error) ||
	    !rig_cortex_read_registers(cortex, numbers, G_N_ELEMENTS(numbers), values, error))
		return FALSE;
	g_autofree char *text =
	    g_strdup_printf("%s %s, at 0x%08x in %s (xPSR 0x%08x)", call->name,
	                    ran_out ? "did not end in time" : "went astray", values[0],
	                    (values[1] & 0x1ffu) == 0 ? "thread mode" : "a fault handler", values[1]);
	return cortex_failed(cortex, error, RIG_ERROR_BOARD, text);
}

void rig_cortex_begin_call(RigCortex *cortex)
{
	rig_dap_begin(cortex->dap, RIG_DAP_ONCE);
}

gboolean rig_cortex_call(RigCortex *cortex, const RigCall *call, GError **error)
{
	RigDap *dap = cortex->dap;
	guint32 dhcsr = 0, state = 0;
	call_set_registers(dap, call);
	rig_dap_write_word(dap, CORTEX_DFSR, CALL_DFSR_ALL);
	rig_dap_window(dap, CORTEX_DHCSR);
	cortex_queue_control(cortex, 0);
	rig_dap_read_word(dap, CORTEX_DHCSR, &state);
	for (gsize at = 0; call->beside != NULL && at < call->beside_bytes; at += 4)
		rig_dap_write_next(dap, call->beside_address + (guint32)at,
		                   rig_get_le32(call->beside + at));
	rig_dap_window(dap, CORTEX_DHCSR);
	rig_dap_read_word(dap, CORTEX_DHCSR, &state);
	call_pause(dap, call->expected_us);
	rig_dap_read_word(dap, CORTEX_DHCSR, &dhcsr);
	gboolean is_short = call->results <= CALL_RESULTS_INSIDE;
	for (gsize i = 0; is_short && i < call->results; i++)
		rig_dap_read_word(dap, call->result_address + 4 * (guint32)i, &call->result[i]);
	if (!rig_dap_commit(dap, error))
		return FALSE;
	gboolean is_early = (dhcsr & (DHCSR_HALTED | DHCSR_LOCKUP)) == 0;
	const RigClock *clock = rig_dap_probe(dap)->clock;
	gint64 begin_us = rig_clock_now(clock);
	if (!call_poll(cortex, call, &dhcsr, error))
		return FALSE;
	if (call->late_us != NULL)
		*call->late_us = is_early ? rig_clock_now(clock) - begin_us : 0;
	if ((dhcsr & DHCSR_LOCKUP) != 0 || (dhcsr & DHCSR_HALTED) == 0)
		return call_astray(cortex, call, dhcsr, error);
	return (is_short && !is_early) || call_read_results(dap, call, error);
}

void rig_cortex_queue_end(RigCortex *cortex, RigCallEnd *end)
{
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	rig_dap_write_word(cortex->dap, CORTEX_DCRSR, 0);
	rig_dap_read_word(cortex->dap, CORTEX_DCRDR, &end->value);
	rig_dap_write_word(cortex->dap, CORTEX_DCRSR, RIG_REG_PC);
	rig_dap_read_word(cortex->dap, CORTEX_DCRDR, &end->pc);
}

gboolean rig_cortex_finish_call(RigCortex *cortex, const RigCall *call, guint32 *value,
                                GError **error)
{
	static const guint8 numbers[] = {0, RIG_REG_PC};
	guint32 values[G_N_ELEMENTS(numbers)] = {0};
	if (!rig_cortex_read_registers(cortex, numbers, G_N_ELEMENTS(numbers), values, error))
		return FALSE;
	*value = values[0];
	return (values[1] & ~1u) == (call->end & ~1u) || call_astray(cortex, call, DHCSR_HALTED, error);
}
