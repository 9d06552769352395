/* SPDX-License-Identifier: Apache-2.0 */
/* Between wiring.c and the board's probe. */
#ifndef RIG_RUN_WIRING_PROBE_H
#define RIG_RUN_WIRING_PROBE_H

#include "run/wiring.h"

/* Nothing is opened. */
void rig_wiring_add_probe(RigWiring *wiring);
/* For links and protocols; NULL: the board has no probe. */
RigAccess *rig_wiring_access(RigWiring *wiring);
/* Lets its pins go; the core stays as it is. */
void rig_wiring_drop_probe(RigWiring *wiring);

/* The target was flashed or switched by others. */
void rig_wiring_forget_target(RigWiring *wiring);
gboolean rig_wiring_reset_by_probe(RigWiring *wiring, const RigResetEntry *entry,
                                   gint64 deadline_us, GError **error);
gboolean rig_wiring_flash_by_probe(RigWiring *wiring, const RigFlashOrder *order,
                                   gint64 deadline_us, RigFlashResult *result, GError **error);
/* The core runs without a debugger, its debug domain is off, the pins are let go. Best effort. */
void rig_wiring_release_probe(RigWiring *wiring, gint64 deadline_us);

/* Before anything is done with the board: switches it on. */
gboolean rig_wiring_power(RigWiring *wiring, gint64 deadline_us, GError **error);

#endif
