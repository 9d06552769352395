/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_RETRY_MS 20 /* flock has no deadline and no event: look again so often */

/*
 * Without O_CREAT first: in a sticky folder of everybody the kernel (fs.protected_regular=2)
 * refuses O_CREAT on a file that another user made, although it may be written.
 */
int rig_lock_open(const char *path, guint mode)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && mode != 0) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
		if (fd >= 0 && fchmod(fd, (mode_t)mode) != 0)
			errno = 0; /* another user may be refused, then; this one is not */
		if (fd < 0 && errno == EEXIST)
			fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	}
	return fd;
}

int rig_lock_take(const char *path, guint mode, const RigClock *clock, gint64 deadline_us,
                  GError **error)
{
	int fd = rig_lock_open(path, mode);
	if (fd < 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: cannot be opened: %s", path,
		            g_strerror(errno));
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		gboolean busy = errno == EWOULDBLOCK || errno == EINTR;
		if (!busy || rig_clock_now(clock) >= deadline_us) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s", path,
			            busy ? "another process has it locked for too long" : g_strerror(errno));
			close(fd);
			return -1;
		}
		poll(NULL, 0, LOCK_RETRY_MS);
	}
	return fd;
}
