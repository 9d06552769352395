/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UUCP lock files (Filesystem Hierarchy Standard 3.0, section 5.9): LCK..ttyUSB0 holds the number
 * of its process in ten characters and a line feed. They are how minicom, kermit, pppd and
 * others see that a port is taken.
 */
#include "serial_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FOLDER     "/run/lock"
#define LOCK_TEXT_BYTES 64u
#define LOCK_TRIES      8u /* each is lost only to somebody who took or removed the file meanwhile */

static const char *lock_folder(void)
{
	const char *folder = g_getenv("TINYRIG_LOCK_DIR");
	return folder != NULL && *folder != '\0' ? folder : LOCK_FOLDER;
}

/* Makes a file with our number under a name of its own; 0 or an errno. `name` ends in XXXXXX. */
static int lock_write(char *name)
{
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return errno;
	char text[16];
	int length = g_snprintf(text, sizeof text, "%10d\n", (int)getpid());
	/* Others must be able to read whose it is, whatever the umask. */
	gboolean good = write(fd, text, (gsize)length) == length && fchmod(fd, 0644) == 0;
	int number = good ? 0 : errno;
	close(fd);
	if (!good)
		(void)unlink(name);
	return number;
}

/* One try to have the file appear whole, by a hard link; 0 or an errno (EEXIST: it is there). */
static int lock_create(const char *path)
{
	g_autofree char *name = g_build_filename(lock_folder(), "LTMP.tinyrig.XXXXXX", NULL);
	int number = lock_write(name);
	if (number != 0)
		return number;
	number = link(name, path) == 0 ? 0 : errno;
	(void)unlink(name);
	return number;
}

/* The number in the file; 0: there is none. */
static pid_t lock_read(int fd)
{
	char text[LOCK_TEXT_BYTES] = {0};
	if (pread(fd, text, sizeof text - 1, 0) <= 0)
		return 0;
	char *end = NULL;
	gint64 number = g_ascii_strtoll(text, &end, 10);
	gboolean whole = end != text && (*end == '\0' || g_ascii_isspace(*end));
	return whole && number > 0 && number <= G_MAXINT32 ? (pid_t)number : 0;
}

static gboolean lock_busy(const char *path, const char *tty, pid_t holder, GError **error)
{
	g_autofree char *comm = g_strdup_printf("/proc/%d/comm", (int)holder);
	g_autofree char *program = NULL;
	if (holder == getpid()) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
		            "%s is open already in this very process: do two links name the same port?",
		            tty);
		return FALSE;
	}
	if (g_file_get_contents(comm, &program, NULL, NULL))
		g_strchomp(program);
	g_autofree char *shown = g_strescape(program != NULL ? program : "program unknown", NULL);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
	            "%s is held by process %d (%s), says %s; end that program first", tty, (int)holder,
	            shown, path);
	return FALSE;
}

/*
 * The file is there. TRUE: it is gone now, or another; try again. The flock keeps two of us from
 * removing one after the other, the second then the first one's new file.
 */
static gboolean lock_examine(int fd, const char *path, const char *tty, GError **error)
{
	struct stat opened, named;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY, "%s: %s is in use: %s; try again", tty, path,
		            g_strerror(errno));
		return FALSE;
	}
	if (fstat(fd, &opened) != 0 || lstat(path, &named) != 0 || opened.st_ino != named.st_ino)
		return TRUE;
	pid_t holder = lock_read(fd);
	if (holder == 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
		            "%s: %s holds no process number; remove it if no program uses the port", tty,
		            path);
		return FALSE;
	}
	if (kill(holder, 0) == 0 || errno == EPERM)
		return lock_busy(path, tty, holder, error);
	if (unlink(path) == 0 || errno == ENOENT)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
	            "%s: %s is left over from process %d, which is gone, but cannot be removed: %s; "
	            "remove it by hand",
	            tty, path, (int)holder, g_strerror(errno));
	return FALSE;
}

static gboolean lock_clear_stale(const char *path, const char *tty, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return TRUE;
	if (fd < 0) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_BUSY,
		    "%s: %s is there, but cannot be read: %s; remove it if no program uses the port", tty,
		    path, g_strerror(errno));
		return FALSE;
	}
	gboolean good = lock_examine(fd, path, tty, error);
	close(fd);
	return good;
}

gboolean serial_lock_take(SerialLock *lock, const char *tty, char **note, GError **error)
{
	g_autofree char *name = g_strdup_printf("LCK..%s", tty);
	g_autofree char *path = g_build_filename(lock_folder(), name, NULL);
	for (guint i = 0; i < LOCK_TRIES; i++) {
		int number = lock_create(path);
		if (number == 0) {
			lock->path = g_steal_pointer(&path);
			return TRUE;
		}
		if (number != EEXIST) {
			*note = g_strdup_printf(
			    "serial: no lock file in %s: %s; programs that look there and not at flock or "
			    "TIOCEXCL may open %s as well. TINYRIG_LOCK_DIR names another folder",
			    lock_folder(), g_strerror(number), tty);
			return TRUE;
		}
		if (!lock_clear_stale(path, tty, error))
			return FALSE;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY, "%s: others take %s again and again; try later",
	            tty, path);
	return FALSE;
}

void serial_lock_release(SerialLock *lock)
{
	if (lock->path == NULL)
		return;
	/* Somebody may have removed ours by hand and taken the port. */
	int fd = open(lock->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		if (lock_read(fd) == getpid())
			(void)unlink(lock->path);
		close(fd);
	}
	g_clear_pointer(&lock->path, g_free);
}
