/* SPDX-License-Identifier: Apache-2.0 */
#include "data/image_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <rig/bytes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sources.h"

static void image_free_segment(gpointer data)
{
	RigSegment *segment = data;
	g_bytes_unref(segment->bytes);
	g_free(segment);
}

void rig_image_free(RigImage *image)
{
	if (image == NULL)
		return;
	g_free(image->path);
	g_free(image->sha256);
	g_free(image->load_digest);
	g_free(image->build_id);
	g_ptr_array_unref(image->segments);
	g_free(image);
}

gboolean rig_image_fail(const RigImage *image, GError **error, const char *where,
                        const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s%s%s", image->path,
	            where == NULL ? "" : where, where == NULL ? "" : ": ", text);
	return FALSE;
}

gboolean rig_image_add(RigImage *image, guint64 address, const guint8 *data, gsize size,
                       const char *where, GError **error)
{
	if (size == 0)
		return TRUE;
	if (size - 1 > G_MAXUINT64 - address)
		return rig_image_fail(image, error, where,
		                      "%zu bytes at 0x%" G_GINT64_MODIFIER "x leave the address space",
		                      (size_t)size, address);
	if (image->segments->len >= RIG_IMAGE_PIECES_MAX)
		return rig_image_fail(image, error, where,
		                      "more than %u separate pieces, which no linker makes",
		                      RIG_IMAGE_PIECES_MAX);
	if (size > RIG_IMAGE_BYTES_MAX - image->load_bytes)
		return rig_image_fail(image, error, where, "more than 256 MiB to load");
	RigSegment *segment = g_new0(RigSegment, 1);
	segment->address = address;
	segment->bytes = g_bytes_new(data, size);
	image->load_bytes += size;
	g_ptr_array_add(image->segments, segment);
	return TRUE;
}

static int image_compare(const void *a, const void *b)
{
	const RigSegment *const *left = a, *const *right = b;
	return ((*left)->address > (*right)->address) - ((*left)->address < (*right)->address);
}

/* Address of the last byte; unlike the end it cannot overflow. */
static guint64 image_last(const RigSegment *segment)
{
	return segment->address + (g_bytes_get_size(segment->bytes) - 1);
}

static gboolean image_check_overlap(const RigImage *image, GError **error)
{
	for (guint i = 1; i < image->segments->len; i++) {
		const RigSegment *before = image->segments->pdata[i - 1], *it = image->segments->pdata[i];
		if (image_last(before) >= it->address)
			return rig_image_fail(image, error, NULL,
			                      "two pieces overlap: one ends at 0x%" G_GINT64_MODIFIER
			                      "x, one begins at 0x%" G_GINT64_MODIFIER "x",
			                      image_last(before), it->address);
	}
	return TRUE;
}

/* How many segments from `first` on lie without a gap. */
static guint image_run(const GPtrArray *segments, guint first)
{
	guint end = first + 1;
	while (end < segments->len) {
		const RigSegment *before = segments->pdata[end - 1], *it = segments->pdata[end];
		if (image_last(before) + 1 != it->address)
			break;
		end++;
	}
	return end - first;
}

static RigSegment *image_join(const GPtrArray *segments, guint first, guint count)
{
	const RigSegment *head = segments->pdata[first];
	RigSegment *joined = g_new0(RigSegment, 1);
	joined->address = head->address;
	if (count == 1) {
		joined->bytes = g_bytes_ref(head->bytes);
		return joined;
	}
	GByteArray *bytes = g_byte_array_new();
	for (guint i = first; i < first + count; i++) {
		const RigSegment *it = segments->pdata[i];
		gsize size;
		const guint8 *data = g_bytes_get_data(it->bytes, &size);
		g_byte_array_append(bytes, data, (guint)size);
	}
	joined->bytes = g_byte_array_free_to_bytes(bytes);
	return joined;
}

static void image_merge(RigImage *image)
{
	GPtrArray *merged = g_ptr_array_new_with_free_func(image_free_segment);
	for (guint i = 0; i < image->segments->len;) {
		guint count = image_run(image->segments, i);
		g_ptr_array_add(merged, image_join(image->segments, i, count));
		i += count;
	}
	g_ptr_array_unref(image->segments);
	image->segments = merged;
}

static void image_put_le64(guint8 *p, guint64 value)
{
	rig_put_le32(p, (guint32)value);
	rig_put_le32(p + 4, (guint32)(value >> 32));
}

