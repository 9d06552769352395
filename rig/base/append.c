/* SPDX-License-Identifier: Apache-2.0 */
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/files.h"

#define APPEND_BLOCK ((gsize)256 * 1024)

struct RigAppend {
	char *path;
	int fd;
	guint8 *block;    /* mapping of the block that is being filled; NULL: none yet */
	guint64 block_at; /* its offset in the file */
	gsize used;       /* bytes used of it */
	int failure;      /* errno of the first failure; 0: none */
};

RigAppend *rig_append_new(const char *path, GError **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		rig_file_fail(error, path, "cannot be made", errno);
		return NULL;
	}
	RigAppend *append = g_new0(RigAppend, 1);
	append->path = g_strdup(path);
	append->fd = fd;
	return append;
}

static gboolean append_next_block(RigAppend *append)
{
	guint64 at = append->block == NULL ? 0 : append->block_at + APPEND_BLOCK;
	int failure = posix_fallocate(append->fd, (off_t)at, (off_t)APPEND_BLOCK);
	if (failure != 0) {
		append->failure = failure;
		return FALSE;
	}
	void *block =
	    mmap(NULL, APPEND_BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, append->fd, (off_t)at);
	if (block == MAP_FAILED) {
		append->failure = errno;
		return FALSE;
	}
	if (append->block != NULL)
		munmap(append->block, APPEND_BLOCK);
	append->block = block;
	append->block_at = at;
	append->used = 0;
	return TRUE;
}

gboolean rig_append_write(RigAppend *append, const void *data, gsize size)
{
	const guint8 *from = data;
	while (size > 0 && append->failure == 0) {
		if (append->block == NULL || append->used == APPEND_BLOCK) {
			if (!append_next_block(append))
				break;
		}
		gsize part = MIN(size, APPEND_BLOCK - append->used);
		memcpy(append->block + append->used, from, part);
		append->used += part;
		from += part;
		size -= part;
	}
	return append->failure == 0;
}

guint64 rig_append_size(const RigAppend *append)
{
	return append->block_at + append->used;
}

gboolean rig_append_check(const RigAppend *append, GError **error)
{
	if (append->failure == 0)
		return TRUE;
	return rig_file_fail(error, append->path, "cannot be written", append->failure);
}

void rig_append_free(RigAppend *append)
{
	if (append == NULL)
		return;
	if (append->block != NULL) {
		munmap(append->block, APPEND_BLOCK);
		/* Worst case the file keeps its NUL bytes, which readers drop. */
		if (ftruncate(append->fd, (off_t)rig_append_size(append)) != 0)
			append->failure = errno;
	}
	close(append->fd);
	g_free(append->path);
	g_free(append);
}
