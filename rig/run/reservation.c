/* SPDX-License-Identifier: Apache-2.0 */
#include "run/reservation.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/lock.h"
#include "base/state.h"
#include "run/reservation_file.h"

#define RESERVATION_PART    "reservations"
#define RESERVATION_LOCK_US (10 * G_USEC_PER_SEC) /* a change takes a sync or two */

void rig_reservation_free(RigReservation *reservation)
{
	if (reservation == NULL)
		return;
	g_free(reservation->bench);
	g_free(reservation->board);
	g_free(reservation->holder);
	g_free(reservation->why);
	g_free(reservation->held);
	g_free(reservation);
}

gboolean rig_reservation_text_is_good(const char *text, const char *what, GError **error)
{
	gsize size = strlen(text);
	gboolean good = size > 0 && g_utf8_validate(text, (gssize)size, NULL);
	gboolean blank = TRUE;
	for (const char *at = text; good && *at != '\0'; at += g_utf8_skip[(guchar)*at]) {
		good = g_unichar_isprint(g_utf8_get_char(at));
		blank = blank && g_unichar_isspace(g_utf8_get_char(at));
	}
	if (good && !blank && size <= RIG_RESERVATION_TEXT_MAX)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", what,
	            !good || blank ? "it takes a line of printable text"
	                           : "it is longer than 200 bytes");
	return FALSE;
}

/* In a container a user may have no name; two such users are two all the same. */
static char *reservation_user(void)
{
	const struct passwd *entry = getpwuid(geteuid());
	if (entry != NULL && rig_reservation_text_is_good(entry->pw_name, "", NULL))
		return g_strdup(entry->pw_name);
	return g_strdup_printf("uid-%u", (guint)geteuid());
}

char *rig_holder(GError **error)
{
	const char *named = g_getenv("TINYRIG_HOLDER");
	if (named == NULL || *named == '\0') {
		g_autofree char *user = reservation_user();
		return g_strdup_printf("%s@%s", user, g_get_host_name());
	}
	return rig_reservation_text_is_good(named, "TINYRIG_HOLDER", error) ? g_strdup(named) : NULL;
}

/* In a folder that need not be there. */
static char *reservation_path(const char *bench, const char *board)
{
	g_autofree char *folder = rig_state_folder();
	g_autofree char *name = g_strdup_printf("%s.%s.json", bench, board);
	return g_build_filename(folder, RESERVATION_PART, name, NULL);
}

/* Who changes a reservation has them all locked: two may ask at once. -1: error. */
static int reservation_begin_change(GError **error)
{
	g_autofree char *folder = rig_state_part(RESERVATION_PART, error);
	if (folder == NULL)
		return -1;
	g_autofree char *lock = g_build_filename(folder, "lock", NULL);
	return rig_lock_take(lock, rig_state_file_mode(folder), &rig_clock_monotonic,
	                     rig_clock_after(&rig_clock_monotonic, RESERVATION_LOCK_US), error);
}

static gboolean reservation_write(const RigReservation *reservation, GError **error)
{
	g_autofree char *path = reservation_path(reservation->bench, reservation->board);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *text = rig_reservation_format(reservation);
	return rig_file_replace_shared(path, rig_state_file_mode(folder), text, strlen(text), error);
}

static gboolean reservation_remove(const char *bench, const char *board, GError **error)
{
	g_autofree char *path = reservation_path(bench, board);
	if (g_unlink(path) == 0 || errno == ENOENT)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: cannot be taken away: %s", path,
	            g_strerror(errno));
	return FALSE;
}

gboolean rig_reservation_read(const char *bench, const char *board, gint64 now_us,
                              RigReservation **reservation, GError **error)
{
	g_autofree char *path = reservation_path(bench, board);
	if (!rig_reservation_load(path, bench, board, reservation, error))
		return FALSE;
	if (*reservation != NULL && now_us >= (*reservation)->until_us)
		g_clear_pointer(reservation, rig_reservation_free);
	return TRUE;
}

static gboolean reservation_busy(const RigReservation *reservation, gint64 now_us, GError **error)
{
	g_autofree char *text = rig_reservation_text(reservation, now_us);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY, "board %s is reserved by %s", reservation->board,
	            text);
	return FALSE;
}

