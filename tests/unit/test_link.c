/* SPDX-License-Identifier: Apache-2.0 */
/* The core's half of a link: what it counts, stamps, taps and says, over a driver in memory. */
#include "memory_link.h"
#include "test.h"

#include <string.h>

static FakeClock fake;
static MemoryPeer peer;
static MemoryOptions options;
static RigLink *under_test;
static GString *tapped;
static guint starts, closes;

static void peer_start(MemoryPeer *self, gboolean reset)
{
	(void)self;
	(void)reset;
	starts++;
}

static void peer_take(MemoryPeer *self, const guint8 *data, gsize size)
{
	(void)self;
	(void)data;
	(void)size;
}

static void tap_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                      gint64 at_us)
{
	(void)tap;
	g_string_append_printf(tapped, "%s%.*s@%d ", received ? "<" : ">", (int)size, data, (int)at_us);
}
static RigLinkTap tap = {.bytes = tap_bytes};

static void begin(void)
{
	fake_clock_init(&fake, 1000);
	peer = (MemoryPeer){.start = peer_start, .take = peer_take};
	options = (MemoryOptions){.peer = &peer, .clock = &fake};
	under_test = rig_link_new(&memory_link_driver, &options, "mps2-a", "console", &fake.clock);
	under_test->tap = &tap;
	tapped = g_string_new(NULL);
	starts = closes = 0;
	ck_assert(rig_link_open(under_test, RIG_FOREVER, NULL));
}

static void end(void)
{
	rig_link_free(under_test);
	g_string_free(tapped, TRUE);
}

static void expect_error(const GError *error, RigErrorCode code, const char *text)
{
	ck_assert(g_error_matches(error, RIG_ERROR, (gint)code));
	ck_assert_str_eq(error->message, text);
}

START_TEST(test_every_byte_is_counted_stamped_and_tapped)
{
	guint8 data[8];
	ck_assert_int_eq(under_test->last_received_us, 0);
	ck_assert(rig_link_write(under_test, "ping", 4, RIG_FOREVER, NULL));
	memory_say(&peer, "pong!", 5, 1500);
	ck_assert_int_eq(rig_link_read(under_test, data, 4, RIG_FOREVER, NULL), 4);
	fake.now_us = 1600;
	ck_assert_int_eq(rig_link_read(under_test, data, 8, RIG_FOREVER, NULL), 1);
	ck_assert_uint_eq(under_test->sent_bytes, 4);
	ck_assert_uint_eq(under_test->received_bytes, 5);
	ck_assert_int_eq(under_test->last_sent_us, 1000);
	ck_assert_int_eq(under_test->last_received_us, 1600);
	ck_assert_str_eq(tapped->str, ">ping@1000 <pong@1500 <!@1600 ");
	/* A deadline brings nothing and moves nothing. */
	ck_assert_int_eq(rig_link_read(under_test, data, 8, 2000, NULL), 0);
	ck_assert_int_eq(under_test->last_received_us, 1600);
	ck_assert_uint_eq(tapped->len, strlen(">ping@1000 <pong@1500 <!@1600 "));
}
END_TEST

START_TEST(test_errors_name_board_and_link)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	options.gone = TRUE;
	ck_assert_int_eq(rig_link_read(under_test, data, 8, RIG_FOREVER, &error), -1);
	expect_error(error, RIG_ERROR_BOARD, "board mps2-a: link console: the peer is gone");
	g_clear_error(&error);
	ck_assert(!rig_link_load(under_test, "image", &error));
	expect_error(error, RIG_ERROR_BENCH,
	             "board mps2-a: link console: driver memory cannot take an image");
}
END_TEST

START_TEST(test_closed_links_are_not_used)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	rig_link_close(under_test);
	rig_link_close(under_test);
	ck_assert_int_eq(rig_link_read(under_test, data, 8, RIG_FOREVER, &error), -1);
	expect_error(error, RIG_ERROR_INTERNAL, "board mps2-a: link console: used while closed");
	g_clear_error(&error);
	ck_assert(!rig_link_write(under_test, "x", 1, RIG_FOREVER, &error));
	expect_error(error, RIG_ERROR_INTERNAL, "board mps2-a: link console: used while closed");
	g_clear_error(&error);
	ck_assert(!rig_link_reset(under_test, NULL, 0, RIG_FOREVER, &error));
	ck_assert_uint_eq(under_test->sent_bytes, 0);
	ck_assert_uint_eq(starts, 1);
	ck_assert(rig_link_open(under_test, RIG_FOREVER, NULL));
	ck_assert(rig_link_reset(under_test, NULL, 0, RIG_FOREVER, NULL));
	ck_assert_uint_eq(starts, 3);
}
END_TEST

