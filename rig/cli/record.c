/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "cli/held_board.h"
#include "cli/record_shape.h"
#include "yaml/bind.h"

#define RECORD_FRAMES      100
#define RECORD_FRAMES_MAX  1000000
#define RECORD_VALUES_MAX  ((gsize)64 << 20)
#define RECORD_LABEL_MAX   65535
#define RECORD_FIRST       4u    /* frames of the first block, before the rate is known */
#define RECORD_BLOCK_MAX   1000u /* and of any */
#define RECORD_BLOCK_S     2     /* time that a block should take: so often progress is told */
#define RECORD_SYNC_US     (30 * G_USEC_PER_SEC)
#define RECORD_PATIENCE_US (60 * G_USEC_PER_SEC) /* beyond what the rate makes one expect */

typedef struct {
	char *bench, *output, *name, *about, *label;
	char **images;
	gint64 frames, wait_us;
} RecordOptions;

#define RECORD_AT(member) offsetof(RecordOptions, member)

static const RigOption record_options[] = {
    {"output", 'o', RIG_OPTION_FILE, RECORD_AT(output), "DIR", "folder to make for the recording"},
    {"bench", 'b', RIG_OPTION_FILE, RECORD_AT(bench), "FILE", "the bench; else $TINYRIG_BENCH"},
    {"frames", 0, RIG_OPTION_NUMBER, RECORD_AT(frames), "N", "frames to read (100)"},
    {"name", 0, RIG_OPTION_TEXT, RECORD_AT(name), "NAME", "of the recording; else that of DIR"},
    {"about", 0, RIG_OPTION_TEXT, RECORD_AT(about), "TEXT", "one line on what it shows"},
    {"label", 0, RIG_OPTION_TEXT, RECORD_AT(label), "N", "class of every frame (0, 1, …)"},
    {"image", 'i', RIG_OPTION_TEXTS, RECORD_AT(images), "TARGET=FILE", "flash that first"},
    {"wait", 'w', RIG_OPTION_SPAN, RECORD_AT(wait_us), "TIME", "wait for a busy board (5min)"},
    {0},
};

/* What is asked for, checked. */
typedef struct {
	const RecordOptions *options;
	const RigHeldBoard *held;
	char *folder, *name; /* owned */
	guint wanted;
	gint32 label; /* RIG_LABEL_NONE: none */
	GArray *values;
	guint count, channels;
	char *sensor; /* owned; NULL: unknown */
	RigIntegrity integrity;
	RigRecordRate rate;
} Record;

static gboolean record_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean record_refuse(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, text);
	return FALSE;
}

static gboolean record_check_label(Record *record, GError **error)
{
	guint64 label = 0;
	record->label = RIG_LABEL_NONE;
	if (record->options->label == NULL)
		return TRUE;
	if (!g_ascii_string_to_unsigned(record->options->label, 10, 0, RECORD_LABEL_MAX, &label, NULL))
		return record_refuse(error, "--label %s: a class is a number from 0 to %d",
		                     record->options->label, RECORD_LABEL_MAX);
	record->label = (gint32)label;
	return TRUE;
}

/* TRUE: the folder can be made, as far as one can see beforehand. */
static gboolean record_check_parents(const Record *record, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(record->folder);
	while (!g_file_test(parent, G_FILE_TEST_EXISTS)) {
		char *above = g_path_get_dirname(parent);
		g_free(parent);
		parent = above;
	}
	if (g_file_test(parent, G_FILE_TEST_IS_DIR) && access(parent, W_OK) == 0)
		return TRUE;
	return record_refuse(error, "%s cannot be made: %s is no folder that you can write",
	                     record->options->output, parent);
}

/* A recording is never written over. */
static gboolean record_check_folder(const Record *record, GError **error)
{
	if (!g_file_test(record->folder, G_FILE_TEST_EXISTS))
		return record_check_parents(record, error);
	g_autoptr(GDir) folder = g_dir_open(record->folder, 0, NULL);
	if (folder == NULL || g_dir_read_name(folder) != NULL)
		return record_refuse(error, "%s is there already; name a folder that is not",
		                     record->options->output);
	return TRUE;
}

