/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_clock.h"

static gint64 fake_clock_now(gpointer user)
{
	return ((const FakeClock *)user)->now_us;
}

void fake_clock_init(FakeClock *fake, gint64 now_us)
{
	*fake = (FakeClock){.clock = {.now_us = fake_clock_now, .user = fake}, .now_us = now_us};
}
