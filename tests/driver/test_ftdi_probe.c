/* SPDX-License-Identifier: Apache-2.0 */
/* An FTDI probe without its USB: clocks, kinds of chips, pins of adapters, status bytes. */
#include "../../drivers/probe/ftdi_adapter.h"
#include "../../drivers/probe/ftdi_chip.h"
#include "test.h"
#include <rig/drivers.h>
#include <string.h>

START_TEST(clocks)
{
	static const struct {
		guint16 release;
		gint64 asked_hz;
		guint32 got_hz;
		guint16 divisor;
		gboolean is_slow_base;
	} rows[] = {{0x0700, 30000000, 30000000, 0, FALSE}, {0x0700, 10000000, 10000000, 2, FALSE},
	            {0x0700, 8000000, 7500000, 3, FALSE},   {0x0700, 7500000, 7500000, 3, FALSE},
	            {0x0700, 29999999, 15000000, 1, FALSE}, {0x0900, 1000000, 1000000, 29, FALSE},
	            {0x0700, 458, 457, 65502, FALSE},       {0x0700, 400, 400, 14999, TRUE},
	            {0x0700, 1, 91, 65535, TRUE},           {0x0500, 10000000, 6000000, 0, TRUE},
	            {0x0500, 4000000, 3000000, 1, TRUE}};
	const FtdiKind *kind = ftdi_kind_find(rows[_i].release);
	ck_assert_ptr_nonnull(kind);
	FtdiClock clock = ftdi_chip_clock(kind, rows[_i].asked_hz * 1000);
	ck_assert_uint_eq(clock.hz, rows[_i].got_hz);
	ck_assert_uint_eq(clock.divisor, rows[_i].divisor);
	ck_assert_int_eq(clock.is_slow_base, rows[_i].is_slow_base);
}
END_TEST

START_TEST(kinds)
{
	ck_assert_str_eq(ftdi_kind_find(0x0800)->name, "FT4232H");
	ck_assert_uint_eq(ftdi_kind_find(0x0500)->engines, 1);
	ck_assert(!ftdi_kind_find(0x0500)->is_high_speed);
	ck_assert_ptr_null(ftdi_kind_find(0x0600)); /* an FT232R has no engine */
}
END_TEST

/* Whatever an adapter is, its nSRST is let go before anything else happens, and can be pulled. */
START_TEST(no_adapter_holds_a_board_in_reset)
{
	for (const FtdiAdapter *adapter = ftdi_adapters; adapter->name != NULL; adapter++) {
		MpssePins idle = adapter->initial, low = adapter->initial;
		ck_assert_ptr_eq(ftdi_adapter_find(adapter->name), adapter);
		if (!ftdi_signal_is_wired(&adapter->nsrst))
			continue;
		if (!ftdi_signal_set(&adapter->nsrst, FTDI_LET_GO, &idle))
			ck_assert(ftdi_signal_set(&adapter->nsrst, FTDI_HIGH, &idle));
		ck_assert_msg(idle.value == adapter->initial.value &&
		                  idle.direction == adapter->initial.direction,
		              "%s begins with nSRST pulled", adapter->name);
		ck_assert(ftdi_signal_set(&adapter->nsrst, FTDI_LOW, &low));
		ck_assert(low.value != idle.value || low.direction != idle.direction);
	}
	ck_assert_ptr_null(ftdi_adapter_find("none"));
}
END_TEST

