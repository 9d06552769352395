/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual-bench/probe/memap.h"

#include "test.h"
#include <string.h>

#define MEM_BASE  0x20000000u
#define MEM_BYTES 16384u

enum { CSW = 0x00, TAR = 0x04, DRW = 0x0c, BD0 = 0x10, BASE = 0xf8, IDR = 0xfc };

typedef struct {
	guint8 bytes[MEM_BYTES];
	GString *log; /* accesses: w4+0 */
	Memap *memap;
} MemBed;

static gboolean mem_bed_reach(MemBed *bed, char way, guint32 address, guint size)
{
	ck_assert_uint_eq(address % size, 0);
	if (address < MEM_BASE || address - MEM_BASE > MEM_BYTES - size)
		return FALSE;
	g_string_append_printf(bed->log, "%c%u+%u ", way, size, address - MEM_BASE);
	return TRUE;
}

static gboolean mem_bed_read(gpointer user, guint32 address, guint size, guint32 *value)
{
	MemBed *bed = user;

	*value = 0;
	if (!mem_bed_reach(bed, 'r', address, size))
		return FALSE;
	for (guint i = 0; i < size; i++)
		*value |= (guint32)bed->bytes[address - MEM_BASE + i] << 8 * i;
	return TRUE;
}

static gboolean mem_bed_write(gpointer user, guint32 address, guint size, guint32 value)
{
	MemBed *bed = user;

	if (!mem_bed_reach(bed, 'w', address, size))
		return FALSE;
	for (guint i = 0; i < size; i++)
		bed->bytes[address - MEM_BASE + i] = (guint8)(value >> 8 * i);
	return TRUE;
}

static void mem_bed_begin(MemBed *bed, gboolean packed, guint span)
{
	const MemapKind kind = {
	    .idr = 0x24770011, .base = 0xe00ff003, .has_packed = packed, .increment_span = span};
	const MemapBus bus = {mem_bed_read, mem_bed_write, bed};

	memset(bed, 0, sizeof *bed);
	for (guint i = 0; i < MEM_BYTES; i++)
		bed->bytes[i] = (guint8)i;
	bed->log = g_string_new(NULL);
	bed->memap = memap_new(&kind, &bus);
}

static void mem_bed_end(MemBed *bed)
{
	memap_free(bed->memap);
	g_string_free(bed->log, TRUE);
}

static void mem_bed_set(MemBed *bed, guint address, guint32 value)
{
	ck_assert(memap_write(bed->memap, 0, address, value));
}

static guint32 mem_bed_get(MemBed *bed, guint address)
{
	guint32 value = 0;

	ck_assert(memap_read(bed->memap, 0, address, &value));
	return value;
}

/* C2.2: sizes, byte lanes, and how the address goes on. */
START_TEST(accesses_of_each_size)
{
	static const struct {
		guint32 csw, tar, read; /* the second DRW */
		const char *log;
		guint32 after;
	} cases[] = {
	    {0x23000012, 0x00, 0x07060504, "r4+0 r4+4 ", 0x08},
	    {0x23000002, 0x00, 0x03020100, "r4+0 r4+0 ", 0x00},
	    {0x23000012, 0x03, 0x07060504, "r4+0 r4+4 ", 0x0b},
	    {0x23000011, 0x00, 0x03020000, "r2+0 r2+2 ", 0x04},
	    {0x23000010, 0x02, 0x03000000, "r1+2 r1+3 ", 0x04},
	    {0x23000020, 0x00, 0x07060504, "r1+0 r1+1 r1+2 r1+3 r1+4 r1+5 r1+6 r1+7 ", 0x08},
	    {0x23000021, 0x04, 0x0b0a0908, "r2+4 r2+6 r2+8 r2+10 ", 0x0c},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		MemBed bed;

		mem_bed_begin(&bed, TRUE, 1024);
		mem_bed_set(&bed, CSW, cases[i].csw);
		mem_bed_set(&bed, TAR, MEM_BASE + cases[i].tar);
		(void)mem_bed_get(&bed, DRW);
		ck_assert_uint_eq(mem_bed_get(&bed, DRW), cases[i].read);
		ck_assert_str_eq(bed.log->str, cases[i].log);
		ck_assert_uint_eq(mem_bed_get(&bed, TAR), MEM_BASE + cases[i].after);
		mem_bed_end(&bed);
	}
}
END_TEST

START_TEST(writes_take_their_lanes)
{
	MemBed bed;

	mem_bed_begin(&bed, TRUE, 1024);
	mem_bed_set(&bed, CSW, 0x23000010);
	mem_bed_set(&bed, TAR, MEM_BASE + 1);
	mem_bed_set(&bed, DRW, 0xddccbbaa);
	mem_bed_set(&bed, DRW, 0xddccbbaa);
	mem_bed_set(&bed, CSW, 0x23000011);
	mem_bed_set(&bed, TAR, MEM_BASE + 6);
	mem_bed_set(&bed, DRW, 0x12345678);
	ck_assert_mem_eq(bed.bytes, ((const guint8[]){0, 0xbb, 0xcc, 3, 4, 5, 0x34, 0x12}), 8);
	mem_bed_end(&bed);
}
END_TEST

