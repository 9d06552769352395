/* SPDX-License-Identifier: Apache-2.0 */
/* The serial link on adapters that are not there: bytes, lines, counters, latency, unplugging. */
#include "serial_bench.h"
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define LONG_US (5 * G_USEC_PER_SEC)

START_TEST(bytes_go_both_ways_unchanged)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	/* CR, ^C, ^S and a byte above 127 are what a terminal would eat. */
	serial_bench_hears(&bed, "m-ready\r\n\x03\x13\x11\xff");
	ck_assert(rig_link_write(bed.link, "name%\r\n\x04\xfe", 9, serial_bench_soon(), NULL));
	char text[16] = "";
	ck_assert_int_eq(read(bed.port->master, text, sizeof text), 9);
	ck_assert_str_eq(text, "name%\r\n\x04\xfe");
	guint8 byte;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_str_eq(bed.notes->str, "");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(closing_drops_no_line)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.options.baud = 250000;
	serial_bench_open(&bed);
	struct termios settings;
	ck_assert_int_eq(tcgetattr(bed.port->master, &settings), 0);
	ck_assert_uint_eq(settings.c_cflag & HUPCL, 0);
	ck_assert_uint_eq(settings.c_cflag & CSIZE, CS8);
	ck_assert_uint_eq(settings.c_lflag & (ICANON | ECHO | ISIG), 0);
	ck_assert_uint_eq(settings.c_iflag & (IXON | IXOFF | ICRNL), 0);
	rig_link_close(bed.link);
	ck_assert_int_eq(tcgetattr(bed.port->master, &settings), 0);
	ck_assert_uint_eq(settings.c_cflag & HUPCL, 0);
	serial_bench_open(&bed);
	serial_bench_end(&bed);
}
END_TEST

START_TEST(lines_are_as_the_bench_says)
{
	static const struct {
		int dtr, rts, modem;
	} rows[] = {{RIG_SERIAL_RELEASED, RIG_SERIAL_RELEASED, 0},
	            {RIG_SERIAL_ASSERTED, RIG_SERIAL_RELEASED, TIOCM_DTR},
	            {RIG_SERIAL_RELEASED, RIG_SERIAL_ASSERTED, TIOCM_RTS},
	            {RIG_SERIAL_ASSERTED, RIG_SERIAL_ASSERTED, TIOCM_DTR | TIOCM_RTS}};
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.options.dtr = rows[_i].dtr;
	bed.options.rts = rows[_i].rts;
	serial_bench_open(&bed);
	ck_assert_int_eq(bed.port->modem, rows[_i].modem);
	rig_link_close(bed.link);
	ck_assert_int_eq(bed.port->modem, rows[_i].modem);
	serial_bench_end(&bed);
}
END_TEST

/* When the line is asserted the firmware still talks; when it is released the new one does. */
static void changed_speaks(gpointer user)
{
	const TtyPort *port = user;
	const char *words = (port->modem & TIOCM_RTS) != 0 ? "last words" : "banner";
	ck_assert_int_gt(write(port->master, words, strlen(words)), 0);
}

START_TEST(a_pulse_resets)
{
	static const struct {
		const char *line, *history;
		int idle;
	} rows[] = {{"rts", "+rts -rts ", RIG_SERIAL_RELEASED},
	            {"dtr", "+dtr -dtr ", RIG_SERIAL_RELEASED},
	            {"rts", "-rts +rts ", RIG_SERIAL_ASSERTED}};
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.options.rts = rows[_i].idle;
	serial_bench_open(&bed);
	g_string_truncate(bed.port->history, 0);
	gint64 before_us = g_get_monotonic_time();
	ck_assert(rig_link_reset(bed.link, rows[_i].line, 20000, serial_bench_soon(), NULL));
	ck_assert_int_ge(g_get_monotonic_time() - before_us, 20000);
	ck_assert_str_eq(bed.port->history->str, rows[_i].history);
	serial_bench_end(&bed);
}
END_TEST

