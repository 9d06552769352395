/* SPDX-License-Identifier: Apache-2.0 */
/* The mailbox protocol and the firmware's half of it, with SWD in between: the target's code works
 * on the memory that the virtual debug port reads and writes. */
#include "bed_probe.h"
#include "mailbox.h"
#include "target_board.h"
#include "test.h"

#include <rig/drivers.h>
#include <string.h>

#define BED_AT         0x1000u /* where the mailbox lies in the memory */
#define BED_SLOTS      4u
#define BED_INPUT_MAX  16u
#define BED_OUTPUT_MAX 96u
#define BED_SLOT_BYTES TINYRIG_MAILBOX_SLOT_BYTES(BED_INPUT_MAX, BED_OUTPUT_MAX)
#define BED_SOON_US    (60 * G_USEC_PER_SEC)

typedef struct MailboxBed {
	BedProbe bed;
	RigCortex *cortex;
	RigAccess access;
	RigProtocol *protocol;
	gint64 address; /* the driver's option */
	TargetBoard *board;
	TinyrigMailbox mailbox;
	guint serves;        /* requests that the target answers after a visit */
	gint64 between_us;   /* what the clock goes on by then */
	guint flip_at;       /* offset in the memory of a bit that changes once; 0: none */
	guint flips;         /* how often it does */
	gboolean flip_after; /* after serving, not before */
	guint visits;
	guint restart_at; /* the visit after which the target starts anew; 0: never */
	GArray *records;  /* RigInference, its outputs copied */
	guint note_count;
} MailboxBed;

static uint32_t *bed_memory(MailboxBed *it)
{
	return (uint32_t *)(gpointer)(it->bed.bed.memory + BED_AT);
}

static void bed_boot(MailboxBed *it)
{
	const TinyrigMailboxRoom room = {.memory = bed_memory(it),
	                                 .slots = BED_SLOTS,
	                                 .input_max = BED_INPUT_MAX,
	                                 .output_max = BED_OUTPUT_MAX,
	                                 .values_max = TARGET_BOARD_OUTPUTS};
	tinyrig_mailbox_start(&it->mailbox, &room, &it->board->port, &it->board->config);
}

static void bed_flip(MailboxBed *it)
{
	if (it->flip_at == 0 || it->flips == 0)
		return;
	it->bed.bed.memory[it->flip_at] ^= 0x10;
	if (it->flips != G_MAXUINT)
		it->flips--;
}

static void bed_between(gpointer user)
{
	MailboxBed *it = user;
	it->visits++;
	it->bed.now_us += it->between_us;
	if (it->restart_at != 0 && it->visits == it->restart_at)
		bed_boot(it);
	if (!it->flip_after)
		bed_flip(it);
	for (guint i = 0; i < it->serves; i++)
		(void)tinyrig_mailbox_serve(&it->mailbox);
	if (it->flip_after)
		bed_flip(it);
}

static void bed_note(gpointer user, const char *text)
{
	(void)text;
	((MailboxBed *)user)->note_count++;
}

static void bed_begin(MailboxBed *it)
{
	*it = (MailboxBed){.address = PROBE_BED_RAM + BED_AT, .serves = 2, .between_us = 100};
	bed_probe_begin(&it->bed, WIRING_RESISTOR, NULL);
	it->board = target_board_new();
	bed_boot(it);
	it->cortex = rig_cortex_new(it->bed.dap);
	it->access = (RigAccess){.dap = it->bed.dap, .cortex = it->cortex, .clock = &it->bed.clock};
	it->protocol = rig_protocol_new(rig_protocol_driver("mailbox"), &it->address, NULL);
	it->protocol->access = &it->access;
	it->protocol->note = bed_note;
	it->protocol->user = it;
	it->records = g_array_new(FALSE, FALSE, sizeof(RigInference));
	it->bed.between = bed_between;
	it->bed.user = it;
	it->bed.probe->stop_fd = -1;
}

static void bed_end(MailboxBed *it)
{
	for (guint i = 0; i < it->records->len; i++)
		g_free(g_array_index(it->records, RigInference, i).outputs);
	g_array_unref(it->records);
	rig_protocol_free(it->protocol);
	rig_cortex_free(it->cortex);
	bed_probe_end(&it->bed);
	target_board_free(it->board);
}

static void bed_keep(gpointer user, gsize request, const RigInference *record)
{
	MailboxBed *it = user;
	RigInference copy = *record;
	copy.seq = (guint32)request;
	copy.outputs = g_memdup2(record->outputs, record->outputs_count * sizeof *record->outputs);
	g_array_append_val(it->records, copy);
}

