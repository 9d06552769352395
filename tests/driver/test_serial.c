/* SPDX-License-Identifier: Apache-2.0 */
/* The serial link on adapters that are not there: bytes, lines, locks, counters, unplugging. */
#include "test.h"
#include "tty_bed.h"
#include <rig/drivers.h>

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../../drivers/link/serial_internal.h"

#define SOON_US (10 * G_USEC_PER_SEC)

typedef struct Bed {
	TtyBed *bed;
	TtyPort *port;
	SerialOptions options;
	RigLinkTap tap;
	GString *notes;
	RigLink *link;
} Bed;

static GString *tap_notes; /* of the test's only tap */

static void tap_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                      gint64 at_us)
{
	(void)tap, (void)received, (void)data, (void)size, (void)at_us;
}

static void tap_note(RigLinkTap *tap, const char *text)
{
	(void)tap;
	g_string_append_printf(tap_notes, "%s\n", text);
}

static const RigLinkDriver *serial_driver(void)
{
	for (gsize i = 0; rig_link_drivers[i] != NULL; i++) {
		if (strcmp(rig_link_drivers[i]->name, "serial") == 0)
			return rig_link_drivers[i];
	}
	ck_abort_msg("no serial driver");
	return NULL;
}

static gint64 soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, SOON_US);
}

static void bed_begin(Bed *bed, const TtyAdapter *adapter)
{
	static const TtyAdapter plain = {
	    .tty = "ttyUSB0", .place = "2", .serial = "FT6A01", .counts = TRUE};
	*bed = (Bed){.bed = tty_bed_new(), .notes = g_string_new(NULL)};
	tap_notes = bed->notes;
	bed->tap = (RigLinkTap){tap_bytes, tap_note};
	bed->port = tty_bed_plug(bed->bed, adapter != NULL ? adapter : &plain);
	bed->options = (SerialOptions){.port = (char *)(guintptr) "/dev/ttyUSB0",
	                               .usb_interface = -1,
	                               .baud = 115200,
	                               .stop_bits = 1,
	                               .latency_us = 1000};
	bed->link = rig_link_new(serial_driver(), &bed->options, "b", "console", &rig_clock_monotonic);
	bed->link->tap = &bed->tap;
}

static void bed_open(Bed *bed)
{
	GError *error = NULL;
	ck_assert_msg(rig_link_open(bed->link, soon(), &error), "%s",
	              error != NULL ? error->message : "");
}

static void bed_end(Bed *bed)
{
	rig_link_free(bed->link);
	tty_bed_free(bed->bed);
	g_string_free(bed->notes, TRUE);
}

static void expect(const GError *error, RigErrorCode code, const char *part)
{
	ck_assert_msg(g_error_matches(error, RIG_ERROR, (int)code), "%s", error->message);
	ck_assert_msg(strstr(error->message, part) != NULL, "%s\nlacks %s", error->message, part);
}

static void expect_no_open(Bed *bed, RigErrorCode code, const char *part)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_open(bed->link, soon(), &error));
	expect(error, code, part);
}

/* The board says `text` and the link reads it. */
static void expect_hears(Bed *bed, const char *text)
{
	char heard[64] = "";
	gsize size = strlen(text), have = 0;
	ck_assert_int_eq(write(bed->port->master, text, size), (ssize_t)size);
	while (have < size) {
		GError *error = NULL;
		gssize got = rig_link_read(bed->link, (guint8 *)heard + have, size - have, soon(), &error);
		ck_assert_msg(got > 0, "%s", error != NULL ? error->message : "nothing came");
		have += (gsize)got;
	}
	ck_assert_str_eq(heard, text);
}

static char *bed_lock_path(const Bed *bed)
{
	return g_build_filename(bed->bed->locks, "LCK..ttyUSB0", NULL);
}

static void write_lock(const Bed *bed, const char *text)
{
	g_autofree char *path = bed_lock_path(bed);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

START_TEST(bytes_go_both_ways_unchanged)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	/* CR, ^C, ^S and a byte above 127 are what a terminal would eat. */
	expect_hears(&bed, "m-ready\r\n\x03\x13\x11\xff");
	ck_assert(rig_link_write(bed.link, "name%\r\n\x04\xfe", 9, soon(), NULL));
	char text[16] = "";
	ck_assert_int_eq(read(bed.port->master, text, sizeof text), 9);
	ck_assert_str_eq(text, "name%\r\n\x04\xfe");
	guint8 byte;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_str_eq(bed.notes->str, "");
	bed_end(&bed);
}
END_TEST

