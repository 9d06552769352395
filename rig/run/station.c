/* SPDX-License-Identifier: Apache-2.0 */
#include "run/station.h"

#include <errno.h>
#include <poll.h>

#include "run/variables.h"

#define STATION_PROGRESS_US (G_USEC_PER_SEC / 10)

static void station_note(gpointer user, const char *text)
{
	RigStation *station = user;
	rig_journal_note(station->journal, text);
}

static void station_free_text(gpointer text)
{
	g_string_free(text, TRUE);
}

static void station_program(gpointer user, char **argv, const RigProgramResult *result)
{
	RigStation *station = user;
	rig_journal_program(station->journal, argv, result->sha256, result->status, result->said);
}

static char *station_file(const char *folder, const char *name, const char *suffix,
                          const char *ending)
{
	g_autofree char *base = g_strconcat(name, suffix, ending, NULL);
	return g_build_filename(folder, base, NULL);
}

RigStation *rig_station_new(const RigRunHeader *header, const RigSuite *suite,
                            const RigBench *bench, const char *folder, const char *suffix,
                            const RigClock *clock, RigChannel *channel, GError **error)
{
	g_autoptr(RigStation) station = g_new0(RigStation, 1);
	station->header = header;
	station->suite = suite;
	station->bench = bench;
	station->clock = clock;
	station->channel = channel;
	station->stop_fd = channel == NULL ? -1 : rig_channel_fd(channel);
	station->folder = folder;
	station->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	station->switched = g_array_new(FALSE, FALSE, sizeof(gint64));
	station->measured = g_array_new(FALSE, FALSE, sizeof(RigMeasuredRecord));
	station->unread = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, station_free_text);
	station->board = rig_bench_board(bench, header->board);
	if (station->board == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: there is no board %s", bench->path,
		            header->board);
		return NULL;
	}
	g_autofree char *journal = station_file(folder, "journal", suffix, ".jsonl");
	g_autofree char *console = station_file(folder, "console", suffix, ".log");
	station->journal = rig_journal_new(journal, header->id, header->board, error);
	if (station->journal == NULL)
		return NULL;
	station->console = rig_console_new(console, station_note, station, error);
	if (station->console == NULL)
		return NULL;
	rig_run_variables(station->variables, suite, bench, header);
	RigWiringEvents events = {.note = station_note, .program = station_program, .user = station};
	station->wiring = rig_wiring_new(station->board, header->image, clock, station->stop_fd,
	                                 station->console, &events);
	return g_steal_pointer(&station);
}

void rig_station_free(RigStation *station)
{
	if (station == NULL)
		return;
	rig_wiring_free(station->wiring);
	rig_attempt_free(station->attempt);
	rig_console_free(station->console);
	rig_journal_free(station->journal);
	g_hash_table_unref(station->variables);
	g_hash_table_unref(station->unread);
	g_array_unref(station->measured);
	g_array_unref(station->switched);
	g_free(station->trace);
	g_free(station);
}

static void station_value(RigStation *station, const char *as, const char *name, RigValue *value)
{
	g_autofree char *full = as == NULL ? g_strdup(name) : g_strconcat(as, ".", name, NULL);
	value->name = full;
	rig_journal_value(station->journal, value);
}

void rig_station_number(RigStation *station, const char *as, const char *name, double number,
                        const char *unit, RigIntegrity integrity)
{
	g_autofree char *base = g_strdup(unit);
	RigValue value = {.number = number, .unit = base, .integrity = integrity};
	station_value(station, as, name, &value);
}

void rig_station_text(RigStation *station, const char *as, const char *name, const char *text,
                      RigIntegrity integrity)
{
	if (text == NULL)
		return;
	g_autofree char *copy = g_strdup(text);
	RigValue value = {.is_text = TRUE, .text = copy, .integrity = integrity};
	station_value(station, as, name, &value);
}

void rig_station_note(RigStation *station, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	rig_journal_note(station->journal, text);
}

void rig_station_progress(RigStation *station, guint done, guint of)
{
	gint64 now_us = rig_clock_now(station->clock);
	if (station->channel == NULL || now_us - station->progress_us < STATION_PROGRESS_US)
		return;
	station->progress_us = now_us;
	rig_channel_say(station->channel, "progress %s: %s %u/%u", station->attempt->case_name,
	                station->step->verb, done, of);
}

gboolean rig_station_wait(RigStation *station, gint64 deadline_us, GError **error)
{
	for (;;) {
		gint64 left_us = deadline_us - rig_clock_now(station->clock);
		if (left_us <= 0)
			return TRUE;
		struct pollfd polled = {.fd = station->stop_fd, .events = POLLIN};
		struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
		                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
		int ready = ppoll(&polled, 1, &span, NULL);
		if (ready > 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
			return FALSE;
		}
		if (ready < 0 && errno != EINTR) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "poll: %s", g_strerror(errno));
			return FALSE;
		}
	}
}
