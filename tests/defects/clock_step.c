/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, makes its wall clock jump: each reading is seven hours after or before
 * the true time, in turn. The monotonic clock is left alone.
 */
#include <dlfcn.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define STEP_S (7 * 3600)

static time_t step_next_s(void)
{
	static unsigned count;

	return __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED) % 2 == 0 ? STEP_S : -STEP_S;
}

/* glibc's own; `name` is not this file's. */
static void step_find(const char *name, void *function, size_t size)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, size);
}

static int (*step_real)(clockid_t, struct timespec *);

/* At once: looked for at its first use, it would be on the stack of a firmware that measures it. */
__attribute__((constructor)) static void step_begin(void)
{
	step_find("clock_gettime", &step_real, sizeof step_real);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (step_real == NULL)
		step_begin();
	int result = step_real(clock, now);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += step_next_s();
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec at;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &at) != 0)
		return -1;
	now->tv_sec = at.tv_sec;
	now->tv_usec = at.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec at;

	if (clock_gettime(CLOCK_REALTIME, &at) != 0)
		return (time_t)-1;
	if (seconds != NULL)
		*seconds = at.tv_sec;
	return at.tv_sec;
}