START_TEST(closing_drops_no_line)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed.options.baud = 250000;
	bed_open(&bed);
	struct termios settings;
	ck_assert_int_eq(tcgetattr(bed.port->master, &settings), 0);
	ck_assert_uint_eq(settings.c_cflag & HUPCL, 0);
	ck_assert_uint_eq(settings.c_cflag & CSIZE, CS8);
	ck_assert_uint_eq(settings.c_lflag & (ICANON | ECHO | ISIG), 0);
	ck_assert_uint_eq(settings.c_iflag & (IXON | IXOFF | ICRNL), 0);
	rig_link_close(bed.link);
	ck_assert_int_eq(tcgetattr(bed.port->master, &settings), 0);
	ck_assert_uint_eq(settings.c_cflag & HUPCL, 0);
	bed_open(&bed);
	bed_end(&bed);
}
END_TEST

START_TEST(lines_are_as_the_bench_says)
{
	static const struct {
		int dtr, rts, modem;
	} rows[] = {{SERIAL_RELEASED, SERIAL_RELEASED, 0},
	            {SERIAL_ASSERTED, SERIAL_RELEASED, TIOCM_DTR},
	            {SERIAL_RELEASED, SERIAL_ASSERTED, TIOCM_RTS},
	            {SERIAL_ASSERTED, SERIAL_ASSERTED, TIOCM_DTR | TIOCM_RTS}};
	Bed bed;
	bed_begin(&bed, NULL);
	bed.options.dtr = rows[_i].dtr;
	bed.options.rts = rows[_i].rts;
	bed_open(&bed);
	ck_assert_int_eq(bed.port->modem, rows[_i].modem);
	rig_link_close(bed.link);
	ck_assert_int_eq(bed.port->modem, rows[_i].modem);
	bed_end(&bed);
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
	} rows[] = {{"rts", "+rts -rts ", SERIAL_RELEASED},
	            {"dtr", "+dtr -dtr ", SERIAL_RELEASED},
	            {"rts", "-rts +rts ", SERIAL_ASSERTED}};
	Bed bed;
	bed_begin(&bed, NULL);
	bed.options.rts = rows[_i].idle;
	bed_open(&bed);
	g_string_truncate(bed.port->history, 0);
	gint64 before_us = g_get_monotonic_time();
	ck_assert(rig_link_reset(bed.link, rows[_i].line, 20000, soon(), NULL));
	ck_assert_int_ge(g_get_monotonic_time() - before_us, 20000);
	ck_assert_str_eq(bed.port->history->str, rows[_i].history);
	bed_end(&bed);
}
END_TEST

START_TEST(last_words_are_dropped)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	bed.port->changed = changed_speaks;
	bed.port->user = bed.port;
	ck_assert(rig_link_reset(bed.link, "rts", 5000, soon(), NULL));
	char text[32] = "";
	ck_assert_int_eq(rig_link_read(bed.link, (guint8 *)text, sizeof text - 1, soon(), NULL), 6);
	ck_assert_str_eq(text, "banner");
	bed_end(&bed);
}
END_TEST

START_TEST(a_pulse_that_cannot_be)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	g_string_truncate(bed.port->history, 0);
	static const char *const lines[] = {NULL, "cts", ""};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert(!rig_link_reset(bed.link, lines[i], 1000, soon(), &error));
		expect(error, RIG_ERROR_BENCH, "by its line rts or dtr");
	}
	g_autoptr(GError) late = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", 50000, g_get_monotonic_time() + 1000, &late));
	expect(late, RIG_ERROR_BENCH, "does not end before the deadline");
	ck_assert_str_eq(bed.port->history->str, "");
	bed_end(&bed);
}
END_TEST

START_TEST(stopped_in_a_pulse)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed.link->stop_fd = eventfd(1, EFD_CLOEXEC);
	bed_open(&bed);
	g_string_truncate(bed.port->history, 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", SOON_US / 2, soon(), &error));
	expect(error, RIG_ERROR_STOPPED, "asked to stop");
	ck_assert_str_eq(bed.port->history->str, "+rts -rts ");
	close(bed.link->stop_fd);
	bed_end(&bed);
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
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	Puller puller = {.port = bed.port};
	GThread *thread = g_thread_new("pull", pull, &puller);
	ck_assert(rig_link_write(bed.link, "x", 1, soon(), NULL));
	gint64 before_us = g_get_monotonic_time();
	guint8 byte;
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, soon(), &error), -1);
	ck_assert_int_lt(g_get_monotonic_time() - before_us, SOON_US / 2);
	expect(error, RIG_ERROR_BENCH,
	       "the adapter was unplugged (ttyUSB0, serial FT6A01); plug it in again");
	g_thread_join(thread);
	g_autoptr(GError) writing = NULL;
	ck_assert(!rig_link_write(bed.link, "x", 1, soon(), &writing));
	expect(writing, RIG_ERROR_BENCH, "the adapter was unplugged");
	g_autoptr(GError) pulsing = NULL;
	ck_assert(!rig_link_reset(bed.link, "rts", 1000, soon(), &pulsing));
	expect(pulsing, RIG_ERROR_BENCH, "the adapter was unplugged");
	g_autofree char *lock = bed_lock_path(&bed);
	ck_assert(g_file_test(lock, G_FILE_TEST_EXISTS));
	rig_link_close(bed.link);
	ck_assert(!g_file_test(lock, G_FILE_TEST_EXISTS));
	bed_end(&bed);
}
END_TEST

