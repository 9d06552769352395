/* SPDX-License-Identifier: Apache-2.0 */
/* The model of an nRF52840's flash, by the rules of its Product Specification. */
#include "virtual-bench/probe/nvmc.h"

#include "test.h"
#include "virtual-bench/probe/pace.h"
#include <string.h>

#define READY    0x4001e400u
#define CONFIG   0x4001e504u
#define PAGE     0x4001e508u
#define ALL      0x4001e50cu
#define PROTECT  0x10001208u
#define WORD_NS  41000
#define ERASE_NS 85000000
#define BYTES    (1024u * 1024)

typedef struct {
	Nvmc *nvmc;
	guint8 *bytes;
	gint64 now_ns;
	guint64 resets;
	guint restarts;
} Bed;

static gboolean bed_read(gpointer user, guint32 address, guint size, guint32 *value)
{
	Bed *bed = user;
	*value = 0;
	if (address >= BYTES)
		return FALSE;
	memcpy(value, bed->bytes + address, size);
	return TRUE;
}

static gboolean bed_write(gpointer user, guint32 address, guint size, guint32 value)
{
	Bed *bed = user;
	if (address >= BYTES)
		return FALSE;
	memcpy(bed->bytes + address, &value, size);
	return TRUE;
}

static gint64 bed_now(gpointer user)
{
	return ((Bed *)user)->now_ns;
}

static guint64 bed_resets(gpointer user)
{
	return ((Bed *)user)->resets;
}

static void bed_restart(gpointer user)
{
	Bed *bed = user;
	bed->restarts++;
	bed->resets++;
}

static void bed_begin(Bed *bed)
{
	*bed = (Bed){.bytes = g_malloc0(BYTES), .now_ns = 1};
	NvmcBoard board = {{bed_read, bed_write, bed}, bed_now, bed_resets, bed_restart, bed};
	bed->nvmc = nvmc_new(&board);
}

static void bed_end(Bed *bed)
{
	nvmc_free(bed->nvmc);
	g_free(bed->bytes);
}

static guint32 bed_word(Bed *bed, guint32 address)
{
	guint32 value = 0;
	ck_assert(nvmc_read(bed->nvmc, address, 4, &value));
	return value;
}

static void bed_set(Bed *bed, guint32 address, guint32 value)
{
	ck_assert(nvmc_write(bed->nvmc, address, 4, value));
	bed->now_ns += ERASE_NS;
}

START_TEST(a_page_is_erased_and_words_lose_ones)
{
	Bed bed;
	bed_begin(&bed);
	bed_set(&bed, CONFIG, 2);
	bed_set(&bed, PAGE, 0x3000);
	ck_assert_uint_eq(bed_word(&bed, 0x3ffc), 0xffffffff);
	ck_assert_uint_eq(bed_word(&bed, 0x4000), 0);
	bed_set(&bed, CONFIG, 1);
	bed_set(&bed, 0x3010, 0x1234f0f0);
	bed_set(&bed, 0x3010, 0xffff00ff);
	ck_assert_uint_eq(bed_word(&bed, 0x3010), 0x123400f0);
	const NvmcCounts *counts = nvmc_counts(bed.nvmc);
	ck_assert_uint_eq(counts->words, 2);
	ck_assert_uint_eq(counts->overwritten, 1);
	ck_assert_uint_eq(counts->worn, 0);
	bed_set(&bed, 0x3010, 0);
	ck_assert_uint_eq(counts->worn, 1);
	bed_end(&bed);
}
END_TEST

START_TEST(what_is_not_enabled_is_refused)
{
	Bed bed;
	bed_begin(&bed);
	ck_assert(!nvmc_write(bed.nvmc, 0x3000, 4, 1));
	bed_set(&bed, PAGE, 0x3000);
	ck_assert_uint_eq(nvmc_counts(bed.nvmc)->erases, 0);
	bed_set(&bed, CONFIG, 1);
	ck_assert(!nvmc_write(bed.nvmc, 0x3000, 1, 1));
	ck_assert(!nvmc_write(bed.nvmc, 0x3000, 2, 1));
	ck_assert_uint_eq(nvmc_counts(bed.nvmc)->refused, 3);
	/* A reset takes the permission away. */
	bed.resets++;
	ck_assert(!nvmc_write(bed.nvmc, 0x3000, 4, 1));
	bed_end(&bed);
}
END_TEST

