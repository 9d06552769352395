/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct RigSources {
	GPtrArray *list;     /* RigSource */
	GHashTable *by_path; /* path -> RigSource, borrowed from list */
};

static void sources_free_one(gpointer data)
{
	RigSource *source = data;
	g_free(source->path);
	g_bytes_unref(source->bytes);
	g_free(source->sha256);
	g_free(source);
}

RigSources *rig_sources_new(void)
{
	RigSources *sources = g_new0(RigSources, 1);
	sources->list = g_ptr_array_new_with_free_func(sources_free_one);
	sources->by_path = g_hash_table_new(g_str_hash, g_str_equal);
	return sources;
}

void rig_sources_free(RigSources *sources)
{
	if (sources == NULL)
		return;
	g_hash_table_unref(sources->by_path);
	g_ptr_array_unref(sources->list);
	g_free(sources);
}

static const RigSource *sources_add(RigSources *sources, char *path, GBytes *bytes)
{
	RigSource *source = g_new0(RigSource, 1);
	source->path = path;
	source->bytes = bytes;
	source->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
	g_ptr_array_add(sources->list, source);
	g_hash_table_insert(sources->by_path, source->path, source);
	return source;
}

static gboolean sources_fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", path, why);
	return FALSE;
}

/* Opens without waiting, so that a FIFO named by mistake cannot hang the rig. */
static int sources_open(const char *path, struct stat *status, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, status) < 0) {
		sources_fail(error, path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static GBytes *sources_load(const char *path, GError **error)
{
	struct stat status;
	int fd = sources_open(path, &status, error);
	if (fd < 0)
		return NULL;
	g_autoptr(GByteArray) data = NULL;
	if (!S_ISREG(status.st_mode)) {
		sources_fail(error, path, "not a regular file");
	} else if (status.st_size > (off_t)RIG_SOURCE_BYTES_MAX) {
		sources_fail(error, path, "over 4 MiB, which no file of this kind needs");
	} else {
		data = g_byte_array_sized_new((guint)status.st_size + 1);
		g_byte_array_set_size(data, (guint)status.st_size);
		ssize_t got = status.st_size > 0 ? read(fd, data->data, (size_t)status.st_size) : 0;
		if (got != status.st_size) {
			sources_fail(error, path, got < 0 ? g_strerror(errno) : "changed while it was read");
			g_clear_pointer(&data, g_byte_array_unref);
		}
	}
	close(fd);
	return data == NULL ? NULL : g_byte_array_free_to_bytes(g_steal_pointer(&data));
}

const RigSource *rig_sources_read(RigSources *sources, const char *path, GError **error)
{
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	const RigSource *known = g_hash_table_lookup(sources->by_path, absolute);
	if (known != NULL)
		return known;
	GBytes *bytes = sources_load(absolute, error);
	if (bytes == NULL)
		return NULL;
	return sources_add(sources, g_steal_pointer(&absolute), bytes);
}

void rig_sources_put(RigSources *sources, const char *path, GBytes *bytes)
{
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	RigSource *known = g_hash_table_lookup(sources->by_path, absolute);
	if (known != NULL) {
		g_hash_table_remove(sources->by_path, absolute);
		g_ptr_array_remove(sources->list, known);
	}
	sources_add(sources, g_steal_pointer(&absolute), g_bytes_ref(bytes));
}

const GPtrArray *rig_sources_list(const RigSources *sources)
{
	return sources->list;
}

char *rig_path_resolve(const char *path, const char *base_file)
{
	g_autofree char *folder = base_file == NULL ? NULL : g_path_get_dirname(base_file);
	return g_canonicalize_filename(path, folder);
}

char *rig_sha256_hex(const void *data, gsize size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

char *rig_sha256_file(const char *path, GError **error)
{
	struct stat status;
	int fd = sources_open(path, &status, error);
	if (fd < 0)
		return NULL;
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree guint8 *block = g_malloc(64 * 1024);
	ssize_t got;
	while ((got = read(fd, block, 64 * 1024)) > 0)
		g_checksum_update(checksum, block, got);
	if (got < 0)
		sources_fail(error, path, g_strerror(errno));
	close(fd);
	return got < 0 ? NULL : g_strdup(g_checksum_get_string(checksum));
}
