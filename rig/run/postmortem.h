/* SPDX-License-Identifier: Apache-2.0 */
/* After an attempt in which the board did not do its part: what its core is found like, as notes.
 */
#ifndef RIG_RUN_POSTMORTEM_H
#define RIG_RUN_POSTMORTEM_H

#include "run/station.h"

/*
 * Does nothing for a board without a probe. The core is halted, looked at and let go; what was
 * found is noted, with the names that the image has, and kept in a file of the run's folder. A
 * probe that fails here is noted, and changes nothing.
 */
void rig_postmortem(RigStation *station);

#endif
