/* SPDX-License-Identifier: Apache-2.0 */
/* Which port the serial link takes, and what it says when none or several fit. */
#include "test.h"
#include "tty_bed.h"
#include <rig/drivers.h>

#include <string.h>
#include <unistd.h>

#include "../../drivers/link/serial_internal.h"

#define PCI "pci-0000:00:14.0-"

/* An FT2232H, a second one with the same number, one without, and one below a hub. */
static void plug_four(TtyBed *bed)
{
	static const TtyAdapter adapters[] = {
	    {.tty = "ttyUSB0", .place = "2", .serial = "FT6A01", .interface = 0},
	    {.tty = "ttyUSB1", .place = "2", .serial = "FT6A01", .interface = 1},
	    {.tty = "ttyUSB2", .place = "3", .serial = "SAME", .interface = 0},
	    {.tty = "ttyUSB3", .place = "4", .serial = "SAME", .interface = 0},
	    {.tty = "ttyUSB4", .place = "5.1"},
	    {.tty = "ttyUSB5", .place = "5.2", .number = 0},
	    {.tty = "ttyUSB6", .place = "5.2", .number = 1},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(adapters); i++)
		tty_bed_plug(bed, &adapters[i]);
}

static const struct {
	const char *serial, *path, *port;
	int interface;
	const char *tty;      /* what is found; NULL: an error */
	const char *parts[6]; /* of the error */
} rows[] = {
    {.serial = "FT6A01", .interface = 0, .tty = "ttyUSB0"},
    {.serial = "FT6A01", .interface = 1, .tty = "ttyUSB1"},
    {.path = PCI "usb-0:2:1.1", .tty = "ttyUSB1"},
    {.path = "usb-0:2:1.1", .tty = "ttyUSB1"},
    {.path = PCI "usb-0:3:1.0", .tty = "ttyUSB2"},
    {.path = PCI "usb-0:5.1:1.0", .tty = "ttyUSB4"},
    {.path = PCI "usb-0:5.1:1.0-port0", .tty = "ttyUSB4"},
    {.path = PCI "usb-0:5.2:1.0-port1", .tty = "ttyUSB6"},
    {.path = "usb-0:5.2:1.0-port0", .tty = "ttyUSB5"},
    {.port = "/dev/ttyUSB3", .tty = "ttyUSB3"},
    {.serial = "FT6A01",
     .interface = -1,
     .parts = {"2 serial ports have USB serial number FT6A01:",
               "ttyUSB0 (0403:6010, serial FT6A01,", "interface 1, path " PCI "usb-0:2:1.1",
               "add `interface`"}},
    {.serial = "SAME",
     .interface = 0,
     .parts = {"2 serial ports have USB serial number SAME, interface 0:",
               "path " PCI "usb-0:3:1.0", "path " PCI "usb-0:4:1.0", "by `path`"}},
    {.serial = "SAME", .interface = -1, .parts = {"by `path`"}},
    {.serial = "GONE",
     .interface = 1,
     .parts = {"no serial port has USB serial number GONE, interface 1", "ttyUSB1 (",
               "ttyUSB4 (0403:6010, no serial number, interface 0, path " PCI "usb-0:5.1:1.0)"}},
    {.serial = "FT6A01", .interface = 2, .parts = {"no serial port has", "interface 1"}},
    {.path = PCI "usb-0:5.2:1.0",
     .parts = {"2 serial ports have path", "usb-0:5.2:1.0-port1", "give the whole path"}},
    /* Neither an end of a name nor an empty one is a place. */
    {.path = "0:2:1.1", .parts = {"no serial port has path 0:2:1.1"}},
    {.path = "", .parts = {"no serial port has path"}},
    {.port = "/dev/ttyUSB9", .parts = {"/dev/ttyUSB9: No such file", "ttyUSB0 ("}},
    {.port = "/dev/pts/ptmx", .parts = {"/dev/pts/ptmx is no serial port", "pseudo terminal"}},
};

