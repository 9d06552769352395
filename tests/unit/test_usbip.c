/* SPDX-License-Identifier: Apache-2.0 */
/* The USB/IP server against bytes as a client sends them, with a real model of the chip behind it.
 */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "virtual-bench/usb/usbip.h"

#define MS 1000000

typedef struct {
	FtdiIdentity identity;
	Uart *uart;
	Ftdi *ftdi;
	UsbipExport exports[2];
	Usbip *usbip;
	guint lines;
} Bed;

static void bed_lines(gpointer user, guint channel, guint lines, gint64 now_ns)
{
	(void)channel;
	(void)now_ns;
	((Bed *)user)->lines = lines;
}

static void bed_open(Bed *bed)
{
	memset(bed, 0, sizeof *bed);
	bed->identity = (FtdiIdentity){"FTDI", "Dual", "FT1"};
	bed->uart = uart_new(FTDI_FIFO_BYTES, NULL, NULL);
	UartFormat format = uart_format(9600);
	uart_set_format(bed->uart, UART_BOARD, &format);
	Uart *uarts[FTDI_CHANNELS] = {NULL, bed->uart};
	bed->ftdi = ftdi_new(&bed->identity, uarts, bed_lines, bed);
	bed->exports[0] = (UsbipExport){.port = "1-1", .ftdi = bed->ftdi, .is_plugged = TRUE};
	bed->exports[1] = (UsbipExport){.port = "1-2", .ftdi = bed->ftdi};
	bed->usbip = usbip_new(bed->exports, 2);
}

static void bed_close(Bed *bed)
{
	usbip_free(bed->usbip);
	ftdi_free(bed->ftdi);
	uart_free(bed->uart);
}

static void put32(guint8 *at, guint32 value)
{
	for (guint i = 0; i < 4; i++)
		at[i] = (guint8)(value >> (24 - 8 * i));
}

