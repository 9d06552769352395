/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utc.h"

char *rig_time_text(gint64 unix_s)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(unix_s);
	return time == NULL ? g_strdup("?") : g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

gint64 rig_time_read(const char *text)
{
	g_autoptr(GDateTime) time = text == NULL ? NULL : g_date_time_new_from_iso8601(text, NULL);
	return time == NULL ? -1 : MAX(g_date_time_to_unix(time), -1);
}
