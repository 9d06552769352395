/* SPDX-License-Identifier: Apache-2.0 */
#include "run/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIM_RETRY_MS 50 /* flock has no deadline and no event: look again so often */
#define CLAIM_TEXT_MAX 512

struct RigClaim {
	int fd;
};

static char *claim_path(const char *bench, const char *board)
{
	const char *folder = g_getenv("TINYRIG_LOCK_DIR");
	if (folder == NULL || *folder == 0)
		folder = access("/run/lock", W_OK) == 0 ? "/run/lock" : g_get_user_runtime_dir();
	g_autofree char *name = g_strdup_printf("tinyrig-%s.%s.lock", bench, board);
	return g_build_filename(folder, name, NULL);
}

/*
 * Without O_CREAT first: in a sticky folder of everybody the kernel (fs.protected_regular=2)
 * refuses O_CREAT on a file that another user made, although it may be written.
 */
static int claim_open(const char *path, gboolean create)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && create) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd >= 0 && fchmod(fd, 0666) != 0) /* whatever the umask: another user claims next */
			errno = 0;
		if (fd < 0 && errno == EEXIST)
			fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	}
	return fd;
}

static char *claim_read_holder(int fd)
{
	char text[CLAIM_TEXT_MAX + 1] = {0};
	ssize_t got = pread(fd, text, CLAIM_TEXT_MAX, 0);
	if (got <= 0)
		return g_strdup("somebody who left no name");
	g_autofree char *valid = g_utf8_make_valid(text, got);
	return g_strescape(g_strchomp(valid), NULL);
}

static void claim_write_holder(int fd, const char *purpose)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *since = g_date_time_format(now, "%Y-%m-%d %H:%M:%S UTC");
	g_autofree char *text =
	    g_strdup_printf("%s@%s, process %d, since %s: %.200s\n", g_get_user_name(),
	                    g_get_host_name(), (int)getpid(), since, purpose);
	/* Only for people; the lock itself is the flock. */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, text, strlen(text), 0) < 0)
		errno = 0;
}

static gboolean claim_busy(int fd, const char *board, GError **error)
{
	g_autofree char *holder = claim_read_holder(fd);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY, "board %s is held by %s", board, holder);
	return FALSE;
}

/* Tries until the deadline. */
static gboolean claim_lock(int fd, const char *board, const RigClock *clock, gint64 deadline_us,
                           int stop_fd, GError **error)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "board %s: lock: %s", board,
			            g_strerror(errno));
			return FALSE;
		}
		if (rig_clock_now(clock) >= deadline_us)
			return claim_busy(fd, board, error);
		struct pollfd polled = {.fd = stop_fd, .events = POLLIN};
		if (poll(&polled, 1, CLAIM_RETRY_MS) > 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_STOPPED,
			            "asked to stop while waiting for board %s", board);
			return FALSE;
		}
	}
	return TRUE;
}

RigClaim *rig_claim_take(const char *bench, const char *board, const char *purpose,
                         const RigClock *clock, gint64 deadline_us, int stop_fd, GError **error)
{
	g_autofree char *path = claim_path(bench, board);
	int fd = claim_open(path, TRUE);
	if (fd < 0) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_BENCH,
		    "%s: cannot be opened: %s; set TINYRIG_LOCK_DIR to a folder that all users of the "
		    "bench can write",
		    path, g_strerror(errno));
		return NULL;
	}
	if (!claim_lock(fd, board, clock, deadline_us, stop_fd, error)) {
		close(fd);
		return NULL;
	}
	claim_write_holder(fd, purpose);
	RigClaim *claim = g_new0(RigClaim, 1);
	claim->fd = fd;
	return claim;
}

void rig_claim_release(RigClaim *claim)
{
	if (claim == NULL)
		return;
	close(claim->fd);
	g_free(claim);
}

char *rig_claim_holder(const char *bench, const char *board)
{
	g_autofree char *path = claim_path(bench, board);
	int fd = claim_open(path, FALSE);
	if (fd < 0)
		return NULL;
	char *holder = flock(fd, LOCK_SH | LOCK_NB) == 0 ? NULL : claim_read_holder(fd);
	close(fd);
	return holder;
}
