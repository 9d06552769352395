/* SPDX-License-Identifier: Apache-2.0 */
/* Claims between processes: one holder at a time, and none that outlives its process. */
#include "call.h"
#include "fake_clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "run/claim.h"
#include "run/reservation.h"

#define LOCK "tinyrig-desk.mps2-a.lock"

static char *folder;
static FakeClock fake;
static gboolean protected_files; /* as with fs.protected_regular=2 and another user's file */

/* In the place of libc's, so that the kernel of a shared host can be played. */
int open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (protected_files && (flags & (O_CREAT | O_EXCL)) == O_CREAT && access(path, F_OK) == 0) {
		errno = EACCES;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void begin(void)
{
	folder = call_begin();
	fake_clock_init(&fake, 1000);
	protected_files = FALSE;
}

static void end(void)
{
	call_end(folder);
}

static RigClaim *take(const char *board, GError **error)
{
	return rig_claim_take("desk", board, "a test", &fake.clock, fake.now_us, -1, error);
}

/* Fails the test unless the board is free; leaves it free. */
static void expect_free(const char *board)
{
	g_autofree char *holder = rig_claim_holder("desk", board);
	ck_assert_ptr_null(holder);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigClaim) claim = take(board, &error);
	ck_assert_msg(claim != NULL, "%s", error == NULL ? "" : error->message);
}

typedef struct {
	pid_t pid;
	int say; /* closing it lets the process end in order */
} Holder;