/* A host that relies on more than is promised reads its block again. */
START_TEST(addresses_wrap_in_their_block)
{
	static const guint spans[] = {1024, 4096};

	for (gsize i = 0; i < G_N_ELEMENTS(spans); i++) {
		MemBed bed;

		mem_bed_begin(&bed, TRUE, spans[i]);
		mem_bed_set(&bed, CSW, 0x23000012);
		mem_bed_set(&bed, TAR, MEM_BASE + spans[i] - 4);
		(void)mem_bed_get(&bed, DRW);
		ck_assert_uint_eq(mem_bed_get(&bed, TAR), MEM_BASE);
		mem_bed_end(&bed);
	}
}
END_TEST

START_TEST(what_it_does_not_have_does_not_stay)
{
	static const struct {
		gboolean packed;
		guint32 set, got;
	} cases[] = {
	    {TRUE, 0x23000020, 0x23000060},  {FALSE, 0x23000020, 0x23000040},
	    {FALSE, 0x23000010, 0x23000050}, {TRUE, 0xa2000012, 0xa2000052},
	    {TRUE, 0x23000013, 0x23000052},  {TRUE, 0x23000032, 0x23000042},
	    {TRUE, 0x00ffff88, 0x00000040},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		MemBed bed;

		mem_bed_begin(&bed, cases[i].packed, 1024);
		mem_bed_set(&bed, CSW, cases[i].set);
		ck_assert_uint_eq(mem_bed_get(&bed, CSW), cases[i].got);
		mem_bed_end(&bed);
	}
}
END_TEST

/* The four words around TAR, which stays where it is. */
START_TEST(banked_data_leave_the_address)
{
	MemBed bed;

	mem_bed_begin(&bed, TRUE, 1024);
	mem_bed_set(&bed, CSW, 0x23000010);
	mem_bed_set(&bed, TAR, MEM_BASE + 0x24);
	for (guint i = 0; i < 4; i++)
		mem_bed_set(&bed, BD0 + 4 * i, 0x01010101 * i);
	ck_assert_str_eq(bed.log->str, "w4+32 w4+36 w4+40 w4+44 ");
	ck_assert_uint_eq(mem_bed_get(&bed, BD0 + 8), 0x02020202);
	ck_assert_uint_eq(mem_bed_get(&bed, TAR), MEM_BASE + 0x24);
	mem_bed_end(&bed);
}
END_TEST

/* A Cortex-M4 counts up for a failed access, too. */
START_TEST(a_refused_access_says_so)
{
	MemBed bed;
	guint32 value = 1;

	mem_bed_begin(&bed, TRUE, 1024);
	mem_bed_set(&bed, CSW, 0x23000012);
	mem_bed_set(&bed, TAR, 0x10000000);
	ck_assert(!memap_read(bed.memap, 0, DRW, &value));
	ck_assert(!memap_write(bed.memap, 0, DRW, 1));
	ck_assert(!memap_write(bed.memap, 0, BD0, 1));
	ck_assert_uint_eq(mem_bed_get(&bed, TAR), 0x10000008);
	mem_bed_end(&bed);
}
END_TEST

START_TEST(there_is_one_access_port)
{
	MemBed bed;
	guint32 value = 1;

	mem_bed_begin(&bed, TRUE, 1024);
	ck_assert_uint_eq(mem_bed_get(&bed, IDR), 0x24770011);
	ck_assert_uint_eq(mem_bed_get(&bed, BASE), 0xe00ff003);
	ck_assert_uint_eq(mem_bed_get(&bed, 0xf4), 0);
	ck_assert(memap_read(bed.memap, 1, IDR, &value));
	ck_assert_uint_eq(value, 0);
	ck_assert(memap_write(bed.memap, 1, TAR, 4));
	ck_assert_uint_eq(mem_bed_get(&bed, TAR), 0);
	mem_bed_end(&bed);
}
END_TEST

static Suite *memap_suite(void)
{
	Suite *suite = suite_create("memap");
	TCase *tests = tcase_create("memap");

	tcase_add_test(tests, accesses_of_each_size);
	tcase_add_test(tests, writes_take_their_lanes);
	tcase_add_test(tests, addresses_wrap_in_their_block);
	tcase_add_test(tests, what_it_does_not_have_does_not_stay);
	tcase_add_test(tests, banked_data_leave_the_address);
	tcase_add_test(tests, a_refused_access_says_so);
	tcase_add_test(tests, there_is_one_access_port);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(memap_suite)
