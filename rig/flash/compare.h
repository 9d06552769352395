/* SPDX-License-Identifier: Apache-2.0 */
/* What a target's flash holds beside what an image wants there. The core is halted. */
#ifndef RIG_FLASH_COMPARE_H
#define RIG_FLASH_COMPARE_H

#include "flash/load.h"
#include "flash/pages.h"

/*
 * Sets the state of those pages that are not RIG_PAGE_SAME yet. By digests that the core makes
 * itself where it can and that is quicker, by reading them otherwise; *proof: which.
 */
gboolean rig_flash_compare(const RigFlashJob *job, const RigFlashPages *pages, RigProof *proof,
                           GError **error);

/* Bytes of the image in the pages that are in `state`. */
guint64 rig_flash_bytes_in(const RigFlashPages *pages, RigPageState state);

#endif
