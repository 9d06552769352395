/* SPDX-License-Identifier: Apache-2.0 */
#include "store/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <rig/bytes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/files.h"

#define OBJECTS_LEVEL  3
#define OBJECTS_SUFFIX ".zst"
#define OBJECTS_HEX    (2 * RIG_OBJECT_BYTES)
#define OBJECTS_BESIDE 9 /* ".%08x" behind the name of one that is being written */

/* A file that is read or written as a stream, with the buffers of one pass. */
typedef struct Pass {
	const char *from, *to;
	int in, out;
	guint8 *read, *write;
	gsize read_size, write_size;
	GChecksum *sum; /* of the content, as it goes by */
	gint64 bytes;   /* of the content */
} Pass;

static void objects_begin(Pass *pass, const char *from, const char *to)
{
	*pass = (Pass){.from = from, .to = to, .in = -1, .out = -1};
	pass->read_size = MAX(ZSTD_CStreamInSize(), ZSTD_DStreamInSize());
	pass->write_size = MAX(ZSTD_CStreamOutSize(), ZSTD_DStreamOutSize());
	pass->read = g_malloc(pass->read_size);
	pass->write = g_malloc(pass->write_size);
	pass->sum = g_checksum_new(G_CHECKSUM_SHA256);
}

static void objects_end(Pass *pass)
{
	if (pass->in >= 0)
		close(pass->in);
	if (pass->out >= 0)
		close(pass->out);
	g_free(pass->read);
	g_free(pass->write);
	g_checksum_free(pass->sum);
}

static gboolean objects_open(Pass *pass, GError **error)
{
	pass->in = open(pass->from, O_RDONLY | O_CLOEXEC);
	if (pass->in < 0)
		return rig_file_fail(error, pass->from, "cannot be read", errno);
	if (pass->to == NULL)
		return TRUE;
	pass->out = open(pass->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return pass->out >= 0 || rig_file_fail(error, pass->to, "cannot be made", errno);
}

/* Bytes read, 0 at the end, -1 with an error. */
static gssize objects_read(Pass *pass, GError **error)
{
	gssize got;
	do
		got = read(pass->in, pass->read, pass->read_size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		rig_file_fail(error, pass->from, "cannot be read", errno);
	return got;
}

static gboolean objects_write(Pass *pass, gsize size, GError **error)
{
	for (gsize done = 0; done < size;) {
		gssize put = write(pass->out, pass->write + done, size - done);
		if (put < 0 && errno != EINTR)
			return rig_file_fail(error, pass->to, "cannot be written", errno);
		done += put > 0 ? (gsize)put : 0;
	}
	return TRUE;
}

static void objects_count(Pass *pass, const guint8 *data, gsize size)
{
	g_checksum_update(pass->sum, data, (gssize)size);
	pass->bytes += (gint64)size;
}

static void objects_id(Pass *pass, RigObjectId *id)
{
	gsize size = sizeof id->sha256;
	g_checksum_get_digest(pass->sum, id->sha256, &size);
}

static gboolean objects_hash(Pass *pass, GError **error)
{
	gssize got;
	while ((got = objects_read(pass, error)) > 0)
		objects_count(pass, pass->read, (gsize)got);
	return got == 0;
}

static void objects_changes(const char *file, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: it changes while it is read", file);
}

/* `size`: of the content, so that a small file gets a small context. */
static gboolean objects_compress(Pass *pass, gint64 size, GError **error)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, OBJECTS_LEVEL);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setPledgedSrcSize(context, (unsigned long long)size);
	gboolean good = TRUE, last = FALSE;
	while (good && !last) {
		gssize got = objects_read(pass, error);
		good = got >= 0;
		last = got == 0;
		objects_count(pass, pass->read, good ? (gsize)got : 0);
		ZSTD_inBuffer in = {pass->read, good ? (gsize)got : 0, 0};
		size_t left = 1;
		while (good && (last ? left > 0 : in.pos < in.size)) {
			ZSTD_outBuffer out = {pass->write, pass->write_size, 0};
			left = ZSTD_compressStream2(context, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
			good = !ZSTD_isError(left); /* it is not as long as it was */
			if (!good)
				objects_changes(pass->from, error);
			good = good && objects_write(pass, out.pos, error);
		}
	}
	ZSTD_freeCCtx(context);
	return good;
}

/* Stops at the first byte over `most`: a small file must not become a large one. */
static gboolean objects_expand(Pass *pass, gint64 most, GError **error)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();
	gboolean good = TRUE;
	gssize got = 0;
	size_t left = 0;
	while (good && (got = objects_read(pass, error)) > 0) {
		ZSTD_inBuffer in = {pass->read, (gsize)got, 0};
		while (good && in.pos < in.size) {
			ZSTD_outBuffer out = {pass->write, pass->write_size, 0};
			left = ZSTD_decompressStream(context, &out, &in);
			good = !ZSTD_isError(left) && pass->bytes + (gint64)out.pos <= most;
			if (good)
				objects_count(pass, pass->write, out.pos);
			else
				g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: the object is damaged",
				            pass->from);
			good = good && objects_write(pass, out.pos, error);
		}
	}
	ZSTD_freeDCtx(context);
	if (!good || got < 0)
		return FALSE;
	if (left == 0 && pass->bytes == most)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: the object is cut off", pass->from);
	return FALSE;
}

