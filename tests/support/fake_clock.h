/* SPDX-License-Identifier: Apache-2.0 */
/* A clock that stands still until somebody moves it. */
#ifndef TESTS_SUPPORT_FAKE_CLOCK_H
#define TESTS_SUPPORT_FAKE_CLOCK_H

#include <rig/clock.h>

typedef struct FakeClock {
	RigClock clock; /* hand out &fake.clock; points into this struct */
	gint64 now_us;
} FakeClock;

void fake_clock_init(FakeClock *fake, gint64 now_us);

#endif
