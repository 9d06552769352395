/* SPDX-License-Identifier: Apache-2.0 */
/* The flash memories of a target file, with their drivers. */
#ifndef RIG_FLASH_FLASHES_H
#define RIG_FLASH_FLASHES_H

#include "config/target.h"

/*
 * RigFlash, one for each of the file's. cortex: NULL: only to look at the image. The target is
 * borrowed. RIG_ERROR_USAGE names the file. Caller frees (g_ptr_array_unref), which sends nothing.
 */
GPtrArray *rig_flashes_new(const RigTarget *target, RigCortex *cortex, GError **error);

#endif