START_TEST(last_words_are_dropped)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	bed.port->changed = changed_speaks;
	bed.port->user = bed.port;
	ck_assert(rig_link_reset(bed.link, "rts", 5000, serial_bench_soon(), NULL));
	char text[32] = "";
	ck_assert_int_eq(
	    rig_link_read(bed.link, (guint8 *)text, sizeof text - 1, serial_bench_soon(), NULL), 6);
	ck_assert_str_eq(text, "banner");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(a_pulse_that_cannot_be)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	g_string_truncate(bed.port->history, 0);
	static const char *const lines[] = {NULL, "cts", ""};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert(!rig_link_reset(bed.link, lines[i], 1000, serial_bench_soon(), &error));
		serial_bench_expect(error, RIG_ERROR_BENCH, "by its line rts or dtr");
	}
	g_autoptr(GError) late = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", 50000, g_get_monotonic_time() + 1000, &late));
	serial_bench_expect(late, RIG_ERROR_BENCH, "does not end before the deadline");
	ck_assert_str_eq(bed.port->history->str, "");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(stopped_in_a_pulse)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.link->stop_fd = eventfd(1, EFD_CLOEXEC);
	serial_bench_open(&bed);
	g_string_truncate(bed.port->history, 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", LONG_US, serial_bench_soon(), &error));
	serial_bench_expect(error, RIG_ERROR_STOPPED, "asked to stop");
	ck_assert_str_eq(bed.port->history->str, "+rts -rts ");
	close(bed.link->stop_fd);
	serial_bench_end(&bed);
}
END_TEST

typedef struct Puller {
	TtyPort *port;
	int started;
} Puller;

static gpointer pull(gpointer user)
{
	Puller *puller = user;
	char byte;
	/* The link's write tells that it goes to read next. */
	ck_assert_int_eq(read(puller->port->master, &byte, 1), 1);
	tty_bed_unplug(puller->port);
	return NULL;
}

START_TEST(unplugged_while_reading)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	Puller puller = {.port = bed.port};
	GThread *thread = g_thread_new("pull", pull, &puller);
	ck_assert(rig_link_write(bed.link, "x", 1, serial_bench_soon(), NULL));
	gint64 before_us = g_get_monotonic_time();
	guint8 byte;
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, serial_bench_soon(), &error), -1);
	ck_assert_int_lt(g_get_monotonic_time() - before_us, LONG_US);
	serial_bench_expect(error, RIG_ERROR_BENCH,
	                    "the adapter was unplugged (ttyUSB0, serial FT6A01); plug it in again");
	g_thread_join(thread);
	g_autoptr(GError) writing = NULL;
	ck_assert(!rig_link_write(bed.link, "x", 1, serial_bench_soon(), &writing));
	serial_bench_expect(writing, RIG_ERROR_BENCH, "the adapter was unplugged");
	g_autoptr(GError) pulsing = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", 1000, serial_bench_soon(), &pulsing));
	serial_bench_expect(pulsing, RIG_ERROR_BENCH, "the adapter was unplugged");
	g_autofree char *lock = serial_bench_lock(&bed);
	ck_assert(g_file_test(lock, G_FILE_TEST_EXISTS));
	rig_link_close(bed.link);
	ck_assert(!g_file_test(lock, G_FILE_TEST_EXISTS));
	serial_bench_end(&bed);
}
END_TEST

START_TEST(what_came_before_unplugging_is_read)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.port->adapter.serial = NULL;
	serial_bench_open(&bed);
	serial_bench_hears(&bed, "o");
	ck_assert_int_eq(write(bed.port->master, "k", 1), 1);
	guint8 byte = 0;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, serial_bench_soon(), NULL), 1);
	tty_bed_unplug(bed.port);
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, &error), -1);
	serial_bench_expect(error, RIG_ERROR_BENCH, "the adapter was unplugged (ttyUSB0");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(group_is_named)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	g_autofree char *node = tty_port_node(bed.port);
	ck_assert_int_eq(g_chmod(node, 0), 0);
	tty_bed_drop_rights(bed.bed);
	serial_bench_refuses(&bed, RIG_ERROR_BENCH, "must be in the group dialout: `sudo adduser");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(errors_of_the_line_are_told)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.port->counters = (struct serial_icounter_struct){.frame = 7, .overrun = 1};
	serial_bench_open(&bed);
	guint8 byte;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_str_eq(bed.notes->str, ""); /* what was before is not ours */
	g_mutex_lock(&bed.port->lock);
	bed.port->counters.frame += 3;
	bed.port->counters.overrun += 1;
	g_mutex_unlock(&bed.port->lock);
	serial_bench_hears(&bed, "x"); /* bytes that come are not slowed by looking */
	ck_assert_str_eq(bed.notes->str, "");
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_msg(
	    strstr(bed.notes->str, "serial: 3 framing errors, 1 overrun in the last ") != NULL &&
	        strstr(bed.notes->str, "; check baud, cable and ground; bytes came faster") != NULL,
	    "%s", bed.notes->str);
	g_string_truncate(bed.notes, 0);
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_str_eq(bed.notes->str, "");
	bed.port->counters.brk = 1;
	rig_link_close(bed.link);
	ck_assert_msg(g_str_has_prefix(bed.notes->str, "serial: 1 break in the last "), "%s",
	              bed.notes->str);
	serial_bench_end(&bed);
}
END_TEST

