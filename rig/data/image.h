/* SPDX-License-Identifier: Apache-2.0 */
/* What is loaded on a target: ELF (libelf), Intel HEX or a binary with an address. */
#ifndef RIG_DATA_IMAGE_H
#define RIG_DATA_IMAGE_H

#include <rig/error.h>

typedef struct RigSegment {
	guint64 address; /* where the bytes go (physical) */
	GBytes *bytes;   /* >= 1 */
} RigSegment;

typedef struct RigImage {
	char *path;
	const char *format; /* "elf", "hex", "bin" */
	char *sha256;       /* of the file */
	char *load_digest; /* SHA-256 over the sorted (address LE64, length LE64, bytes), lower-case hex
	                    */
	char *build_id;    /* GNU build-id, lower-case hex; NULL: none */
	GPtrArray *segments; /* RigSegment, sorted by address, not overlapping, neighbours merged */
	guint64 load_bytes;  /* flash that it takes */
	guint64 ram_bytes;   /* writable memory incl. .bss; 0 when unknown (hex, bin) */
} RigImage;

/*
 * The format is found from the content. address: of a raw binary, -1 for others; a binary
 * without one, overlapping segments, truncated or malformed files are RIG_ERROR_USAGE with
 * path, offset or line and what is wrong. Bound: 256 MiB.
 */
RigImage *rig_image_load(const char *path, gint64 address, GError **error);
/* The same over bytes; `name` is for messages. */
RigImage *rig_image_parse(const char *name, const guint8 *data, gsize size, gint64 address,
                          GError **error);
/*
 * Where the ELF file at `path` has a symbol of this name, and its size (0 where it has none). FALSE
 * with RIG_ERROR_USAGE: it has no such symbol, or several, or is no ELF.
 */
gboolean rig_image_find_symbol(const char *path, const char *name, guint64 *address, guint64 *bytes,
                               GError **error);
void rig_image_free(RigImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigImage, rig_image_free)

#endif
