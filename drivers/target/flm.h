/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flash algorithm of a CMSIS-Pack (Open-CMSIS-Pack, "Flash programming"): an ELF file for the
 * core, position independent, with functions by name and a description of the memory.
 */
#ifndef RIG_TARGET_FLM_H
#define RIG_TARGET_FLM_H

#include <rig/error.h>

#define FLM_NONE        G_MAXUINT32
#define FLM_SECTORS_MAX 64u

/* The sectors from `offset` on, up to the next group's, are of this size. */
typedef struct FlmSectors {
	guint32 offset, bytes;
} FlmSectors;

typedef struct Flm {
	GByteArray *code;    /* as it stands in RAM: code, data, and zeros */
	guint32 static_base; /* offset of its data: r9 */
	/* Offsets of its functions, with the Thumb bit; FLM_NONE: it has it not. */
	guint32 init, uninit, erase_chip, erase_sector, program_page;
	char *name;
	guint32 address, bytes, page_bytes; /* of the memory, and what is programmed at once */
	guint8 erased;
	guint32 program_ms, erase_ms; /* the longest */
	FlmSectors sectors[FLM_SECTORS_MAX];
	guint groups;
} Flm;

/* RIG_ERROR_USAGE says what of `name` is wrong. flm_clear is due in any case. */
gboolean flm_parse(const char *name, const guint8 *data, gsize size, Flm *flm, GError **error);
void flm_clear(Flm *flm);

/* The sector that `address` of the memory is in. */
void flm_sector(const Flm *flm, guint32 address, guint32 *base, guint32 *bytes);

#endif
