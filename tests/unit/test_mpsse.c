/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual-bench/probe/mpsse.h"

#include "test.h"
#include <string.h>

/* Pins that write down what they do; `script` is what TDO is at each rising edge of TCK. */
typedef struct {
	Mpsse *mpsse;
	guint16 value, direction, inputs;
	char out[512]; /* TDI at each rising edge */
	guint clocks;
	const char *script;
} PinBed;

static void pin_bed_set(gpointer user, guint16 value, guint16 direction)
{
	PinBed *bed = user;

	if ((value & ~bed->value & MPSSE_TCK) != 0 && bed->clocks < sizeof bed->out - 1)
		bed->out[bed->clocks++] = (value & MPSSE_TDI) != 0 ? '1' : '0';
	bed->value = value;
	bed->direction = direction;
}

static guint16 pin_bed_get(gpointer user)
{
	PinBed *bed = user;
	guint16 levels = bed->inputs;

	if (bed->script != NULL && bed->script[bed->clocks] == '1')
		levels |= MPSSE_TDO;
	return (guint16)((levels & ~bed->direction) | (bed->value & bed->direction));
}

static void pin_bed_begin(PinBed *bed, const char *script)
{
	*bed = (PinBed){.inputs = MPSSE_GPIOL1, .script = script};
	const MpsseBus bus = {pin_bed_set, pin_bed_get, bed};
	bed->mpsse = mpsse_new(&bus);
	mpsse_set_on(bed->mpsse, TRUE);
}

/* Sends bytes written in hex, and compares what comes back. */
static void pin_bed_ask(PinBed *bed, const char *sent, const char *expected)
{
	guint8 bytes[256];
	g_autoptr(GString) got = g_string_new(NULL);
	gsize size = strlen(sent) / 2;

	for (gsize i = 0; i < size; i++)
		bytes[i] = (guint8)(g_ascii_xdigit_value(sent[2 * i]) << 4 |
		                    g_ascii_xdigit_value(sent[2 * i + 1]));
	mpsse_write(bed->mpsse, bytes, size);
	size = mpsse_read(bed->mpsse, bytes, sizeof bytes);
	for (gsize i = 0; i < size; i++)
		g_string_append_printf(got, "%02x", bytes[i]);
	ck_assert_str_eq(got->str, expected);
}

/* AN_108, 3.3 to 3.5: what goes out at the edges, and how replies stand. TCK idles low. */
START_TEST(shifts_go_out_and_come_in)
{
	static const struct {
		const char *sent, *script, *out, *got;
	} cases[] = {
	    {"190100a5c3", "", "1010010111000011", ""}, /* bytes, LSB first */
	    {"110000a5", "", "10100101", ""},           /* MSB first */
	    {"1b04f3", "", "11001", ""},                /* five bits */
	    {"1304f3", "", "11110", ""},                /* and from the top */
	    {"280000", "10100101", "00000000", "a5"},   /* in, LSB first */
	    {"200000", "10100101", "00000000", "a5"},   /* palindrome; MSB first */
	    {"2a04", "11010", "00000", "58"},           /* left-justified */
	    {"2204", "11010", "00000", "1a"},           /* right-justified */
	    {"2a022a02", "111000", "000000", "e000"},   /* bit reads never share a byte */
	    {"39000055", "00001111", "10101010", "f0"}, /* both ways */
	    {"3b023f", "101", "111", "a0"},             /* in bits */
	    {"2c0000", "0101001011", "00000000", "a5"}, /* on the falling edge: one later */
	    {"8080008e07", "", "00000000", ""},         /* clocks alone */
	    {"8f0100", "", "0000000000000000", ""},     /* eights of them */
	    {"1b00018e02", "", "1111", ""},             /* TDI stays where it was */
	    {"4b0281", "", "111", ""},                  /* TMS: its top bit is TDI's */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		PinBed bed;
		char script[32] = "";

		g_strlcpy(script, cases[i].script, sizeof script);
		pin_bed_begin(&bed, script);
		pin_bed_ask(&bed, cases[i].sent, cases[i].got);
		ck_assert_str_eq(bed.out, cases[i].out);
		ck_assert_int_eq(mpsse_is_busy(bed.mpsse), FALSE);
		mpsse_free(bed.mpsse);
	}
}
END_TEST

