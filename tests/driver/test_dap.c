/* SPDX-License-Identifier: Apache-2.0 */
/* The debug port's queue against the virtual bench's engine, wires and ports. */
#include "bed_probe.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define DATA_BYTES 4096u

static void test_fill(guint8 *data, gsize size, guint seed)
{
	for (gsize i = 0; i < size; i++)
		data[i] = (guint8)((i + seed) * 167 + i / 251);
}

static gboolean test_is_good(gboolean good, const GError *error)
{
	ck_assert_msg(good, "%s", error == NULL ? "FALSE without an error" : error->message);
	return good;
}

static const WiringKind test_wirings[] = {WIRING_RESISTOR, WIRING_DIRECT};

START_TEST(it_connects_in_two_visits)
{
	BedProbe it;
	bed_probe_begin(&it, test_wirings[_i], NULL);
	g_autoptr(GError) error = NULL;
	test_is_good(rig_dap_connect(it.dap, &error), error);
	const RigDapIdentity *identity = rig_dap_identity(it.dap);
	ck_assert_uint_eq(it.visits,
	                  3); /* the third: there is no core behind it, and a fault to clear */
	ck_assert_uint_eq(identity->dpidr, PROBE_BED_DPIDR);
	ck_assert_uint_eq(identity->ap_idr, 0x24770011);
	ck_assert_uint_eq(identity->ap_base, 0xe00ff003);
	ck_assert_uint_eq(identity->cpuid, 0);
	ck_assert(rig_dap_is_connected(it.dap));
	ck_assert_uint_eq(wiring_report(it.bed.wiring)->contention_clocks, 0);
	ck_assert_uint_eq(wiring_report(it.bed.wiring)->floating_clocks, 0);
	bed_probe_end(&it);
}
END_TEST

START_TEST(nobody_there_is_the_benchs_trouble)
{
	BedProbe it;
	bed_probe_begin(&it, test_wirings[_i], NULL);
	swdp_set_power(it.bed.swdp, FALSE);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_dap_connect(it.dap, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "board one: probe bed: no SWD target"));
	ck_assert(!rig_dap_is_connected(it.dap));
	bed_probe_end(&it);
}
END_TEST

/* Any address, any length, any width: what is written is read, and nothing beside it is touched. */
START_TEST(blocks_at_any_edge)
{
	static const MemapKind kinds[] = {
	    {.idr = 0x24770011, .base = 0xe00ff003, .has_packed = TRUE, .increment_span = 1024},
	    {.idr = 0x04770021, .base = 0xe00ff003, .has_packed = FALSE, .increment_span = 1024}};
	static const RigDapWidth widths[] = {RIG_DAP_ANY, RIG_DAP_BYTES, RIG_DAP_HALFWORDS,
	                                     RIG_DAP_WORDS};
	BedProbe it;
	bed_probe_begin(&it, WIRING_RESISTOR, &kinds[_i]);
	bed_probe_connect(&it);
	GRand *random = g_rand_new_with_seed(7);
	for (guint round = 0; round < 60; round++) {
		g_autoptr(GError) error = NULL;
		guint8 expected[PROBE_BED_BYTES], data[3000], back[3000];
		RigDapWidth width = widths[round % G_N_ELEMENTS(widths)];
		guint unit = MAX(width, 1);
		guint32 at = (guint32)g_rand_int_range(random, 0, 2000) / unit * unit;
		gsize size = (gsize)g_rand_int_range(random, 0, 2600) / unit * unit;
		test_fill(data, sizeof data, round);
		memcpy(expected, it.bed.memory, sizeof expected);
		memcpy(expected + at, data, size);
		test_is_good(rig_dap_write_memory(it.dap, PROBE_BED_RAM + at, data, size, width, &error),
		             error);
		ck_assert_int_eq(memcmp(expected, it.bed.memory, sizeof expected), 0);
		memset(back, 0xee, sizeof back);
		test_is_good(rig_dap_read_memory(it.dap, PROBE_BED_RAM + at, back, size, width, &error),
		             error);
		ck_assert_int_eq(memcmp(back, data, size), 0);
		ck_assert_uint_eq(back[size], 0xee);
	}
	g_rand_free(random);
	bed_probe_end(&it);
}
END_TEST

