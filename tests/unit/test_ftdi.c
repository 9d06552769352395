/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/usb/ftdi.h"

#include <string.h>

#define FTDI_BEGIN   1000000000
#define FTDI_MS      1000000
#define FTDI_DATA    (FTDI_PACKET_BYTES - FTDI_STATUS_BYTES)
#define FTDI_B       1 /* the channel with the line */
#define FTDI_TYPE_TO 0x40
#define FTDI_TYPE_IN 0xc0

typedef struct {
	FtdiIdentity identity;
	Uart *uart;
	Ftdi *ftdi;
	guint moved, channel, lines; /* of DTR and RTS */
} FtdiBed;

static void ftdi_bed_lines(gpointer user, guint channel, guint lines, gint64 now_ns)
{
	FtdiBed *bed = user;

	ck_assert_int_eq(now_ns, FTDI_BEGIN);
	bed->moved++;
	bed->channel = channel;
	bed->lines = lines;
}

/* A board at channel B, both sides at `baud`. */
static void ftdi_bed_begin(FtdiBed *bed, const char *serial, double baud)
{
	UartFormat format = uart_format(baud);

	*bed = (FtdiBed){.identity = {.manufacturer = "FTDI", .product = "Dual", .serial = serial}};
	bed->uart = uart_new(FTDI_FIFO_BYTES, NULL, NULL);
	uart_set_format(bed->uart, UART_HOST, &format);
	uart_set_format(bed->uart, UART_BOARD, &format);
	Uart *uarts[FTDI_CHANNELS] = {NULL, bed->uart};
	bed->ftdi = ftdi_new(&bed->identity, uarts, ftdi_bed_lines, bed);
}

static void ftdi_bed_end(FtdiBed *bed)
{
	ftdi_free(bed->ftdi);
	uart_free(bed->uart);
}

static int ftdi_ask(FtdiBed *bed, guint8 type, guint8 request, guint value, guint index,
                    guint8 *data, guint length)
{
	const guint8 setup[FTDI_SETUP_BYTES] = {type,           request,
	                                        (guint8)value,  (guint8)(value >> 8),
	                                        (guint8)index,  (guint8)(index >> 8),
	                                        (guint8)length, (guint8)(length >> 8)};

	return ftdi_control(bed->ftdi, setup, data, FTDI_BEGIN);
}

static int ftdi_tell(FtdiBed *bed, guint8 request, guint value, guint index)
{
	return ftdi_ask(bed, FTDI_TYPE_TO, request, value, index, NULL, 0);
}

static guint ftdi_word(const guint8 *at)
{
	return (guint)at[0] | (guint)at[1] << 8;
}

/* USB 2.0, 9.6: what makes ftdi_sio and libftdi see an FT2232H. */
START_TEST(descriptors_are_an_ft2232h)
{
	FtdiBed bed;
	guint8 both[FTDI_DESCRIPTORS_BYTES], asked[255];
	const guint8 endpoints[] = {0x81, 0x02, 0x83, 0x04};
	guint found = 0;

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ftdi_descriptors(bed.ftdi, both);
	ck_assert_uint_eq(both[0], 18);
	ck_assert_uint_eq(both[1], 1);
	ck_assert_uint_eq(ftdi_word(both + 8), 0x0403);
	ck_assert_uint_eq(ftdi_word(both + 10), 0x6010);
	ck_assert_uint_eq(ftdi_word(both + 12), 0x0700);
	ck_assert_uint_eq(both[17], 1);
	ck_assert_uint_eq(ftdi_word(both + 18 + 2), 55);
	ck_assert_uint_eq(both[18 + 4], 2);
	for (guint at = 18; at < sizeof both; at += both[at]) {
		ck_assert_uint_gt(both[at], 0);
		if (both[at + 1] == 4) /* interface: vendor's own */
			ck_assert_mem_eq(both + at + 5, "\xff\xff\xff", 3);
		if (both[at + 1] != 5)
			continue;
		ck_assert_uint_eq(both[at + 2], endpoints[found++]);
		ck_assert_uint_eq(both[at + 3], 2);
		ck_assert_uint_eq(ftdi_word(both + at + 4), 512);
	}
	ck_assert_uint_eq(found, 4);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0100, 0, asked, 18), 18);
	ck_assert_mem_eq(asked, both, 18);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0200, 0, asked, 9), 9);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0200, 0, asked, 255), 55);
	ck_assert_mem_eq(asked, both + 18, 55);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0600, 0, asked, 10), FTDI_STALL);
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(strings_are_told)
{
	FtdiBed bed;
	guint8 asked[255];

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0300, 0, asked, 255), 4);
	ck_assert_mem_eq(asked, "\x04\x03\x09\x04", 4);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0301, 0x409, asked, 255), 10);
	ck_assert_mem_eq(asked,
	                 "\x0a\x03"
	                 "F\0T\0D\0I\0",
	                 10);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0303, 0x409, asked, 255), 14);
	ck_assert_mem_eq(asked,
	                 "\x0e\x03"
	                 "F\0T\0006\0A\0000\0001\0",
	                 14);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0303, 0x409, asked, 5), 5);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0304, 0x409, asked, 255), FTDI_STALL);
	ftdi_bed_end(&bed);
}
END_TEST