START_TEST(what_came_before_unplugging_is_read)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed.port->adapter.serial = NULL;
	bed_open(&bed);
	expect_hears(&bed, "o");
	ck_assert_int_eq(write(bed.port->master, "k", 1), 1);
	guint8 byte = 0;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, soon(), NULL), 1);
	tty_bed_unplug(bed.port);
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, &error), -1);
	expect(error, RIG_ERROR_BENCH, "the adapter was unplugged (ttyUSB0");
	bed_end(&bed);
}
END_TEST

START_TEST(second_open_is_refused)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	RigLink *second =
	    rig_link_new(serial_driver(), &bed.options, "c", "console", &rig_clock_monotonic);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_open(second, soon(), &error));
	expect(error, RIG_ERROR_BUSY, "ttyUSB0 is open already in this very process");
	/* The refused one took nothing with it. */
	expect_hears(&bed, "still");
	/* Where somebody removed the lock file, flock still holds. */
	g_autofree char *lock = bed_lock_path(&bed);
	ck_assert_int_eq(g_unlink(lock), 0);
	g_autoptr(GError) again = NULL;
	ck_assert(!rig_link_open(second, soon(), &again));
	expect(again, RIG_ERROR_BUSY, "ttyUSB0 is held by another program (flock)");
	rig_link_close(bed.link);
	ck_assert(rig_link_open(second, soon(), NULL));
	rig_link_free(second);
	bed_end(&bed);
}
END_TEST

START_TEST(a_lock_file_is_as_uucp_wants_it)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed_open(&bed);
	g_autofree char *path = bed_lock_path(&bed);
	g_autofree char *text = NULL;
	g_autofree char *expected = g_strdup_printf("%10d\n", (int)getpid());
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_str_eq(text, expected);
	GStatBuf file;
	ck_assert_int_eq(g_stat(path, &file), 0);
	ck_assert_uint_eq(file.st_mode & 0777, 0644);
	ck_assert_uint_eq(file.st_nlink, 1);
	rig_link_close(bed.link);
	ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
	g_autoptr(GDir) folder = g_dir_open(bed.bed->locks, 0, NULL);
	ck_assert_ptr_null(g_dir_read_name(folder));
	bed_end(&bed);
}
END_TEST

START_TEST(lock_files_of_others)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
	    {"         1\n", "ttyUSB0 is held by process 1 ("},
	    {"1 minicom root\n", "ttyUSB0 is held by process 1 ("},
	    {"", "holds no process number"},
	    {"minicom\n", "holds no process number"},
	    {"-1\n", "holds no process number"},
	    {"99999999999999999999\n", "holds no process number"},
	};
	Bed bed;
	bed_begin(&bed, NULL);
	write_lock(&bed, rows[_i].text);
	expect_no_open(&bed, RIG_ERROR_BUSY, rows[_i].part);
	/* What belongs to others stays, and the port was not touched. */
	g_autofree char *path = bed_lock_path(&bed);
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	ck_assert_str_eq(bed.port->history->str, "");
	bed_end(&bed);
}
END_TEST

/* Runs `work` in a process of its own until it is told to go; gives its number. */
static pid_t fork_holder(Bed *bed)
{
	int ready[2];
	ck_assert_int_eq(pipe(ready), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		char word = rig_link_open(bed->link, soon(), NULL) ? 'y' : 'n';
		if (write(ready[1], &word, 1) == 1)
			pause();
		_exit(1);
	}
	char word = 0;
	ck_assert_int_eq(read(ready[0], &word, 1), 1);
	ck_assert_int_eq(word, 'y');
	close(ready[0]);
	close(ready[1]);
	return pid;
}

START_TEST(killed_holder)
{
	Bed bed;
	bed_begin(&bed, NULL);
	pid_t pid = fork_holder(&bed);
	g_autofree char *held =
	    g_strdup_printf("ttyUSB0 is held by process %d (%.15s", (int)pid, "test_serial");
	expect_no_open(&bed, RIG_ERROR_BUSY, held);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	g_autofree char *path = bed_lock_path(&bed);
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	bed_open(&bed);
	expect_hears(&bed, "works at once");
	bed_end(&bed);
}
END_TEST