static char *objects_path(const char *folder, const RigObjectId *id)
{
	char hex[2 * RIG_OBJECT_BYTES + 1];
	*rig_hex_encode(hex, id->sha256, RIG_OBJECT_BYTES) = '\0';
	return g_strdup_printf("%s/%.2s/%s" OBJECTS_SUFFIX, folder, hex, hex + 2);
}

static gboolean objects_write_new(const char *path, const char *file, const RigObjectId *id,
                                  gint64 size, GError **error)
{
	g_autofree char *beside = g_strdup_printf("%s.%08x", path, g_random_int());
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *folder = g_path_get_dirname(parent);
	gboolean is_first = !g_file_test(parent, G_FILE_TEST_IS_DIR);
	if (!rig_folder_make(parent, error))
		return FALSE;
	Pass pass;
	RigObjectId written;
	objects_begin(&pass, file, beside);
	gboolean good = objects_open(&pass, error) && objects_compress(&pass, size, error);
	objects_id(&pass, &written);
	if (good && memcmp(&written, id, sizeof written) != 0) {
		objects_changes(file, error);
		good = FALSE;
	}
	if (good && fsync(pass.out) != 0)
		good = rig_file_fail(error, beside, "cannot be written", errno);
	if (good && g_rename(beside, path) != 0)
		good = rig_file_fail(error, path, "cannot be made", errno);
	if (!good)
		g_unlink(beside);
	objects_end(&pass);
	return good && rig_folder_sync(parent, error) && (!is_first || rig_folder_sync(folder, error));
}

gboolean rig_objects_put(const char *folder, const char *file, RigObjectId *id, gint64 *size,
                         GError **error)
{
	Pass pass;
	objects_begin(&pass, file, NULL);
	gboolean good = objects_open(&pass, error) && objects_hash(&pass, error);
	objects_id(&pass, id);
	*size = pass.bytes;
	objects_end(&pass);
	if (!good)
		return FALSE;
	g_autofree char *path = objects_path(folder, id);
	return g_file_test(path, G_FILE_TEST_EXISTS) || objects_write_new(path, file, id, *size, error);
}

gboolean rig_objects_get(const char *folder, const RigObjectId *id, gint64 size, const char *file,
                         GError **error)
{
	g_autofree char *path = objects_path(folder, id);
	Pass pass;
	RigObjectId read;
	objects_begin(&pass, path, file);
	gboolean good = objects_open(&pass, error) && objects_expand(&pass, size, error);
	objects_id(&pass, &read);
	gboolean made = pass.out >= 0;
	objects_end(&pass);
	if (good && memcmp(&read, id, sizeof read) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: the object is damaged", path);
		good = FALSE;
	}
	if (!good && made)
		g_unlink(file);
	return good;
}

gboolean rig_objects_remove(const char *folder, const RigObjectId *id, gint64 *freed)
{
	g_autofree char *path = objects_path(folder, id);
	struct stat about;
	if (stat(path, &about) != 0 || g_unlink(path) != 0)
		return FALSE;
	if (freed != NULL)
		*freed += about.st_size;
	return TRUE;
}

/* Calls `each` with the names in the folders, "ab" and "cdef…", and the path. */
static void objects_names(const char *folder,
                          void (*each)(gpointer user, const char *hex, const char *path),
                          gpointer user)
{
	g_autoptr(GDir) heads = g_dir_open(folder, 0, NULL);
	const char *head, *tail;
	while (heads != NULL && (head = g_dir_read_name(heads)) != NULL) {
		g_autofree char *below = g_build_filename(folder, head, NULL);
		g_autoptr(GDir) tails = g_dir_open(below, 0, NULL);
		while (tails != NULL && (tail = g_dir_read_name(tails)) != NULL) {
			g_autofree char *hex = g_strconcat(head, tail, NULL);
			g_autofree char *path = g_build_filename(below, tail, NULL);
			each(user, hex, path);
		}
	}
}

typedef struct Each {
	void (*each)(gpointer user, const RigObjectId *id);
	gpointer user;
} Each;

static void objects_each(gpointer user, const char *hex, const char *path)
{
	const Each *each = user;
	RigObjectId id;
	(void)path;
	if (strlen(hex) == OBJECTS_HEX + strlen(OBJECTS_SUFFIX) &&
	    g_str_has_suffix(hex, OBJECTS_SUFFIX) && rig_hex_decode(id.sha256, hex, RIG_OBJECT_BYTES))
		each->each(each->user, &id);
}

void rig_objects_each(const char *folder, void (*each)(gpointer user, const RigObjectId *id),
                      gpointer user)
{
	Each calls = {.each = each, .user = user};
	objects_names(folder, objects_each, &calls);
}

static void objects_tidy(gpointer user, const char *hex, const char *path)
{
	struct stat about;
	if (strlen(hex) == OBJECTS_HEX + strlen(OBJECTS_SUFFIX) + OBJECTS_BESIDE &&
	    g_str_has_prefix(hex + OBJECTS_HEX, OBJECTS_SUFFIX ".") && lstat(path, &about) == 0 &&
	    g_unlink(path) == 0)
		*(gint64 *)user += about.st_size;
}

void rig_objects_tidy(const char *folder, gint64 *freed)
{
	objects_names(folder, objects_tidy, freed);
}
