/* SPDX-License-Identifier: Apache-2.0 */
#include "../../drivers/protocol/mlperf_tiny_lines.h"
#include "memory_link.h"
#include "test.h"

#include <rig/bytes.h>
#include <string.h>

typedef struct Stream {
	FakeClock clock;
	MemoryPeer peer;
	MemoryOptions options;
	RigLink *link;
	TinyReader reader;
} Stream;

static void stream_take(MemoryPeer *peer, const guint8 *data, gsize size)
{
	(void)peer;
	(void)data;
	(void)size;
}

static void stream_open(Stream *stream, gsize read_most)
{
	*stream = (Stream){.peer = {.take = stream_take}};
	fake_clock_init(&stream->clock, 0);
	stream->options =
	    (MemoryOptions){.peer = &stream->peer, .clock = &stream->clock, .read_most = read_most};
	stream->link =
	    rig_link_new(&memory_link_driver, &stream->options, "b", "l", &stream->clock.clock);
	ck_assert(rig_link_open(stream->link, RIG_FOREVER, NULL));
}

static void stream_close(Stream *stream)
{
	tiny_reader_clear(&stream->reader);
	rig_link_free(stream->link);
}

static void stream_expect(Stream *stream, const char *expected)
{
	TinyText line = {0};
	int got = tiny_reader_next(&stream->reader, stream->link, &line, 1000, NULL);
	ck_assert_int_eq(got, expected != NULL ? 1 : 0);
	if (expected != NULL)
		ck_assert_msg(tiny_text_is(line, (TinyText){expected, strlen(expected)}), "`%.*s`",
		              (int)line.size, line.at);
}

START_TEST(ends_of_lines)
{
	static const char text[] = "a\r\nb\n\r\n\0c\0\r\r\n\rd\nrest";
	Stream stream;
	stream_open(&stream, (gsize)_i);
	memory_say(&stream.peer, text, sizeof text - 1, 0);
	stream_expect(&stream, "a");
	stream_expect(&stream, "b");
	stream_expect(&stream, "");
	stream_expect(&stream, "c");
	stream_expect(&stream, "d");
	stream_expect(&stream, NULL);
	memory_say(&stream.peer, " of it\n", 7, 0);
	stream_expect(&stream, "rest of it");
	ck_assert_uint_eq(stream.reader.first_size, MIN(sizeof text - 1 + 7, 24u));
	ck_assert(memcmp(stream.reader.first, text, 20) == 0);
	stream_close(&stream);
}
END_TEST

START_TEST(long_lines_are_kept_and_endless_ones_dropped)
{
	Stream stream;
	stream_open(&stream, 0);
	g_autofree char *longest = g_strnfill(TINY_LINE_BYTES_MAX - 1, 'x');
	memory_say(&stream.peer, "1\n", 2, 0);
	memory_say(&stream.peer, longest, TINY_LINE_BYTES_MAX - 1, 0);
	memory_say(&stream.peer, "\n", 1, 0);
	stream_expect(&stream, "1");
	stream_expect(&stream, longest);
	memory_say(&stream.peer, longest, TINY_LINE_BYTES_MAX - 1, 0);
	memory_say(&stream.peer, "xx\nnext\n", 8, 0);
	TinyText line;
	ck_assert_int_eq(tiny_reader_next(&stream.reader, stream.link, &line, 1000, NULL), 1);
	ck_assert_uint_lt(line.size, 3);
	stream_expect(&stream, "next");
	memory_say(&stream.peer, "half", 4, 0);
	stream_expect(&stream, NULL);
	tiny_reader_drop(&stream.reader);
	memory_say(&stream.peer, "whole\n", 6, 0);
	stream_expect(&stream, "whole");
	stream_close(&stream);
}
END_TEST

START_TEST(seals_chain_over_lines)
{
	guint32 chain = rig_crc32(0, "x on", 4), sum = chain;
	g_autofree char *first = g_strdup_printf("m-x-on*%08x", sum = rig_crc32(sum, "m-x-on", 6));
	g_autofree char *second = g_strdup_printf("m-ready*%08x", rig_crc32(sum, "m-ready", 7));
	TinyText early = {second, strlen(second)};
	ck_assert(!tiny_seal_open(&early, &chain));
	TinyText line = {first, strlen(first)};
	ck_assert(tiny_seal_open(&line, &chain) && tiny_text_is(line, TINY_TEXT("m-x-on")));
	ck_assert(tiny_seal_open(&early, &chain) && tiny_text_is(early, TINY_TEXT("m-ready")));
}
END_TEST

static Suite *lines_suite(void)
{
	Suite *suite = suite_create("mlperf-tiny lines");
	TCase *lines = tcase_create("lines");
	tcase_add_loop_test(lines, ends_of_lines, 0, 4);
	tcase_add_test(lines, long_lines_are_kept_and_endless_ones_dropped);
	tcase_add_test(lines, seals_chain_over_lines);
	suite_add_tcase(suite, lines);
	return suite;
}

RIG_TEST_MAIN(lines_suite)
