/* SPDX-License-Identifier: Apache-2.0 */
/* Between image.c and the readers of its formats. Readers add pieces in any order. */
#ifndef RIG_DATA_IMAGE_PARTS_H
#define RIG_DATA_IMAGE_PARTS_H

#include "data/image.h"

#define RIG_IMAGE_BYTES_MAX (256u << 20)

/* Pieces before neighbours are merged: what a linker makes is a few, what a HEX file makes a few
 * hundred. */
#define RIG_IMAGE_PIECES_MAX 65536u

/*
 * Adds `size` bytes (0 is ignored) that go to `address`; data is copied. FALSE where the
 * range leaves 64 bits or a bound above is passed; `where` ("line 7", "segment 2") starts
 * the message after the image's name.
 */
gboolean rig_image_add(RigImage *image, guint64 address, const guint8 *data, gsize size,
                       const char *where, GError **error);

/* Sets RIG_ERROR_USAGE with "NAME: where: text"; always FALSE, so that it can be returned. */
gboolean rig_image_fail(const RigImage *image, GError **error, const char *where,
                        const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Readers: fill segments (and build_id, ram_bytes) of an image that has a path. */
gboolean rig_image_read_elf(RigImage *image, const guint8 *data, gsize size, GError **error);
gboolean rig_image_read_hex(RigImage *image, const guint8 *data, gsize size, GError **error);

#endif
