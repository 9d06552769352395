/* SPDX-License-Identifier: Apache-2.0 */
/* A core halted, run, stepped. */
#include "cortex_internal.h"

#define CORTEX_HALT_US  (500 * 1000)
#define CORTEX_DFSR_ALL 0x1fu

RigCortex *rig_cortex_new(RigDap *dap)
{
	RigCortex *cortex = g_new0(RigCortex, 1);
	cortex->dap = dap;
	return cortex;
}

void rig_cortex_free(RigCortex *cortex)
{
	g_free(cortex);
}

RigDap *rig_cortex_dap(RigCortex *cortex)
{
	return cortex->dap;
}

gboolean cortex_failed(RigCortex *cortex, GError **error, RigErrorCode code, const char *text)
{
	g_set_error(error, RIG_ERROR, (gint)code, "board %s: %s", rig_dap_probe(cortex->dap)->board,
	            text);
	return FALSE;
}

gboolean cortex_ready(RigCortex *cortex, GError **error)
{
	if (!rig_dap_is_connected(cortex->dap))
		cortex->is_fpb_known = FALSE;
	return rig_dap_connect(cortex->dap, error);
}

void cortex_queue_control(RigCortex *cortex, guint32 control)
{
	rig_dap_write_word(cortex->dap, CORTEX_DHCSR, DHCSR_KEY | DHCSR_DEBUGEN | control);
}

gboolean cortex_await(RigCortex *cortex, guint32 mask, gint64 span_us, guint32 *dhcsr,
                      GError **error)
{
	const RigClock *clock = rig_dap_probe(cortex->dap)->clock;
	gint64 until_us = MIN(rig_clock_after(clock, span_us), rig_dap_deadline(cortex->dap));
	do {
		if (!rig_dap_peek(cortex->dap, CORTEX_DHCSR, dhcsr, error))
			return FALSE;
	} while ((*dhcsr & mask) == 0 && rig_clock_now(clock) < until_us);
	return TRUE;
}

const char *rig_core_state_word(RigCoreState state)
{
	static const char *const words[] = {[RIG_CORE_RUNNING] = "running",
	                                    [RIG_CORE_HALTED] = "halted",
	                                    [RIG_CORE_SLEEPING] = "asleep",
	                                    [RIG_CORE_LOCKED_UP] = "locked up",
	                                    [RIG_CORE_IN_RESET] = "in reset"};
	return words[state];
}

gboolean rig_cortex_state(RigCortex *cortex, RigCoreState *state, GError **error)
{
	guint32 dhcsr = 0, again = 0;
	if (!cortex_ready(cortex, error))
		return FALSE;
	/* S_RESET_ST tells of the past the first time, of the present the second. */
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &dhcsr);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &again);
	if (!rig_dap_commit(cortex->dap, error))
		return FALSE;
	*state = (again & DHCSR_HALTED) != 0   ? RIG_CORE_HALTED
	         : (again & DHCSR_RESET) != 0  ? RIG_CORE_IN_RESET
	         : (again & DHCSR_LOCKUP) != 0 ? RIG_CORE_LOCKED_UP
	         : (again & DHCSR_SLEEP) != 0  ? RIG_CORE_SLEEPING
	                                       : RIG_CORE_RUNNING;
	return TRUE;
}

gboolean rig_cortex_halt(RigCortex *cortex, GError **error)
{
	guint32 dhcsr = 0;
	if (!cortex_ready(cortex, error))
		return FALSE;
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	cortex_queue_control(cortex, DHCSR_HALT);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &dhcsr);
	if (!rig_dap_commit(cortex->dap, error))
		return FALSE;
	if ((dhcsr & DHCSR_HALTED) == 0 &&
	    !cortex_await(cortex, DHCSR_HALTED, CORTEX_HALT_US, &dhcsr, error))
		return FALSE;
	return (dhcsr & DHCSR_HALTED) != 0 ||
	       cortex_failed(cortex, error, RIG_ERROR_BOARD,
	                     "the core does not halt; is it held in reset, or its clock stopped?");
}

