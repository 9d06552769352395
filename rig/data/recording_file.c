/* SPDX-License-Identifier: Apache-2.0 */
/* One data file: its digest, its bytes in memory or on demand. Not mapped: a file that is cut
 * while it is mapped kills the reader. */
#include "data/recording_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BLOCK_BYTES 65536u

gboolean rig_recording_file_fail(const RigRecordingFile *file, GError **error, const char *format,
                                 ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s", file->name, text);
	return FALSE;
}

static gint64 file_changed_ns(const struct stat *status)
{
	return (gint64)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

/* Opens without waiting, so that a FIFO named by mistake cannot hang the rig. */
static gboolean file_open(RigRecordingFile *file, struct stat *status, GError **error)
{
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0 || fstat(file->fd, status) < 0)
		return rig_recording_file_fail(file, error, "%s", g_strerror(errno));
	if (!S_ISREG(status->st_mode))
		return rig_recording_file_fail(file, error, "not a regular file");
	return TRUE;
}

static gboolean file_pread(RigRecordingFile *file, guint64 offset, gsize size, guint8 *data,
                           GError **error)
{
	for (gsize done = 0; done < size;) {
		ssize_t got = pread(file->fd, data + done, size - done, (off_t)(offset + done));
		if (got < 0)
			return rig_recording_file_fail(file, error, "%s", g_strerror(errno));
		if (got == 0)
			return rig_recording_file_fail(file, error, "became shorter while it was read");
		done += (gsize)got;
	}
	return TRUE;
}

/* Digest of a file that is read on demand: block by block. */
static gboolean file_digest(RigRecordingFile *file, GChecksum *checksum, GError **error)
{
	g_autofree guint8 *block = g_malloc(FILE_BLOCK_BYTES);
	for (guint64 done = 0; done < file->size;) {
		gsize size = (gsize)MIN(file->size - done, FILE_BLOCK_BYTES);
		if (!file_pread(file, done, size, block, error))
			return FALSE;
		g_checksum_update(checksum, block, (gssize)size);
		done += size;
	}
	return TRUE;
}

static gboolean file_keep(RigRecordingFile *file, GChecksum *checksum, GError **error)
{
	file->bytes = g_malloc((gsize)file->size + 1);
	file->bytes[file->size] = 0;
	if (!file_pread(file, 0, (gsize)file->size, file->bytes, error))
		return FALSE;
	g_checksum_update(checksum, file->bytes, (gssize)file->size);
	return TRUE;
}

gboolean rig_recording_file_load(RigRecordingFile *file, const char *sha256, gsize *keep,
                                 GError **error)
{
	struct stat status = {0};
	if (!file_open(file, &status, error))
		return FALSE;
	file->size = (guint64)status.st_size;
	file->changed_ns = file_changed_ns(&status);
	if (file->format->size_max > 0 && file->size > file->format->size_max)
		return rig_recording_file_fail(file, error,
		                               "is %" G_GUINT64_FORMAT " bytes; over %" G_GUINT64_FORMAT
		                               " use npy or bin",
		                               file->size, file->format->size_max);
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gboolean small = file->size <= RIG_RECORDING_KEEP_FILE_BYTES && file->size <= *keep;
	gboolean kept = file->format->needs_text || small;
	if (kept ? !file_keep(file, checksum, error) : !file_digest(file, checksum, error))
		return FALSE;
	if (small)
		*keep -= (gsize)file->size;
	const char *found = g_checksum_get_string(checksum);
	if (!g_str_equal(found, sha256))
		return rig_recording_file_fail(
		    file, error,
		    "digest is %.12s…, recording.yaml says %.12s…: the recording "
		    "changed or is damaged; fetch it again, or write the new "
		    "digest if the change is meant",
		    found, sha256);
	return TRUE;
}

gboolean rig_recording_file_read(RigRecordingFile *file, guint64 offset, gsize size, guint8 *data,
                                 GError **error)
{
	if (offset > file->size || size > file->size - offset)
		return rig_recording_file_fail(file, error, "is cut short");
	if (file->bytes != NULL) {
		memcpy(data, file->bytes + offset, size);
		return TRUE;
	}
	if (file->fd < 0) {
		struct stat status = {0};
		if (!file_open(file, &status, error))
			return FALSE;
		if ((guint64)status.st_size != file->size || file_changed_ns(&status) != file->changed_ns)
			return rig_recording_file_fail(file, error,
			                               "changed since its digest was checked: start again");
	}
	return file_pread(file, offset, size, data, error);
}

void rig_recording_file_rest(RigRecordingFile *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void rig_recording_file_free(RigRecordingFile *file)
{
	if (file == NULL)
		return;
	if (file->format->close != NULL)
		file->format->close(file);
	rig_recording_file_rest(file);
	g_free(file->path);
	g_free(file->bytes);
	g_free(file->table);
	g_free(file->labels);
	g_free(file);
}