START_TEST(narrow_accesses_are_packed)
{
	static const guint expected[] = {64, 256};
	static const MemapKind kinds[] = {{.idr = 1, .has_packed = TRUE, .increment_span = 1024},
	                                  {.idr = 1, .has_packed = FALSE, .increment_span = 1024}};
	BedProbe it;
	guint8 data[256] = {0};
	bed_probe_begin(&it, WIRING_RESISTOR, &kinds[_i]);
	bed_probe_connect(&it);
	g_autoptr(GError) error = NULL;
	test_is_good(rig_dap_write_memory(it.dap, PROBE_BED_RAM, data, 256, RIG_DAP_BYTES, &error),
	             error);
	ck_assert_uint_eq(it.bed.writes, 256); /* the bus sees bytes */
	ck_assert_uint_ge(it.bed.transfers, expected[_i]);
	ck_assert_uint_le(it.bed.transfers, expected[_i] + 8);
	ck_assert_uint_eq(it.visits, 1);
	bed_probe_end(&it);
}
END_TEST

START_TEST(one_visit_for_a_block_and_for_a_window)
{
	BedProbe it;
	guint8 data[1024];
	guint32 words[4] = {0};
	bed_probe_begin(&it, test_wirings[_i], NULL);
	bed_probe_connect(&it);
	g_autoptr(GError) error = NULL;
	test_is_good(rig_dap_read_memory(it.dap, PROBE_BED_RAM, data, 1024, RIG_DAP_ANY, &error),
	             error);
	ck_assert_uint_eq(it.visits, 1);
	ck_assert_uint_le(it.bed.transfers, 256 + 5);
	bed_probe_trouble(&it, 0, 0);
	rig_dap_begin(it.dap, RIG_DAP_ONCE);
	rig_dap_window(it.dap, PROBE_BED_RAM + 0x40);
	for (guint i = 0; i < 4; i++)
		rig_dap_write_word(it.dap, PROBE_BED_RAM + 0x40 + 4 * i, 0x01010101u * (i + 1));
	for (guint i = 0; i < 4; i++)
		rig_dap_read_word(it.dap, PROBE_BED_RAM + 0x40 + 4 * (3 - i), &words[3 - i]);
	test_is_good(rig_dap_commit(it.dap, &error), error);
	for (guint i = 0; i < 4; i++)
		ck_assert_uint_eq(words[i], 0x01010101u * (i + 1));
	ck_assert_uint_eq(it.visits, 1);
	ck_assert_uint_le(it.bed.transfers, 8 + 5);
	bed_probe_end(&it);
}
END_TEST

