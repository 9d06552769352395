/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reservation: a record in the state folder that says who alone may claim a board, and until
 * when. Unlike a claim it outlives processes; it ends by itself. Times are microseconds of the
 * wall clock since 1970, so a clock that is set forth or back moves the end.
 */
#ifndef RIG_RUN_RESERVATION_H
#define RIG_RUN_RESERVATION_H

#include <rig/error.h>

#define RIG_RESERVATION_SPAN_MAX_US (8784 * G_GINT64_CONSTANT(3600000000)) /* a year */
#define RIG_RESERVATION_TEXT_MAX    200                                    /* of a text, in bytes */

/* Texts are printable. */
typedef struct RigReservation {
	char *bench, *board;
	char *holder; /* whose it is */
	char *why;    /* of `tinyrig lock`; NULL: only held by a run */
	char *held;   /* why a run left the board as it was, not made safe; NULL: it did not */
	gint64 since_us, until_us;
} RigReservation;

void rig_reservation_free(RigReservation *reservation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigReservation, rig_reservation_free)

/* Who asks: $TINYRIG_HOLDER, else USER@HOST. RIG_ERROR_USAGE: not printable or too long. */
char *rig_holder(GError **error);
/* TRUE: a text for a reservation. FALSE: RIG_ERROR_USAGE begins with `what`. */
gboolean rig_reservation_text_is_good(const char *text, const char *what, GError **error);

/*
 * The board's reservation at `now_us`; *reservation is NULL where there is none, or it has ended.
 * RIG_ERROR_DAMAGED: there is one, and nobody can tell what it says.
 */
gboolean rig_reservation_read(const char *bench, const char *board, gint64 now_us,
                              RigReservation **reservation, GError **error);
/* FALSE with RIG_ERROR_BUSY, or RIG_ERROR_DAMAGED: the board is not the caller's to claim. */
gboolean rig_reservation_allows(const char *bench, const char *board, gint64 now_us,
                                GError **error);

/*
 * Reserves the board for the caller from `now_us` until `until_us`, in the place of a reservation
 * of its own. `was` (may be NULL) is that one. RIG_ERROR_BUSY: somebody else has it.
 */
gboolean rig_reservation_make(const char *bench, const char *board, const char *why, gint64 now_us,
                              gint64 until_us, RigReservation **was, GError **error);
/*
 * Notes that a run leaves the board as it is, for the caller until *until_us at least; a longer
 * reservation of its own stays, and *until_us is set to its end. RIG_ERROR_BUSY.
 */
gboolean rig_reservation_hold(const char *bench, const char *board, const char *held, gint64 now_us,
                              gint64 *until_us, GError **error);
/* The board was made safe: what a run of the caller held is held no more. */
gboolean rig_reservation_made_safe(const char *bench, const char *board, gint64 now_us,
                                   GError **error);
/*
 * Ends the reservation; *was is what it was, NULL: there was none. RIG_ERROR_BUSY: somebody
 * else's. `force` ends it all the same, and takes a damaged one away (*was NULL).
 */
gboolean rig_reservation_end(const char *bench, const char *board, gboolean force, gint64 now_us,
                             RigReservation **was, GError **error);

/* "ann@lab until 2026-11-23 09:20:00 UTC (for 2 h): porting the driver". Caller frees. */
char *rig_reservation_text(const RigReservation *reservation, gint64 now_us);
/* "2026-11-23 09:20:00 UTC (for 2 h)". Caller frees. */
char *rig_reservation_until_text(gint64 until_us, gint64 now_us);
/* why, held, or both. Caller frees. */
char *rig_reservation_reason(const RigReservation *reservation);

#endif
