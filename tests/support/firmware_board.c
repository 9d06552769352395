/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware_board.h"

#include "../../drivers/protocol/mlperf_tiny.h"
#include "test.h"
#include <rig/drivers.h>

#include <poll.h>
#include <string.h>

#define FIRMWARE_DEADLINE_US (30 * G_USEC_PER_SEC)

const FirmwareKind firmware_kinds[FIRMWARE_KINDS] = {
    {.machine = "mps2-an386", .stack_bytes = 4096, .fastest_us = 300, .slowest_us = 1500},
    {.machine = "microbit", .stack_bytes = 2048, .fastest_us = 900, .slowest_us = 4000},
};

static const TinyOptions firmware_options = {.extension = TINY_EXTENSION_REQUIRE};

typedef struct FirmwareAnswer {
	FirmwareBoard *board;
	double outputs[DIGITS_CLASSES]; /* expected */
	guint records;
} FirmwareAnswer;

static gboolean firmware_link_open(RigLink *link, gint64 deadline_us, GError **error)
{
	(void)link;
	(void)deadline_us;
	(void)error;
	return TRUE;
}

static void firmware_link_close(RigLink *link)
{
	(void)link;
}

/* Until the board says something, wants to be called again, or the deadline comes. */
static void firmware_wait(const Board *board, gint64 now_us, gint64 deadline_us)
{
	int fds[BOARD_FDS];
	struct pollfd polled[BOARD_FDS];
	gint64 until_us = MIN(deadline_us, board_next_ns(board) / 1000 + 1);
	gint64 left_us = CLAMP(until_us - now_us, 0, G_USEC_PER_SEC);
	struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
	                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};

	board_fds(board, fds);
	for (guint i = 0; i < BOARD_FDS; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	(void)ppoll(polled, BOARD_FDS, &span, NULL);
}

static gssize firmware_link_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                                 GError **error)
{
	const FirmwareBoard *of = link->options;

	for (;;) {
		g_autofree char *words = NULL;
		gint64 now_us = g_get_monotonic_time();
		board_tick(of->board, now_us * 1000);
		gsize got = board_take(of->board, data, size, now_us * 1000);
		if (got > 0)
			return (gssize)got;
		if (board_is_dead(of->board, &words)) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD, words);
			return -1;
		}
		if (now_us >= deadline_us)
			return 0;
		firmware_wait(of->board, now_us, deadline_us);
	}
}

static gboolean firmware_link_write(RigLink *link, const guint8 *data, gsize size,
                                    gint64 deadline_us, GError **error)
{
	const FirmwareBoard *of = link->options;

	(void)deadline_us;
	(void)error;
	board_give(of->board, data, size, g_get_monotonic_time() * 1000);
	return TRUE;
}

static const RigLinkDriver firmware_link = {
    .name = "board",
    .open = firmware_link_open,
    .close = firmware_link_close,
    .read = firmware_link_read,
    .write = firmware_link_write,
};

static gint64 firmware_soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, FIRMWARE_DEADLINE_US);
}

static void firmware_must(const FirmwareBoard *board, gboolean ok, const GError *error)
{
	ck_assert_msg(ok, "%s: %s", board->kind->machine,
	              error != NULL ? error->message : "no error told");
}

void firmware_board_start(FirmwareBoard *board, const FirmwareKind *kind, gboolean two_bits)
{
	const char *folder = g_getenv("FIRMWARE");
	g_autoptr(GError) error = NULL;

	*board = (FirmwareBoard){.kind = kind};
	board->image = g_strdup_printf("%s/digits-%s%s.elf", folder != NULL ? folder : "build/firmware",
	                               kind->machine, two_bits ? "-2bit" : "");
	board->board = board_new(kind->machine, machine_find(kind->machine), FALSE, &error);
	firmware_must(board, board->board != NULL, error);
	gboolean loaded = board_load(board->board, board->image, &error);
	firmware_must(board, loaded, error);
	board->link =
	    rig_link_new(&firmware_link, board, kind->machine, "console", &rig_clock_monotonic);
	gboolean open = rig_link_open(board->link, RIG_FOREVER, &error);
	firmware_must(board, open, error);
	board->protocol =
	    rig_protocol_new(rig_protocol_driver("mlperf-tiny"), &firmware_options, board->link);
	board->laps_us = g_array_new(FALSE, FALSE, sizeof(gint64));
}

void firmware_board_clear(FirmwareBoard *board)
{
	rig_protocol_free(board->protocol);
	rig_link_free(board->link);
	board_free(board->board);
	g_array_unref(board->laps_us);
	g_free(board->image);
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

static void firmware_take(gpointer user, gsize request, const RigInference *record)
{
	FirmwareAnswer *answer = user;
	const FirmwareKind *kind = answer->board->kind;

	ck_assert_uint_eq(request, 0);
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
	gboolean ok = board->protocol->driver->infer(board->protocol, &request, 1, firmware_take,
	                                             &answer, firmware_soon(), &error);
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
		gssize got = rig_link_read(board->link, data, sizeof data, deadline_us, &error);
		ck_assert_msg(got > 0, "%s: no `%s` in `%s`: %s", board->kind->machine, end, heard->str,
		              error != NULL ? error->message : "time is up");
		g_string_append_len(heard, (const char *)data, got);
	}
	return g_string_free(g_steal_pointer(&heard), FALSE);
}

void firmware_board_say(FirmwareBoard *board, const char *text)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = rig_link_write(board->link, text, strlen(text), firmware_soon(), &error);

	firmware_must(board, ok, error);
}

guint32 firmware_board_word(FirmwareBoard *board, guint32 address)
{
	g_autoptr(GError) error = NULL;
	guint8 word[4];
	gboolean ok = qemu_read(board_qemu(board->board), address, word, sizeof word, &error);

	firmware_must(board, ok, error);
	return (guint32)word[0] | (guint32)word[1] << 8 | (guint32)word[2] << 16 |
	       (guint32)word[3] << 24;
}

void firmware_board_set_word(FirmwareBoard *board, guint32 address, guint32 value)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = qemu_write_word(board_qemu(board->board), address, value, &error);

	firmware_must(board, ok, error);
}