/* The reservation as it is, unless it is somebody else's. */
static gboolean reservation_own(const char *bench, const char *board, const char *holder,
                                gint64 now_us, RigReservation **own, GError **error)
{
	g_autoptr(RigReservation) found = NULL;
	if (!rig_reservation_read(bench, board, now_us, &found, error))
		return FALSE;
	if (found != NULL && strcmp(found->holder, holder) != 0)
		return reservation_busy(found, now_us, error);
	*own = g_steal_pointer(&found);
	return TRUE;
}

gboolean rig_reservation_allows(const char *bench, const char *board, gint64 now_us, GError **error)
{
	g_autofree char *holder = rig_holder(error);
	g_autoptr(RigReservation) own = NULL;
	g_autoptr(GError) failure = NULL;
	if (holder == NULL)
		return FALSE;
	if (reservation_own(bench, board, holder, now_us, &own, &failure))
		return TRUE;
	if (g_error_matches(failure, RIG_ERROR, RIG_ERROR_BUSY))
		g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
		            "%s. Ask them, wait for its end with --wait, or end it: `tinyrig unlock %s "
		            "--force`",
		            failure->message, board);
	else
		g_propagate_error(error, g_steal_pointer(&failure));
	return FALSE;
}

/*
 * With the lock held: puts `wanted` in the place of what the caller has, if any (*was). By hand
 * the end is as asked; what a run held stays noted. For a run the longer end counts.
 */
static gboolean reservation_put(RigReservation *wanted, RigReservation **was, GError **error)
{
	g_autoptr(RigReservation) own = NULL;
	if (!reservation_own(wanted->bench, wanted->board, wanted->holder, wanted->since_us, &own,
	                     error))
		return FALSE;
	RigReservation merged = *wanted;
	if (own != NULL && wanted->why == NULL) {
		merged.why = own->why;
		merged.until_us = wanted->until_us = MAX(wanted->until_us, own->until_us);
	}
	if (own != NULL && wanted->held == NULL)
		merged.held = own->held;
	if (!reservation_write(&merged, error))
		return FALSE;
	*was = g_steal_pointer(&own);
	return TRUE;
}

/* `wanted` borrows its texts; the holder is filled in for the call. */
static gboolean reservation_change(RigReservation *wanted, RigReservation **was, GError **error)
{
	g_autofree char *holder = rig_holder(error);
	int lock = holder == NULL ? -1 : reservation_begin_change(error);
	if (lock < 0)
		return FALSE;
	wanted->holder = holder;
	gboolean good = reservation_put(wanted, was, error);
	wanted->holder = NULL;
	close(lock);
	return good;
}

/* A text that is borrowed for a struct whose members are not const. */
static char *reservation_borrow(const char *text)
{
	return (char *)(guintptr)text;
}

gboolean rig_reservation_make(const char *bench, const char *board, const char *why, gint64 now_us,
                              gint64 until_us, RigReservation **was, GError **error)
{
	RigReservation wanted = {.bench = reservation_borrow(bench),
	                         .board = reservation_borrow(board),
	                         .why = reservation_borrow(why),
	                         .since_us = now_us,
	                         .until_us = until_us};
	*was = NULL;
	return rig_reservation_text_is_good(why, "the reason", error) &&
	       reservation_change(&wanted, was, error);
}

gboolean rig_reservation_hold(const char *bench, const char *board, const char *held, gint64 now_us,
                              gint64 *until_us, GError **error)
{
	g_autoptr(RigReservation) was = NULL;
	RigReservation wanted = {.bench = reservation_borrow(bench),
	                         .board = reservation_borrow(board),
	                         .held = reservation_borrow(held),
	                         .since_us = now_us,
	                         .until_us = *until_us};
	gboolean good = rig_reservation_text_is_good(held, "the reason", error) &&
	                reservation_change(&wanted, &was, error);
	*until_us = wanted.until_us;
	return good;
}

