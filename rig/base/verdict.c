/* SPDX-License-Identifier: Apache-2.0 */
#include "base/verdict.h"

#include <rig/inference.h>

static const char *const verdict_names[] = {
    [RIG_VERDICT_SKIP] = "skip",
    [RIG_VERDICT_PASS] = "pass",
    [RIG_VERDICT_INCONCLUSIVE] = "inconclusive",
    [RIG_VERDICT_FAIL] = "fail",
    [RIG_VERDICT_ERROR] = "error",
};

static const char *const integrity_names[] = {
    [RIG_INTEGRITY_UNKNOWN] = "unknown",
    [RIG_INTEGRITY_PLAUSIBLE] = "plausible",
    [RIG_INTEGRITY_CHECKED] = "checked",
};

static gboolean verdict_index(const char *const *names, guint count, const char *name, guint *index)
{
	for (guint i = 0; i < count; i++) {
		if (g_strcmp0(names[i], name) == 0) {
			*index = i;
			return TRUE;
		}
	}
	return FALSE;
}

const char *rig_verdict_name(RigVerdict verdict)
{
	return verdict_names[verdict];
}

gboolean rig_verdict_parse(const char *name, RigVerdict *verdict)
{
	guint index;
	if (!verdict_index(verdict_names, G_N_ELEMENTS(verdict_names), name, &index))
		return FALSE;
	*verdict = (RigVerdict)index;
	return TRUE;
}

RigVerdict rig_verdict_of_error(const GError *error)
{
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD) ? RIG_VERDICT_FAIL
	                                                          : RIG_VERDICT_ERROR;
}

const char *rig_integrity_name(RigIntegrity integrity)
{
	return integrity_names[integrity];
}

gboolean rig_integrity_parse(const char *name, RigIntegrity *integrity)
{
	guint index;
	if (!verdict_index(integrity_names, G_N_ELEMENTS(integrity_names), name, &index))
		return FALSE;
	*integrity = (RigIntegrity)index;
	return TRUE;
}