/* All that can be wrong before the board is touched. */
static gboolean record_check(Record *record, GError **error)
{
	const RecordOptions *options = record->options;
	if (options->output == NULL)
		return record_refuse(error, "no folder is named for the recording: give -o DIR");
	if (options->frames > RECORD_FRAMES_MAX)
		return record_refuse(error, "--frames: at most %d", RECORD_FRAMES_MAX);
	record->wanted = options->frames == 0 ? RECORD_FRAMES : (guint)options->frames;
	record->folder = rig_path_resolve(options->output, NULL);
	record->name =
	    options->name != NULL ? g_strdup(options->name) : g_path_get_basename(record->folder);
	if (!rig_name_is_valid(record->name))
		return record_refuse(error, "\"%s\" is no name for a recording (a-z 0-9 -); give --name",
		                     record->name);
	if (options->about != NULL && !g_utf8_validate(options->about, -1, NULL))
		return record_refuse(error, "--about: the text is not UTF-8");
	return record_check_label(record, error) && record_check_folder(record, error);
}

/* Adds the frames of one block; the sensor must stay the same over all of them. */
static gboolean record_take(Record *record, const RigSensorFrames *frames, GError **error)
{
	if (record->count == 0) {
		record->channels = frames->channels;
		record->sensor = g_strdup(frames->identity);
		record->integrity = frames->integrity;
	} else if (record->channels != frames->channels ||
	           g_strcmp0(record->sensor, frames->identity) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "the sensor changed after %u frames: %s with %u channels became %s with %u",
		            record->count, record->sensor == NULL ? "unnamed" : record->sensor,
		            record->channels, frames->identity == NULL ? "unnamed" : frames->identity,
		            frames->channels);
		return FALSE;
	}
	if (frames->count == 0 || frames->channels == 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "the sensor gave no values");
		return FALSE;
	}
	gsize values = (gsize)frames->count * frames->channels;
	if (record->values->len + values > RECORD_VALUES_MAX)
		return record_refuse(error, "over %u Mi values; record fewer frames",
		                     (guint)(RECORD_VALUES_MAX >> 20));
	g_array_append_vals(record->values, frames->values, (guint)values);
	record->integrity = MIN(record->integrity, frames->integrity);
	record->count += frames->count;
	rig_record_rate_add(&record->rate, frames->at_us, frames->count);
	return TRUE;
}

/* Frames of the next block, and when it must have come at the latest. */
static guint record_next_block(const Record *record, gint64 *deadline_us)
{
	gint64 rate_mhz = rig_record_rate_mhz(&record->rate), expected_us = 0;
	guint block = RECORD_FIRST;
	if (rate_mhz > 0)
		block = (guint)CLAMP(rate_mhz * RECORD_BLOCK_S / 1000, 1, RECORD_BLOCK_MAX);
	block = MIN(block, record->wanted - record->count);
	if (rate_mhz > 0)
		expected_us = (gint64)(1e9 * block / (double)rate_mhz);
	*deadline_us = rig_clock_after(&rig_clock_monotonic, RECORD_PATIENCE_US + 2 * expected_us);
	return block;
}

static gboolean record_read(Record *record, GError **error)
{
	RigWiring *wiring = record->held->wiring;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, RECORD_SYNC_US);
	RigProtocol *protocol = rig_wiring_protocol(wiring, deadline_us, error);
	if (protocol == NULL)
		return FALSE;
	gboolean tell = isatty(STDERR_FILENO) == 1, good = TRUE;
	while (good && record->count < record->wanted) {
		guint block = record_next_block(record, &deadline_us);
		RigSensorFrames frames = {0};
		good = protocol->driver->sensor(protocol, block, &frames, deadline_us, error) &&
		       record_take(record, &frames, error);
		rig_sensor_frames_clear(&frames);
		if (tell)
			fprintf(stderr, "\rframe %u of %u", record->count, record->wanted);
	}
	if (tell)
		fputs("\r\033[K", stderr);
	return good;
}

/* Where the values come from; caller frees. */
static char *record_origin(const Record *record)
{
	const RigBoard *board = record->held->board;
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *date = g_date_time_format(now, "%Y-%m-%d");
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "read from board %s of bench %s (target %s", board->name,
	                       record->held->bench->name, board->target);
	if (board->unit_serial != NULL)
		g_string_append_printf(text, ", unit %s", board->unit_serial);
	if (board->unit_revision != NULL)
		g_string_append_printf(text, ", revision %s", board->unit_revision);
	if (record->held->image != NULL)
		g_string_append_printf(text, ", image SHA-256 %.12s", record->held->image->sha256);
	g_string_append_printf(text, ") on %s by tinyrig " TINYRIG_VERSION "; integrity: %s", date,
	                       rig_integrity_name(record->integrity));
	if (record->rate.pauses > 0)
		g_string_append_printf(text, "; %u pauses between blocks of frames", record->rate.pauses);
	return g_string_free(text, FALSE);
}

