/* SPDX-License-Identifier: Apache-2.0 */
/* Files of this process end at a size, as on a disk that is full. Root, too, meets this limit. */
#ifndef TESTS_SUPPORT_FULL_DISK_H
#define TESTS_SUPPORT_FULL_DISK_H

#include "test.h"

#include <signal.h>
#include <sys/resource.h>

/* No file grows over `bytes` from now on. Undo it before the test ends: Check writes files, too. */
static inline void full_disk_begin(guint64 bytes)
{
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit;
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = (rlim_t)bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline void full_disk_end(void)
{
	struct rlimit limit;
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
