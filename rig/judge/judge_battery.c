/* SPDX-License-Identifier: Apache-2.0 */
/*
 * battery_life: how long a battery lasts at a rate of inferences, idle between them. The charge is
 * what was measured; that a battery discharges by itself, or gives less in the cold, is not in it.
 */
#include <math.h>

#include "judge/energy_beside.h"
#include "judge/limits.h"

/* Of one inference, in the mean. */
typedef struct Battery {
	double charge_pc, uncertainty_pc, seconds;
	guint unknown;
} Battery;

static void battery_of_records(const RigJudging *judging, Battery *battery)
{
	const GPtrArray *records = judging->records.list;
	double inferences = 0, variance = 0, sum = 0;
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->energy_pj <= 0 || record->charge_pc == G_MININT64 || record->lap_us < 0) {
			battery->unknown++;
			continue;
		}
		/* Charge is known as well as energy. */
		double off_pc =
		    (double)record->charge_pc * (double)record->uncertainty_pj / (double)record->energy_pj;
		battery->charge_pc += (double)record->charge_pc;
		battery->seconds += (double)record->lap_us * 1e-6;
		inferences += record->iterations;
		variance += off_pc * off_pc;
		sum += off_pc;
	}
	if (inferences == 0)
		return;
	battery->charge_pc /= inferences;
	battery->seconds /= inferences;
	battery->uncertainty_pc = (rig_energy_is_common(judging) ? sum : sqrt(variance)) / inferences;
}

void rig_judge_battery_life(RigJudging *judging)
{
	const RigLimit *limit = judging->limit;
	const RigValue *idle = rig_energy_beside(judging, "energy_idle");
	double gain = rig_energy_beside(judging, "energy_gain")->number;
	double rate = limit->per_hour / 3600;
	RigFinding *finding = judging->finding;
	Battery battery = {0};
	battery_of_records(judging, &battery);
	finding->integrity = RIG_INTEGRITY_PLAUSIBLE;
	judging->below = finding->integrity < limit->integrity ? judging->records.list->len : 0;
	if (battery.unknown > 0) {
		rig_energy_unknown(judging, battery.unknown);
		return;
	}
	if (idle->name == NULL) {
		rig_limit_unknown(finding, "the current between the inferences is not known: let some time "
		                           "pass in the measure, as with `wait: 500ms`");
		return;
	}
	if (rate * battery.seconds > 1) {
		rig_limit_unknown(finding, "an inference takes %.3g s, so that there are not %g in an hour",
		                  battery.seconds, limit->per_hour);
		return;
	}
	double rest = 1 - rate * battery.seconds;
	double idle_pa = idle->number * 1e3, infers_pa = rate * battery.charge_pc;
	double current_pa = idle_pa * rest + infers_pa;
	double off_pa = hypot(idle->uncertainty * 1e3 * rest, rate * battery.uncertainty_pc);
	double gain_pa = idle->gain * 1e3 * rest + gain * infers_pa;
	if (current_pa <= off_pa) {
		rig_limit_unknown(finding, "the board draws less than is certain");
		return;
	}
	double life_s = (double)limit->capacity_uc * 1e6 / current_pa;
	g_autofree char *mean = rig_measure_format("current", current_pa * 1e-3);
	g_autofree char *note = g_strdup_printf("%s in the mean", mean);
	rig_limit_number(finding, life_s, note);
	rig_limit_uncertain(finding, life_s * off_pa / current_pa, life_s * gain_pa / current_pa);
}
