/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/clock.h>

static gint64 clock_monotonic(gpointer user)
{
	(void)user;
	return g_get_monotonic_time();
}

const RigClock rig_clock_monotonic = {.now_us = clock_monotonic};
