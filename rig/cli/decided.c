/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/decided.h"

#include <stdio.h>

#include "base/verdict.h"

int rig_decided_code(const RigDecided *decided)
{
	static const int codes[] = {[RIG_RULE_PASS] = RIG_EXIT_PASSED,
	                            [RIG_RULE_WAIVED] = RIG_EXIT_PASSED,
	                            [RIG_RULE_HOLD] = RIG_EXIT_HOLD,
	                            [RIG_RULE_REFUSE] = RIG_EXIT_REFUSED};
	return codes[decided->verdict];
}

static void decided_tell_rule(const RigRule *rule)
{
	printf("  %-7s %s%s%s\n          %s\n", rig_rule_word(rule->verdict), rule->name,
	       *rule->reason == '\0' ? "" : ": ", rule->reason, rule->message);
	if (rule->waiver != NULL)
		printf("          waived by %s until %s: %s\n", rule->waiver->by, rule->waiver->until,
		       rule->waiver->why);
}

void rig_decided_tell(const RigDecided *decided, gboolean all)
{
	guint counts[RIG_RULE_REFUSE + 1] = {0};
	for (guint i = 0; i < decided->rules->len; i++) {
		const RigRule *rule = decided->rules->pdata[i];
		counts[rule->verdict]++;
		if (all || rule->verdict != RIG_RULE_PASS)
			decided_tell_rule(rule);
	}
	printf("%s for %s: %u rules pass, %u waived, %u hold, %u refuse (decision %.12s)\n",
	       rig_gate_word(decided->verdict), decided->policy->channel, counts[RIG_RULE_PASS],
	       counts[RIG_RULE_WAIVED], counts[RIG_RULE_HOLD], counts[RIG_RULE_REFUSE],
	       decided->digest);
}

gboolean rig_decided_time(const char *text, gint64 *unix_s, GError **error)
{
	*unix_s = text == NULL ? -1 : rig_time_read(text);
	if (text == NULL || *unix_s >= 0)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "\"%.40s\" is no time; as 2026-11-24T12:00:00Z it is one", text);
	return FALSE;
}