/* A chip without an EEPROM: no number in the descriptor, no string. */
START_TEST(a_chip_may_have_no_serial_number)
{
	FtdiBed bed;
	guint8 both[FTDI_DESCRIPTORS_BYTES], asked[255];

	ftdi_bed_begin(&bed, NULL, 9600);
	ftdi_descriptors(bed.ftdi, both);
	ck_assert_uint_eq(both[16], 0);
	ck_assert_int_eq(ftdi_ask(&bed, 0x80, 6, 0x0303, 0x409, asked, 255), FTDI_STALL);
	ck_assert_int_eq(ftdi_ask(&bed, FTDI_TYPE_IN, 0x90, 0, 0, asked, 2), 2);
	ck_assert_mem_eq(asked, "\xff\xff", 2);
	ftdi_bed_end(&bed);
}
END_TEST

/* Values as AN 232B-05 and FTDI's own tables have them; index: high byte, the channel is B. */
START_TEST(divisors_make_rates)
{
	static const struct {
		guint value, index;
		double baud;
	} cases[] = {
	    {0x2710, 0x0002, 300},        {0x04e2, 0x0002, 2400},       {0x04e2, 0x0202, 9600},
	    {0x0271, 0x0202, 19200},      {0x4138, 0x0202, 38400},      {0x00d0, 0x0302, 57588.5},
	    {0xc068, 0x0202, 115246.1},   {0xc034, 0x0202, 230215.83},  {0x001a, 0x0202, 461538.46},
	    {0x000d, 0x0202, 923076.92},  {0x000c, 0x0202, 1000000},    {0x0006, 0x0202, 2000000},
	    {0x0004, 0x0202, 3000000},    {0x0001, 0x0202, 8000000},    {0x0000, 0x0202, 12000000},
	    {0x8002, 0x0202, 5333333.33}, {0x4002, 0x0202, 4800000},    {0x0002, 0x0302, 5052631.58},
	    {0x4002, 0x0302, 4571428.57}, {0x8002, 0x0302, 4363636.36}, {0xc002, 0x0302, 4173913.04},
	};
	FtdiBed bed;

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		ck_assert_int_eq(ftdi_tell(&bed, 3, cases[i].value, cases[i].index), 0);
		double bit_ns = (double)uart_get_format(bed.uart, UART_HOST)->bit_ns_x256 / 256;
		ck_assert_msg(ABS(bit_ns * cases[i].baud / 1e9 - 1) < 1e-4, "%04x %04x: %g ns",
		              cases[i].value, cases[i].index, bit_ns);
	}
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(formats_are_set)
{
	FtdiBed bed;

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x1207, 2), 0);
	const UartFormat *format = uart_get_format(bed.uart, UART_HOST);
	ck_assert_uint_eq(format->data_bits, 7);
	ck_assert_uint_eq(format->parity, UART_PARITY_EVEN);
	ck_assert_uint_eq(format->stop_bits, 2);
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x0008, 2), 0);
	ck_assert_uint_eq(format->data_bits, 8);
	ck_assert_uint_eq(format->parity, UART_PARITY_NONE);
	ck_assert_uint_eq(format->stop_bits, 1);
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x0005, 2), FTDI_STALL);
	/* A break is sent once, when its bit comes up. */
	ck_assert(uart_is_sent(bed.uart, FTDI_BEGIN));
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x4008, 2), 0);
	ck_assert(!uart_is_sent(bed.uart, FTDI_BEGIN));
	uart_purge(bed.uart, UART_BOARD);
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x4008, 2), 0);
	ck_assert_int_eq(ftdi_tell(&bed, 4, 0x0008, 2), 0);
	ck_assert(uart_is_sent(bed.uart, FTDI_BEGIN));
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(lines_are_told_when_they_move)
{
	FtdiBed bed;

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_int_eq(ftdi_tell(&bed, 1, 0x0303, 2), 0);
	ck_assert_uint_eq(bed.moved, 1);
	ck_assert_uint_eq(bed.channel, FTDI_B);
	ck_assert_uint_eq(bed.lines, FTDI_DTR | FTDI_RTS);
	ck_assert_int_eq(ftdi_tell(&bed, 1, 0x0100, 2), 0);
	ck_assert_uint_eq(bed.lines, FTDI_RTS);
	/* No mask, no change. */
	ck_assert_int_eq(ftdi_tell(&bed, 1, 0x0001, 2), 0);
	ck_assert_int_eq(ftdi_tell(&bed, 1, 0x0202, 2), 0);
	ck_assert_uint_eq(bed.moved, 2);
	ck_assert_int_eq(ftdi_tell(&bed, 1, 0x0101, 1), 0);
	ck_assert_uint_eq(bed.channel, 0);
	ck_assert_uint_eq(bed.lines, FTDI_DTR);
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(modem_status_tells_when_all_is_sent)
{
	FtdiBed bed;
	guint8 status[2];

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_int_eq(ftdi_ask(&bed, FTDI_TYPE_IN, 5, 0, 2, status, 2), 2);
	ck_assert_mem_eq(status, "\x32\x60", 2);
	ck_assert_uint_eq(ftdi_write(bed.ftdi, FTDI_B, (const guint8 *)"a", 1, FTDI_BEGIN), 1);
	ck_assert_int_eq(ftdi_ask(&bed, FTDI_TYPE_IN, 5, 0, 2, status, 2), 2);
	ck_assert_uint_eq(status[1], 0);
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(what_it_does_not_know_stalls)
{
	static const struct {
		guint8 type, request;
		guint value, index;
	} cases[] = {
	    {0x40, 0x08, 0, 1}, {0x40, 0x77, 0, 1},      {0xc0, 0x03, 0, 1}, {0x40, 0x05, 0, 1},
	    {0xc0, 0x0c, 0, 1}, {0x20, 0x00, 0, 1},      {0x40, 0x00, 0, 3}, {0x40, 0x09, 0, 1},
	    {0x80, 0x05, 0, 0}, {0x80, 0x06, 0x2200, 0},
	};
	FtdiBed bed;
	guint8 data[64];

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		ck_assert_msg(ftdi_ask(&bed, cases[i].type, cases[i].request, cases[i].value,
		                       cases[i].index, data, sizeof data) == FTDI_STALL,
		              "%02x/%02x", cases[i].type, cases[i].request);
	ck_assert_int_eq(ftdi_tell(&bed, 2, 0x1311, 0x0402), 0);
	ck_assert_int_eq(ftdi_tell(&bed, 0x0b, 0x020b, 1), 0);
	ftdi_bed_end(&bed);
}
END_TEST

/* The timer's ticks lie on a grid from the last packet on; a full packet does not wait for one. */
START_TEST(packets_go_at_ticks_or_when_full)
{
	FtdiBed bed;
	guint8 data[FTDI_PACKET_BYTES], reply[2 * FTDI_DATA];

	memset(reply, 'r', sizeof reply);
	ftdi_bed_begin(&bed, "FT6A01", 1000000); /* 10 us each */
	ck_assert_uint_eq(ftdi_latency_ms(bed.ftdi, FTDI_B), 16);
	ck_assert_int_eq(ftdi_tell(&bed, 9, 4, 2), 0);
	ck_assert_int_eq(ftdi_ask(&bed, FTDI_TYPE_IN, 0x0a, 0, 2, data, 1), 1);
	ck_assert_uint_eq(data[0], 4);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, FTDI_BEGIN), 2);
	ck_assert_mem_eq(data, "\x32\x60", 2);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, FTDI_BEGIN), 0);
	ck_assert_int_eq(ftdi_next_ns(bed.ftdi, FTDI_B, FALSE, FTDI_BEGIN), FTDI_BEGIN + 4 * FTDI_MS);
	ck_assert_int_eq(ftdi_next_ns(bed.ftdi, FTDI_B, TRUE, FTDI_BEGIN), UART_NEVER_NS);

	/* 3 bytes that arrive 5 ms later leave with the tick at 8 ms. */
	uart_answer(bed.uart, reply, 3, FTDI_BEGIN + 5 * FTDI_MS);
	ck_assert_int_eq(ftdi_next_ns(bed.ftdi, FTDI_B, TRUE, FTDI_BEGIN), FTDI_BEGIN + 8 * FTDI_MS);
	gint64 at_ns = FTDI_BEGIN + 8 * FTDI_MS;
	ck_assert_uint_eq(ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, at_ns), 5);
	ck_assert_mem_eq(data, "\x32\x60rrr", 5);

	/* 510 bytes take 5.1 ms: with a timer of 255 ms they leave at once. */
	ck_assert_int_eq(ftdi_tell(&bed, 9, 255, 2), 0);
	uart_answer(bed.uart, reply, sizeof reply, at_ns);
	gint64 full_ns = ftdi_next_ns(bed.ftdi, FTDI_B, TRUE, at_ns);
	ck_assert_int_eq(full_ns, at_ns + (gint64)FTDI_DATA * 10000);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, full_ns - 1), 0);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, full_ns), sizeof data);
	ck_assert_uint_eq(data[2], 'r');
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(an_idle_channel_sends_status_alone)
{
	FtdiBed bed;
	guint8 data[64];

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, 0, data, sizeof data, FTDI_BEGIN), 2);
	ck_assert_uint_eq(ftdi_read(bed.ftdi, 0, data, sizeof data, FTDI_BEGIN), 0);
	ck_assert_uint_eq(ftdi_write(bed.ftdi, 0, data, sizeof data, FTDI_BEGIN), sizeof data);
	ck_assert_uint_eq(ftdi_room(bed.ftdi, 0, FTDI_BEGIN), FTDI_FIFO_BYTES);
	ck_assert_int_eq(ftdi_next_ns(bed.ftdi, 0, TRUE, FTDI_BEGIN), UART_NEVER_NS);
	/* A buffer without room for data gets nothing. */
	ck_assert_uint_eq(ftdi_read(bed.ftdi, 0, data, 2, FTDI_BEGIN + 100 * FTDI_MS), 0);
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(resets_and_purges)
{
	FtdiBed bed;
	guint8 data[64];
	gint64 later_ns = FTDI_BEGIN + 100 * FTDI_MS;

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	ck_assert_int_eq(ftdi_tell(&bed, 9, 1, 2), 0);
	for (guint value = 0; value <= 2; value++) {
		uart_answer(bed.uart, (const guint8 *)"in", 2, FTDI_BEGIN);
		ck_assert_uint_eq(ftdi_write(bed.ftdi, FTDI_B, (const guint8 *)"out", 3, FTDI_BEGIN), 3);
		ck_assert_int_eq(ftdi_tell(&bed, 0, value, 2), 0);
		/* 1: what was received, 2: what is to be sent, 0: both, and the timer. */
		ck_assert_uint_eq(uart_received(bed.uart, later_ns), value == 2 ? 2 : 0);
		ck_assert_uint_eq(uart_take(bed.uart, data, sizeof data, later_ns), value == 1 ? 3 : 0);
	}
	ck_assert_uint_eq(ftdi_latency_ms(bed.ftdi, FTDI_B), 16);
	ftdi_bed_end(&bed);
}
END_TEST