START_TEST(a_bus_fault_names_its_address)
{
	BedProbe it;
	guint8 data[64] = {0};
	guint32 value = 0;
	bed_probe_begin(&it, test_wirings[_i], NULL);
	bed_probe_connect(&it);
	g_autoptr(GError) error = NULL;
	guint32 end = PROBE_BED_RAM + PROBE_BED_BYTES;
	ck_assert(!rig_dap_read_memory(it.dap, end - 32, data, 64, RIG_DAP_ANY, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	ck_assert_ptr_nonnull(strstr(error->message, "a read of 0x20010000"));
	g_clear_error(&error);
	ck_assert(!rig_dap_write_memory(it.dap, end - 8, data, 16, RIG_DAP_ANY, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "a write to 0x20010000"));
	g_clear_error(&error);
	ck_assert(!rig_dap_peek(it.dap, 0x90000000, &value, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "a read of 0x90000000"));
	g_clear_error(&error);
	/* It goes on after it. */
	it.bed.memory[8] = 0x5a;
	test_is_good(rig_dap_peek(it.dap, PROBE_BED_RAM + 8, &value, &error), error);
	ck_assert_uint_eq(value & 0xff, 0x5a);
	bed_probe_end(&it);
}
END_TEST

START_TEST(ranges_and_widths_are_checked)
{
	BedProbe it;
	guint8 data[64] = {0};
	bed_probe_begin(&it, WIRING_RESISTOR, NULL);
	bed_probe_connect(&it);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_dap_read_memory(it.dap, 0xfffffff0, data, 17, RIG_DAP_ANY, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_clear_error(&error);
	ck_assert(!rig_dap_read_memory(it.dap, PROBE_BED_RAM + 2, data, 4, RIG_DAP_WORDS, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_clear_error(&error);
	test_is_good(rig_dap_read_memory(it.dap, PROBE_BED_RAM, data, 0, RIG_DAP_ANY, &error), error);
	ck_assert_uint_eq(it.visits, 0);
	bed_probe_end(&it);
}
END_TEST

START_TEST(unplugged_is_told_and_ends_the_connection)
{
	BedProbe it;
	guint32 value = 0;
	bed_probe_begin(&it, WIRING_RESISTOR, NULL);
	bed_probe_connect(&it);
	it.is_unplugged = TRUE;
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_dap_peek(it.dap, PROBE_BED_RAM, &value, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert(!rig_dap_is_connected(it.dap));
	g_clear_error(&error);
	ck_assert(!rig_dap_peek(it.dap, PROBE_BED_RAM, &value, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_INTERNAL));
	it.is_unplugged = FALSE;
	g_clear_error(&error);
	bed_probe_connect(&it);
	test_is_good(rig_dap_peek(it.dap, PROBE_BED_RAM, &value, &error), error);
	bed_probe_end(&it);
}
END_TEST

/* What was damaged in a queue that may not run twice is an error, and nothing was done twice. */
START_TEST(what_may_not_be_repeated_is_not)
{
	BedProbe it;
	guint32 value = 0;
	bed_probe_begin(&it, WIRING_RESISTOR, NULL);
	bed_probe_connect(&it);
	bed_probe_trouble(&it, SWDP_PARITY, 4); /* of the read's result */
	rig_dap_begin(it.dap, RIG_DAP_ONCE);
	rig_dap_write_word(it.dap, PROBE_BED_RAM, 1);
	rig_dap_read_word(it.dap, PROBE_BED_RAM + 4, &value);
	rig_dap_write_word(it.dap, PROBE_BED_RAM + 8, 2);
	g_autoptr(GError) error = NULL;
	gboolean good = rig_dap_commit(it.dap, &error);
	ck_assert(good || g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED));
	ck_assert_uint_le(it.bed.writes, 2);
	bed_probe_end(&it);
}
END_TEST

/* What never ends is told for what it is, and in bounded time. */
START_TEST(trouble_without_an_end)
{
	static const struct {
		guint trouble;
		RigErrorCode code;
		const char *told;
	} rows[] = {{SWDP_WAIT, RIG_ERROR_BOARD, "does not end"},
	            {SWDP_PARITY, RIG_ERROR_DAMAGED, "damaged"},
	            {SWDP_SILENT, RIG_ERROR_BENCH, "no SWD target"}};
	BedProbe it;
	guint8 data[64] = {0};
	g_autoptr(GError) error = NULL;
	bed_probe_begin(&it, test_wirings[_i % 2], NULL);
	bed_probe_connect(&it);
	bed_probe_trouble(&it, rows[_i / 2].trouble, 8);
	it.bed.trouble_count = G_MAXINT / 2;
	ck_assert(!rig_dap_read_memory(it.dap, PROBE_BED_RAM, data, 64, RIG_DAP_ANY, &error));
	ck_assert_msg(g_error_matches(error, RIG_ERROR, (gint)rows[_i / 2].code) &&
	                  strstr(error->message, rows[_i / 2].told) != NULL,
	              "%d %s", error->code, error->message);
	ck_assert_uint_lt(it.visits, 20000);
	/* And it is over when it is. */
	bed_probe_trouble(&it, 0, 0);
	g_clear_error(&error);
	bed_probe_connect(&it);
	test_is_good(rig_dap_read_memory(it.dap, PROBE_BED_RAM, data, 64, RIG_DAP_ANY, &error), error);
	bed_probe_end(&it);
}
END_TEST

/* A row of WAITs is overcome, with more idle clocks each time. */
START_TEST(a_slow_access_port)
{
	BedProbe it;
	guint8 data[1024], back[1024];
	g_autoptr(GError) error = NULL;
	test_fill(data, sizeof data, 1);
	bed_probe_begin(&it, test_wirings[_i % 2], NULL);
	bed_probe_connect(&it);
	memcpy(it.bed.memory, data, sizeof data);
	bed_probe_trouble(&it, SWDP_WAIT, 20);
	it.bed.trouble_count = 300;
	test_is_good(rig_dap_read_memory(it.dap, PROBE_BED_RAM, back, sizeof back, RIG_DAP_ANY, &error),
	             error);
	ck_assert_int_eq(memcmp(back, data, sizeof data), 0);
	ck_assert_uint_gt(rig_dap_counts(it.dap)->waits, 2);
	ck_assert_uint_lt(it.visits, 150);
	bed_probe_end(&it);
}
END_TEST

/* Must show: trouble at every transfer of 4 KiB, both ways: right, or told exactly; never wrong. */
static void test_trouble(BedProbe *it, guint trouble, gint at, gboolean reads)
{
	guint8 data[DATA_BYTES], back[DATA_BYTES] = {0};
	g_autoptr(GError) error = NULL;
	test_fill(data, sizeof data, (guint)at);
	memset(it->bed.memory, 0xa5, DATA_BYTES);
	if (reads)
		memcpy(it->bed.memory, data, sizeof data);
	if (!rig_dap_is_connected(it->dap))
		bed_probe_connect(it);
	bed_probe_trouble(it, trouble, at);
	guint64 faults = swdp_counts(it->bed.swdp)->faults;
	gboolean good =
	    reads ? rig_dap_read_memory(it->dap, PROBE_BED_RAM, back, DATA_BYTES, RIG_DAP_ANY, &error)
	          : rig_dap_write_memory(it->dap, PROBE_BED_RAM, data, DATA_BYTES, RIG_DAP_ANY, &error);
	if (good)
		ck_assert_msg(memcmp(reads ? back : it->bed.memory, data, DATA_BYTES) == 0,
		              "wrong data: trouble %u at %d", trouble, at);
	/* A read of CTRL/STAT is never answered so. */
	if (trouble == SWDP_FAULT && swdp_counts(it->bed.swdp)->faults > faults)
		ck_assert_msg(!good && g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD),
		              "a fault at %d is not told: %s", at, error == NULL ? "good" : error->message);
	else
		ck_assert_msg(good, "trouble %u at %d was not overcome: %s", trouble, at,
		              error == NULL ? "" : error->message);
}

START_TEST(trouble_at_every_transfer)
{
	static const guint troubles[] = {SWDP_WAIT, SWDP_FAULT, SWDP_PARITY, SWDP_SILENT};
	const char *every = g_getenv("SWEEP_EVERY");
	gint step = every == NULL ? 41 : atoi(every);
	for (guint k = 0; k < G_N_ELEMENTS(troubles); k++) {
		BedProbe it;
		bed_probe_begin(&it, test_wirings[_i / 2], NULL);
		bed_probe_connect(&it);
		g_autoptr(GError) error = NULL;
		guint8 data[DATA_BYTES];
		test_is_good(
		    rig_dap_read_memory(it.dap, PROBE_BED_RAM, data, DATA_BYTES, RIG_DAP_ANY, &error),
		    error);
		gint last = (gint)it.bed.transfers + 3;
		/* The edges always. */
		for (gint at = 1; at <= last; at += at < 12 || at > last - 12 ? 1 : MAX(step, 1))
			test_trouble(&it, troubles[k], at, _i % 2 == 0);
		bed_probe_end(&it);
	}
}
END_TEST

static Suite *dap_suite(void)
{
	Suite *suite = suite_create("dap");
	TCase *tcase = tcase_create("queue");
	tcase_set_timeout(tcase, 0);
	tcase_add_loop_test(tcase, it_connects_in_two_visits, 0, 2);
	tcase_add_loop_test(tcase, nobody_there_is_the_benchs_trouble, 0, 2);
	tcase_add_loop_test(tcase, blocks_at_any_edge, 0, 2);
	tcase_add_loop_test(tcase, narrow_accesses_are_packed, 0, 2);
	tcase_add_loop_test(tcase, one_visit_for_a_block_and_for_a_window, 0, 2);
	tcase_add_loop_test(tcase, a_bus_fault_names_its_address, 0, 2);
	tcase_add_test(tcase, ranges_and_widths_are_checked);
	tcase_add_test(tcase, unplugged_is_told_and_ends_the_connection);
	tcase_add_test(tcase, what_may_not_be_repeated_is_not);
	tcase_add_loop_test(tcase, trouble_without_an_end, 0, 6);
	tcase_add_loop_test(tcase, a_slow_access_port, 0, 2);
	tcase_add_loop_test(tcase, trouble_at_every_transfer, 0, 4);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(dap_suite)
