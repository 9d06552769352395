/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb/packet.h"
#include "gdb/registers.h"
#include "gdb/stub.h"

#include "test.h"
#include <rig/cortex.h>
#include <string.h>

typedef struct {
	RigGdbStub stub;
	guint32 registers[96];
	GString *log;
	gboolean is_gone;
} Bed;

static gboolean bed_read_registers(gpointer user, const guint8 *numbers, gsize count,
                                   guint32 *values, GError **error)
{
	Bed *bed = user;
	(void)error;
	for (gsize i = 0; i < count; i++)
		values[i] = bed->registers[numbers[i]];
	return TRUE;
}

static gboolean bed_write_register(gpointer user, guint8 number, guint32 value, GError **error)
{
	Bed *bed = user;
	(void)error;
	bed->registers[number] = value;
	return TRUE;
}

static gboolean bed_reach(Bed *bed, const char *what, guint32 address, gsize size, GError **error)
{
	g_string_append_printf(bed->log, "%s %x+%zu ", what, address, (size_t)size);
	if (address < 0x1000 && !bed->is_gone)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, bed->is_gone ? RIG_ERROR_BENCH : RIG_ERROR_BOARD, "no");
	return FALSE;
}

static gboolean bed_read_memory(gpointer user, guint32 address, guint8 *data, gsize size,
                                GError **error)
{
	for (gsize i = 0; i < size; i++)
		data[i] = (guint8)(address + i);
	return bed_reach(user, "read", address, size, error);
}

static gboolean bed_write_memory(gpointer user, guint32 address, const guint8 *data, gsize size,
                                 GError **error)
{
	Bed *bed = user;
	g_autofree char *text = g_strndup((const char *)data, size);
	g_string_append_printf(bed->log, "<%s> ", text);
	return bed_reach(user, "write", address, size, error);
}

static gboolean bed_break(gpointer user, guint32 address, gboolean on, GError **error)
{
	return bed_reach(user, on ? "set" : "clear", address, 0, error);
}

#define BED_DOES(name)                                                                             \
	static gboolean bed_##name(gpointer user, GError **error)                                      \
	{                                                                                              \
		return bed_reach(user, #name, 0, 0, error);                                                \
	}
BED_DOES(resume)
BED_DOES(step)
BED_DOES(halt)
BED_DOES(reset)

static void bed_begin(Bed *bed, gboolean has_fpu)
{
	*bed = (Bed){.log = g_string_new(NULL)};
	RigGdbCore core = {
	    bed_read_registers, bed_write_register, bed_read_memory, bed_write_memory, bed_break,
	    bed_resume,         bed_step,           bed_halt,        bed_reset,        bed};
	rig_gdb_stub_init(&bed->stub, &core, has_fpu);
}

static void bed_end(Bed *bed)
{
	rig_gdb_stub_clear(&bed->stub);
	g_string_free(bed->log, TRUE);
}

/* The answer; NULL: none now. Borrowed until the next. */
static const char *bed_ask(Bed *bed, const char *packet)
{
	gboolean answers = FALSE;
	ck_assert(
	    rig_gdb_stub_take(&bed->stub, (const guint8 *)packet, strlen(packet), &answers, NULL));
	return answers ? bed->stub.answer->str : NULL;
}

START_TEST(bytes_become_packets)
{
	static const char text[] = "++$m0,4#fd+$g#67\003$Xa}]#0f$g#00$half$?#3f";
	static const RigGdbEvent events[] = {RIG_GDB_PACKET,  RIG_GDB_PACKET,  RIG_GDB_BREAK,
	                                     RIG_GDB_DAMAGED, RIG_GDB_DAMAGED, RIG_GDB_PACKET,
	                                     RIG_GDB_NOTHING};
	/* All at once, and byte by byte. */
	for (gsize most = 1; most <= sizeof text; most += sizeof text - 1) {
		RigGdbReader reader;
		gsize at = 0, seen = 0;
		rig_gdb_reader_init(&reader);
		while (at < sizeof text - 1) {
			gsize used = 0;
			RigGdbEvent event = rig_gdb_read(&reader, (const guint8 *)text + at,
			                                 MIN(most, sizeof text - 1 - at), &used);
			at += used;
			if (event == RIG_GDB_NOTHING)
				continue;
			ck_assert_int_eq(event, events[seen]);
			if (seen == 0)
				ck_assert(reader.payload->len == 4 && memcmp(reader.payload->data, "m0,4", 4) == 0);
			seen++;
		}
		ck_assert_uint_eq(seen, G_N_ELEMENTS(events) - 1);
		ck_assert(reader.payload->len == 1 && reader.payload->data[0] == '?');
		rig_gdb_reader_clear(&reader);
	}
}
END_TEST

/* As GDB's manual has its examples: E.1. */
START_TEST(answers_are_framed)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	rig_gdb_write(out, "OK", 2);
	rig_gdb_write(out, "a}#*$", 5);
	ck_assert_uint_eq(out->len, 6 + 13);
	ck_assert(memcmp(out->data, "$OK#9a$a}]}\003}\n}\004#", 16) == 0);
}
END_TEST