START_TEST(line_errors_are_in_the_status)
{
	FtdiBed bed;
	guint8 data[FTDI_PACKET_BYTES];
	UartFormat wrong = uart_format(4800);

	ftdi_bed_begin(&bed, "FT6A01", 9600);
	uart_set_format(bed.uart, UART_BOARD, &wrong);
	uart_answer(bed.uart, (const guint8 *)"\0", 1, FTDI_BEGIN);
	gsize got = ftdi_read(bed.ftdi, FTDI_B, data, sizeof data, FTDI_BEGIN + 50 * FTDI_MS);
	ck_assert_uint_gt(got, 2);
	ck_assert_uint_eq(data[1], 0x60 | UART_FRAMING | UART_BREAK);
	ftdi_bed_end(&bed);
}
END_TEST

/* Packets of ever the next value; returns how many. */
static gsize ftdi_check_count(const guint8 *data, gsize size, guint8 *next)
{
	gsize count = 0;

	for (gsize i = 0; i < size; i++) {
		if (i % FTDI_PACKET_BYTES < FTDI_STATUS_BYTES)
			continue;
		ck_assert_uint_eq(data[i], (*next)++);
		count++;
	}
	return count;
}

/* A board that echoes, a host that writes and reads as it likes: all comes back, in order. */
START_TEST(nothing_is_lost)
{
	FtdiBed bed;
	g_autoptr(GRand) random = g_rand_new_with_seed(3);
	guint8 sent = 0, echoed = 0;
	gint64 now_ns = FTDI_BEGIN;
	guint64 total = 0;

	ftdi_bed_begin(&bed, "FT6A01", 3000000);
	for (guint round = 0; round < 400; round++) {
		guint8 data[2000];
		gsize size = (gsize)g_rand_int_range(random, 1, sizeof data);
		now_ns += g_rand_int_range(random, 0, 8 * FTDI_MS);
		size = MIN(size, ftdi_room(bed.ftdi, FTDI_B, now_ns));
		for (gsize i = 0; i < size; i++)
			data[i] = sent++;
		ck_assert_uint_eq(ftdi_write(bed.ftdi, FTDI_B, data, size, now_ns), size);
		size = uart_take(bed.uart, data, sizeof data, now_ns);
		uart_answer(bed.uart, data, size, now_ns);
		do { /* a host that is too slow would lose, as with a real chip */
			gsize room = (gsize)g_rand_int_range(random, FTDI_PACKET_BYTES, sizeof data);
			size = ftdi_read(bed.ftdi, FTDI_B, data, room, now_ns);
			total += ftdi_check_count(data, size, &echoed);
		} while (uart_received(bed.uart, now_ns) >= FTDI_DATA);
	}
	ck_assert_uint_gt(total, 100000);
	ftdi_bed_end(&bed);
}
END_TEST

