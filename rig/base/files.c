/* SPDX-License-Identifier: Apache-2.0 */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *rig_file_advice(int error_number)
{
	if (error_number == ENOSPC || error_number == EDQUOT)
		return "; free some space";
	return error_number == EROFS ? "; make it writable" : "";
}

gboolean rig_file_fail(GError **error, const char *path, const char *what, int error_number)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s: %s%s", path, what,
	            g_strerror(error_number), rig_file_advice(error_number));
	return FALSE;
}

static gboolean files_fail(GError **error, const char *path, const char *what)
{
	return rig_file_fail(error, path, what, errno);
}

static gboolean files_fill(int fd, const char *data, gsize size)
{
	while (size > 0) {
		ssize_t put = write(fd, data, size);
		if (put < 0 && errno != EINTR)
			return FALSE;
		if (put > 0) {
			data += put;
			size -= (gsize)put;
		}
	}
	return TRUE;
}

static gboolean files_write(const char *path, int flags, const char *data, gsize size,
                            gboolean sync, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
	if (fd < 0)
		return files_fail(error, path, "cannot be made");
	gboolean good = files_fill(fd, data, size) && (!sync || fsync(fd) == 0);
	if (!good)
		files_fail(error, path, "cannot be written");
	close(fd);
	return good;
}

static gboolean files_put_in_place(const char *beside, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	if (rename(beside, path) != 0) {
		files_fail(error, path, "cannot be put in place");
		g_unlink(beside);
		return FALSE;
	}
	return rig_folder_sync(folder, error);
}

gboolean rig_file_replace(const char *path, const char *data, gsize size, GError **error)
{
	g_autofree char *beside = g_strdup_printf("%s.%d.new", path, (int)getpid());
	if (!files_write(beside, O_TRUNC, data, size, TRUE, error)) {
		g_unlink(beside);
		return FALSE;
	}
	return files_put_in_place(beside, path, error);
}

gboolean rig_file_replace_shared(const char *path, guint mode, const char *data, gsize size,
                                 GError **error)
{
	g_autofree char *beside = g_strconcat(path, ".XXXXXX", NULL);
	int fd = g_mkstemp_full(beside, O_WRONLY | O_CLOEXEC, 0600); /* made, never opened */
	if (fd < 0)
		return files_fail(error, path, "cannot be made");
	gboolean good = files_fill(fd, data, size) && fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0;
	if (!good)
		files_fail(error, path, "cannot be written");
	close(fd);
	if (good)
		return files_put_in_place(beside, path, error);
	g_unlink(beside);
	return FALSE;
}

gboolean rig_file_create(const char *path, const void *data, gsize size, GError **error)
{
	return files_write(path, O_EXCL, data, size, FALSE, error);
}

gboolean rig_folder_make(const char *path, GError **error)
{
	return g_mkdir_with_parents(path, 0777) == 0 || files_fail(error, path, "cannot be made");
}

gboolean rig_folder_sync(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return files_fail(error, path, "cannot be opened");
	gboolean good = fsync(fd) == 0 || errno == EINVAL; /* EINVAL: a file system that needs none */
	if (!good)
		files_fail(error, path, "cannot be synced");
	close(fd);
	return good;
}

int rig_folder_hold(const char *path, int operation, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, operation) == 0)
		return fd;
	if (fd < 0 || errno != EWOULDBLOCK)
		files_fail(error, path, "cannot be held");
	if (fd >= 0)
		close(fd);
	return -1;
}
