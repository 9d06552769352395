/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/usb/sysfs.h"

#include <string.h>

typedef struct {
	FtdiIdentity identity;
	guint8 descriptors[FTDI_DESCRIPTORS_BYTES];
	SysfsUsb usb;
} SysfsBed;

static void sysfs_begin(SysfsBed *bed, const char *serial)
{
	Uart *const none[FTDI_CHANNELS] = {NULL, NULL};

	bed->identity = (FtdiIdentity){"FTDI", "Dual RS232-HS", serial};
	Ftdi *ftdi = ftdi_new(&bed->identity, none, NULL, NULL);
	ftdi_descriptors(ftdi, bed->descriptors);
	ftdi_free(ftdi);
	bed->usb = (SysfsUsb){
	    .devnum = 7, .port = "1-4.2", .identity = &bed->identity, .descriptors = bed->descriptors};
}

static void sysfs_expect(const char *text, const char *const *lines)
{
	for (; *lines != NULL; lines++) {
		g_autofree char *whole = g_strdup_printf("\n%s\n", *lines);
		ck_assert_msg(strstr(text, whole) != NULL || g_str_has_prefix(text, whole + 1),
		              "no `%s` in:\n%s", *lines, text);
	}
}

START_TEST(a_device_has_what_libusb_reads)
{
	static const char *const lines[] = {"P: /devices/pci0000:00/0000:00:14.0/usb1/1-4.2",
	                                    "E: SUBSYSTEM=usb",
	                                    "E: DEVTYPE=usb_device",
	                                    "E: DEVNAME=/dev/bus/usb/001/007",
	                                    "A: busnum=1\\n",
	                                    "A: devnum=7\\n",
	                                    "A: devpath=4.2\\n",
	                                    "A: speed=480\\n",
	                                    "A: dev=189:6\\n",
	                                    "A: idVendor=0403\\n",
	                                    "A: idProduct=6010\\n",
	                                    "A: bConfigurationValue=1\\n",
	                                    "A: product=Dual RS232-HS\\n",
	                                    "A: serial=FT6A01\\n",
	                                    "E: DEVTYPE=usb_interface",
	                                    "A: bInterfaceNumber=00\\n",
	                                    "A: bInterfaceNumber=01\\n",
	                                    "E: DRIVER=ftdi_sio",
	                                    NULL};
	SysfsBed bed;

	sysfs_begin(&bed, "FT6A01");
	g_autofree char *text = sysfs_usb_text(&bed.usb);
	sysfs_expect(text, lines);
	const char *hex = strstr(text, "H: descriptors=");
	ck_assert_ptr_nonnull(hex);
	hex += strlen("H: descriptors=");
	ck_assert_uint_eq(strspn(hex, "0123456789ABCDEF"), 2 * FTDI_DESCRIPTORS_BYTES);
	ck_assert(g_str_has_prefix(hex, "120100020000004003041060"));
	/* umockdev sees the real path; a bus below "virtual" is none for libserialport. */
	ck_assert_ptr_null(strstr(text, "virtual"));
}
END_TEST

START_TEST(a_chip_without_number_has_no_attribute)
{
	SysfsBed bed;

	sysfs_begin(&bed, NULL);
	g_autofree char *text = sysfs_usb_text(&bed.usb);
	ck_assert_ptr_null(strstr(text, "serial="));
}
END_TEST

START_TEST(a_tty_hangs_below_its_interface)
{
	static const char *const lines[] = {
	    "P: /devices/pci0000:00/0000:00:14.0/usb1/1-4.2/1-4.2:1.1/ttyUSB12",
	    "P: /devices/pci0000:00/0000:00:14.0/usb1/1-4.2/1-4.2:1.1/ttyUSB12/tty/ttyUSB12",
	    "E: SUBSYSTEM=usb-serial",
	    "E: SUBSYSTEM=tty",
	    "E: DEVNAME=/dev/ttyUSB12",
	    "E: MINOR=12",
	    "A: dev=188:12\\n",
	    "A: latency_timer=16\\n",
	    "L: device=../../../ttyUSB12",
	    NULL};
	SysfsBed bed;

	sysfs_begin(&bed, "FT6A01");
	g_autofree char *text = sysfs_tty_text(&bed.usb, 1, "ttyUSB12", 16);
	sysfs_expect(text, lines);
	/* umockdev gives a node of its own only once: the tty makes it. */
	ck_assert_ptr_null(strstr(text, "\nN: "));
}
END_TEST

START_TEST(paths_are_those_of_the_texts)
{
	SysfsBed bed;

	sysfs_begin(&bed, "FT6A01");
	g_autofree char *usb = sysfs_usb_path(&bed.usb);
	g_autofree char *interface = sysfs_interface_path(&bed.usb, 1);
	g_autofree char *port = sysfs_port_path(&bed.usb, 1, "ttyUSB3");
	g_autofree char *tty = sysfs_tty_path(&bed.usb, 1, "ttyUSB3");
	ck_assert_str_eq(usb, "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4.2");
	ck_assert_str_eq(interface, "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4.2/1-4.2:1.1");
	ck_assert(g_str_has_prefix(port, interface));
	ck_assert_str_eq(port + strlen(interface), "/ttyUSB3");
	ck_assert(g_str_has_prefix(tty, port));
	ck_assert_str_eq(tty + strlen(port), "/tty/ttyUSB3");
}
END_TEST

static Suite *sysfs_suite(void)
{
	Suite *suite = suite_create("sysfs");
	TCase *tests = tcase_create("sysfs");

	tcase_add_test(tests, a_device_has_what_libusb_reads);
	tcase_add_test(tests, a_chip_without_number_has_no_attribute);
	tcase_add_test(tests, a_tty_hangs_below_its_interface);
	tcase_add_test(tests, paths_are_those_of_the_texts);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(sysfs_suite)