/* An engine at channel A that gives back what it is given, when it is told to. */
typedef struct {
	FtdiBed chip;
	guint8 bytes[FTDI_FIFO_BYTES];
	gsize count;
	gboolean is_on, is_flushed, is_reset;
	guint controls, purges, packets;
	gint64 waited_ns;
} EngineBed;

static void engine_bed_set_mode(gpointer user, guint mode)
{
	EngineBed *bed = user;

	bed->is_on = mode == 2;
}

static gboolean engine_bed_is_on(gpointer user)
{
	const EngineBed *bed = user;

	return bed->is_on;
}

static void engine_bed_purge(gpointer user, gboolean commands, gboolean replies)
{
	EngineBed *bed = user;

	bed->purges |= (commands ? 1u : 0u) | (replies ? 2u : 0u);
}

static void engine_bed_reset(gpointer user)
{
	EngineBed *bed = user;

	bed->is_reset = TRUE;
}

static void engine_bed_control(gpointer user)
{
	EngineBed *bed = user;

	bed->controls++;
}

static gsize engine_bed_room(gpointer user)
{
	const EngineBed *bed = user;

	return sizeof bed->bytes - bed->count;
}

static void engine_bed_write(gpointer user, const guint8 *data, gsize size)
{
	EngineBed *bed = user;

	memcpy(bed->bytes + bed->count, data, size);
	bed->count += size;
}