static char *image_digest(const GPtrArray *segments)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	for (guint i = 0; i < segments->len; i++) {
		const RigSegment *it = segments->pdata[i];
		gsize size;
		const guint8 *data = g_bytes_get_data(it->bytes, &size);
		guint8 head[16];
		image_put_le64(head, it->address);
		image_put_le64(head + 8, size);
		g_checksum_update(checksum, head, sizeof head);
		g_checksum_update(checksum, data, (gssize)size);
	}
	return g_strdup(g_checksum_get_string(checksum));
}

static gboolean image_is_elf(const guint8 *data, gsize size)
{
	return size >= 4 && memcmp(data, "\177ELF", 4) == 0;
}

/* A record mark and the eight digits that follow it in every record. */
static gboolean image_is_hex(const guint8 *data, gsize size)
{
	guint8 decoded[4];
	return size >= 9 && data[0] == ':' && rig_hex_decode(decoded, (const char *)data + 1, 4);
}

static gboolean image_is_bin(const guint8 *data, gsize size)
{
	(void)data;
	return size > 0;
}

static const struct {
	const char *name;
	gboolean (*is)(const guint8 *data, gsize size);
	gboolean (*read)(RigImage *image, const guint8 *data, gsize size, GError **error);
} image_formats[] = {
    {"elf", image_is_elf, rig_image_read_elf},
    {"hex", image_is_hex, rig_image_read_hex},
    {"bin", image_is_bin, NULL}, /* the bytes as they are; last, because anything may be one */
};

static gboolean image_read_format(RigImage *image, const guint8 *data, gsize size, gint64 address,
                                  GError **error)
{
	gsize i = 0;
	while (i < G_N_ELEMENTS(image_formats) && !image_formats[i].is(data, size))
		i++;
	if (i == G_N_ELEMENTS(image_formats))
		return rig_image_fail(image, error, NULL, "the file is empty");
	image->format = image_formats[i].name;
	if (image_formats[i].read == NULL && address < 0)
		return rig_image_fail(image, error, NULL,
		                      "neither ELF nor Intel HEX, so it is a raw binary: say the address "
		                      "where it goes");
	if (image_formats[i].read == NULL)
		return rig_image_add(image, (guint64)address, data, size, NULL, error);
	if (address >= 0)
		return rig_image_fail(image, error, NULL,
		                      "is %s, which carries its own addresses: leave the address out",
		                      image->format);
	return image_formats[i].read(image, data, size, error);
}

RigImage *rig_image_parse(const char *name, const guint8 *data, gsize size, gint64 address,
                          GError **error)
{
	g_autoptr(RigImage) image = g_new0(RigImage, 1);
	image->path = g_strdup(name);
	image->segments = g_ptr_array_new_with_free_func(image_free_segment);
	if (size > RIG_IMAGE_BYTES_MAX) {
		rig_image_fail(image, error, NULL, "over 256 MiB, which no target here holds");
		return NULL;
	}
	if (!image_read_format(image, data, size, address, error))
		return NULL;
	if (image->segments->len == 0) {
		rig_image_fail(image, error, NULL, "holds nothing to load");
		return NULL;
	}
	g_ptr_array_sort(image->segments, image_compare);
	if (!image_check_overlap(image, error))
		return NULL;
	image_merge(image);
	image->sha256 = rig_sha256_hex(data, size);
	image->load_digest = image_digest(image->segments);
	return g_steal_pointer(&image);
}

/* Takes fd's whole content; fd stays open. NULL with errno or a text of its own in *why. */
static guint8 *image_read_fd(int fd, gsize *size, const char **why)
{
	struct stat status;
	*why = NULL;
	if (fstat(fd, &status) < 0)
		return NULL;
	if (!S_ISREG(status.st_mode)) {
		*why = "not a regular file";
		return NULL;
	}
	if (status.st_size > (off_t)RIG_IMAGE_BYTES_MAX) {
		*why = "over 256 MiB, which no target here holds";
		return NULL;
	}
	*size = (gsize)status.st_size;
	g_autofree guint8 *data = g_malloc(*size + 1);
	gsize done = 0;
	while (done < *size) {
		ssize_t got = read(fd, data + done, *size - done);
		if (got <= 0) {
			*why = got == 0 ? "became shorter while it was read" : NULL;
			return NULL;
		}
		done += (gsize)got;
	}
	return g_steal_pointer(&data);
}

RigImage *rig_image_load(const char *path, gint64 address, GError **error)
{
	/* Without waiting, so that a FIFO named by mistake cannot hang the rig. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why = NULL;
	gsize size = 0;
	g_autofree guint8 *data = fd < 0 ? NULL : image_read_fd(fd, &size, &why);
	if (data == NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", path,
		            why != NULL ? why : g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return data == NULL ? NULL : rig_image_parse(path, data, size, address, error);
}