START_TEST(test_drain_drops_until_it_is_quiet)
{
	g_autoptr(GError) error = NULL;
	memory_say(&peer, "boot", 4, 1100);
	memory_say(&peer, "ed\r\n", 4, 1190);
	memory_say(&peer, "late", 4, 1300);
	ck_assert_int_eq(rig_link_drain(under_test, 100, RIG_FOREVER, &error), 8);
	ck_assert_int_eq(fake.now_us, 1290);
	ck_assert_uint_eq(under_test->received_bytes, 8);
	ck_assert_uint_eq(memory_pending(&peer), 4);
}
END_TEST

START_TEST(test_drain_ends_at_its_deadline_however_loud_it_is)
{
	for (gint64 at_us = 1010; at_us < 3000; at_us += 10)
		memory_say(&peer, "x", 1, at_us);
	ck_assert_int_eq(rig_link_drain(under_test, 100, 1200, NULL), 20);
	ck_assert_int_eq(fake.now_us, 1200);
	g_autoptr(GError) error = NULL;
	options.fail_read = 22;
	ck_assert_int_eq(rig_link_drain(under_test, 100, 3000, &error), -1);
	ck_assert_ptr_nonnull(strstr(error->message, "link console: read failed"));
}
END_TEST

static gboolean broken_open(RigLink *self, gint64 deadline_us, GError **error)
{
	(void)self;
	(void)deadline_us;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "no such port");
	return FALSE;
}

static void broken_close(RigLink *self)
{
	(void)self;
	closes++;
}

static gboolean broken_write(RigLink *self, const guint8 *data, gsize size, gint64 deadline_us,
                             GError **error)
{
	(void)data;
	(void)size;
	return broken_open(self, deadline_us, error);
}

START_TEST(test_a_driver_that_cannot_open_is_closed_once)
{
	static const RigLinkDriver driver = {
	    .name = "broken", .open = broken_open, .close = broken_close};
	g_autoptr(GError) error = NULL;
	RigLink *broken = rig_link_new(&driver, NULL, "uno", "serial", &fake.clock);
	ck_assert(!rig_link_open(broken, RIG_FOREVER, &error));
	expect_error(error, RIG_ERROR_BENCH, "board uno: link serial: no such port");
	g_clear_error(&error);
	ck_assert(!rig_link_reset(broken, NULL, 0, RIG_FOREVER, &error));
	expect_error(error, RIG_ERROR_BENCH,
	             "board uno: link serial: driver broken cannot reset a board");
	rig_link_free(broken);
	ck_assert_uint_eq(closes, 1);
	rig_link_free(NULL);
}
END_TEST

START_TEST(test_what_was_not_written_is_not_counted)
{
	static const RigLinkDriver driver = {
	    .name = "broken", .open = broken_open, .close = broken_close, .write = broken_write};
	RigLink *broken = rig_link_new(&driver, NULL, "uno", "serial", &fake.clock);
	broken->is_open = TRUE;
	broken->tap = &tap;
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_write(broken, "x", 1, RIG_FOREVER, &error));
	expect_error(error, RIG_ERROR_BENCH, "board uno: link serial: no such port");
	ck_assert_uint_eq(broken->sent_bytes, 0);
	ck_assert_str_eq(tapped->str, "");
	rig_link_free(broken);
}
END_TEST

static Suite *link_suite(void)
{
	Suite *suite = suite_create("link");
	TCase *test = tcase_create("link");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_every_byte_is_counted_stamped_and_tapped);
	tcase_add_test(test, test_errors_name_board_and_link);
	tcase_add_test(test, test_closed_links_are_not_used);
	tcase_add_test(test, test_drain_drops_until_it_is_quiet);
	tcase_add_test(test, test_drain_ends_at_its_deadline_however_loud_it_is);
	tcase_add_test(test, test_a_driver_that_cannot_open_is_closed_once);
	tcase_add_test(test, test_what_was_not_written_is_not_counted);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(link_suite)