static gsize engine_bed_waiting(gpointer user, gboolean *is_flushed)
{
	const EngineBed *bed = user;

	*is_flushed = bed->is_flushed;
	return bed->count;
}

static gsize engine_bed_read(gpointer user, guint8 *data, gsize max)
{
	EngineBed *bed = user;
	gsize size = MIN(max, bed->count);

	memcpy(data, bed->bytes, size);
	memmove(bed->bytes, bed->bytes + size, bed->count - size);
	bed->count -= size;
	bed->is_flushed &= bed->count > 0;
	return size;
}

static void engine_bed_packet(gpointer user, gsize bytes, gint64 waited_ns)
{
	EngineBed *bed = user;

	ck_assert_uint_ge(bytes, FTDI_STATUS_BYTES);
	bed->packets++;
	bed->waited_ns += waited_ns;
}

static void engine_bed_begin(EngineBed *bed)
{
	memset(bed, 0, sizeof *bed);
	ftdi_bed_begin(&bed->chip, "FT6A01", 9600);
	const FtdiEngine engine = {.set_mode = engine_bed_set_mode,
	                           .is_on = engine_bed_is_on,
	                           .purge = engine_bed_purge,
	                           .reset = engine_bed_reset,
	                           .control = engine_bed_control,
	                           .room = engine_bed_room,
	                           .write = engine_bed_write,
	                           .waiting = engine_bed_waiting,
	                           .read = engine_bed_read,
	                           .packet = engine_bed_packet,
	                           .user = bed};
	ftdi_set_engine(bed->chip.ftdi, 0, &engine);
	ck_assert_int_eq(ftdi_tell(&bed->chip, 0x0b, 0x020b, 1), 0);
}

