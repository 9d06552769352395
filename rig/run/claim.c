/* SPDX-License-Identifier: Apache-2.0 */
#include "run/claim.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/lock.h"
#include "run/reservation.h"

#define CLAIM_RETRY_MS 50 /* flock has no deadline and no event: look again so often */
#define CLAIM_TEXT_MAX 512
#define CLAIM_MODE     0666u /* another user claims next */

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
	g_autofree char *holder = rig_holder(NULL); /* is good: the reservation was asked with it */
	g_autofree char *text = g_strdup_printf("%s, process %d, since %s: %.200s\n", holder,
	                                        (int)getpid(), since, purpose);
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

/* FALSE with RIG_ERROR_BUSY: somebody else has reserved the board, or holds it. */
static gboolean claim_try(int fd, const char *bench, const char *board, GError **error)
{
	if (!rig_reservation_allows(bench, board, g_get_real_time(), error))
		return FALSE;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK || errno == EINTR)
			return claim_busy(fd, board, error);
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "board %s: lock: %s", board,
		            g_strerror(errno));
		return FALSE;
	}
	/* Reserved in between: whoever did it saw no holder. */
	if (rig_reservation_allows(bench, board, g_get_real_time(), error))
		return TRUE;
	flock(fd, LOCK_UN);
	return FALSE;
}

/* Tries until the deadline. */
static gboolean claim_lock(int fd, const char *bench, const char *board, const RigClock *clock,
                           gint64 deadline_us, int stop_fd, GError **error)
{
	for (;;) {
		g_autoptr(GError) failure = NULL;
		if (claim_try(fd, bench, board, &failure))
			return TRUE;
		if (!g_error_matches(failure, RIG_ERROR, RIG_ERROR_BUSY) ||
		    rig_clock_now(clock) >= deadline_us) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return FALSE;
		}
		struct pollfd polled = {.fd = stop_fd, .events = POLLIN};
		if (poll(&polled, 1, CLAIM_RETRY_MS) > 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_STOPPED,
			            "asked to stop while waiting for board %s", board);
			return FALSE;
		}
	}
}

RigClaim *rig_claim_take(const char *bench, const char *board, const char *purpose,
                         const RigClock *clock, gint64 deadline_us, int stop_fd, GError **error)
{
	g_autofree char *path = claim_path(bench, board);
	int fd = rig_lock_open(path, CLAIM_MODE);
	if (fd < 0) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_BENCH,
		    "%s: cannot be opened: %s; set TINYRIG_LOCK_DIR to a folder that all users of the "
		    "bench can write",
		    path, g_strerror(errno));
		return NULL;
	}
	if (!claim_lock(fd, bench, board, clock, deadline_us, stop_fd, error)) {
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
	int fd = rig_lock_open(path, 0);
	if (fd < 0)
		return NULL;
	char *holder = flock(fd, LOCK_SH | LOCK_NB) == 0 ? NULL : claim_read_holder(fd);
	close(fd);
	return holder;
}
