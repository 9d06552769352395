/* SPDX-License-Identifier: Apache-2.0 */
/* RTT as a link, with SWD in between; the target is a memory, and bytes in it as SEGGER lays them
 * out. */
#include "bed_probe.h"
#include "test.h"

#include <rig/bytes.h>
#include <rig/drivers.h>
#include <string.h>

#define BED_AT       0x2000u /* the block in the memory */
#define BED_UPS      2u
#define BED_UP_SIZE  61u /* neither begins nor ends with a word */
#define BED_DOWN     33u
#define BED_UP_AT    0x3001u
#define BED_DOWN_AT  0x4002u
#define BED_SOON_US  (5 * G_USEC_PER_SEC)
#define BED_RING(n)  (BED_AT + 24 + 24 * (n))
#define BED_UP       1u /* the channel that is tried, of both directions */
#define BED_DOWN_ONE (BED_UPS + BED_UP)

typedef struct RttBed {
	BedProbe bed;
	RigAccess access;
	RigLink *link;
	struct {
		gint64 channel, address;
	} options;
	GString *says; /* what the target still has to say */
	GString *heard;
	guint burst; /* bytes a visit */
	gboolean listens;
	guint restart_at, visits; /* the visit after which it begins anew */
	guint notes;
	RigLinkTap tap;
} RttBed;

static guint8 *bed_word(RttBed *it, guint32 at)
{
	return it->bed.bed.memory + at;
}

static guint32 bed_get(RttBed *it, guint32 at)
{
	return rig_get_le32(bed_word(it, at));
}

static void bed_put(RttBed *it, guint32 at, guint32 value)
{
	rig_put_le32(bed_word(it, at), value);
}

static void bed_put_ring(RttBed *it, guint n, guint32 at, guint32 size)
{
	bed_put(it, BED_RING(n) + 4, PROBE_BED_RAM + at);
	bed_put(it, BED_RING(n) + 8, size);
	bed_put(it, BED_RING(n) + 12, 0);
	bed_put(it, BED_RING(n) + 16, 0);
	bed_put(it, BED_RING(n) + 20, 2);
}

static void bed_start(RttBed *it)
{
	memset(bed_word(it, BED_AT), 0, 24 + 24 * 4);
	bed_put(it, BED_AT + 16, BED_UPS);
	bed_put(it, BED_AT + 20, 2);
	bed_put_ring(it, BED_UP, BED_UP_AT, BED_UP_SIZE);
	bed_put_ring(it, BED_DOWN_ONE, BED_DOWN_AT, BED_DOWN);
	memcpy(bed_word(it, BED_AT), "SEGGER RTT\0\0\0\0\0\0", 16);
}

static void bed_say(RttBed *it)
{
	guint32 write = bed_get(it, BED_RING(BED_UP) + 12), read = bed_get(it, BED_RING(BED_UP) + 16);
	ck_assert_uint_lt(read, BED_UP_SIZE);
	for (guint i = 0; i < it->burst && it->says->len > 0; i++) {
		guint32 next = (write + 1) % BED_UP_SIZE;
		if (next == read)
			break;
		*bed_word(it, BED_UP_AT + write) = (guint8)it->says->str[0];
		g_string_erase(it->says, 0, 1);
		write = next;
	}
	bed_put(it, BED_RING(BED_UP) + 12, write);
}

static void bed_hear(RttBed *it)
{
	guint32 write = bed_get(it, BED_RING(BED_DOWN_ONE) + 12),
	        read = bed_get(it, BED_RING(BED_DOWN_ONE) + 16);
	ck_assert_uint_lt(write, BED_DOWN);
	for (; read != write; read = (read + 1) % BED_DOWN)
		g_string_append_c(it->heard, (char)*bed_word(it, BED_DOWN_AT + read));
	bed_put(it, BED_RING(BED_DOWN_ONE) + 16, read);
}

static void bed_between(gpointer user)
{
	RttBed *it = user;
	if (++it->visits == it->restart_at)
		bed_start(it);
	if (bed_get(it, BED_AT) == 0)
		return;
	if (it->listens)
		bed_hear(it);
	bed_say(it);
}