/* Full packets go at once; the rest waits for SEND_IMMEDIATE or the timer. */
START_TEST(an_engine_answers_in_packets)
{
	EngineBed bed;
	guint8 sent[1300], data[4 * FTDI_PACKET_BYTES];

	engine_bed_begin(&bed);
	Ftdi *ftdi = bed.chip.ftdi;
	for (guint i = 0; i < sizeof sent; i++)
		sent[i] = (guint8)(i * 7);
	ck_assert_int_eq(ftdi_tell(&bed.chip, 0x09, 50, 1), 0);
	(void)ftdi_read(ftdi, 0, data, sizeof data, FTDI_BEGIN); /* the timer runs from here */
	bed.packets = 0;
	bed.waited_ns = 0;
	ck_assert_uint_eq(ftdi_write(ftdi, 0, sent, sizeof sent, FTDI_BEGIN), sizeof sent);
	ck_assert_int_eq(ftdi_next_ns(ftdi, 0, TRUE, FTDI_BEGIN), FTDI_BEGIN);
	gsize got = ftdi_read(ftdi, 0, data, sizeof data, FTDI_BEGIN);
	ck_assert_uint_eq(got, 2 * FTDI_PACKET_BYTES);
	ck_assert(!ftdi_is_over(got, sizeof data));
	ck_assert(ftdi_is_over(got, got));
	ck_assert_uint_eq(bed.packets, 2);
	for (guint i = 0; i < 2; i++) {
		ck_assert_uint_eq(data[i * FTDI_PACKET_BYTES], 0x32);
		ck_assert_mem_eq(data + i * FTDI_PACKET_BYTES + 2, sent + i * FTDI_DATA, FTDI_DATA);
	}
	ck_assert_uint_eq(ftdi_read(ftdi, 0, data, sizeof data, FTDI_BEGIN + 49 * FTDI_MS), 0);
	got = ftdi_read(ftdi, 0, data, sizeof data, FTDI_BEGIN + 50 * FTDI_MS);
	ck_assert_uint_eq(got, sizeof sent - 2 * FTDI_DATA + FTDI_STATUS_BYTES);
	ck_assert(ftdi_is_over(got, sizeof data));
	ck_assert_int_eq(bed.waited_ns, 50 * FTDI_MS);
	bed.is_flushed = TRUE;
	(void)ftdi_write(ftdi, 0, sent, 3, FTDI_BEGIN + 51 * FTDI_MS);
	ck_assert_uint_eq(ftdi_read(ftdi, 0, data, sizeof data, FTDI_BEGIN + 51 * FTDI_MS), 5);
	ck_assert_int_eq(bed.waited_ns, 50 * FTDI_MS);
	ftdi_bed_end(&bed.chip);
}
END_TEST