static gint64 bed_soon(const MailboxBed *it)
{
	return it->bed.now_us + BED_SOON_US;
}

static gboolean bed_sync(MailboxBed *it, gboolean booted, GError **error)
{
	return it->protocol->driver->sync(it->protocol, booted, bed_soon(it), error);
}

static gboolean bed_infer(MailboxBed *it, guint count, guint iterations, gsize bytes,
                          GError **error)
{
	static const guint8 input[BED_INPUT_MAX + 4] = {1, 2, 3, 4, 5};
	g_autofree RigInferRequest *requests = g_new0(RigInferRequest, count);
	for (guint i = 0; i < count; i++)
		requests[i] = (RigInferRequest){
		    .input = input, .input_bytes = bytes, .iterations = iterations, .warmups = 1};
	return it->protocol->driver->infer(it->protocol, requests, count, bed_keep, it, bed_soon(it),
	                                   error);
}

static void bed_good(gboolean good, GError **told)
{
	const GError *error = *told;
	ck_assert_msg(good, "%s", error == NULL ? "FALSE without an error" : error->message);
}

/* The error is cleared. */
static void bed_bad(gboolean good, GError **told, gint code, const char *why)
{
	g_autoptr(GError) error = g_steal_pointer(told);
	ck_assert(!good);
	ck_assert_msg(g_error_matches(error, RIG_ERROR, code), "%d: %s", error->code, error->message);
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
}

START_TEST(firmware_says_who_it_is)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	RigIdentity identity = {0};
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_good(it.protocol->driver->identify(it.protocol, &identity, bed_soon(&it), &error), &error);
	ck_assert_str_eq(identity.name, "acme");
	ck_assert_str_eq(identity.model, "kws01");
	ck_assert_str_eq(identity.profile, "tinyrig mailbox 1");
	ck_assert_str_eq(identity.build, "009fab");
	ck_assert_int_eq(identity.integrity, RIG_INTEGRITY_CHECKED);
	rig_identity_clear(&identity);
	bed_end(&it);
}
END_TEST

/* More requests than slots, and every reply is its own. */
START_TEST(inferences_come_in_order)
{
	MailboxBed it;
	bed_begin(&it);
	it.serves = (guint)_i;
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.bed.visits = 0;
	bed_good(bed_infer(&it, 50, 1, TARGET_BOARD_MODEL, &error), &error);
	ck_assert_uint_eq(it.records->len, 50);
	for (guint i = 0; i < 50; i++) {
		const RigInference *record = &g_array_index(it.records, RigInference, i);
		ck_assert_uint_eq(record->seq, i);
		ck_assert_uint_eq(record->iterations, 1);
		ck_assert_int_eq(record->lap_us, TARGET_BOARD_INFER_US);
		ck_assert_uint_eq(record->outputs_count, TARGET_BOARD_OUTPUTS);
		/* Two inferences each: one is the warm-up. */
		ck_assert_double_eq(
		    record->outputs[0] - g_array_index(it.records, RigInference, 0).outputs[0], 2.0 * i);
		ck_assert_int_eq(record->integrity, RIG_INTEGRITY_CHECKED);
		ck_assert_int_le(record->sent_us, record->done_us);
	}
	ck_assert_uint_le(it.bed.visits, 3 * 50);
	ck_assert_uint_eq(it.protocol->repeats, 0);
	bed_end(&it);
}
END_TEST

/* Each apart as long as there is room for their outputs, else one for all. */
START_TEST(iterations_are_told_apart_where_they_fit)
{
	static const struct {
		guint iterations, records;
	} rows[] = {{6, 6}, {7, 1}};
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_good(bed_infer(&it, 1, rows[_i].iterations, TARGET_BOARD_MODEL, &error), &error);
	ck_assert_uint_eq(it.records->len, rows[_i].records);
	const RigInference *last = &g_array_index(it.records, RigInference, rows[_i].records - 1);
	ck_assert_uint_eq(last->iterations, rows[_i].records == 1 ? rows[_i].iterations : 1);
	ck_assert_int_eq(last->lap_us, (gint64)last->iterations * TARGET_BOARD_INFER_US);
	bed_end(&it);
}
END_TEST