static void bed_note(RigLinkTap *tap, const char *text)
{
	(void)text;
	((RttBed *)(gpointer)((char *)tap - G_STRUCT_OFFSET(RttBed, tap)))->notes++;
}

static void bed_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                      gint64 at_us)
{
	(void)tap;
	(void)received;
	(void)data;
	(void)size;
	(void)at_us;
}

static void bed_begin(RttBed *it)
{
	*it = (RttBed){.burst = 20, .listens = TRUE};
	it->options.channel = BED_UP;
	it->options.address = PROBE_BED_RAM + BED_AT;
	bed_probe_begin(&it->bed, WIRING_RESISTOR, NULL);
	bed_start(it);
	it->says = g_string_new(NULL);
	it->heard = g_string_new(NULL);
	it->access = (RigAccess){.dap = it->bed.dap, .clock = &it->bed.clock};
	it->bed.probe->stop_fd = -1;
	it->bed.between = bed_between;
	it->bed.user = it;
	it->tap = (RigLinkTap){.bytes = bed_bytes, .note = bed_note};
	it->link = rig_link_new(rig_link_driver("rtt"), &it->options, "one", "rtt", &it->bed.clock);
	it->link->access = &it->access;
	it->link->tap = &it->tap;
	g_autoptr(GError) error = NULL;
	ck_assert(rig_link_open(it->link, it->bed.now_us + BED_SOON_US, &error));
}

static void bed_end(RttBed *it)
{
	rig_link_free(it->link);
	bed_probe_end(&it->bed);
	g_string_free(it->says, TRUE);
	g_string_free(it->heard, TRUE);
}

/* Until so many bytes are there, or nothing comes any more. Caller frees. */
static GString *bed_read(RttBed *it, gsize wanted, GError **error)
{
	GString *got = g_string_new(NULL);
	guint8 part[7];
	while (got->len < wanted) {
		gssize count =
		    rig_link_read(it->link, part, sizeof part, it->bed.now_us + BED_SOON_US / 50, error);
		if (count <= 0)
			break;
		g_string_append_len(got, (const char *)part, count);
	}
	return got;
}

static GString *bed_text(gsize size)
{
	GString *text = g_string_new(NULL);
	for (gsize i = 0; i < size; i++)
		g_string_append_c(text, (char)(1 + (i * 7 + i / 13) % 255));
	return text;
}

START_TEST(every_byte_comes_once)
{
	static const guint bursts[] = {1, 3, 20, 60, 1000};
	RttBed it;
	bed_begin(&it);
	it.burst = bursts[_i];
	g_autoptr(GError) error = NULL;
	GString *text = bed_text(2000);
	g_string_append_len(it.says, text->str, (gssize)text->len);
	GString *got = bed_read(&it, text->len, &error);
	ck_assert_msg(error == NULL, "%s", error == NULL ? "" : error->message);
	ck_assert_uint_eq(got->len, text->len);
	ck_assert(g_string_equal(got, text));
	ck_assert_uint_eq(it.notes, 0);
	g_string_free(got, TRUE);
	g_string_free(text, TRUE);
	bed_end(&it);
}
END_TEST

/* What is there goes in one round trip each, and the offset is told by the next. */
START_TEST(one_round_trip_a_poll)
{
	RttBed it;
	bed_begin(&it);
	it.burst = 25;
	g_autoptr(GError) error = NULL;
	GString *text = bed_text(1600);
	g_string_append_len(it.says, text->str, (gssize)text->len);
	g_string_free(bed_read(&it, 80, &error), TRUE);
	guint before = it.visits;
	GString *got = bed_read(&it, 800, &error);
	ck_assert_uint_le(it.visits - before, 800 / 25 + 2);
	g_string_free(got, TRUE);
	g_string_free(text, TRUE);
	bed_end(&it);
}
END_TEST