/* What does not fit stays with the host; purges are named from the chip's side. */
START_TEST(an_engine_has_its_bounds)
{
	EngineBed bed;
	guint8 sent[FTDI_FIFO_BYTES] = {0};

	engine_bed_begin(&bed);
	Ftdi *ftdi = bed.chip.ftdi;
	ck_assert_uint_eq(ftdi_write(ftdi, 0, sent, 4000, FTDI_BEGIN), 4000);
	ck_assert_uint_eq(ftdi_room(ftdi, 0, FTDI_BEGIN), 96);
	ck_assert_uint_eq(ftdi_write(ftdi, 0, sent, 4000, FTDI_BEGIN), 96);
	ck_assert_uint_eq(ftdi_write(ftdi, 0, sent, 1, FTDI_BEGIN), 0);
	ck_assert_int_eq(ftdi_tell(&bed.chip, 0x00, 1, 1), 0);
	ck_assert_uint_eq(bed.purges, 1);
	ck_assert_int_eq(ftdi_tell(&bed.chip, 0x00, 2, 1), 0);
	ck_assert_uint_eq(bed.purges, 3);
	ck_assert_int_eq(ftdi_tell(&bed.chip, 0x00, 2, 2), 0); /* the other channel's */
	ck_assert_uint_eq(bed.controls, 3);
	ck_assert_int_eq(ftdi_tell(&bed.chip, 0x0b, 0, 1), 0);
	ck_assert(!bed.is_on);
	ck_assert_uint_eq(ftdi_room(ftdi, 0, FTDI_BEGIN), FTDI_FIFO_BYTES);
	ftdi_reset_device(ftdi);
	ck_assert(bed.is_reset);
	ck_assert_uint_eq(ftdi_latency_ms(ftdi, 0), 16);
	ftdi_bed_end(&bed.chip);
}
END_TEST

static Suite *ftdi_suite(void)
{
	Suite *suite = suite_create("ftdi");
	TCase *tests = tcase_create("ftdi");

	tcase_add_test(tests, descriptors_are_an_ft2232h);
	tcase_add_test(tests, strings_are_told);
	tcase_add_test(tests, a_chip_may_have_no_serial_number);
	tcase_add_test(tests, divisors_make_rates);
	tcase_add_test(tests, formats_are_set);
	tcase_add_test(tests, lines_are_told_when_they_move);
	tcase_add_test(tests, modem_status_tells_when_all_is_sent);
	tcase_add_test(tests, what_it_does_not_know_stalls);
	tcase_add_test(tests, packets_go_at_ticks_or_when_full);
	tcase_add_test(tests, an_idle_channel_sends_status_alone);
	tcase_add_test(tests, resets_and_purges);
	tcase_add_test(tests, line_errors_are_in_the_status);
	tcase_add_test(tests, nothing_is_lost);
	tcase_add_test(tests, an_engine_answers_in_packets);
	tcase_add_test(tests, an_engine_has_its_bounds);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(ftdi_suite)
