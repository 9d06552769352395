/* SPDX-License-Identifier: Apache-2.0 */
/* Resets: by the line or by the core itself, halted at the reset handler or not. */
#include "cortex_internal.h"

#define RESET_REQUEST  0x05fa0004u /* AIRCR.SYSRESETREQ with its key */
#define RESET_AWAIT_US (500 * 1000)
#define RESET_DFSR_ALL 0x1fu

/*
 * The core is to stop at its reset vector, as far as its debug domain outlives the reset; with
 * `requests` it is asked to reset itself in the same visit.
 */
static gboolean reset_arm(RigCortex *cortex, gboolean halt, gboolean requests, GError **error)
{
	guint32 seen = 0;
	rig_dap_begin(cortex->dap, requests ? RIG_DAP_ONCE : RIG_DAP_REPEATABLE);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &seen); /* forgets resets of before */
	rig_dap_write_word(cortex->dap, CORTEX_DEMCR, halt ? DEMCR_VC_CORERESET | DEMCR_TRCENA : 0);
	/*
	 * One that is to stop does not run until then, for nobody knows what it would find to run; one
	 * that is to run is let go as late as can be: a halt would outlast the reset.
	 */
	cortex_queue_control(cortex, halt ? DHCSR_HALT : 0);
	if (requests)
		rig_dap_write_word(cortex->dap, CORTEX_AIRCR, RESET_REQUEST);
	g_autoptr(GError) trouble = NULL;
	if (rig_dap_commit(cortex->dap, &trouble))
		return TRUE;
	/* The port may fall silent in the midst of its answer to a request. */
	if (requests && (g_error_matches(trouble, RIG_ERROR, RIG_ERROR_DAMAGED) ||
	                 g_error_matches(trouble, RIG_ERROR, RIG_ERROR_BOARD))) {
		rig_dap_forget(cortex->dap);
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&trouble));
	return FALSE;
}

/* A port that was reset as well is connected to again. */
static gboolean reset_again(RigCortex *cortex, guint32 mask, guint32 *dhcsr, GError **error)
{
	const RigClock *clock = rig_dap_probe(cortex->dap)->clock;
	gint64 until_us = MIN(rig_clock_after(clock, RESET_AWAIT_US), rig_dap_deadline(cortex->dap));
	for (;;) {
		g_autoptr(GError) trouble = NULL;
		gint64 left_us = MAX(until_us - rig_clock_now(clock), 0);
		if (cortex_ready(cortex, &trouble) && cortex_await(cortex, mask, left_us, dhcsr, &trouble))
			return TRUE;
		gboolean is_final = g_error_matches(trouble, RIG_ERROR, RIG_ERROR_STOPPED) ||
		                    !rig_dap_probe(cortex->dap)->is_open;
		if (is_final || rig_clock_now(clock) >= until_us) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		rig_dap_forget(cortex->dap);
	}
}

static gboolean reset_disarm(RigCortex *cortex, GError **error)
{
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_write_word(cortex->dap, CORTEX_DFSR, RESET_DFSR_ALL);
	rig_dap_write_word(cortex->dap, CORTEX_DEMCR, 0);
	return rig_dap_commit(cortex->dap, error);
}

static gboolean reset_pulse(RigCortex *cortex, gint64 pulse_us, GError **error)
{
	RigProbe *probe = rig_dap_probe(cortex->dap);
	gint64 deadline_us = rig_dap_deadline(cortex->dap);
	if (!rig_probe_set_reset(probe, TRUE, deadline_us, error))
		return FALSE;
	gboolean held = rig_wait_until(probe->clock, probe->stop_fd,
	                               rig_clock_after(probe->clock, pulse_us), error);
	/* Let go in any case. */
	return rig_probe_set_reset(probe, FALSE, RIG_FOREVER, held ? error : NULL) && held;
}

static gboolean reset_check(RigCortex *cortex, guint32 dhcsr, gboolean halt, GError **error)
{
	if (halt && (dhcsr & DHCSR_HALTED) == 0)
		return cortex_failed(cortex, error, RIG_ERROR_BOARD,
		                     "the core does not stop at its reset handler: its debug port goes off "
		                     "with the reset; use --way system, or connect under reset");
	if (!halt && (dhcsr & (DHCSR_RESET | DHCSR_HALTED)) == 0)
		return cortex_failed(cortex, error, RIG_ERROR_BOARD, "the core was not reset");
	return TRUE;
}

gboolean rig_cortex_reset(RigCortex *cortex, RigResetWay way, gint64 pulse_us, gboolean halt,
                          GError **error)
{
	guint32 dhcsr = 0;
	if (way == RIG_RESET_NSRST && !halt) { /* the line alone: a port that is off is no hindrance */
		RigProbe *probe = rig_dap_probe(cortex->dap);
		gboolean good = rig_probe_open(probe, rig_dap_deadline(cortex->dap), error) &&
		                reset_pulse(cortex, pulse_us, error);
		rig_dap_forget(cortex->dap);
		return good;
	}
	gboolean by_line = way == RIG_RESET_NSRST;
	if (!cortex_ready(cortex, error) || !reset_arm(cortex, halt, !by_line, error))
		return FALSE;
	cortex->is_fpb_known = FALSE;
	return (!by_line || reset_pulse(cortex, pulse_us, error)) &&
	       reset_again(cortex, halt ? DHCSR_HALTED : DHCSR_RESET | DHCSR_HALTED, &dhcsr, error) &&
	       reset_check(cortex, dhcsr, halt, error) && reset_disarm(cortex, error);
}

gboolean rig_cortex_connect_under_reset(RigCortex *cortex, gint64 pulse_us, GError **error)
{
	RigProbe *probe = rig_dap_probe(cortex->dap);
	gint64 deadline_us = rig_dap_deadline(cortex->dap);
	guint32 dhcsr = 0;
	rig_dap_forget(cortex->dap);
	if (!rig_probe_open(probe, deadline_us, error) ||
	    !rig_probe_set_reset(probe, TRUE, deadline_us, error))
		return FALSE;
	gboolean armed = rig_wait_until(probe->clock, probe->stop_fd,
	                                rig_clock_after(probe->clock, pulse_us), error) &&
	                 cortex_ready(cortex, error) && reset_arm(cortex, TRUE, FALSE, error);
	gboolean let_go = rig_probe_set_reset(probe, FALSE, RIG_FOREVER, armed ? error : NULL);
	return armed && let_go && reset_again(cortex, DHCSR_HALTED, &dhcsr, error) &&
	       reset_check(cortex, dhcsr, TRUE, error) && reset_disarm(cortex, error);
}
