/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/energy_beside.h"

#include "judge/limits.h"

static const RigValue *beside_find(const RigJudging *judging, const char *key)
{
	g_autofree char *name = g_strdup_printf("%s.%s", judging->limit->subject, key);
	return rig_attempt_value(judging->attempt, name);
}

const RigValue *rig_energy_beside(const RigJudging *judging, const char *key)
{
	static const RigValue none = {0};
	const RigValue *value = beside_find(judging, key);
	return value == NULL || value->is_text ? &none : value;
}

gboolean rig_energy_is_common(const RigJudging *judging)
{
	return rig_energy_beside(judging, "energy_common")->number > 0;
}

void rig_energy_unknown(RigJudging *judging, guint unknown)
{
	const RigValue *why = beside_find(judging, "energy_unknown");
	rig_limit_unknown(judging->finding, "%u of %u records have no energy: %s", unknown,
	                  judging->records.list->len,
	                  why != NULL && why->text != NULL ? why->text : "they were not measured");
}