START_TEST(no_folder_for_locks_is_told)
{
	Bed bed;
	bed_begin(&bed, NULL);
	g_setenv("TINYRIG_LOCK_DIR", "/nowhere/at/all", TRUE);
	bed_open(&bed);
	ck_assert_msg(strstr(bed.notes->str, "serial: no lock file in /nowhere/at/all: No such") !=
	                  NULL,
	              "%s", bed.notes->str);
	bed_end(&bed);
}
END_TEST

START_TEST(group_is_named)
{
	Bed bed;
	bed_begin(&bed, NULL);
	g_autofree char *node = tty_port_node(bed.port);
	ck_assert_int_eq(g_chmod(node, 0), 0);
	tty_bed_drop_rights(bed.bed);
	expect_no_open(&bed, RIG_ERROR_BENCH, "must be in the group dialout: `sudo adduser");
	bed_end(&bed);
}
END_TEST

START_TEST(errors_of_the_line_are_told)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed.port->counters = (struct serial_icounter_struct){.frame = 7, .overrun = 1};
	bed_open(&bed);
	guint8 byte;
	ck_assert_int_eq(rig_link_read(bed.link, &byte, 1, 0, NULL), 0);
	ck_assert_str_eq(bed.notes->str, ""); /* what was before is not ours */
	g_mutex_lock(&bed.port->lock);
	bed.port->counters.frame += 3;
	bed.port->counters.overrun += 1;
	g_mutex_unlock(&bed.port->lock);
	expect_hears(&bed, "x"); /* bytes that come are not slowed by looking */
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
	bed_end(&bed);
}
END_TEST

START_TEST(a_tty_that_does_not_count)
{
	Bed bed;
	bed_begin(&bed, NULL);
	bed.port->adapter.counts = FALSE;
	bed_open(&bed);
	/* They appear: nobody knows since when they have been there. */
	bed.port->counters.frame = 3;
	bed.port->adapter.counts = TRUE;
	rig_link_close(bed.link);
	ck_assert_str_eq(bed.notes->str, "");
	bed_end(&bed);
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
	Bed bed;
	bed_begin(&bed, &adapter);
	bed.options.latency_us = rows[_i].wanted_us;
	if (rows[_i].no_rights) {
		g_autofree char *node = tty_port_node(bed.port);
		ck_assert_int_eq(g_chmod(node, 0666), 0);
		tty_bed_drop_rights(bed.bed);
	}
	bed_open(&bed);
	g_autofree char *path = g_build_filename(bed.port->interface_path, "latency_timer", NULL);
	g_autofree char *text = NULL;
	(void)g_file_get_contents(path, &text, NULL, NULL);
	ck_assert_pstr_eq(text, rows[_i].after);
	if (rows[_i].note == NULL)
		ck_assert_str_eq(bed.notes->str, "");
	else
		ck_assert_msg(strstr(bed.notes->str, rows[_i].note) != NULL, "%s", bed.notes->str);
	bed_end(&bed);
}
END_TEST

START_TEST(options_that_no_row_sees)
{
	static const struct {
		SerialOptions options;
		const char *part;
	} rows[] = {
	    {{0}, "one of `usb`, `path` and `port`"},
	    {{.path = (char *)(guintptr) "usb-0:1:1.0", .port = (char *)(guintptr) "/dev/ttyUSB0"},
	     "one of `usb`, `path` and `port`"},
	    {{.usb_serial = (char *)(guintptr) ""}, "without one by `path`"},
	    {{.port = (char *)(guintptr) "ttyUSB0"}, "as /dev/ttyUSB0"},
	    {{.port = (char *)(guintptr) "/dev/ttyUSB0", .flow = SERIAL_FLOW_RTS_CTS, .rts = 1},
	     "drives RTS itself"},
	};
	g_autoptr(GError) error = NULL;
	ck_assert(!serial_driver()->check(&rows[_i].options, &error));
	expect(error, RIG_ERROR_USAGE, rows[_i].part);
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
	tcase_add_test(tests, second_open_is_refused);
	tcase_add_test(tests, a_lock_file_is_as_uucp_wants_it);
	tcase_add_loop_test(tests, lock_files_of_others, 0, 6);
	tcase_add_test(tests, killed_holder);
	tcase_add_test(tests, no_folder_for_locks_is_told);
	tcase_add_test(tests, group_is_named);
	tcase_add_test(tests, errors_of_the_line_are_told);
	tcase_add_test(tests, a_tty_that_does_not_count);
	tcase_add_loop_test(tests, latency_timer, 0, 8);
	tcase_add_loop_test(tests, options_that_no_row_sees, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}

TTY_BED_TEST_MAIN(serial_suite)