START_TEST(it_takes_its_time_and_stalls_who_is_early)
{
	Bed bed;
	bed_begin(&bed);
	bed_set(&bed, CONFIG, 2);
	ck_assert(nvmc_write(bed.nvmc, PAGE, 4, 0));
	ck_assert_uint_eq(bed_word(&bed, READY), 0);
	bed.now_ns += ERASE_NS - 1;
	ck_assert_uint_eq(bed_word(&bed, READY), 0);
	bed.now_ns++;
	ck_assert_uint_eq(bed_word(&bed, READY), 1);
	ck_assert(!nvmc_stalls(bed.nvmc));
	bed_set(&bed, CONFIG, 1);
	ck_assert(nvmc_write(bed.nvmc, 0, 4, 1));
	bed.now_ns += 1000;
	ck_assert(nvmc_write(bed.nvmc, 4, 4, 1));
	ck_assert(nvmc_stalls(bed.nvmc));
	bed.now_ns += WORD_NS - 1000;
	ck_assert(!nvmc_stalls(bed.nvmc));
	ck_assert_uint_eq(bed_word(&bed, READY), 0);
	bed.now_ns += WORD_NS;
	ck_assert_uint_eq(bed_word(&bed, READY), 1);
	ck_assert_uint_eq(nvmc_counts(bed.nvmc)->busy_ns, ERASE_NS + 2 * WORD_NS);
	ck_assert_uint_eq(nvmc_counts(bed.nvmc)->stalls, 1);
	bed_end(&bed);
}
END_TEST

START_TEST(a_locked_chip_opens_when_it_is_erased)
{
	Bed bed;
	guint32 value = 0;
	bed_begin(&bed);
	ck_assert_uint_eq(nvmc_read_control(bed.nvmc, 0xfc), 0x02880000);
	ck_assert_uint_eq(nvmc_read_control(bed.nvmc, 0x0c), 1);
	bed_set(&bed, CONFIG, 1);
	bed_set(&bed, PROTECT, 0xffffff00);
	ck_assert(!nvmc_is_protected(bed.nvmc));
	bed.resets++;
	ck_assert(nvmc_is_protected(bed.nvmc));
	ck_assert_uint_eq(nvmc_read_control(bed.nvmc, 0x0c), 0);
	ck_assert(!nvmc_read(bed.nvmc, 0, 4, &value));
	ck_assert(!nvmc_write(bed.nvmc, CONFIG, 4, 2));
	nvmc_write_control(bed.nvmc, 0x04, 1);
	ck_assert_uint_eq(nvmc_read_control(bed.nvmc, 0x08), 1);
	bed.now_ns += 169000000;
	ck_assert_uint_eq(nvmc_read_control(bed.nvmc, 0x08), 0);
	nvmc_write_control(bed.nvmc, 0x00, 1);
	ck_assert_uint_eq(bed.restarts, 1);
	ck_assert(!nvmc_is_protected(bed.nvmc));
	ck_assert_uint_eq(bed_word(&bed, 0), 0xffffffff);
	bed_end(&bed);
}
END_TEST

START_TEST(it_says_what_it_is)
{
	Bed bed;
	guint32 value = 0;
	bed_begin(&bed);
	ck_assert_uint_eq(bed_word(&bed, 0x10000100), 0x52840);
	ck_assert_uint_eq(bed_word(&bed, 0x10000010), 4096);
	ck_assert_uint_eq(bed_word(&bed, 0x10000028), 0xffffffff);
	ck_assert(nvmc_read(bed.nvmc, 0x10000102, 1, &value));
	ck_assert_uint_eq(value, 0x05);
	ck_assert(!nvmc_read(bed.nvmc, 0x30000000, 4, &value));
	bed_end(&bed);
}
END_TEST

/* Of what was worked and what passed the longer counts, step by step; a running core is not left
 * behind. */
START_TEST(time_is_the_longer_of_two)
{
	Pace pace = {0};
	ck_assert_int_eq(pace_step(&pace, 0, 1000, FALSE), 0);
	ck_assert_int_eq(pace_step(&pace, 5000000, 2000, FALSE), 5000000);
	ck_assert(!pace_holds(&pace));
	ck_assert_int_eq(pace_step(&pace, 5000000, 3002000, FALSE), 8000000);
	(void)pace_step(&pace, 6000000, 3002000, TRUE);
	ck_assert(pace_holds(&pace));
	ck_assert_int_eq(pace_until_ns(&pace), 4002000);
	(void)pace_step(&pace, 6000000, 4002000, TRUE);
	ck_assert(!pace_holds(&pace));
	/* Idle time is no credit. */
	(void)pace_step(&pace, 6000000, 9002000, TRUE);
	(void)pace_step(&pace, 7000000, 9002000, TRUE);
	ck_assert(pace_holds(&pace));
	(void)pace_step(&pace, 7000000, 9002000, FALSE);
	ck_assert(!pace_holds(&pace));
}
END_TEST

static Suite *nvmc_suite(void)
{
	Suite *suite = suite_create("nvmc");
	TCase *tests = tcase_create("nvmc");
	tcase_add_test(tests, a_page_is_erased_and_words_lose_ones);
	tcase_add_test(tests, what_is_not_enabled_is_refused);
	tcase_add_test(tests, it_takes_its_time_and_stalls_who_is_early);
	tcase_add_test(tests, a_locked_chip_opens_when_it_is_erased);
	tcase_add_test(tests, it_says_what_it_is);
	tcase_add_test(tests, time_is_the_longer_of_two);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(nvmc_suite)
