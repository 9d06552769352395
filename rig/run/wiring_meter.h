/* SPDX-License-Identifier: Apache-2.0 */
/* Between wiring.c and its meter. */
#ifndef RIG_RUN_WIRING_METER_H
#define RIG_RUN_WIRING_METER_H

#include "run/wiring.h"

void rig_wiring_add_meter(RigWiring *wiring);
/* Ends a capture and closes the meter; its supply ends with it. */
void rig_wiring_drop_meter(RigWiring *wiring);

/* TRUE: the meter supplies the board. */
gboolean rig_wiring_has_supply(const RigWiring *wiring);
/* Opens the meter where it is not, and keeps it open: a supply ends when it is closed. */
gboolean rig_wiring_meter_supply(RigWiring *wiring, gboolean on, gint64 deadline_us,
                                 GError **error);
/* A capture is ended, the supply switched off, the meter closed; does nothing where there is none.
 */
gboolean rig_wiring_close_meter(RigWiring *wiring, gint64 deadline_us, GError **error);

#endif
