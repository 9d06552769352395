/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors against a deadline and a stop signal, over socket pairs and pipes. */
#include "fake_clock.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <rig/link.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pair[2]; /* ours and the other side's */
static int stop[2];
static FakeClock fake;

static void begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(pipe2(stop, O_CLOEXEC), 0);
	fake_clock_init(&fake, 1000);
}

static void end(void)
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		close(stop[i]);
	}
}

static void close_other(void)
{
	close(pair[1]);
	pair[1] = -1;
}

static gssize read_until(guint8 *data, gsize size, gint64 deadline_us, GError **error)
{
	return rig_fd_read(pair[0], stop[0], &fake.clock, data, size, deadline_us, error);
}

START_TEST(test_read_gives_what_is_there)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(write(pair[1], "abc", 3), 3);
	ck_assert_int_eq(read_until(data, 2, RIG_FOREVER, &error), 2);
	ck_assert_int_eq(memcmp(data, "ab", 2), 0);
	/* Even at a deadline that has passed. */
	ck_assert_int_eq(read_until(data, sizeof data, 0, &error), 1);
	ck_assert_int_eq(data[0], 'c');
	ck_assert_ptr_null(error);
}
END_TEST

START_TEST(test_read_ends_at_its_deadline)
{
	static const gint64 deadlines[] = {0, 1000, 1000 + 2000}; /* passed, now, in two ms */
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(read_until(data, sizeof data, deadlines[_i], &error), 0);
	ck_assert_ptr_null(error);
}
END_TEST

START_TEST(test_read_tells_when_the_other_side_is_gone)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	close_other();
	ck_assert_int_eq(read_until(data, sizeof data, RIG_FOREVER, &error), 1);
	ck_assert_int_eq(read_until(data, sizeof data, RIG_FOREVER, &error), -1);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq(error->message, "closed by the other side");
}
END_TEST

START_TEST(test_read_stops_even_where_bytes_are_there)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	ck_assert_int_eq(write(stop[1], "x", 1), 1);
	ck_assert_int_eq(read_until(data, sizeof data, RIG_FOREVER, &error), -1);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
	g_clear_error(&error);
	ck_assert_int_eq(rig_fd_read(pair[0], -1, &fake.clock, data, sizeof data, RIG_FOREVER, &error),
	                 1);
}
END_TEST

START_TEST(test_read_tells_what_the_kernel_said)
{
	guint8 data[8];
	g_autoptr(GError) error = NULL;
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(rig_fd_read(folder, -1, &fake.clock, data, sizeof data, RIG_FOREVER, &error),
	                 -1);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, g_strerror(EISDIR)));
	close(folder);
}
END_TEST

/* Another thread takes the bytes that do not fit at once, and says how they add up. */
static gpointer take_all(gpointer user)
{
	int fd = GPOINTER_TO_INT(user);
	guint8 block[1000];
	guint sum = 0;
	gssize got;
	while ((got = rig_fd_read(fd, -1, &rig_clock_monotonic, block, sizeof block, RIG_FOREVER,
	                          NULL)) > 0) {
		for (gssize i = 0; i < got; i++)
			sum = sum * 31 + block[i];
	}
	return GUINT_TO_POINTER(sum);
}

START_TEST(test_write_waits_until_all_is_taken)
{
	gsize size = 3 << 20;
	g_autofree guint8 *data = g_malloc(size);
	guint sum = 0;
	for (gsize i = 0; i < size; i++) {
		data[i] = (guint8)(i * 7 + i / 256);
		sum = sum * 31 + data[i];
	}
	GThread *thread = g_thread_new("other", take_all, GINT_TO_POINTER(pair[1]));
	g_autoptr(GError) error = NULL;
	ck_assert(
	    rig_fd_write(pair[0], stop[0], &rig_clock_monotonic, data, size, RIG_FOREVER, &error));
	shutdown(pair[0], SHUT_WR);
	ck_assert_uint_eq(GPOINTER_TO_UINT(g_thread_join(thread)), sum);
}
END_TEST

START_TEST(test_write_ends_at_its_deadline_and_counts_what_is_left)
{
	g_autofree guint8 *data = g_malloc0(8 << 20);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_fd_write(pair[0], stop[0], &fake.clock, data, 8 << 20, fake.now_us, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	gsize got = 0;
	for (gssize part; (part = read(pair[1], data, 8 << 20)) > 0;)
		got += (gsize)part;
	ck_assert_uint_gt(got, 0);
	g_autofree char *left =
	    g_strdup_printf("; %" G_GSIZE_FORMAT " left at the deadline", (8u << 20) - got);
	ck_assert_msg(g_str_has_suffix(error->message, left), "no \"%s\" in: %s", left, error->message);
}
END_TEST

START_TEST(test_write_stops_while_it_waits)
{
	g_autofree guint8 *data = g_malloc0(8 << 20);
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(write(stop[1], "x", 1), 1);
	ck_assert(!rig_fd_write(pair[0], stop[0], &fake.clock, data, 8 << 20, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
}
END_TEST

START_TEST(test_write_tells_when_the_other_side_is_gone)
{
	g_autoptr(GError) error = NULL;
	close_other();
	ck_assert(
	    !rig_fd_write(pair[0], stop[0], &fake.clock, (const guint8 *)"x", 1, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, g_strerror(EPIPE)));
}
END_TEST

static Suite *fd_suite(void)
{
	Suite *suite = suite_create("descriptors");
	TCase *test = tcase_create("fd");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_read_gives_what_is_there);
	tcase_add_loop_test(test, test_read_ends_at_its_deadline, 0, 3);
	tcase_add_test(test, test_read_tells_when_the_other_side_is_gone);
	tcase_add_test(test, test_read_stops_even_where_bytes_are_there);
	tcase_add_test(test, test_read_tells_what_the_kernel_said);
	tcase_add_test(test, test_write_waits_until_all_is_taken);
	tcase_add_test(test, test_write_ends_at_its_deadline_and_counts_what_is_left);
	tcase_add_test(test, test_write_stops_while_it_waits);
	tcase_add_test(test, test_write_tells_when_the_other_side_is_gone);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(fd_suite)
