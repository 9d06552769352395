/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers as commands of the engine: the bytes that go out, and what is made of those that come.
 */
#include "../../drivers/probe/swd_frame.h"
#include "test.h"
#include <string.h>

static const SwdWires stream = {
    .is_streaming = TRUE, .drive = {0, 3}, .release = {0, 1}, .can_idle = TRUE};
static const SwdWires turns = {.drive = {0, 3}, .release = {0, 1}, .can_idle = TRUE};

static void test_expect(const MpsseQueue *queue, const guint8 *bytes, gsize size)
{
	ck_assert_uint_eq(queue->commands->len, size);
	ck_assert_int_eq(memcmp(queue->commands->data, bytes, size), 0);
}

/* The headers that OpenOCD's and probe-rs's sources name as well. */
START_TEST(requests)
{
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_READ, 0x0), 0xa5); /* DPIDR */
	ck_assert_uint_eq(rig_swd_request(0, 0x0), 0x81);            /* ABORT */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_READ, 0x4), 0x8d); /* CTRL/STAT */
	ck_assert_uint_eq(rig_swd_request(0, 0x4), 0xa9);
	ck_assert_uint_eq(rig_swd_request(0, 0x8), 0xb1);                         /* SELECT */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_READ, 0xc), 0xbd);              /* RDBUFF */
	ck_assert_uint_eq(rig_swd_request(0, 0xc), 0x99);                         /* TARGETSEL */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_AP, 0x0), 0xa3);                /* CSW */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_AP, 0x4), 0x8b);                /* TAR */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_AP | RIG_SWD_READ, 0xc), 0x9f); /* DRW */
	ck_assert_uint_eq(rig_swd_request(RIG_SWD_AP, 0xc), 0xbb);
}
END_TEST

START_TEST(a_stream_is_one_exchange)
{
	RigSwdTransfer transfers[] = {{.request = 0xa5}, {.request = 0xbb, .data = 0x00000001}};
	const RigSwdBatch batch = {.transfers = transfers, .count = 2};
	/* A word each: header, ones for the target's turn; header, 5 ones, data from bit 13, parity in
	 * bit 45. Then 8 low clocks and the flush. */
	const guint8 expected[] = {0x80, 0x00, 0x03, 0x82, 0x00, 0x00, 0x39, 0x0b, 0x00,
	                           0xa5, 0xff, 0xff, 0xff, 0xff, 0x1f, 0xbb, 0x3f, 0x00,
	                           0x00, 0x00, 0x20, 0x19, 0x00, 0x00, 0x00, 0x87};
	MpsseQueue queue;
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &stream, &batch);
	test_expect(&queue, expected, sizeof expected);
	ck_assert_uint_eq(queue.reply_bytes, 12);
	ck_assert_uint_eq(queue.clocks, 2 * 48 + 8);
	mpsse_queue_clear(&queue);
}
END_TEST

START_TEST(turns_change_the_pins)
{
	RigSwdTransfer transfers[] = {{.request = 0xa5}, {.request = 0xbb, .data = 0x80000003}};
	const RigSwdBatch batch = {.transfers = transfers, .count = 2};
	const guint8 expected[] = {
	    0x80, 0x00, 0x03, 0x82, 0x00, 0x00,                         /* the host drives */
	    0x19, 0x00, 0x00, 0xa5, 0x80, 0x00, 0x01,                   /* header, the target drives */
	    0x28, 0x03, 0x00, 0x2a, 0x05, 0x80, 0x00, 0x03,             /* 38 bits, the host drives */
	    0x19, 0x00, 0x00, 0xbb, 0x80, 0x00, 0x01, 0x2a, 0x04,       /* header, 5 bits */
	    0x80, 0x00, 0x03, 0x19, 0x04, 0x00, 0x03, 0x00, 0x00, 0x80, /* data */
	    0x01, 0x1b, 0x02, 0x00, 0x87}; /* parity, two idle, eight low */
	MpsseQueue queue;
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &turns, &batch);
	test_expect(&queue, expected, sizeof expected);
	ck_assert_uint_eq(queue.reply_bytes, 5 + 1);
	mpsse_queue_clear(&queue);
}
END_TEST

