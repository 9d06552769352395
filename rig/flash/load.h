/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings an image into a target's flash through the board's probe: finds out what is there already,
 * erases and programs only what must be, and proves in the end that what the target holds is what
 * the image is. Blocks until the DAP's deadline; the core stands at its reset handler afterwards.
 */
#ifndef RIG_FLASH_LOAD_H
#define RIG_FLASH_LOAD_H

#include "config/target.h"
#include "data/image.h"

/* How it was proven that the target holds the image. */
typedef enum { RIG_PROOF_NONE, RIG_PROOF_DIGEST, RIG_PROOF_READBACK } RigProof;
/* "SHA-256 on the target", "read back"; static. */
const char *rig_proof_words(RigProof proof);

/* Told while it works: bytes done and to be done, of what `doing` says. */
typedef void (*RigFlashTell)(gpointer user, const char *doing, guint64 done, guint64 all);

typedef struct RigFlashJob {
	RigCortex *cortex;
	const RigTarget *target;
	const RigImage *image;
	const char *silicon; /* that the board's chip must have, in hex; NULL: any */
	gboolean erase_all;  /* the whole flash first; the only way into a locked chip */
	gboolean reads_back; /* proven by reading all of it, however long that takes */
	RigFlashTell tell;   /* NULL: nobody */
	gpointer user;
} RigFlashJob;

typedef struct RigFlashResult {
	guint64 image_bytes, same_bytes; /* same: they were there already */
	guint64 erased_bytes, programmed_bytes;
	RigProof proof;
	char *silicon; /* the chip's own number, hex; NULL: its target file does not say where */
	gint64 duration_us;
} RigFlashResult;

/*
 * RIG_ERROR_USAGE: the image does not fit the target. RIG_ERROR_BENCH: it is another chip than the
 * bench file says, or another specimen. RIG_ERROR_BOARD: it is locked; it does not keep what is
 * written. result is filled as far as it got; rig_flash_result_clear is due in any case.
 */
gboolean rig_flash_load(const RigFlashJob *job, RigFlashResult *result, GError **error);
void rig_flash_result_clear(RigFlashResult *result);

#endif