/* With the lock held. */
static gboolean reservation_drop_held(const char *bench, const char *board, const char *holder,
                                      gint64 now_us, GError **error)
{
	g_autoptr(RigReservation) own = NULL;
	if (!reservation_own(bench, board, holder, now_us, &own, error))
		return FALSE;
	if (own == NULL || own->held == NULL)
		return TRUE;
	g_clear_pointer(&own->held, g_free);
	return own->why == NULL ? reservation_remove(bench, board, error)
	                        : reservation_write(own, error);
}

gboolean rig_reservation_made_safe(const char *bench, const char *board, gint64 now_us,
                                   GError **error)
{
	g_autofree char *holder = rig_holder(error);
	g_autoptr(RigReservation) found = NULL;
	if (holder == NULL || !rig_reservation_read(bench, board, now_us, &found, error))
		return FALSE;
	if (found == NULL || found->held == NULL || strcmp(found->holder, holder) != 0)
		return TRUE; /* the common case leaves no trace in the state folder */
	int lock = reservation_begin_change(error);
	if (lock < 0)
		return FALSE;
	gboolean good = reservation_drop_held(bench, board, holder, now_us, error);
	close(lock);
	return good;
}

/* With the lock held. */
static gboolean reservation_drop(const char *bench, const char *board, gboolean force,
                                 gint64 now_us, RigReservation **was, GError **error)
{
	g_autofree char *holder = rig_holder(error);
	g_autoptr(RigReservation) found = NULL;
	g_autoptr(GError) damage = NULL;
	if (holder == NULL)
		return FALSE;
	if (!rig_reservation_read(bench, board, now_us, &found, &damage) && !force) {
		g_propagate_error(error, g_steal_pointer(&damage));
		return FALSE;
	}
	if (found != NULL && !force && strcmp(found->holder, holder) != 0)
		return reservation_busy(found, now_us, error);
	if (!reservation_remove(bench, board, error))
		return FALSE;
	*was = g_steal_pointer(&found);
	return TRUE;
}

gboolean rig_reservation_end(const char *bench, const char *board, gboolean force, gint64 now_us,
                             RigReservation **was, GError **error)
{
	*was = NULL;
	int lock = reservation_begin_change(error);
	if (lock < 0)
		return FALSE;
	gboolean good = reservation_drop(bench, board, force, now_us, was, error);
	close(lock);
	return good;
}

/* "for 2 h", "for 1 h 59 min", "for 42 s": whole units, rounded up. */
static char *reservation_left(gint64 span_us)
{
	gint64 seconds = (MAX(span_us, 0) + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
	if (seconds < 60)
		return g_strdup_printf("for %d s", (int)seconds);
	gint64 minutes = (seconds + 59) / 60;
	if (minutes < 60)
		return g_strdup_printf("for %d min", (int)minutes);
	if (minutes % 60 == 0)
		return g_strdup_printf("for %" G_GINT64_FORMAT " h", minutes / 60);
	return g_strdup_printf("for %" G_GINT64_FORMAT " h %d min", minutes / 60, (int)(minutes % 60));
}

char *rig_reservation_until_text(gint64 until_us, gint64 now_us)
{
	g_autoptr(GDateTime) until = g_date_time_new_from_unix_utc(until_us / G_USEC_PER_SEC);
	g_autofree char *calendar =
	    until == NULL ? g_strdup("for ever") : g_date_time_format(until, "%Y-%m-%d %H:%M:%S UTC");
	g_autofree char *left = reservation_left(until_us - now_us);
	return g_strdup_printf("%s (%s)", calendar, left);
}

char *rig_reservation_reason(const RigReservation *reservation)
{
	if (reservation->why != NULL && reservation->held != NULL)
		return g_strdup_printf("%s; %s", reservation->why, reservation->held);
	return g_strdup(reservation->why != NULL ? reservation->why : reservation->held);
}

char *rig_reservation_text(const RigReservation *reservation, gint64 now_us)
{
	g_autofree char *until = rig_reservation_until_text(reservation->until_us, now_us);
	g_autofree char *reason = rig_reservation_reason(reservation);
	return g_strdup_printf("%s until %s: %s", reservation->holder, until, reason);
}