/* A process that holds the board when the call returns. */
static Holder holder_start(void)
{
	int to[2], from[2];
	ck_assert_int_eq(pipe(to), 0);
	ck_assert_int_eq(pipe(from), 0);
	Holder holder = {.pid = fork(), .say = to[1]};
	ck_assert_int_ge(holder.pid, 0);
	char byte = 0;
	if (holder.pid == 0) {
		signal(SIGTERM, SIG_DFL); /* not as Check has it */
		close(to[1]);
		RigClaim *claim = take("mps2-a", NULL);
		_exit(claim != NULL && write(from[1], "x", 1) == 1 && read(to[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(to[0]);
	close(from[1]);
	ck_assert_int_eq(read(from[0], &byte, 1), 1);
	close(from[0]);
	return holder;
}

static void holder_end(Holder *holder, int number)
{
	int status;
	if (number != 0)
		kill(holder->pid, number);
	close(holder->say);
	ck_assert_int_eq(waitpid(holder->pid, &status, 0), holder->pid);
}

START_TEST(test_one_holds_a_board_and_others_are_told_who)
{
	g_autoptr(RigClaim) claim = take("mps2-a", NULL);
	ck_assert_ptr_nonnull(claim);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(take("mps2-a", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BUSY));
	g_autofree char *process = g_strdup_printf("process %d, since ", (int)getpid());
	ck_assert(g_str_has_prefix(error->message, "board mps2-a is held by "));
	ck_assert_ptr_nonnull(strstr(error->message, process));
	ck_assert(g_str_has_suffix(error->message, ": a test"));
	g_autofree char *holder = rig_claim_holder("desk", "mps2-a");
	ck_assert_ptr_nonnull(strstr(error->message, holder));
	expect_free("mps2-b");
	rig_claim_release(g_steal_pointer(&claim));
	expect_free("mps2-a");
}
END_TEST

START_TEST(test_a_claim_dies_with_its_holder)
{
	static const int numbers[] = {0, SIGTERM, SIGKILL};
	Holder holder = holder_start();
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(take("mps2-a", &error));
	g_autofree char *process = g_strdup_printf("process %d,", (int)holder.pid);
	ck_assert_ptr_nonnull(strstr(error->message, process));
	holder_end(&holder, numbers[_i]);
	expect_free("mps2-a");
}
END_TEST

/* A clock that kills the holder when it is first looked at while the claim waits. */
static gint64 kill_now(gpointer user)
{
	Holder *holder = user;
	if (holder->pid > 0)
		holder_end(holder, SIGKILL);
	holder->pid = 0;
	return 0;
}

START_TEST(test_who_waits_gets_the_board_when_it_is_free)
{
	Holder holder = holder_start();
	const RigClock clock = {.now_us = kill_now, .user = &holder};
	g_autoptr(RigClaim) claim =
	    rig_claim_take("desk", "mps2-a", "waiting", &clock, RIG_FOREVER, -1, NULL);
	ck_assert_ptr_nonnull(claim);
	ck_assert_int_eq(holder.pid, 0);
	g_autofree char *text = rig_claim_holder("desk", "mps2-a");
	ck_assert(g_str_has_suffix(text, ": waiting"));
}
END_TEST

static void reserve(const char *holder, gint64 span_us)
{
	g_autoptr(RigReservation) was = NULL;
	gint64 now_us = g_get_real_time();
	g_setenv("TINYRIG_HOLDER", holder, TRUE);
	ck_assert(rig_reservation_make("desk", "mps2-a", "mine", now_us, now_us + span_us, &was, NULL));
}

START_TEST(test_a_reserved_board_is_for_its_holder)
{
	reserve("ann@lab", 3600 * (gint64)G_USEC_PER_SEC);
	expect_free("mps2-a");
	g_setenv("TINYRIG_HOLDER", "bob@lab", TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(take("mps2-a", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BUSY));
	ck_assert_ptr_nonnull(strstr(error->message, "board mps2-a is reserved by ann@lab until "));
	ck_assert_ptr_nonnull(strstr(error->message, ": mine. "));
	g_autofree char *holder = rig_claim_holder("desk", "mps2-a");
	ck_assert_ptr_null(holder); /* who may not have it has not even touched it */
	expect_free("mps2-b");
}
END_TEST

/* A clock that ends the reservation when it is first looked at while the claim waits. */
static gint64 unlock_now(gpointer user)
{
	(void)user;
	g_autoptr(RigReservation) was = NULL;
	ck_assert(rig_reservation_end("desk", "mps2-a", TRUE, g_get_real_time(), &was, NULL));
	return 0;
}

START_TEST(test_who_waits_gets_the_board_when_its_reservation_ends)
{
	reserve("ann@lab", 3600 * (gint64)G_USEC_PER_SEC);
	g_setenv("TINYRIG_HOLDER", "bob@lab", TRUE);
	const RigClock clock = {.now_us = unlock_now};
	RigClaim *claim = rig_claim_take("desk", "mps2-a", "waiting", &clock, RIG_FOREVER, -1, NULL);
	ck_assert_ptr_nonnull(claim);
	rig_claim_release(claim);
	reserve("ann@lab", G_USEC_PER_SEC / 10); /* by itself */
	g_setenv("TINYRIG_HOLDER", "bob@lab", TRUE);
	claim = rig_claim_take("desk", "mps2-a", "waiting", &rig_clock_monotonic,
	                       rig_clock_after(&rig_clock_monotonic, 20 * G_USEC_PER_SEC), -1, NULL);
	ck_assert_ptr_nonnull(claim);
	rig_claim_release(claim);
}
END_TEST

START_TEST(test_who_waits_can_be_stopped)
{
	int stop[2];
	ck_assert_int_eq(pipe(stop), 0);
	ck_assert_int_eq(write(stop[1], "x", 1), 1);
	g_autoptr(RigClaim) claim = take("mps2-a", NULL);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(
	    rig_claim_take("desk", "mps2-a", "x", &fake.clock, RIG_FOREVER, stop[0], &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
	close(stop[0]);
	close(stop[1]);
}
END_TEST

START_TEST(test_programs_that_the_holder_starts_do_not_hold)
{
	RigClaim *claim = take("mps2-a", NULL);
	int in[2], started[2];
	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe2(started, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		close(in[1]);
		execlp("cat", "cat", (char *)NULL);
		_exit(1);
	}
	close(started[1]);
	char byte;
	ck_assert_int_eq(read(started[0], &byte, 1), 0); /* it is cat now */
	rig_claim_release(claim);
	expect_free("mps2-a");
	close(in[0]);
	close(in[1]);
	close(started[0]);
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(test_a_lock_that_another_user_made_is_taken)
{
	expect_free("mps2-a");
	protected_files = TRUE;
	expect_free("mps2-a");
	expect_free("mps2-b"); /* and one that nobody has made yet */
}
END_TEST

START_TEST(test_a_lock_is_for_all_users_whatever_the_umask)
{
	mode_t before = umask(077);
	expect_free("mps2-a");
	umask(before);
	struct stat status;
	ck_assert_int_eq(stat(LOCK, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0666);
}
END_TEST

START_TEST(test_links_and_missing_folders_are_refused)
{
	g_autoptr(GError) error = NULL;
	ck_assert(g_file_set_contents("precious", "keep", -1, NULL));
	ck_assert_int_eq(symlink("precious", LOCK), 0);
	ck_assert_ptr_null(take("mps2-a", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	g_autofree char *kept = NULL;
	ck_assert(g_file_get_contents("precious", &kept, NULL, NULL));
	ck_assert_str_eq(kept, "keep");
	g_clear_error(&error);
	g_setenv("TINYRIG_LOCK_DIR", "/nowhere/at/all", TRUE);
	ck_assert_ptr_null(take("mps2-a", &error));
	ck_assert_ptr_nonnull(strstr(error->message, "set TINYRIG_LOCK_DIR to a folder"));
	ck_assert_ptr_null(rig_claim_holder("desk", "mps2-a"));
}
END_TEST

START_TEST(test_the_name_of_a_holder_is_printable)
{
	g_autoptr(RigClaim) claim = take("mps2-a", NULL);
	int fd = open(LOCK, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	g_autofree char *unnamed = rig_claim_holder("desk", "mps2-a");
	ck_assert_str_eq(unnamed, "somebody who left no name");
	ck_assert_int_eq(pwrite(fd, "\x1b[2J caf\xe9\nb\n", 12, 0), 12);
	g_autofree char *holder = rig_claim_holder("desk", "mps2-a");
	for (const char *at = holder; *at != 0; at++)
		ck_assert_msg(g_ascii_isprint(*at), "a byte \\x%02x", (guchar)*at);
	ck_assert_ptr_nonnull(strstr(holder, "caf"));
	close(fd);
}
END_TEST

static Suite *claim_suite(void)
{
	Suite *suite = suite_create("claim");
	TCase *test = tcase_create("claim");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_one_holds_a_board_and_others_are_told_who);
	tcase_add_loop_test(test, test_a_claim_dies_with_its_holder, 0, 3);
	tcase_add_test(test, test_who_waits_gets_the_board_when_it_is_free);
	tcase_add_test(test, test_a_reserved_board_is_for_its_holder);
	tcase_add_test(test, test_who_waits_gets_the_board_when_its_reservation_ends);
	tcase_add_test(test, test_who_waits_can_be_stopped);
	tcase_add_test(test, test_programs_that_the_holder_starts_do_not_hold);
	tcase_add_test(test, test_a_lock_that_another_user_made_is_taken);
	tcase_add_test(test, test_a_lock_is_for_all_users_whatever_the_umask);
	tcase_add_test(test, test_links_and_missing_folders_are_refused);
	tcase_add_test(test, test_the_name_of_a_holder_is_printable);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(claim_suite)