static guint32 get32(const guint8 *at)
{
	return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static gboolean feed(Bed *bed, const void *data, gsize size, gint64 now_ns)
{
	g_autoptr(GError) error = NULL;
	gboolean good = usbip_feed(bed->usbip, data, size, now_ns, &error);
	ck_assert(good == (error == NULL));
	return good;
}

/* What is in the output is `size` bytes long; they are taken away. */
static void take(Bed *bed, void *data, gsize size)
{
	GByteArray *out = usbip_output(bed->usbip);
	ck_assert_uint_eq(out->len, size);
	memcpy(data, out->data, size);
	g_byte_array_set_size(out, 0);
}

static void ask_import(Bed *bed, const char *port)
{
	guint8 request[40] = {0x01, 0x11, 0x80, 0x03};
	(void)g_strlcpy((char *)request + 8, port, 32);
	ck_assert(feed(bed, request, sizeof request, 0));
}

static void import(Bed *bed)
{
	guint8 reply[320];
	ask_import(bed, "1-1");
	take(bed, reply, sizeof reply);
}

static void make_command(guint8 command[48], guint32 what, guint32 seqnum, gboolean in,
                         guint endpoint, guint32 length)
{
	memset(command, 0, 48);
	put32(command, what);
	put32(command + 4, seqnum);
	put32(command + 8, 0x10002);
	put32(command + 12, in ? 1 : 0);
	put32(command + 16, endpoint);
	put32(command + 24, length);
}

static void submit(Bed *bed, guint32 seqnum, gboolean in, guint endpoint, guint32 length,
                   const char *data, gint64 now_ns)
{
	guint8 command[48];
	make_command(command, 1, seqnum, in, endpoint, length);
	ck_assert(feed(bed, command, sizeof command, now_ns));
	if (!in)
		ck_assert(feed(bed, data, length, now_ns));
}

static void check_reply(const guint8 *reply, guint32 what, guint32 seqnum, int status,
                        guint32 moved)
{
	ck_assert_uint_eq(get32(reply), what);
	ck_assert_uint_eq(get32(reply + 4), seqnum);
	ck_assert_int_eq((int)get32(reply + 20), status);
	ck_assert_uint_eq(get32(reply + 24), moved);
}

START_TEST(test_list_shows_what_is_plugged)
{
	static const guint8 request[8] = {0x01, 0x11, 0x80, 0x05};
	guint8 reply[8 + 4 + 312 + 8];
	Bed bed;
	bed_open(&bed);
	ck_assert(feed(&bed, request, sizeof request, 0));
	take(&bed, reply, sizeof reply);
	ck_assert_uint_eq(get32(reply), 0x01110005);
	ck_assert_uint_eq(get32(reply + 8), 1);
	ck_assert_str_eq((char *)reply + 12 + 256, "1-1");
	ck_assert_uint_eq(get32(reply + 12 + 300), 0x04036010);
	bed.exports[1].is_plugged = TRUE;
	ck_assert(feed(&bed, request, sizeof request, 0));
	ck_assert_uint_eq(usbip_output(bed.usbip)->len, 12 + 2 * 320);
	bed_close(&bed);
}
END_TEST

START_TEST(test_import_takes_a_device_once)
{
	guint8 reply[320], refused[8];
	Bed bed;
	bed_open(&bed);
	ask_import(&bed, "1-2"); /* is not plugged */
	take(&bed, refused, sizeof refused);
	ck_assert_uint_eq(get32(refused + 4), 1);
	ask_import(&bed, "1-1");
	take(&bed, reply, sizeof reply);
	ck_assert_uint_eq(get32(reply + 4), 0);
	ck_assert_uint_eq(get32(reply + 8 + 256 + 32), 1);     /* bus */
	ck_assert_uint_eq(get32(reply + 8 + 256 + 32 + 4), 2); /* device */
	ck_assert_uint_eq(get32(reply + 8 + 256 + 32 + 8), 3); /* high speed */
	ck_assert(bed.exports[0].is_taken && usbip_imported(bed.usbip) == &bed.exports[0]);
	Usbip *first = bed.usbip;
	bed.usbip = usbip_new(bed.exports, 2);
	ask_import(&bed, "1-1");
	take(&bed, refused, sizeof refused);
	ck_assert_uint_eq(get32(refused + 4), 2);
	usbip_free(first);
	ck_assert(!bed.exports[0].is_taken);
	import(&bed);
	bed_close(&bed);
}
END_TEST

/* Control transfers: a descriptor, one that is refused, a modem line. */
START_TEST(test_control)
{
	static const guint8 descriptor[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const guint8 unknown[8] = {0x80, 6, 0, 6, 0, 0, 10, 0};
	static const guint8 dtr[8] = {0x40, 1, 1, 1, 2, 0, 0, 0};
	guint8 command[48], reply[48 + 18];
	Bed bed;
	bed_open(&bed);
	import(&bed);
	make_command(command, 1, 7, TRUE, 0, 18);
	memcpy(command + 40, descriptor, 8);
	/* Byte by byte: nothing comes before the last. */
	for (guint i = 0; i < 48; i++) {
		ck_assert_uint_eq(usbip_output(bed.usbip)->len, 0);
		ck_assert(feed(&bed, command + i, 1, 0));
	}
	take(&bed, reply, sizeof reply);
	check_reply(reply, 3, 7, 0, 18);
	ck_assert_uint_eq(reply[48], 18);
	make_command(command, 1, 8, TRUE, 0, 10);
	memcpy(command + 40, unknown, 8);
	ck_assert(feed(&bed, command, 48, 0));
	take(&bed, reply, 48);
	check_reply(reply, 3, 8, -EPIPE, 0);
	make_command(command, 1, 9, FALSE, 0, 0);
	memcpy(command + 40, dtr, 8);
	ck_assert(feed(&bed, command, 48, 0));
	take(&bed, reply, 48);
	check_reply(reply, 3, 9, 0, 0);
	ck_assert_uint_eq(bed.lines, FTDI_DTR);
	/* More is stated than there is room for. */
	make_command(command, 1, 10, TRUE, 0, 4);
	memcpy(command + 40, descriptor, 8);
	ck_assert(feed(&bed, command, 48, 0));
	take(&bed, reply, 48);
	check_reply(reply, 3, 10, -EINVAL, 0);
	bed_close(&bed);
}
END_TEST

START_TEST(test_bulk_both_ways)
{
	guint8 reply[48 + 7], data[16];
	Bed bed;
	bed_open(&bed);
	import(&bed);
	submit(&bed, 1, FALSE, 4, 5, "name%", 0);
	take(&bed, reply, 48);
	check_reply(reply, 3, 1, 0, 5);
	ck_assert_uint_eq(uart_take(bed.uart, data, sizeof data, 100 * MS), 5);
	ck_assert_int_eq(memcmp(data, "name%", 5), 0);
	/* An answer waits for the latency timer. */
	submit(&bed, 2, TRUE, 3, 512, NULL, 100 * MS);
	take(&bed, reply, 50);
	check_reply(reply, 3, 2, 0, 2);
	uart_answer(bed.uart, (const guint8 *)"hello", 5, 100 * MS);
	submit(&bed, 3, TRUE, 3, 512, NULL, 101 * MS);
	ck_assert_uint_eq(usbip_output(bed.usbip)->len, 0);
	gint64 at_ns = usbip_next_ns(bed.usbip, 101 * MS);
	ck_assert(at_ns > 101 * MS && at_ns <= 116 * MS);
	usbip_pump(bed.usbip, 116 * MS);
	take(&bed, reply, 55);
	check_reply(reply, 3, 3, 0, 7);
	ck_assert_int_eq(memcmp(reply + 50, "hello", 5), 0);
	ck_assert_int_eq(usbip_next_ns(bed.usbip, 116 * MS), UART_NEVER_NS);
	bed_close(&bed);
}
END_TEST

/* What does not fit into the chip waits, and is asked after soon. */
START_TEST(test_a_full_chip_holds_a_transfer_up)
{
	g_autofree char *much = g_strnfill(2 * FTDI_FIFO_BYTES, 'x');
	guint8 reply[48];
	Bed bed;
	bed_open(&bed);
	import(&bed);
	submit(&bed, 1, FALSE, 4, 2 * FTDI_FIFO_BYTES, much, 0);
	ck_assert_uint_eq(usbip_output(bed.usbip)->len, 0);
	ck_assert_int_le(usbip_next_ns(bed.usbip, 0), 2 * MS);
	usbip_pump(bed.usbip, (gint64)60000 * MS);
	take(&bed, reply, 48);
	check_reply(reply, 3, 1, 0, 2 * FTDI_FIFO_BYTES);
	bed_close(&bed);
}
END_TEST

START_TEST(test_unlink)
{
	guint8 command[48], reply[48];
	Bed bed;
	bed_open(&bed);
	import(&bed);
	submit(&bed, 5, TRUE, 3, 512, NULL, MS);
	make_command(command, 2, 6, FALSE, 0, 0);
	put32(command + 20, 5);
	ck_assert(feed(&bed, command, 48, MS));
	take(&bed, reply, 48);
	check_reply(reply, 4, 6, -ECONNRESET, 0);
	ck_assert(feed(&bed, command, 48, 100 * MS)); /* it is over */
	take(&bed, reply, 48);
	check_reply(reply, 4, 6, 0, 0);
	bed_close(&bed);
}
END_TEST

START_TEST(test_wrong_endpoints_and_too_many_transfers)
{
	guint8 command[48], reply[48];
	Bed bed;
	bed_open(&bed);
	import(&bed);
	static const struct {
		guint endpoint;
		gboolean in;
	} wrong[] = {{5, TRUE}, {2, TRUE}, {4096, TRUE}};
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		make_command(command, 1, i, wrong[i].in, wrong[i].endpoint, 0);
		ck_assert(feed(&bed, command, 48, 0));
		take(&bed, reply, 48);
		check_reply(reply, 3, i, -ENOENT, 0);
	}
	/* No packet of the chip fits; waiting for one would never end. */
	submit(&bed, 50, TRUE, 1, FTDI_STATUS_BYTES, NULL, 0);
	take(&bed, reply, 48);
	check_reply(reply, 3, 50, -EOVERFLOW, 0);
	for (guint i = 0; i < USBIP_PENDING_MAX; i++)
		submit(&bed, i, TRUE, 1, 64, NULL, 0);
	ck_assert_uint_eq(usbip_output(bed.usbip)->len, 0);
	submit(&bed, 999, TRUE, 1, 64, NULL, 0);
	take(&bed, reply, 48);
	check_reply(reply, 3, 999, -ENOMEM, 0);
	bed_close(&bed);
}
END_TEST

/* One wrong field each: the connection is to be closed. */
START_TEST(test_what_is_not_usbip)
{
	static const guint8 version[8] = {0x01, 0x10, 0x80, 0x05};
	static const guint8 operation[8] = {0x01, 0x11, 0x80, 0x06};
	static const struct {
		guint at;
		guint32 value;
	} fields[] = {{0, 9}, {8, 0x10003}, {24, USBIP_TRANSFER_MAX + 1}, {24, G_MAXUINT32}, {32, 8}};
	Bed bed;
	bed_open(&bed);
	ck_assert(!feed(&bed, version, sizeof version, 0));
	bed_close(&bed);
	bed_open(&bed);
	ck_assert(!feed(&bed, operation, sizeof operation, 0));
	bed_close(&bed);
	for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
		guint8 command[48];
		bed_open(&bed);
		import(&bed);
		make_command(command, 1, 1, TRUE, 1, 64);
		put32(command + fields[i].at, fields[i].value);
		ck_assert(!feed(&bed, command, 48, 0));
		bed_close(&bed);
	}
}
END_TEST

START_TEST(test_a_client_that_does_not_read)
{
	static const guint8 request[8] = {0x01, 0x11, 0x80, 0x05};
	guint rounds = 0;
	Bed bed;
	bed_open(&bed);
	while (feed(&bed, request, sizeof request, 0))
		ck_assert_uint_lt(++rounds, 100000);
	ck_assert_uint_gt(rounds, 1000);
	bed_close(&bed);
}
END_TEST

static Suite *usbip_suite(void)
{
	Suite *suite = suite_create("usbip");
	TCase *tcase = tcase_create("all");
	tcase_add_test(tcase, test_list_shows_what_is_plugged);
	tcase_add_test(tcase, test_import_takes_a_device_once);
	tcase_add_test(tcase, test_control);
	tcase_add_test(tcase, test_bulk_both_ways);
	tcase_add_test(tcase, test_a_full_chip_holds_a_transfer_up);
	tcase_add_test(tcase, test_unlink);
	tcase_add_test(tcase, test_wrong_endpoints_and_too_many_transfers);
	tcase_add_test(tcase, test_what_is_not_usbip);
	tcase_add_test(tcase, test_a_client_that_does_not_read);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(usbip_suite)