START_TEST(a_tty_that_does_not_count)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	bed.port->adapter.counts = FALSE;
	serial_bench_open(&bed);
	/* They appear: nobody knows since when they have been there. */
	bed.port->counters.frame = 3;
	bed.port->adapter.counts = TRUE;
	rig_link_close(bed.link);
	ck_assert_str_eq(bed.notes->str, "");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(latency_timer)
{
	static const struct {
		guint before_ms;
		gint64 wanted_us;
		gboolean no_flags, no_rights;
		const char *after, *note;
	} rows[] = {
	    {16, 1000, FALSE, FALSE, "1\n", NULL},
	    {16, 1000, TRUE, FALSE, "1", NULL},
	    {16, 5000, FALSE, FALSE, "5", NULL},
	    {1, 1000, FALSE, FALSE, "1\n", NULL},
	    {0, 1000, FALSE, FALSE, NULL, NULL},
	    {0, 1000, TRUE, FALSE, NULL, "ttyUSB0 cannot be set to low latency: Operation not perm"},
	    {16, 1000, TRUE, TRUE, "16\n",
	     "serial: the latency timer of ttyUSB0 is 16 ms, not 1 ms (Permission denied)"},
	    {16, 1000, TRUE, TRUE, "16\n",
	     "SUBSYSTEM==\"usb-serial\", DRIVER==\"ftdi_sio\", "
	     "ATTR{latency_timer}=\"1\""},
	};
	const TtyAdapter adapter = {.tty = "ttyUSB0",
	                            .place = "2",
	                            .latency_ms = rows[_i].before_ms,
	                            .no_flags = rows[_i].no_flags};
	SerialBench bed;
	serial_bench_begin(&bed, &adapter);
	bed.options.latency_us = rows[_i].wanted_us;
	if (rows[_i].no_rights) {
		g_autofree char *node = tty_port_node(bed.port);
		ck_assert_int_eq(g_chmod(node, 0666), 0);
		tty_bed_drop_rights(bed.bed);
	}
	serial_bench_open(&bed);
	g_autofree char *path = g_build_filename(bed.port->interface_path, "latency_timer", NULL);
	g_autofree char *text = NULL;
	(void)g_file_get_contents(path, &text, NULL, NULL);
	ck_assert_pstr_eq(text, rows[_i].after);
	if (rows[_i].note == NULL)
		ck_assert_str_eq(bed.notes->str, "");
	else
		ck_assert_msg(strstr(bed.notes->str, rows[_i].note) != NULL, "%s", bed.notes->str);
	serial_bench_end(&bed);
}
END_TEST

START_TEST(options_that_no_row_sees)
{
	static const struct {
		RigSerialOptions options;
		const char *part;
	} rows[] = {
	    {{0}, "one of `usb`, `path` and `port`"},
	    {{.path = (char *)(guintptr) "usb-0:1:1.0", .port = (char *)(guintptr) "/dev/ttyUSB0"},
	     "one of `usb`, `path` and `port`"},
	    {{.usb_serial = (char *)(guintptr) ""}, "without one by `path`"},
	    {{.port = (char *)(guintptr) "ttyUSB0"}, "as /dev/ttyUSB0"},
	    {{.port = (char *)(guintptr) "/dev/ttyUSB0", .flow = RIG_SERIAL_FLOW_RTS_CTS, .rts = 1},
	     "drives RTS itself"},
	};
	g_autoptr(GError) error = NULL;
	ck_assert(!serial_bench_driver()->check(&rows[_i].options, &error));
	serial_bench_expect(error, RIG_ERROR_USAGE, rows[_i].part);
}
END_TEST

static Suite *serial_suite(void)
{
	Suite *suite = suite_create("serial");
	TCase *tests = tcase_create("link");
	tcase_add_test(tests, bytes_go_both_ways_unchanged);
	tcase_add_test(tests, closing_drops_no_line);
	tcase_add_loop_test(tests, lines_are_as_the_bench_says, 0, 4);
	tcase_add_loop_test(tests, a_pulse_resets, 0, 3);
	tcase_add_test(tests, last_words_are_dropped);
	tcase_add_test(tests, a_pulse_that_cannot_be);
	tcase_add_test(tests, stopped_in_a_pulse);
	tcase_add_test(tests, unplugged_while_reading);
	tcase_add_test(tests, what_came_before_unplugging_is_read);
	tcase_add_test(tests, group_is_named);
	tcase_add_test(tests, errors_of_the_line_are_told);
	tcase_add_test(tests, a_tty_that_does_not_count);
	tcase_add_loop_test(tests, latency_timer, 0, 8);
	tcase_add_loop_test(tests, options_that_no_row_sees, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}

TTY_BED_TEST_MAIN(serial_suite)
