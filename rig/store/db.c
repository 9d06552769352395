/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

#define DB_BUSY_MS 10000 /* another session's commit takes milliseconds, but on a slow disk */

/* What an engineer can do about it. */
static const struct {
	int code;
	const char *advice;
} db_advice[] = {
    {SQLITE_FULL, "free some space; nothing that was kept is lost"},
    {SQLITE_IOERR, "look at the disk; nothing that was kept is lost"},
    {SQLITE_READONLY, "make the folder and its files writable"},
    {SQLITE_CANTOPEN, "make its folder writable"},
    {SQLITE_PERM, "make the folder and its files writable"},
    {SQLITE_BUSY, "another tinyrig has been writing for long; try again"},
    {SQLITE_NOTADB, "this is no store: move it away, a new one is made"},
    {SQLITE_CORRUPT,
     "the store is damaged: `sqlite3 FILE .recover` saves what can be read; move it "
     "away, a new one is made"},
};

static const char *db_advice_on(int code)
{
	for (guint i = 0; i < G_N_ELEMENTS(db_advice); i++) {
		if (db_advice[i].code == (code & 0xff))
			return db_advice[i].advice;
	}
	return NULL;
}

/* Whether a file beside that one can be written now: errno, 0 where it can. */
static int db_probe(const char *path)
{
	static const char block[4096] = {0};
	g_autofree char *beside = g_strdup_printf("%s.%d.probe", path, (int)getpid());
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	errno = 0;
	int cause = write(fd, block, sizeof block) == sizeof block && fsync(fd) == 0 ? 0 : errno;
	close(fd);
	g_unlink(beside);
	return cause;
}

/*
 * The errno behind it; 0: unknown. SQLite tries another way, or cleans up, and so loses it; the
 * disk, asked again, may tell, or the file that failed.
 */
static int db_cause(const RigDb *db)
{
	sqlite3_file *journal = NULL;
	int cause = db_probe(db->path);
	if (cause == 0)
		cause = sqlite3_system_errno(db->handle);
	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
	if (cause == 0 && journal != NULL && journal->pMethods != NULL)
		journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &cause);
	if (cause == 0)
		sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_LAST_ERRNO, &cause);
	return cause;
}

gboolean rig_db_fail(const RigDb *db, GError **error)
{
	int code = db->handle == NULL ? SQLITE_NOMEM : sqlite3_errcode(db->handle);
	const char *advice = db_advice_on(code);
	/* What the system said is the cause; SQLite tells of what it could not do only. */
	gboolean of_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
	int cause = of_system ? db_cause(db) : 0;
	gboolean has_cause = cause != 0;
	if (*rig_file_advice(cause) != '\0')
		advice = rig_file_advice(cause) + strlen("; ");
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s%s%s%s%s", db->path,
	            db->handle == NULL ? "out of memory" : sqlite3_errmsg(db->handle),
	            has_cause ? ": " : "", has_cause ? g_strerror(cause) : "",
	            advice == NULL ? "" : "; ", advice == NULL ? "" : advice);
	return FALSE;
}

void rig_rows_free(RigRows *rows)
{
	sqlite3_finalize(rows);
}

static gboolean db_open(RigDb *db, const char *path, const char *name, int flags, GError **error)
{
	*db = (RigDb){.path = g_strdup(path)};
	if (sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return rig_db_fail(db, error);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
	return TRUE;
}

gboolean rig_db_open(RigDb *db, const char *path, GError **error)
{
	return db_open(db, path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
}

gboolean rig_db_open_unwritable(RigDb *db, const char *path, GError **error)
{
	g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
	g_autofree char *name = g_strdup_printf("file:%s?immutable=1", escaped);
	return db_open(db, path, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
}

void rig_db_close(RigDb *db)
{
	sqlite3_close(db->handle);
	g_free(db->path);
	*db = (RigDb){0};
}

gboolean rig_db_exec(RigDb *db, const char *sql, GError **error)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || rig_db_fail(db, error);
}

/* Texts of boards, programs and file names may be no UTF-8; what is kept must be. */
static int db_bind_text(RigRows *rows, int at, const char *text)
{
	if (text == NULL || g_utf8_validate(text, -1, NULL))
		return sqlite3_bind_text(rows, at, text, -1, SQLITE_STATIC);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return sqlite3_bind_text(rows, at, valid, -1, SQLITE_TRANSIENT);
}

static int db_bind(RigRows *rows, int at, char type, va_list *arguments)
{
	if (type == 'i')
		return sqlite3_bind_int64(rows, at, va_arg(*arguments, gint64));
	if (type == 'd') {
		double number = va_arg(*arguments, double);
		return isnan(number) ? sqlite3_bind_null(rows, at) : sqlite3_bind_double(rows, at, number);
	}
	if (type == 's')
		return db_bind_text(rows, at, va_arg(*arguments, const char *));
	const void *data = va_arg(*arguments, const void *);
	gsize size = va_arg(*arguments, gsize);
	return sqlite3_bind_blob64(rows, at, data, size, SQLITE_STATIC);
}

static RigRows *db_query(RigDb *db, GError **error, const char *sql, const char *types,
                         va_list *arguments)
{
	RigRows *rows = NULL;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &rows, NULL) != SQLITE_OK) {
		rig_db_fail(db, error);
		return NULL;
	}
	for (int i = 0; types[i] != 0; i++) {
		if (db_bind(rows, i + 1, types[i], arguments) != SQLITE_OK) {
			rig_db_fail(db, error);
			sqlite3_finalize(rows);
			return NULL;
		}
	}
	return rows;
}

RigRows *rig_db_query(RigDb *db, GError **error, const char *sql, const char *types, ...)
{
	va_list arguments;
	va_start(arguments, types);
	RigRows *rows = db_query(db, error, sql, types, &arguments);
	va_end(arguments);
	return rows;
}

int rig_rows_next(RigDb *db, RigRows *rows, GError **error)
{
	int code = sqlite3_step(rows);
	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	rig_db_fail(db, error);
	return -1;
}

gboolean rig_db_do(RigDb *db, GError **error, const char *sql, const char *types, ...)
{
	va_list arguments;
	va_start(arguments, types);
	g_autoptr(RigRows) rows = db_query(db, error, sql, types, &arguments);
	va_end(arguments);
	return rows != NULL && rig_rows_next(db, rows, error) >= 0;
}

gint64 rig_db_number(RigDb *db, GError **error, gint64 otherwise, const char *sql,
                     const char *types, ...)
{
	va_list arguments;
	va_start(arguments, types);
	g_autoptr(RigRows) rows = db_query(db, error, sql, types, &arguments);
	va_end(arguments);
	if (rows == NULL || rig_rows_next(db, rows, error) != 1 ||
	    sqlite3_column_type(rows, 0) == SQLITE_NULL)
		return otherwise;
	return sqlite3_column_int64(rows, 0);
}

const char *rig_rows_text(RigRows *rows, int column)
{
	const char *text = (const char *)sqlite3_column_text(rows, column);
	return text == NULL ? "" : text;
}
