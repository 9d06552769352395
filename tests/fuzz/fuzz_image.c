/* SPDX-License-Identifier: Apache-2.0 */
/* Images: the first byte says whether an address is given and whether it is read from a file; the
 * rest is the file. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_check(const RigImage *image)
{
	guint64 bytes = 0, end = 0;
	for (guint i = 0; i < image->segments->len; i++) {
		const RigSegment *segment = image->segments->pdata[i];
		gsize length = g_bytes_get_size(segment->bytes);
		/* Sorted, apart by a gap, never empty: what the header promises. */
		if (length == 0 || (i > 0 && segment->address <= end))
			abort();
		end = segment->address + length;
		bytes += length;
	}
	if (bytes != image->load_bytes || image->load_digest == NULL || image->format == NULL)
		abort();
}

static RigImage *fuzz_load(const guint8 *data, size_t size, gint64 address, GError **error)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	RigImage *image = rig_image_load(path, address, error);
	close(fd);
	return image;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	g_autoptr(GError) error = NULL;
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree guint8 *file = g_memdup2(data + 1, size - 1);
	gint64 address = (data[0] & 1) != 0 ? 0x1000 : -1;
	g_autoptr(RigImage) image = (data[0] & 2) != 0
	                                ? fuzz_load(file, size - 1, address, &error)
	                                : rig_image_parse("fuzz", file, size - 1, address, &error);
	if ((image == NULL) == (error == NULL))
		abort();
	if (image != NULL)
		fuzz_check(image);
	return 0;
}