START_TEST(registers_are_those_of_gdb)
{
	Bed bed;
	bed_begin(&bed, TRUE);
	for (guint i = 0; i < 96; i++)
		bed.registers[i] = i << 24 | i;
	const char *all = bed_ask(&bed, "g");
	/* 19 words, four bytes, 16 doubles, a word. */
	ck_assert_uint_eq(strlen(all), 2 * (19 * 4 + 4 + 16 * 8 + 4));
	ck_assert(g_str_has_prefix(all, "00000000"
	                                "01000001"
	                                "02000002"));
	ck_assert_str_eq(bed_ask(&bed, "pf"), "0f00000f");
	ck_assert_str_eq(bed_ask(&bed, "p18"), "4200004243000043");
	bed.registers[RIG_REG_SPECIAL] = 0x44332211;
	ck_assert_str_eq(bed_ask(&bed, "p13"), "11");
	ck_assert_str_eq(bed_ask(&bed, "p16"), "44");
	ck_assert_str_eq(bed_ask(&bed, "P16=03"), "OK");
	ck_assert_uint_eq(bed.registers[RIG_REG_SPECIAL], 0x03332211);
	ck_assert_str_eq(bed_ask(&bed, "P5=78563412"), "OK");
	ck_assert_uint_eq(bed.registers[5], 0x12345678);
	ck_assert_str_eq(bed_ask(&bed, "p99"), "E22");
	bed_end(&bed);
	gsize count = 0;
	(void)rig_gdb_registers(FALSE, &count);
	ck_assert_uint_eq(count, 23);
	g_autofree char *plain = rig_gdb_description(FALSE);
	ck_assert_ptr_nonnull(strstr(plain, "org.gnu.gdb.arm.m-profile"));
	ck_assert_ptr_null(strstr(plain, "vfp"));
}
END_TEST

START_TEST(memory_is_read_and_written)
{
	Bed bed;
	bed_begin(&bed, FALSE);
	ck_assert_str_eq(bed_ask(&bed, "m10,4"), "10111213");
	ck_assert_str_eq(bed_ask(&bed, "m2000,4"), "E01");
	ck_assert_str_eq(bed_ask(&bed, "m10"), "E22");
	ck_assert_str_eq(bed_ask(&bed, "m10,ffffff"), "E22");
	ck_assert_str_eq(bed_ask(&bed, "M20,2:6869"), "OK");
	ck_assert_str_eq(bed_ask(&bed, "M20,3:6869"), "E22");
	ck_assert_str_eq(bed_ask(&bed, "X30,3:abc"), "OK");
	ck_assert_str_eq(bed.log->str, "read 10+4 read 2000+4 <hi> write 20+2 <abc> write 30+3 ");
	bed_end(&bed);
}
END_TEST

START_TEST(it_runs_and_stops)
{
	Bed bed;
	bed_begin(&bed, FALSE);
	ck_assert_str_eq(bed_ask(&bed, "?"), "T05thread:1;");
	ck_assert_str_eq(bed_ask(&bed, "Z1,100,2"), "OK");
	ck_assert_str_eq(bed_ask(&bed, "Z2,100,4"), "");
	ck_assert_ptr_null(bed_ask(&bed, "vCont;c"));
	ck_assert(bed.stub.is_running);
	rig_gdb_stub_stopped(&bed.stub, TRUE);
	ck_assert_str_eq(bed.stub.answer->str, "T02thread:1;");
	ck_assert_str_eq(bed_ask(&bed, "vCont;s:1;c"), "T05thread:1;");
	ck_assert_str_eq(bed_ask(&bed, "s200"), "T05thread:1;");
	ck_assert_uint_eq(bed.registers[RIG_REG_PC], 0x200);
	ck_assert_str_eq(bed_ask(&bed, "z0,100,2"), "OK");
	ck_assert_str_eq(bed_ask(&bed, "qRcmd,7265736574"),
	                 "54686520636f7265207374616e64732061742069747320726573657420"
	                 "68616e646c65722e0a");
	ck_assert_str_eq(bed_ask(&bed, "D"), "OK");
	ck_assert(bed.stub.is_over);
	ck_assert_str_eq(bed.log->str, "set 100+0 resume 0+0 step 0+0 step 0+0 clear 100+0 reset 0+0 ");
	bed_end(&bed);
}
END_TEST

START_TEST(a_probe_that_is_gone_ends_it)
{
	Bed bed;
	gboolean answers = FALSE;
	g_autoptr(GError) error = NULL;
	bed_begin(&bed, FALSE);
	bed.is_gone = TRUE;
	ck_assert(!rig_gdb_stub_take(&bed.stub, (const guint8 *)"m0,4", 4, &answers, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH) && !answers);
	bed_end(&bed);
}
END_TEST

static Suite *gdb_suite(void)
{
	Suite *suite = suite_create("gdb");
	TCase *tests = tcase_create("gdb");
	tcase_add_test(tests, bytes_become_packets);
	tcase_add_test(tests, answers_are_framed);
	tcase_add_test(tests, registers_are_those_of_gdb);
	tcase_add_test(tests, memory_is_read_and_written);
	tcase_add_test(tests, it_runs_and_stops);
	tcase_add_test(tests, a_probe_that_is_gone_ends_it);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(gdb_suite)
