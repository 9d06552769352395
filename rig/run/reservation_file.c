/* SPDX-License-Identifier: Apache-2.0 */
#include "run/reservation_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX 8192u
#define FILE_VERSION  1

static char *file_time_text(gint64 at_us)
{
	g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(at_us / G_USEC_PER_SEC);
	if (second == NULL) /* beyond the calendar */
		return g_strdup("never");
	g_autofree char *text = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");
	return g_strdup_printf("%s.%06dZ", text, (int)(at_us % G_USEC_PER_SEC));
}

char *rig_reservation_format(const RigReservation *reservation)
{
	g_autofree char *since = file_time_text(reservation->since_us);
	g_autofree char *until = file_time_text(reservation->until_us);
	json_t *root =
	    json_pack("{s:s, s:i, s:s, s:s, s:s, s:s?, s:s?, s:s, s:s}", "file", "tinyrig reservation",
	              "version", FILE_VERSION, "bench", reservation->bench, "board", reservation->board,
	              "holder", reservation->holder, "why", reservation->why, "held", reservation->held,
	              "since", since, "until", until);
	char *dumped = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	char *text = g_strconcat(dumped, "\n", NULL);
	free(dumped);
	return text;
}

static gboolean file_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean file_fail(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_DAMAGED, text);
	return FALSE;
}

static gboolean file_take_text(const json_t *root, const char *key, gboolean required, char **text,
                               GError **error)
{
	const json_t *value = json_object_get(root, key);
	if (!required && json_is_null(value))
		return TRUE;
	g_autoptr(GError) why = NULL;
	const char *string = json_string_value(value);
	if (string == NULL || strlen(string) != json_string_length(value))
		return file_fail(error, "`%s` is not a text", key);
	if (!rig_reservation_text_is_good(string, key, &why))
		return file_fail(error, "%s", why->message);
	*text = g_strdup(string);
	return TRUE;
}

static gboolean file_take_time(const json_t *root, const char *key, gint64 *at_us, GError **error)
{
	const char *string = json_string_value(json_object_get(root, key));
	g_autoptr(GDateTime) time = string == NULL ? NULL : g_date_time_new_from_iso8601(string, NULL);
	if (time == NULL)
		return file_fail(error, "`%s` is not a time", key);
	*at_us = g_date_time_to_unix(time) * G_USEC_PER_SEC + (gint64)g_date_time_get_microsecond(time);
	return TRUE;
}

static gboolean file_take(const json_t *root, RigReservation *reservation, GError **error)
{
	const char *kind = json_string_value(json_object_get(root, "file"));
	if (g_strcmp0(kind, "tinyrig reservation") != 0)
		return file_fail(error, "it is not a reservation");
	if (json_integer_value(json_object_get(root, "version")) != FILE_VERSION)
		return file_fail(error, "its version is not %d; another tinyrig wrote it", FILE_VERSION);
	if (!file_take_text(root, "bench", TRUE, &reservation->bench, error) ||
	    !file_take_text(root, "board", TRUE, &reservation->board, error) ||
	    !file_take_text(root, "holder", TRUE, &reservation->holder, error) ||
	    !file_take_text(root, "why", FALSE, &reservation->why, error) ||
	    !file_take_text(root, "held", FALSE, &reservation->held, error) ||
	    !file_take_time(root, "since", &reservation->since_us, error) ||
	    !file_take_time(root, "until", &reservation->until_us, error))
		return FALSE;
	if (reservation->why == NULL && reservation->held == NULL)
		return file_fail(error, "it has no reason");
	return TRUE;
}

RigReservation *rig_reservation_parse(const char *text, gsize size, GError **error)
{
	json_error_t wrong;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
	if (root == NULL) {
		file_fail(error, "it is not JSON");
		return NULL;
	}
	g_autoptr(RigReservation) reservation = g_new0(RigReservation, 1);
	gboolean good = file_take(root, reservation, error);
	json_decref(root);
	return good ? g_steal_pointer(&reservation) : NULL;
}

/* FALSE with `error`, or with *missing. A link is not followed, a FIFO not waited for. */
static gboolean file_read(const char *path, GString *text, gboolean *missing, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		*missing = errno == ENOENT;
		return *missing ? FALSE : file_fail(error, "it cannot be opened: %s", g_strerror(errno));
	}
	struct stat status;
	g_string_set_size(text, FILE_SIZE_MAX);
	gboolean plain = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	ssize_t got = plain ? read(fd, text->str, FILE_SIZE_MAX) : -1;
	const char *why = g_strerror(errno);
	close(fd);
	if (!plain)
		return file_fail(error, "it is not a regular file");
	if (got < 0)
		return file_fail(error, "it cannot be read: %s", why);
	if (got == (ssize_t)FILE_SIZE_MAX)
		return file_fail(error, "it is over %u bytes", FILE_SIZE_MAX);
	g_string_set_size(text, (gsize)got);
	return TRUE;
}

gboolean rig_reservation_load(const char *path, const char *bench, const char *board,
                              RigReservation **reservation, GError **error)
{
	g_autoptr(GError) damage = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(RigReservation) found = NULL;
	gboolean missing = FALSE;
	*reservation = NULL;
	if (file_read(path, text, &missing, &damage))
		found = rig_reservation_parse(text->str, text->len, &damage);
	if (missing)
		return TRUE;
	if (found != NULL && (strcmp(found->bench, bench) != 0 || strcmp(found->board, board) != 0))
		file_fail(&damage, "it is of board %s of bench %s", found->board, found->bench);
	if (damage == NULL) {
		*reservation = g_steal_pointer(&found);
		return TRUE;
	}
	return file_fail(error,
	                 "board %s may be reserved, but nobody can tell: %s: %s; look at it, or take "
	                 "it away with `tinyrig unlock %s --force`",
	                 board, path, damage->message, board);
}