/* A folder that holds files only. */
static void record_remove(const char *folder)
{
	g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
	for (const char *name; files != NULL && (name = g_dir_read_name(files)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_unlink(path);
	}
	g_rmdir(folder);
}

/* Written beside its place and moved there: whole or not at all. */
static gboolean record_put(const Record *record, const RigRecordingMaker *maker,
                           const gint32 *labels, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(record->folder);
	g_autofree char *beside = g_strdup_printf("%s.new-XXXXXX", record->folder);
	if (!rig_folder_make(parent, error))
		return FALSE;
	if (g_mkdtemp_full(beside, 0777) == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: cannot be made: %s", beside,
		            g_strerror(errno));
		return FALSE;
	}
	gboolean good =
	    rig_recording_write(beside, maker, (const double *)(gpointer)record->values->data,
	                        record->count, labels, error);
	if (good && rename(beside, record->folder) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: cannot be put in place: %s",
		            record->folder, g_strerror(errno));
		good = FALSE;
	}
	if (!good)
		record_remove(beside);
	return good && rig_folder_sync(parent, error);
}

static gboolean record_write(const Record *record, GError **error)
{
	g_autofree char *origin = record_origin(record);
	RigRecordingMaker maker = {
	    .name = record->name,
	    .about = record->options->about,
	    .sensor = record->sensor,
	    .origin = origin,
	    .rate_mhz = rig_record_rate_mhz(&record->rate),
	    .dtype =
	        rig_record_dtype((const double *)(gpointer)record->values->data, record->values->len)};
	rig_record_shape(record->channels, &maker);
	g_autofree gint32 *labels = NULL;
	if (record->label != RIG_LABEL_NONE) {
		labels = g_new(gint32, record->count);
		for (guint i = 0; i < record->count; i++)
			labels[i] = record->label;
	}
	return record_put(record, &maker, labels, error);
}

/* Reads and makes the board safe in any case; the first error counts. */
static gboolean record_from_board(Record *record, const char *board, GError **error)
{
	RigHoldRequest request = {.board = board,
	                          .bench = record->options->bench,
	                          .images = record->options->images,
	                          .purpose = "tinyrig record",
	                          .wait_us = record->options->wait_us};
	g_autoptr(RigHeldBoard) held = rig_held_board_take(&request, error);
	if (held == NULL)
		return FALSE;
	if (held->board->protocol == NULL || held->board->protocol->sensor == NULL)
		return record_refuse(error, "board %s has no protocol that reads a sensor", board);
	record->held = held;
	g_autoptr(GError) failure = NULL;
	g_autoptr(GError) unsafe = NULL;
	gboolean good = rig_held_board_bring_up(held, TRUE, &failure) && record_read(record, &failure);
	if (!rig_held_board_make_safe(held, &unsafe) && good) {
		g_propagate_error(&failure, g_steal_pointer(&unsafe));
		good = FALSE;
	}
	good = good && record_write(record, &failure);
	record->held = NULL;
	if (!good)
		g_propagate_error(error, g_steal_pointer(&failure));
	return good;
}

static void record_clear(Record *record)
{
	g_free(record->folder);
	g_free(record->name);
	g_free(record->sensor);
	g_array_unref(record->values);
}

static int record_command(const RigInvocation *invocation)
{
	Record record = {.options = invocation->options,
	                 .values = g_array_new(FALSE, FALSE, sizeof(double))};
	g_autoptr(GError) error = NULL;
	gboolean good =
	    record_check(&record, &error) && record_from_board(&record, invocation->words[0], &error);
	if (good)
		printf("%s: %u frames of %u channels%s%s\n", record.options->output, record.count,
		       record.channels, record.sensor == NULL ? "" : " from sensor ",
		       record.sensor == NULL ? "" : record.sensor);
	record_clear(&record);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_record = {
    .name = "record",
    .arguments = "BOARD",
    .about = "make a recording from a board's sensor",
    .details =
        "The board is flashed when an image is given, reset where its bench file says how, and\n"
        "read until all frames are there. The folder appears whole or not at all; one that is\n"
        "there already is never written over.\n\n"
        "Type and shape follow the values: u8, i16 or i32 for whole numbers, f32 else; n*n\n"
        "channels are a square. The rate is that of the board's own clock.",
    .options = record_options,
    .options_size = sizeof(RecordOptions),
    .least = 1,
    .most = 1,
    .run = record_command,
};
