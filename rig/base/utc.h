/* SPDX-License-Identifier: Apache-2.0 */
/* Times as files keep them: UTC, whatever the zone and the locale of who writes. */
#ifndef RIG_BASE_UTC_H
#define RIG_BASE_UTC_H

#include <glib.h>

/* Seconds since 1970 as "2026-11-24T01:30:00Z"; caller frees. */
char *rig_time_text(gint64 unix_s);

/* Of ISO 8601 with its zone, in seconds; -1: it is no such time, or before 1970. */
gint64 rig_time_read(const char *text);

#endif