/* Runs or steps once with `control`; interrupts may be masked only while it is halted. */
static gboolean cortex_go(RigCortex *cortex, guint32 control, GError **error)
{
	rig_dap_begin(cortex->dap, RIG_DAP_ONCE);
	rig_dap_write_word(cortex->dap, CORTEX_DFSR, CORTEX_DFSR_ALL);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	cortex_queue_control(cortex, DHCSR_HALT | (control & DHCSR_MASKINTS));
	cortex_queue_control(cortex, control);
	return rig_dap_commit(cortex->dap, error);
}

gboolean rig_cortex_step(RigCortex *cortex, GError **error)
{
	guint32 dhcsr = 0;
	if (!cortex_ready(cortex, error) || !cortex_go(cortex, DHCSR_STEP | DHCSR_MASKINTS, error) ||
	    !cortex_await(cortex, DHCSR_HALTED, CORTEX_HALT_US, &dhcsr, error))
		return FALSE;
	if ((dhcsr & DHCSR_HALTED) == 0)
		return cortex_failed(cortex, error, RIG_ERROR_BOARD, "the core does not end its step");
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	cortex_queue_control(cortex, DHCSR_HALT); /* interrupts as they were */
	return rig_dap_commit(cortex->dap, error);
}

static gboolean cortex_stands_on_breakpoint(RigCortex *cortex, gboolean *stands, GError **error)
{
	static const guint8 number = RIG_REG_PC;
	guint32 pc = 0;
	*stands = FALSE;
	gboolean has_any = FALSE;
	for (guint i = 0; i < CORTEX_BREAKPOINTS_MAX; i++)
		has_any = has_any || cortex->breakpoints[i] != 0;
	if (!has_any)
		return TRUE;
	if (!rig_cortex_read_registers(cortex, &number, 1, &pc, error))
		return FALSE;
	for (guint i = 0; i < CORTEX_BREAKPOINTS_MAX; i++)
		*stands = *stands || cortex->breakpoints[i] == (pc | 1u);
	return TRUE;
}

gboolean rig_cortex_resume(RigCortex *cortex, GError **error)
{
	RigCoreState state = RIG_CORE_RUNNING;
	gboolean stands = FALSE;
	if (!rig_cortex_state(cortex, &state, error))
		return FALSE;
	if (state != RIG_CORE_HALTED)
		return TRUE;
	if (!cortex_stands_on_breakpoint(cortex, &stands, error) ||
	    (stands && !rig_cortex_step(cortex, error)))
		return FALSE;
	return cortex_go(cortex, 0, error);
}

gboolean rig_cortex_release(RigCortex *cortex, GError **error)
{
	if (!cortex_ready(cortex, error))
		return FALSE;
	for (guint i = 0; i < CORTEX_BREAKPOINTS_MAX; i++) {
		guint32 set = cortex->breakpoints[i];
		if (set != 0 && !rig_cortex_clear_breakpoint(cortex, set & ~1u, error))
			return FALSE;
	}
	/* First on its way, then alone: C_DEBUGEN must not fall with the core halted (C1.6.2). */
	if (!rig_cortex_resume(cortex, error))
		return FALSE;
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	rig_dap_write_word(cortex->dap, CORTEX_DEMCR, 0);
	rig_dap_write_word(cortex->dap, CORTEX_DHCSR, DHCSR_KEY);
	return rig_dap_commit(cortex->dap, error);
}

gboolean rig_cortex_wait_halted(RigCortex *cortex, gint64 until_us, gboolean *halted,
                                GError **error)
{
	guint32 dhcsr = 0;
	const RigClock *clock = rig_dap_probe(cortex->dap)->clock;
	gint64 span_us = MAX(until_us - rig_clock_now(clock), 0);
	if (!cortex_ready(cortex, error) || !cortex_await(cortex, DHCSR_HALTED, span_us, &dhcsr, error))
		return FALSE;
	*halted = (dhcsr & DHCSR_HALTED) != 0;
	return TRUE;
}
