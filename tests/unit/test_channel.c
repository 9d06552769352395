/* SPDX-License-Identifier: Apache-2.0 */
/* Lines between supervisor and worker, and what is heard when one of them is gone. */
#include "test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/channel.h"

#define LINE_MAX_BYTES 4095u /* with its newline */

static RigChannel *channel;
static int other; /* the other side, bare; -1: closed */

static void begin(void)
{
	int pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	channel = rig_channel_new(pair[0]);
	other = pair[1];
	ck_assert_int_eq(rig_channel_fd(channel), pair[0]);
}

static void end(void)
{
	rig_channel_free(channel);
	if (other >= 0)
		close(other);
}

static void close_other(void)
{
	close(other);
	other = -1;
}

static void send_text(const char *text)
{
	ck_assert_int_eq(write(other, text, strlen(text)), (gssize)strlen(text));
}

static void expect_heard(const char *text, gboolean is_closed)
{
	gboolean closed = !is_closed;
	g_autofree char *line = rig_channel_hear(channel, FALSE, &closed);
	ck_assert_pstr_eq(line, text);
	ck_assert_int_eq(closed, is_closed);
}

static void expect_sent(const char *text)
{
	char block[8192];
	gssize got = read(other, block, sizeof block);
	ck_assert_int_eq(got, (gssize)strlen(text));
	ck_assert_int_eq(memcmp(block, text, strlen(text)), 0);
}

START_TEST(test_lines_are_heard_one_by_one)
{
	expect_heard(NULL, FALSE);
	send_text("run digits 1\nstop\nen");
	expect_heard("run digits 1", FALSE);
	expect_heard("stop", FALSE);
	expect_heard(NULL, FALSE);
	send_text("d\n\n");
	expect_heard("end", FALSE);
	expect_heard("", FALSE);
	expect_heard(NULL, FALSE);
}
END_TEST

START_TEST(test_what_was_said_before_the_end_is_heard_before_it)
{
	send_text("done 4711\nhalf a li");
	close_other();
	expect_heard("done 4711", FALSE);
	expect_heard(NULL, TRUE); /* half a line is none */
	expect_heard(NULL, TRUE);
}
END_TEST

static gpointer say_later(gpointer user)
{
	(void)user;
	send_text("rea");
	send_text("dy\n");
	close_other();
	return NULL;
}

START_TEST(test_who_waits_hears_the_whole_line_and_the_end)
{
	GThread *thread = g_thread_new("other", say_later, NULL);
	gboolean closed;
	g_autofree char *line = rig_channel_hear(channel, TRUE, &closed);
	ck_assert_pstr_eq(line, "ready");
	ck_assert(!closed);
	ck_assert_ptr_null(rig_channel_hear(channel, TRUE, &closed));
	ck_assert(closed);
	g_thread_join(thread);
}
END_TEST

START_TEST(test_nothing_that_is_said_breaks_a_line)
{
	ck_assert(rig_channel_say(channel, "failed %s: %d", "a\r\nrun evil 1\nb", 7));
	expect_sent("failed a  run evil 1 b: 7\n");
	g_autofree char *text = g_strnfill(10000, 'x');
	ck_assert(rig_channel_say(channel, "%s", text));
	text[LINE_MAX_BYTES - 1] = '\n';
	text[LINE_MAX_BYTES] = 0;
	expect_sent(text);
}
END_TEST

START_TEST(test_saying_to_nobody_is_told_and_harms_nothing)
{
	close_other(); /* no SIGPIPE either */
	ck_assert(!rig_channel_say(channel, "ready"));
	ck_assert(!rig_channel_say(channel, "ready"));
	rig_channel_free(NULL);
}
END_TEST

START_TEST(test_lines_longer_than_a_read_are_put_together)
{
	RigChannel *there = rig_channel_new(other);
	other = -1;
	g_autofree char *text = g_strnfill(4000, 'y');
	for (guint i = 0; i < 5; i++)
		ck_assert(rig_channel_say(there, "%u%s", i, text));
	for (guint i = 0; i < 5; i++) {
		g_autofree char *line = g_strdup_printf("%u%s", i, text);
		expect_heard(line, FALSE);
	}
	rig_channel_free(there);
	expect_heard(NULL, TRUE);
}
END_TEST

static Suite *channel_suite(void)
{
	Suite *suite = suite_create("channel");
	TCase *test = tcase_create("channel");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_lines_are_heard_one_by_one);
	tcase_add_test(test, test_what_was_said_before_the_end_is_heard_before_it);
	tcase_add_test(test, test_who_waits_hears_the_whole_line_and_the_end);
	tcase_add_test(test, test_nothing_that_is_said_breaks_a_line);
	tcase_add_test(test, test_saying_to_nobody_is_told_and_harms_nothing);
	tcase_add_test(test, test_lines_longer_than_a_read_are_put_together);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(channel_suite)
