/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a reservation. Pure functions, but for load. */
#ifndef RIG_RUN_RESERVATION_FILE_H
#define RIG_RUN_RESERVATION_FILE_H

#include "run/reservation.h"

/* JSON; caller frees. */
char *rig_reservation_format(const RigReservation *reservation);

/* RIG_ERROR_DAMAGED says what is wrong, without the name of the file. */
RigReservation *rig_reservation_parse(const char *text, gsize size, GError **error);

/* *reservation NULL: there is no file. RIG_ERROR_DAMAGED, with the file and what helps. */
gboolean rig_reservation_load(const char *path, const char *bench, const char *board,
                              RigReservation **reservation, GError **error);

#endif