START_TEST(other_commands_do_what_they_say)
{
	static const struct {
		const char *sent, *got;
	} cases[] = {
	    {"80a5fb", ""}, {"80a5fb81", "a1"}, {"80000081", "20"},   {"825aff83", "5a"},
	    {"820000", ""}, {"aa", "faaa"},     {"abaa", "faabfaaa"}, {"9e", "fa9e"},
	    {"0f", "fa0f"}, {"40", "fa40"},     {"7f", "fa7f"},       {"8a8b8c8d8597", ""},
	    {"88", ""},     {"94", ""},         {"9c0100", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		PinBed bed;

		pin_bed_begin(&bed, NULL);
		pin_bed_ask(&bed, cases[i].sent, cases[i].got);
		mpsse_free(bed.mpsse);
	}
}
END_TEST

/* A host may cut its stream anywhere; so may USB. */
START_TEST(commands_come_in_any_portions)
{
	static const guint8 stream[] = {0x80, 2, 0xb,  0x39, 1,    0, 0x0f, 0xf0, 0x1b,
	                                3,    9, 0x2a, 1,    0x8f, 0, 0,    0xaa, 0x87};
	PinBed whole, cut;
	guint8 expected[16], got[16];

	pin_bed_begin(&whole, "110011001100110011001100110011001100");
	pin_bed_begin(&cut, "110011001100110011001100110011001100");
	mpsse_write(whole.mpsse, stream, sizeof stream);
	gsize size = mpsse_read(whole.mpsse, expected, sizeof expected);
	ck_assert_uint_eq(size, 5);
	for (gsize i = 0; i < sizeof stream; i++)
		mpsse_write(cut.mpsse, stream + i, 1);
	ck_assert(mpsse_is_flushed(cut.mpsse));
	ck_assert_uint_eq(mpsse_read(cut.mpsse, got, sizeof got), size);
	ck_assert_mem_eq(got, expected, size);
	ck_assert_str_eq(cut.out, whole.out);
	ck_assert(!mpsse_is_flushed(cut.mpsse));
	mpsse_free(whole.mpsse);
	mpsse_free(cut.mpsse);
}
END_TEST

START_TEST(loop_back_feeds_tdi_to_tdo)
{
	PinBed bed;

	pin_bed_begin(&bed, "00000000000000000");
	pin_bed_ask(&bed, "84390000a7", "a7");
	pin_bed_ask(&bed, "85390000a7", "00");
	mpsse_free(bed.mpsse);
}
END_TEST

/* The base is 12 MHz until the host takes the divider by five away. */
START_TEST(clocks_take_their_time)
{
	static const struct {
		const char *sent;
		guint ticks; /* of 60 MHz, eight clocks and two commands at most */
	} cases[] = {
	    {"8e07", 8 * 10},
	    {"8a8e07", 8 * 2},
	    {"8a8602008e07", 8 * 6},
	    {"8602008e07", 8 * 30},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		PinBed bed;

		pin_bed_begin(&bed, NULL);
		pin_bed_ask(&bed, cases[i].sent, "");
		ck_assert_uint_ge(mpsse_ticks(bed.mpsse), cases[i].ticks);
		ck_assert_uint_le(mpsse_ticks(bed.mpsse), cases[i].ticks + 20);
		mpsse_free(bed.mpsse);
	}
}
END_TEST

/* Replies that nobody takes hold the engine up, and then the host: 4096 bytes each way. */
START_TEST(full_buffers_stall)
{
	PinBed bed;
	guint8 bytes[MPSSE_FIFO_BYTES] = {0x39, 0xff, 0xff};
	guint8 got[MPSSE_FIFO_BYTES + 1];

	pin_bed_begin(&bed, NULL);
	ck_assert_uint_eq(mpsse_room(bed.mpsse), MPSSE_FIFO_BYTES);
	mpsse_write(bed.mpsse, bytes, sizeof bytes);
	ck_assert_uint_eq(mpsse_waiting(bed.mpsse), MPSSE_FIFO_BYTES - 3);
	ck_assert_uint_eq(mpsse_room(bed.mpsse), MPSSE_FIFO_BYTES);
	mpsse_write(bed.mpsse, bytes, sizeof bytes);
	ck_assert_uint_eq(mpsse_waiting(bed.mpsse), MPSSE_FIFO_BYTES);
	ck_assert_uint_eq(mpsse_room(bed.mpsse), 3);
	ck_assert(mpsse_is_busy(bed.mpsse));
	guint64 ticks = mpsse_ticks(bed.mpsse);
	mpsse_run(bed.mpsse);
	ck_assert_uint_eq(mpsse_ticks(bed.mpsse), ticks);
	ck_assert_uint_eq(mpsse_read(bed.mpsse, got, 510), 510);
	ck_assert_uint_eq(mpsse_room(bed.mpsse), 3 + 510);
	ck_assert_uint_eq(mpsse_waiting(bed.mpsse), MPSSE_FIFO_BYTES);
	mpsse_purge_commands(bed.mpsse);
	mpsse_purge_replies(bed.mpsse);
	ck_assert_uint_eq(mpsse_room(bed.mpsse), MPSSE_FIFO_BYTES);
	ck_assert_uint_eq(mpsse_waiting(bed.mpsse), 0);
	mpsse_free(bed.mpsse);
}
END_TEST

/* A command that waits for a pin that never moves, and one that is bounded. */
START_TEST(waiting_for_a_pin)
{
	PinBed bed;

	pin_bed_begin(&bed, NULL);
	pin_bed_ask(&bed, "9d0100aa", "faaa");
	pin_bed_ask(&bed, "89aa", "");
	ck_assert(mpsse_is_busy(bed.mpsse));
	bed.inputs = 0;
	mpsse_run(bed.mpsse);
	pin_bed_ask(&bed, "", "faaa");
	pin_bed_ask(&bed, "94aa", "");
	mpsse_set_on(bed.mpsse, FALSE);
	mpsse_set_on(bed.mpsse, TRUE);
	mpsse_purge_commands(bed.mpsse);
	pin_bed_ask(&bed, "ab", "faab");
	mpsse_free(bed.mpsse);
}
END_TEST

/* Bit mode does not free a stuck engine; a reset of the device does. */
START_TEST(a_stuck_engine_needs_a_reset)
{
	PinBed bed;

	pin_bed_begin(&bed, NULL);
	mpsse_stick(bed.mpsse);
	pin_bed_ask(&bed, "aa", "");
	mpsse_purge_commands(bed.mpsse);
	mpsse_set_on(bed.mpsse, FALSE);
	mpsse_set_on(bed.mpsse, TRUE);
	pin_bed_ask(&bed, "aa", "");
	mpsse_reset(bed.mpsse);
	ck_assert(!mpsse_is_on(bed.mpsse));
	ck_assert_uint_eq(bed.direction, 0);
	mpsse_set_on(bed.mpsse, TRUE);
	pin_bed_ask(&bed, "aa", "faaa");
	mpsse_free(bed.mpsse);
}
END_TEST

/* SEND_IMMEDIATE with nothing to send asks for nothing. */
START_TEST(a_flush_lasts_until_it_is_read)
{
	PinBed bed;
	guint8 got[4];

	pin_bed_begin(&bed, NULL);
	const guint8 stream[] = {0x87, 0xaa, 0x87};
	mpsse_write(bed.mpsse, stream, 1);
	ck_assert(!mpsse_is_flushed(bed.mpsse));
	mpsse_write(bed.mpsse, stream + 1, 1);
	ck_assert(!mpsse_is_flushed(bed.mpsse));
	mpsse_write(bed.mpsse, stream + 2, 1);
	ck_assert(mpsse_is_flushed(bed.mpsse));
	ck_assert_uint_eq(mpsse_read(bed.mpsse, got, 1), 1);
	ck_assert(mpsse_is_flushed(bed.mpsse));
	ck_assert_uint_eq(mpsse_read(bed.mpsse, got, sizeof got), 1);
	ck_assert(!mpsse_is_flushed(bed.mpsse));
	mpsse_free(bed.mpsse);
}
END_TEST

static Suite *mpsse_suite(void)
{
	Suite *suite = suite_create("mpsse");
	TCase *tests = tcase_create("mpsse");

	tcase_add_test(tests, shifts_go_out_and_come_in);
	tcase_add_test(tests, other_commands_do_what_they_say);
	tcase_add_test(tests, commands_come_in_any_portions);
	tcase_add_test(tests, loop_back_feeds_tdi_to_tdo);
	tcase_add_test(tests, clocks_take_their_time);
	tcase_add_test(tests, full_buffers_stall);
	tcase_add_test(tests, waiting_for_a_pin);
	tcase_add_test(tests, a_stuck_engine_needs_a_reset);
	tcase_add_test(tests, a_flush_lasts_until_it_is_read);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(mpsse_suite)