START_TEST(frames_of_the_sensor)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	RigSensorFrames frames = {0};
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.board->now_us = 0xffffff00u; /* the stamps wrap */
	bed_good(it.protocol->driver->sensor(it.protocol, 20, &frames, bed_soon(&it), &error), &error);
	ck_assert_str_eq(frames.identity, "optical-8x8");
	ck_assert_uint_eq(frames.channels, TARGET_BOARD_CHANNELS);
	ck_assert_uint_eq(frames.count, 20);
	for (guint i = 0; i < 20; i++) {
		ck_assert_double_eq(frames.values[i * TARGET_BOARD_CHANNELS], G_MININT32);
		ck_assert_double_eq(frames.values[i * TARGET_BOARD_CHANNELS + 1], i);
		ck_assert_int_eq(frames.at_us[i] - frames.at_us[0], (gint64)i * 10000);
	}
	rig_sensor_frames_clear(&frames);
	bed_end(&it);
}
END_TEST

#define BED_SLOT(n)   (BED_AT + sizeof(TinyrigMailboxHead) + (n)*BED_SLOT_BYTES)
#define BED_OUTPUT(n) (BED_SLOT(n) + sizeof(TinyrigMailboxReply))
#define BED_INPUT(n)  (BED_OUTPUT(n) + BED_OUTPUT_MAX + sizeof(TinyrigMailboxRequest))

/* A bit of an input changes on its way; of an output; and always. */
START_TEST(damage_is_seen_and_mended)
{
	static const struct {
		guint at;
		gboolean after;
		guint flips;
	} rows[] = {{BED_INPUT(1), FALSE, 1}, {BED_OUTPUT(0) + 4, TRUE, 2}};
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	it.serves = 4;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	/* So that it is known how long an output is, and one visit reads it whole. */
	bed_good(bed_infer(&it, 4, 1, TARGET_BOARD_MODEL, &error), &error);
	it.flip_at = (guint)rows[_i].at;
	it.flip_after = rows[_i].after;
	it.flips = rows[_i].flips;
	bed_good(bed_infer(&it, 10, 1, TARGET_BOARD_MODEL, &error), &error);
	ck_assert_uint_eq(it.records->len, 14);
	ck_assert_uint_ge(it.protocol->repeats, 1);
	ck_assert_uint_eq(it.note_count, it.protocol->repeats);
	bed_end(&it);
}
END_TEST

START_TEST(damage_without_end_is_told)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.flip_at = BED_INPUT(0);
	it.flips = G_MAXUINT;
	bed_bad(bed_infer(&it, 1, 1, TARGET_BOARD_MODEL, &error), &error, RIG_ERROR_DAMAGED,
	        "it arrived damaged, 3 times");
	/* What comes after begins anew. */
	it.flips = 0;
	bed_good(bed_infer(&it, 1, 1, TARGET_BOARD_MODEL, &error), &error);
	bed_end(&it);
}
END_TEST

START_TEST(a_restart_is_told)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.restart_at = it.visits + 5;
	bed_bad(bed_infer(&it, 50, 1, TARGET_BOARD_MODEL, &error), &error, RIG_ERROR_BOARD,
	        "restarted by itself");
	bed_end(&it);
}
END_TEST

START_TEST(last_words_are_told)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.serves = 0;
	tinyrig_mailbox_say(bed_memory(&it), "e-[fault 3 at 00000802\x01]");
	bed_bad(bed_infer(&it, 1, 1, TARGET_BOARD_MODEL, &error), &error, RIG_ERROR_BOARD,
	        "last words: e-[fault 3 at 00000802?]");
	bed_end(&it);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_bad(bed_infer(&it, 1, 1, TARGET_BOARD_MODEL + 1, &error), &error, RIG_ERROR_BOARD,
	        "refused an input of 5 bytes");
	bed_bad(bed_infer(&it, 1, 1, BED_INPUT_MAX + 1, &error), &error, RIG_ERROR_BOARD,
	        "does not fit into the mailbox's 16");
	it.board->port.read_sensor = NULL;
	bed_boot(&it);
	RigSensorFrames frames = {0};
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_bad(it.protocol->driver->sensor(it.protocol, 2, &frames, bed_soon(&it), &error), &error,
	        RIG_ERROR_BOARD, "offers no sensor");
	rig_sensor_frames_clear(&frames);
	bed_end(&it);
}
END_TEST