START_TEST(answers_are_read)
{
	RigSwdTransfer transfers[] = {{.request = 0xa5}, {.request = 0xa5}, {.request = 0xbb}};
	const RigSwdBatch batch = {.transfers = transfers, .count = 3};
	/* ACK in bits 9 to 11, data from 12, parity in 44: 0x2ba01477 has 14 ones. */
	const guint64 good = G_GUINT64_CONSTANT(1) << 9 | (guint64)0x2ba01477u << 12;
	const guint64 words[] = {good, good | G_GUINT64_CONSTANT(1) << 44, (guint64)RIG_SWD_FAULT << 9};
	guint8 replies[18];
	for (guint i = 0; i < sizeof replies; i++)
		replies[i] = (guint8)(words[i / 6] >> 8 * (i % 6));
	g_autoptr(GError) error = NULL;
	ck_assert(swd_frame_decode(&stream, &batch, replies, sizeof replies, &error));
	ck_assert_uint_eq(transfers[0].ack, RIG_SWD_OK);
	ck_assert_uint_eq(transfers[0].data, 0x2ba01477);
	ck_assert(!transfers[0].is_damaged);
	ck_assert(transfers[1].is_damaged);
	ck_assert_uint_eq(transfers[2].ack, RIG_SWD_FAULT);
	ck_assert(!transfers[2].is_damaged);
	ck_assert(!swd_frame_decode(&stream, &batch, replies, sizeof replies - 1, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "ends in transfer 3 of 3"));
	g_clear_error(&error);
	const RigSwdBatch fewer = {.transfers = transfers, .count = 2};
	ck_assert(!swd_frame_decode(&stream, &fewer, replies, sizeof replies, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "6 bytes more"));
}
END_TEST

/* Short idles are part of the exchange, long ones a command of three bytes, unless the chip has
 * none. */
START_TEST(idle_clocks)
{
	static const struct {
		guint32 idle;
		gboolean can_idle;
		gsize commands, replies;
	} rows[] = {{0, TRUE, 20, 6},      {2, TRUE, 20, 6},    {3, TRUE, 21, 7},
	            {64, TRUE, 28, 14},    {65, TRUE, 23, 6},   {500000, TRUE, 23, 6},
	            {600000, TRUE, 26, 6}, {200, FALSE, 45, 31}};
	MpsseQueue queue;
	RigSwdTransfer transfer = {.request = 0xbb, .idle_clocks = rows[_i].idle};
	const RigSwdBatch batch = {.transfers = &transfer, .count = 1};
	SwdWires wires = stream;
	wires.can_idle = rows[_i].can_idle;
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &wires, &batch);
	ck_assert_uint_eq(queue.commands->len, rows[_i].commands);
	ck_assert_uint_eq(queue.reply_bytes, rows[_i].replies);
	ck_assert_uint_ge(queue.clocks, 46 + rows[_i].idle);
	mpsse_queue_clear(&queue);
}
END_TEST

START_TEST(a_long_exchange_is_split)
{
	const gsize count = 22000; /* 132000 bytes: two whole commands of 65536, and a rest */
	g_autofree RigSwdTransfer *transfers = g_new0(RigSwdTransfer, count);
	for (gsize i = 0; i < count; i++)
		transfers[i] = (RigSwdTransfer){.request = 0xbb, .data = (guint32)i};
	const RigSwdBatch batch = {.transfers = transfers, .count = count};
	MpsseQueue queue;
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &stream, &batch);
	ck_assert_uint_eq(queue.commands->len, 6 + 3 * 3 + 6 * count + 5);
	ck_assert_uint_eq(queue.reply_bytes, 6 * count);
	const guint8 *at = queue.commands->data + 6;
	ck_assert_uint_eq(at[0], 0x39);
	ck_assert_uint_eq(at[1] | at[2] << 8, 65535);
	ck_assert_uint_eq(at[3 + 65536], 0x39);
	mpsse_queue_reset(&queue);
	mpsse_queue_pins(&queue, stream.drive); /* as they are already */
	ck_assert_uint_eq(queue.commands->len, 0);
	mpsse_queue_clear(&queue);
}
END_TEST

static Suite *frame_suite(void)
{
	Suite *suite = suite_create("swd_frame");
	TCase *tcase = tcase_create("frame");
	tcase_add_test(tcase, requests);
	tcase_add_test(tcase, a_stream_is_one_exchange);
	tcase_add_test(tcase, turns_change_the_pins);
	tcase_add_test(tcase, answers_are_read);
	tcase_add_loop_test(tcase, idle_clocks, 0, 8);
	tcase_add_test(tcase, a_long_exchange_is_split);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(frame_suite)
