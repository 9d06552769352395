/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of the rig. The code says who is at fault, because that decides the
 * verdict: a board's fault is `fail`, everything else is `error`.
 */
#ifndef RIG_ERROR_H
#define RIG_ERROR_H

#include <glib.h>

#define RIG_ERROR (rig_error_quark())

typedef enum {
	RIG_ERROR_BOARD,    /* the firmware or the board is wrong: verdict `fail` */
	RIG_ERROR_BENCH,    /* rig, cable, host or configuration of the bench: `error` */
	RIG_ERROR_DAMAGED,  /* bytes were lost or altered and retries did not help: `error` */
	RIG_ERROR_STOPPED,  /* asked to stop (Ctrl-C, supervisor gone, session limit): `error` */
	RIG_ERROR_BUSY,     /* someone else holds the board: exit 11 */
	RIG_ERROR_USAGE,    /* wrong command line or wrong file: exit 4 */
	RIG_ERROR_INTERNAL, /* a defect of tinyrig itself: exit 3 */
} RigErrorCode;

/* The GError domain of RigErrorCode. */
GQuark rig_error_quark(void);

#endif
