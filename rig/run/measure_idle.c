/* SPDX-License-Identifier: Apache-2.0 */
#include "run/measure_idle.h"

gboolean rig_idle_by_marker(RigTrace *trace, guint channel, RigSpan span, RigIdle *idle,
                            GError **error)
{
	g_autoptr(GArray) lows = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	*idle = (RigIdle){0};
	if (!rig_spans_find(trace, channel, FALSE, span, lows, error))
		return FALSE;
	for (guint i = 0; i < lows->len; i++) {
		RigFigures figures;
		if (!rig_figures_of(trace, g_array_index(lows, RigSpan, i), &figures, error))
			return FALSE;
		if (!figures.is_known)
			continue;
		idle->seconds += figures.seconds;
		idle->charge_pc += (double)figures.charge_pc;
		idle->off_pc += (double)figures.charge_uncertainty_pc;
		idle->gain_pc += (double)figures.charge_gain_pc;
	}
	return TRUE;
}

void rig_idle_by_rest(const RigFigures *all, const RigInference *records, guint count,
                      double seconds, RigIdle *idle)
{
	*idle = (RigIdle){0};
	if (!all->is_known || seconds >= all->seconds)
		return;
	idle->seconds = all->seconds - seconds;
	idle->charge_pc = (double)all->charge_pc;
	idle->off_pc = (double)all->charge_uncertainty_pc;
	idle->gain_pc = (double)all->charge_gain_pc;
	for (guint i = 0; i < count; i++) {
		double charge_pc = (double)records[i].charge_pc;
		double share = records[i].energy_pj == 0
		                   ? 0
		                   : (double)records[i].uncertainty_pj / (double)records[i].energy_pj;
		idle->charge_pc -= charge_pc;
		idle->off_pc += fabs(charge_pc * share);
	}
}