START_TEST(signals)
{
	const FtdiSignal open_drain = {.data = 0x10, .oe = 0x10};
	const FtdiSignal buffered = {.data = 0x200, .oe = 0x800, .is_oe_inverted = TRUE};
	const FtdiSignal inverted = {.data = 0x1000, .is_data_inverted = TRUE};
	const FtdiSignal none = {0};
	MpssePins pins = {0x0010, 0x0003};
	ck_assert(ftdi_signal_set(&open_drain, FTDI_LOW, &pins));
	ck_assert_uint_eq(pins.value, 0x0000);
	ck_assert_uint_eq(pins.direction, 0x0013);
	ck_assert(ftdi_signal_set(&open_drain, FTDI_LET_GO, &pins));
	ck_assert_uint_eq(pins.direction, 0x0003);
	pins = (MpssePins){0x0a00, 0xff00};
	ck_assert(ftdi_signal_set(&buffered, FTDI_LOW, &pins));
	ck_assert_uint_eq(pins.value, 0x0000);
	ck_assert(ftdi_signal_set(&buffered, FTDI_LET_GO, &pins));
	ck_assert_uint_eq(pins.value, 0x0800);
	ck_assert(ftdi_signal_set(&inverted, FTDI_HIGH, &pins));
	ck_assert_uint_eq(pins.value & 0x1000, 0);
	ck_assert(ftdi_signal_set(&inverted, FTDI_LOW, &pins));
	ck_assert_uint_eq(pins.value & 0x1000, 0x1000);
	ck_assert(!ftdi_signal_set(&inverted, FTDI_LET_GO, &pins));
	ck_assert(!ftdi_signal_set(&none, FTDI_LOW, &pins));
}
END_TEST

START_TEST(each_packet_begins_with_status)
{
	guint8 data[] = {1, 2, 10, 11, 12, 13, 14, 15, 1, 2, 20, 21, 1, 2};
	ck_assert_uint_eq(ftdi_stream_strip(data, 8, 8), 6);
	ck_assert_uint_eq(data[0], 10);
	guint8 more[] = {1, 2, 10, 11, 12, 13, 14, 15, 1, 2, 20, 21};
	ck_assert_uint_eq(ftdi_stream_strip(more, sizeof more, 8), 8);
	ck_assert_uint_eq(more[6], 20);
	ck_assert_uint_eq(more[7], 21);
	guint8 empty[] = {1, 2};
	ck_assert_uint_eq(ftdi_stream_strip(empty, 2, 512), 0);
	ck_assert_uint_eq(ftdi_stream_strip(empty, 1, 512), 0);
	ck_assert_uint_eq(ftdi_stream_strip(empty, 0, 512), 0);
}
END_TEST

START_TEST(options_are_checked)
{
	const RigProbeDriver *driver = rig_probe_drivers[0];
	char serial[] = "FT6A01", plain[] = "plain", hs2[] = "digilent-hs2", wrong[] = "plane",
	     empty[] = "";
	static const char *const texts[] = {
	    NULL,       "one of `usb` and `path`",   "one of `usb` and `path`",
	    "is empty", "unknown adapter \"plane\"", "drives SWDIO by a buffer"};
	const FtdiOptions rows[] = {
	    {.usb_serial = serial, .adapter = plain},
	    {.adapter = plain},
	    {.usb_serial = serial, .path = serial, .adapter = plain},
	    {.usb_serial = empty, .adapter = plain},
	    {.usb_serial = serial, .adapter = wrong},
	    {.usb_serial = serial, .adapter = hs2, .wiring = FTDI_WIRING_RESISTOR}};
	g_autoptr(GError) error = NULL;
	gboolean good = driver->check(&rows[_i], &error);
	ck_assert_int_eq(good, texts[_i] == NULL);
	if (!good)
		ck_assert_msg(strstr(error->message, texts[_i]) != NULL, "%s", error->message);
}
END_TEST

static Suite *ftdi_suite(void)
{
	Suite *suite = suite_create("ftdi_probe");
	TCase *tcase = tcase_create("ftdi");
	tcase_add_loop_test(tcase, clocks, 0, 11);
	tcase_add_test(tcase, kinds);
	tcase_add_test(tcase, no_adapter_holds_a_board_in_reset);
	tcase_add_test(tcase, signals);
	tcase_add_test(tcase, each_packet_begins_with_status);
	tcase_add_loop_test(tcase, options_are_checked, 0, 6);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(ftdi_suite)