START_TEST(finds_the_one_or_lists_them)
{
	g_autoptr(TtyBed) bed = tty_bed_new();
	plug_four(bed);
	const RigSerialOptions options = {.usb_serial = (char *)(guintptr)rows[_i].serial,
	                                  .usb_interface = rows[_i].interface,
	                                  .path = (char *)(guintptr)rows[_i].path,
	                                  .port = (char *)(guintptr)rows[_i].port};
	g_autoptr(GError) error = NULL;
	SerialPort *port = serial_find(&options, &error);
	if (rows[_i].tty != NULL) {
		ck_assert_msg(port != NULL, "%s", error != NULL ? error->message : "");
		ck_assert_str_eq(port->tty, rows[_i].tty);
	} else {
		ck_assert_ptr_null(port);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
		for (gsize i = 0; rows[_i].parts[i] != NULL; i++)
			ck_assert_msg(strstr(error->message, rows[_i].parts[i]) != NULL, "%s\nlacks %s",
			              error->message, rows[_i].parts[i]);
	}
	serial_port_free(port);
}
END_TEST

START_TEST(nothing_plugged_in)
{
	g_autoptr(TtyBed) bed = tty_bed_new();
	g_autofree char *root = umockdev_testbed_get_root_dir(bed->testbed);
	g_autofree char *folder = g_build_filename(root, "sys", "class", "tty", NULL);
	ck_assert_int_eq(g_mkdir_with_parents(folder, 0755), 0);
	const RigSerialOptions options = {.usb_serial = (char *)(guintptr) "FT6A01",
	                                  .usb_interface = -1};
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(serial_find(&options, &error));
	ck_assert_msg(strstr(error->message, "no serial port") != NULL, "%s", error->message);
	ck_assert_msg(strstr(error->message, "plug the adapter in") != NULL, "%s", error->message);
}
END_TEST

START_TEST(follows_the_links_of_udev)
{
	g_autoptr(TtyBed) bed = tty_bed_new();
	plug_four(bed);
	g_autofree char *root = umockdev_testbed_get_root_dir(bed->testbed);
	g_autofree char *folder = g_build_filename(root, "dev", "serial", "by-id", NULL);
	g_autofree char *link = g_build_filename(folder, "usb-FTDI-if01", NULL);
	ck_assert_int_eq(g_mkdir_with_parents(folder, 0755), 0);
	const RigSerialOptions options = {.port = (char *)(guintptr) "/dev/serial/by-id/usb-FTDI-if01"};
	ck_assert_int_eq(symlink("../../ttyUSB1", link), 0);
	SerialPort *port = serial_find(&options, NULL);
	ck_assert_ptr_nonnull(port);
	ck_assert_str_eq(port->tty, "ttyUSB1");
	serial_port_free(port);

	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(symlink("../../ttyUSB9", link), 0);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(serial_find(&options, &error));
	ck_assert_msg(strstr(error->message, "usb-FTDI-if01: No such file") != NULL, "%s",
	              error->message);
}
END_TEST

START_TEST(replugged_under_another_name)
{
	g_autoptr(TtyBed) bed = tty_bed_new();
	const RigSerialOptions options = {.usb_serial = (char *)(guintptr) "FT6A01",
	                                  .usb_interface = 0};
	TtyPort *first =
	    tty_bed_plug(bed, &(TtyAdapter){.tty = "ttyUSB0", .place = "2", .serial = "FT6A01"});
	SerialPort *port = serial_find(&options, NULL);
	ck_assert_str_eq(port->tty, "ttyUSB0");
	serial_port_free(port);
	tty_bed_unplug(first);
	ck_assert_ptr_null(serial_find(&options, NULL));
	tty_bed_plug(bed, &(TtyAdapter){.tty = "ttyUSB7", .place = "2", .serial = "FT6A01"});
	port = serial_find(&options, NULL);
	ck_assert_ptr_nonnull(port);
	ck_assert_str_eq(port->tty, "ttyUSB7");
	serial_port_free(port);
}
END_TEST

static Suite *serial_find_suite(void)
{
	Suite *suite = suite_create("serial_find");
	TCase *tests = tcase_create("which tty");
	tcase_add_loop_test(tests, finds_the_one_or_lists_them, 0, (int)G_N_ELEMENTS(rows));
	tcase_add_test(tests, nothing_plugged_in);
	tcase_add_test(tests, follows_the_links_of_udev);
	tcase_add_test(tests, replugged_under_another_name);
	suite_add_tcase(suite, tests);
	return suite;
}

TTY_BED_TEST_MAIN(serial_find_suite)
