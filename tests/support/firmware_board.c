/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware_board.h"

#include "../../drivers/protocol/mlperf_tiny.h"
#include "test.h"
#include <rig/drivers.h>

#include <string.h>

#define FIRMWARE_DEADLINE_US (30 * G_USEC_PER_SEC)

const FirmwareKind firmware_kinds[FIRMWARE_KINDS] = {
    {.machine = "mps2-an386",
     .shift = 5,
     .stack_bytes = 4096,
     .fastest_us = 300,
     .slowest_us = 1500},
    {.machine = "microbit", .shift = 6, .stack_bytes = 2048, .fastest_us = 900, .slowest_us = 4000},
};

static const TinyOptions firmware_options = {.extension = TINY_EXTENSION_REQUIRE};

typedef struct FirmwareAnswer {
	FirmwareBoard *board;
	double outputs[DIGITS_CLASSES]; /* expected */
	guint records;
} FirmwareAnswer;

static gint64 firmware_soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, FIRMWARE_DEADLINE_US);
}

void firmware_board_start(FirmwareBoard *board, const FirmwareKind *kind, gboolean two_bits)
{
	const char *folder = g_getenv("FIRMWARE");

	*board = (FirmwareBoard){.kind = kind};
	board->image = g_strdup_printf("%s/digits-%s%s.elf", folder != NULL ? folder : "build/firmware",
	                               kind->machine, two_bits ? "-2bit" : "");
	board->qemu = qemu_board_start(kind->machine, kind->shift, board->image);
	board->protocol =
	    rig_protocol_new(rig_protocol_drivers[0], &firmware_options, qemu_board_link(board->qemu));
	board->laps_us = g_array_new(FALSE, FALSE, sizeof(gint64));
}

void firmware_board_clear(FirmwareBoard *board)
{
	rig_protocol_free(board->protocol);
	qemu_board_free(board->qemu);
	g_array_unref(board->laps_us);
	g_free(board->image);
}

static void firmware_must(const FirmwareBoard *board, gboolean ok, const GError *error)
{
	ck_assert_msg(ok, "%s: %s", board->kind->machine,
	              error != NULL ? error->message : "no error told");
}

void firmware_board_sync(FirmwareBoard *board)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = board->protocol->driver->sync(board->protocol, TRUE, firmware_soon(), &error);

	firmware_must(board, ok, error);
}

RigIdentity firmware_board_identify(FirmwareBoard *board)
{
	g_autoptr(GError) error = NULL;
	RigIdentity identity = {0};

	rig_identity_clear(&identity);
	gboolean ok =
	    board->protocol->driver->identify(board->protocol, &identity, firmware_soon(), &error);
	firmware_must(board, ok, error);
	return identity;
}

static void firmware_take(gpointer user, const RigInference *record)
{
	FirmwareAnswer *answer = user;
	const FirmwareKind *kind = answer->board->kind;

	ck_assert_int_eq(record->integrity, RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(record->outputs_count, DIGITS_CLASSES);
	for (guint c = 0; c < DIGITS_CLASSES; c++)
		ck_assert_msg(record->outputs[c] == answer->outputs[c], "%s: class %u: %.3f, not %.3f",
		              kind->machine, c, record->outputs[c], answer->outputs[c]);
	ck_assert_msg(record->lap_us >= kind->fastest_us && record->lap_us <= kind->slowest_us,
	              "%s: %" G_GINT64_FORMAT " us", kind->machine, record->lap_us);
	g_array_append_val(answer->board->laps_us, record->lap_us);
	answer->records++;
}

void firmware_board_infer(FirmwareBoard *board, const DigitsModel *model, const guint8 *pixels,
                          guint iterations, guint warmups)
{
	g_autoptr(GError) error = NULL;
	FirmwareAnswer answer = {.board = board};
	RigInferRequest request = {.input = pixels,
	                           .input_bytes = DIGITS_PIXELS,
	                           .iterations = iterations,
	                           .warmups = warmups};
	int8_t outputs[DIGITS_CLASSES];

	digits_net_infer(model, pixels, outputs);
	for (guint c = 0; c < DIGITS_CLASSES; c++) {
		char text[16]; /* the protocol prints thousandths */
		g_snprintf(text, sizeof text, "%.3f",
		           (double)(outputs[c] + DIGITS_OUTPUT_OFFSET) / DIGITS_OUTPUT_STEPS);
		answer.outputs[c] = g_ascii_strtod(text, NULL);
	}
	gboolean ok = board->protocol->driver->infer(board->protocol, &request, firmware_take, &answer,
	                                             firmware_soon(), &error);
	firmware_must(board, ok, error);
	ck_assert_uint_eq(answer.records, iterations);
}

guint8 *firmware_digit(guint class, guint n)
{
	g_autofree char *path = g_strdup_printf("fixtures/recordings/digits/digit_%u.bin", class);
	g_autofree char *data = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;

	ck_assert_msg(g_file_get_contents(path, &data, &size, &error), "%s: %s", path,
	              error != NULL ? error->message : "");
	ck_assert_uint_ge(size, (gsize)(n + 1) * DIGITS_PIXELS);
	return g_memdup2(data + (gsize)n * DIGITS_PIXELS, DIGITS_PIXELS);
}

char *firmware_board_hear(FirmwareBoard *board, const char *end)
{
	gint64 deadline_us = firmware_soon();
	g_autoptr(GString) heard = g_string_new(NULL);

	while (strstr(heard->str, end) == NULL) {
		g_autoptr(GError) error = NULL;
		guint8 data[512];
		gssize got =
		    rig_link_read(qemu_board_link(board->qemu), data, sizeof data, deadline_us, &error);
		ck_assert_msg(got > 0, "%s: no `%s` in `%s`: %s", board->kind->machine, end, heard->str,
		              error != NULL ? error->message : "time is up");
		g_string_append_len(heard, (const char *)data, got);
	}
	return g_string_free(g_steal_pointer(&heard), FALSE);
}

void firmware_board_say(FirmwareBoard *board, const char *text)
{
	g_autoptr(GError) error = NULL;
	gboolean ok =
	    rig_link_write(qemu_board_link(board->qemu), text, strlen(text), firmware_soon(), &error);

	firmware_must(board, ok, error);
}