START_TEST(what_is_written_arrives)
{
	RttBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	GString *text = bed_text(500);
	for (gsize at = 0, size = 1; at < text->len; at += size, size = size % 61 + 1) {
		size = MIN(size, text->len - at);
		ck_assert(
		    rig_link_write(it.link, text->str + at, size, it.bed.now_us + BED_SOON_US, &error));
	}
	bed_hear(&it);
	ck_assert(g_string_equal(it.heard, text));
	/* Nothing beside the buffer was touched. */
	ck_assert_uint_eq(*bed_word(&it, BED_DOWN_AT - 1), 0);
	ck_assert_uint_eq(*bed_word(&it, BED_DOWN_AT + BED_DOWN), 0);
	g_string_free(text, TRUE);
	bed_end(&it);
}
END_TEST

START_TEST(who_does_not_listen_is_told)
{
	RttBed it;
	bed_begin(&it);
	it.listens = FALSE;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_strnfill(BED_DOWN, 'x');
	gint64 deadline_us = it.bed.now_us + BED_SOON_US / 50;
	ck_assert(rig_link_write(it.link, text, BED_DOWN - 1, deadline_us, &error));
	ck_assert(!rig_link_write(it.link, text, 1, deadline_us, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	ck_assert_ptr_nonnull(strstr(error->message, "does not read its down channel"));
	bed_end(&it);
}
END_TEST

START_TEST(firmware_that_starts_later_is_waited_for)
{
	RttBed it;
	bed_begin(&it);
	memset(bed_word(&it, BED_AT), 0, 16);
	it.restart_at = 20;
	g_string_append(it.says, "ready");
	g_autoptr(GError) error = NULL;
	guint8 data[8];
	ck_assert_int_eq(rig_link_read(it.link, data, sizeof data, it.bed.now_us, &error), 0);
	GString *got = bed_read(&it, 5, &error);
	ck_assert_str_eq(got->str, "ready");
	g_string_free(got, TRUE);
	bed_end(&it);
}
END_TEST

/* The rest of what it says comes, and its new offsets are not spoilt. */
START_TEST(a_restart_is_followed)
{
	RttBed it;
	bed_begin(&it);
	it.restart_at = (guint)_i;
	g_autoptr(GError) error = NULL;
	GString *text = bed_text(400);
	g_string_append_len(it.says, text->str, (gssize)text->len);
	GString *got = bed_read(&it, text->len, &error);
	ck_assert_msg(error == NULL, "%s", error == NULL ? "" : error->message);
	/* What stood in the ring as it began anew is lost. */
	ck_assert_uint_ge(got->len, text->len - BED_UP_SIZE);
	ck_assert_int_eq(memcmp(got->str + got->len - 100, text->str + text->len - 100, 100), 0);
	ck_assert_uint_eq(it.says->len, 0);
	g_string_free(got, TRUE);
	g_string_free(text, TRUE);
	bed_end(&it);
}
END_TEST

static const struct {
	guint32 at, value;
	const char *told;
} wrongs[] = {
    {BED_AT + 16, 33, "too many channels"},
    {BED_AT + 20, 0xffffffff, "too many channels"},
    {BED_AT + 16, 1, "no such up channel"},
    {BED_RING(BED_UP) + 4, 0, "no buffer"},
    {BED_RING(BED_UP) + 8, 0, "no buffer"},
    {BED_RING(BED_UP) + 8, 0x00200000, "too large"},
    {BED_RING(BED_UP) + 4, 0xfffffff0, "too large"},
    {BED_RING(BED_UP) + 12, BED_UP_SIZE, "beyond its buffer"},
    {BED_RING(BED_UP) + 16, BED_UP_SIZE, "beyond its buffer"},
    {BED_RING(BED_UP) + 4, 0x10000000, "not in RAM"},
    {BED_RING(BED_DOWN_ONE) + 8, 0x00200000, "too large"},
};

START_TEST(a_block_that_makes_no_sense_is_the_boards)
{
	RttBed it;
	bed_begin(&it);
	const RigMemoryRange ram = {PROBE_BED_RAM, PROBE_BED_BYTES};
	it.access.ram = &ram;
	it.access.ram_count = 1;
	it.bed.between = NULL;
	bed_put(&it, wrongs[_i].at, wrongs[_i].value);
	g_autoptr(GError) error = NULL;
	GString *got = bed_read(&it, 1, &error);
	ck_assert_uint_eq(got->len, 0);
	ck_assert_ptr_nonnull(error);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	ck_assert_msg(strstr(error->message, wrongs[_i].told) != NULL, "%s", error->message);
	g_string_free(got, TRUE);
	bed_end(&it);
}
END_TEST

START_TEST(a_channel_without_a_way_down)
{
	RttBed it;
	bed_begin(&it);
	bed_put(&it, BED_AT + 20, 1);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_write(it.link, "x", 1, it.bed.now_us + BED_SOON_US, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "has no way down"));
	bed_end(&it);
}
END_TEST

START_TEST(it_is_searched_in_ram)
{
	RttBed it;
	bed_begin(&it);
	const RigMemoryRange ram = {PROBE_BED_RAM, PROBE_BED_BYTES};
	g_autoptr(GError) error = NULL;
	it.options.address = -1;
	guint8 data[8];
	ck_assert_int_eq(rig_link_read(it.link, data, sizeof data, it.bed.now_us, &error), -1);
	ck_assert_ptr_nonnull(strstr(error->message, "nothing tells where its RTT control block is"));
	g_clear_error(&error);
	it.access.ram = &ram;
	it.access.ram_count = 1;
	it.bed.now_us += G_USEC_PER_SEC;
	g_string_append(it.says, "here");
	GString *got = bed_read(&it, 4, &error);
	ck_assert_str_eq(got->str, "here");
	g_string_free(got, TRUE);
	bed_end(&it);
}
END_TEST

START_TEST(closing_tells_what_was_read)
{
	RttBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	g_string_append(it.says, "twelve bytes");
	g_string_free(bed_read(&it, 12, &error), TRUE);
	rig_link_close(it.link);
	ck_assert_uint_eq(bed_get(&it, BED_RING(BED_UP) + 16), 12);
	bed_end(&it);
}
END_TEST

/* Trouble on the wire, at each transfer of a visit in its turn, loses no byte. */
START_TEST(trouble_on_the_wire_is_mended)
{
	static const guint troubles[] = {SWDP_WAIT, SWDP_PARITY};
	RttBed it;
	bed_begin(&it);
	g_autoptr(GError) error = NULL;
	GString *text = bed_text(1000);
	g_string_append_len(it.says, text->str, (gssize)text->len);
	GString *got = g_string_new(NULL);
	for (gint at = 1; at < 60; at++) {
		it.bed.bed.transfers = 0;
		it.bed.bed.trouble = troubles[_i];
		it.bed.bed.trouble_at = at;
		GString *part = bed_read(&it, 10, &error);
		ck_assert_msg(error == NULL, "%s", error == NULL ? "" : error->message);
		g_string_append_len(got, part->str, (gssize)part->len);
		g_string_free(part, TRUE);
		ck_assert(rig_link_write(it.link, "abc", 3, it.bed.now_us + BED_SOON_US, &error));
	}
	ck_assert_int_eq(memcmp(got->str, text->str, got->len), 0);
	bed_hear(&it);
	ck_assert_uint_eq(it.heard->len, 59 * 3);
	g_string_free(got, TRUE);
	g_string_free(text, TRUE);
	bed_end(&it);
}
END_TEST

static Suite *rtt_suite(void)
{
	Suite *suite = suite_create("rtt");
	TCase *tests = tcase_create("rtt");
	tcase_add_loop_test(tests, every_byte_comes_once, 0, 5);
	tcase_add_test(tests, one_round_trip_a_poll);
	tcase_add_test(tests, what_is_written_arrives);
	tcase_add_test(tests, who_does_not_listen_is_told);
	tcase_add_test(tests, firmware_that_starts_later_is_waited_for);
	tcase_add_loop_test(tests, a_restart_is_followed, 5, 15);
	tcase_add_loop_test(tests, a_block_that_makes_no_sense_is_the_boards, 0,
	                    (int)G_N_ELEMENTS(wrongs));
	tcase_add_test(tests, a_channel_without_a_way_down);
	tcase_add_test(tests, it_is_searched_in_ram);
	tcase_add_test(tests, closing_tells_what_was_read);
	tcase_add_loop_test(tests, trouble_on_the_wire_is_mended, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(rtt_suite)