/* What the memory still shows of before a reset is not believed; nor is anything else. */
START_TEST(a_mailbox_must_be_whole_and_new)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	it.between_us = 100000;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_good(bed_sync(&it, FALSE, &error), &error);
	/* Without a core behind the port the trouble ends with that; the reason is in front of it. */
	bed_bad(bed_sync(&it, TRUE, &error), &error, RIG_ERROR_BOARD, "");
	bed_boot(&it);
	bed_good(bed_sync(&it, TRUE, &error), &error);
	bed_boot(&it);
	it.serves = 0;
	bed_bad(bed_sync(&it, TRUE, &error), &error, RIG_ERROR_BOARD, "");
	it.bed.bed.memory[BED_AT + 20] ^= 1;
	bed_bad(bed_sync(&it, FALSE, &error), &error, RIG_ERROR_BOARD, "");
	bed_end(&it);
}
END_TEST

static gboolean bed_symbol(gpointer user, const char *name, RigMemoryRange *range)
{
	*range = *(const RigMemoryRange *)user;
	return strcmp(name, "tinyrig_mailbox") == 0;
}

START_TEST(it_is_found)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	const RigMemoryRange ram = {PROBE_BED_RAM, PROBE_BED_BYTES};
	RigMemoryRange symbol = {PROBE_BED_RAM + BED_AT, sizeof(TinyrigMailboxHead)};
	it.address = -1;
	bed_bad(bed_sync(&it, TRUE, &error), &error, RIG_ERROR_USAGE,
	        "nothing tells where its mailbox");
	it.access.ram = &ram;
	it.access.ram_count = 1;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	/* At the edge of two parts of the search. */
	memcpy(it.bed.bed.memory + PROBE_BED_BYTES - 16, "tinyrig mailbox", 16);
	bed_bad(bed_sync(&it, FALSE, &error), &error, RIG_ERROR_BOARD, "more than one mailbox");
	/* A symbol goes before; the image gives it too little memory. */
	it.access.find_symbol = bed_symbol;
	it.access.user = &symbol;
	it.between_us = 100000;
	bed_bad(bed_sync(&it, FALSE, &error), &error, RIG_ERROR_BOARD, "");
	symbol.bytes += BED_SLOTS * BED_SLOT_BYTES;
	bed_good(bed_sync(&it, FALSE, &error), &error);
	bed_end(&it);
}
END_TEST

START_TEST(who_does_not_answer_is_given_up)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.serves = 0;
	it.between_us = BED_SOON_US;
	bed_bad(bed_infer(&it, 2, 1, TARGET_BOARD_MODEL, &error), &error, RIG_ERROR_BOARD,
	        "board did not finish request 1 (infer) before the deadline");
	bed_end(&it);
}
END_TEST

START_TEST(a_cable_that_goes_is_the_benchs)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	it.bed.is_unplugged = TRUE;
	bed_bad(bed_infer(&it, 2, 1, TARGET_BOARD_MODEL, &error), &error, RIG_ERROR_BENCH, "unplugged");
	bed_end(&it);
}
END_TEST

/* Trouble on the wire, at each transfer of a visit in its turn, changes nothing. */
START_TEST(trouble_on_the_wire_is_mended)
{
	MailboxBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	bed_good(bed_sync(&it, TRUE, &error), &error);
	for (gint at = 1; at < 80; at++) {
		it.bed.bed.transfers = 0;
		it.bed.bed.trouble = SWDP_WAIT;
		it.bed.bed.trouble_at = at;
		bed_good(bed_infer(&it, 4, 1, TARGET_BOARD_MODEL, &error), &error);
	}
	ck_assert_uint_eq(it.records->len, 4 * 79);
	bed_end(&it);
}
END_TEST

static Suite *mailbox_suite(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *tests = tcase_create("mailbox");
	tcase_add_test(tests, firmware_says_who_it_is);
	tcase_add_loop_test(tests, inferences_come_in_order, 1, 6);
	tcase_add_loop_test(tests, iterations_are_told_apart_where_they_fit, 0, 2);
	tcase_add_test(tests, frames_of_the_sensor);
	tcase_add_loop_test(tests, damage_is_seen_and_mended, 0, 2);
	tcase_add_test(tests, damage_without_end_is_told);
	tcase_add_test(tests, a_restart_is_told);
	tcase_add_test(tests, last_words_are_told);
	tcase_add_test(tests, what_does_not_fit_is_refused);
	tcase_add_test(tests, a_mailbox_must_be_whole_and_new);
	tcase_add_test(tests, it_is_found);
	tcase_add_test(tests, who_does_not_answer_is_given_up);
	tcase_add_test(tests, a_cable_that_goes_is_the_benchs);
	tcase_add_test(tests, trouble_on_the_wire_is_mended);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(mailbox_suite)
