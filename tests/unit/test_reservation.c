/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations: who has a board, until when, and files that are damaged. */
#include "call.h"

#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "base/state.h"
#include "run/claim.h"
#include "run/reservation.h"

#define HOUR_US G_GINT64_CONSTANT(3600000000)
#define NOW_US  (G_GINT64_CONSTANT(1800000000) * G_USEC_PER_SEC) /* 2027-01-15 08:00 UTC */
#define FILE_OF "state/reservations/desk.mps2-a.json"

static char *folder;
static uid_t user;

/* In the place of libc's, so that a container is played. */
uid_t geteuid(void)
{
	return user;
}

static void be(const char *holder)
{
	g_setenv("TINYRIG_HOLDER", holder, TRUE);
}

static void begin(void)
{
	folder = call_begin();
	user = getuid();
	be("ann@lab");
}

static void end(void)
{
	call_end(folder);
}

static RigReservation *get(gint64 now_us)
{
	RigReservation *reservation = NULL;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_reservation_read("desk", "mps2-a", now_us, &reservation, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	return reservation;
}

static void make(gint64 now_us, gint64 span_us)
{
	g_autoptr(RigReservation) was = NULL;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_reservation_make("desk", "mps2-a", "porting the driver", now_us,
	                                     now_us + span_us, &was, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static gint64 hold(gint64 now_us, gint64 span_us)
{
	gint64 until_us = now_us + span_us;
	g_autoptr(GError) error = NULL;
	gboolean good = rig_reservation_hold("desk", "mps2-a", "held after case x failed", now_us,
	                                     &until_us, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	return until_us;
}

static void expect_busy(GError **error, const char *text)
{
	ck_assert(g_error_matches(*error, RIG_ERROR, RIG_ERROR_BUSY));
	ck_assert_msg(strstr((*error)->message, text) != NULL, "%s", (*error)->message);
	g_clear_error(error);
}

START_TEST(test_it_is_kept_and_ends_by_itself)
{
	ck_assert_ptr_null(get(NOW_US));
	ck_assert(!g_file_test("state", G_FILE_TEST_EXISTS)); /* asking leaves no trace */
	make(NOW_US, 2 * HOUR_US);
	g_autoptr(RigReservation) found = get(NOW_US + 1);
	ck_assert_str_eq(found->bench, "desk");
	ck_assert_str_eq(found->board, "mps2-a");
	ck_assert_str_eq(found->holder, "ann@lab");
	ck_assert_str_eq(found->why, "porting the driver");
	ck_assert_ptr_null(found->held);
	ck_assert_int_eq(found->since_us, NOW_US);
	ck_assert_int_eq(found->until_us, NOW_US + 2 * HOUR_US);
	g_autofree char *text = rig_reservation_text(found, NOW_US);
	ck_assert_str_eq(text, "ann@lab until 2027-01-15 10:00:00 UTC (for 2 h): porting the driver");
	g_autoptr(RigReservation) last = get(NOW_US + 2 * HOUR_US - 1);
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_null(get(NOW_US + 2 * HOUR_US));
	be("bob@lab");
	ck_assert(rig_reservation_allows("desk", "mps2-a", NOW_US + 2 * HOUR_US, NULL));
	make(NOW_US + 2 * HOUR_US, HOUR_US); /* in the place of one that has ended */
	g_autoptr(RigReservation) next = get(NOW_US + 2 * HOUR_US);
	ck_assert_str_eq(next->holder, "bob@lab");
}
END_TEST

START_TEST(test_it_keeps_others_off_and_nobody_else)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigReservation) was = NULL;
	make(NOW_US, HOUR_US);
	ck_assert(rig_reservation_allows("desk", "mps2-a", NOW_US, NULL));
	be("bob@lab");
	ck_assert(!rig_reservation_allows("desk", "mps2-a", NOW_US + HOUR_US / 2, &error));
	expect_busy(&error, "board mps2-a is reserved by ann@lab until 2027-01-15 09:00:00 UTC (for 30 "
	                    "min): porting the driver. Ask them, wait for its end with --wait, or end "
	                    "it: `tinyrig unlock mps2-a --force`");
	ck_assert(rig_reservation_allows("desk", "mps2-b", NOW_US, NULL));
	ck_assert(rig_reservation_allows("other", "mps2-a", NOW_US, NULL));
	ck_assert(!rig_reservation_make("desk", "mps2-a", "mine", NOW_US, NOW_US + 1, &was, &error));
	expect_busy(&error, "reserved by ann@lab");
	gint64 until_us = NOW_US + 1;
	ck_assert(!rig_reservation_hold("desk", "mps2-a", "x", NOW_US, &until_us, &error));
	expect_busy(&error, "reserved by ann@lab");
	ck_assert(!rig_reservation_end("desk", "mps2-a", FALSE, NOW_US, &was, &error));
	expect_busy(&error, "reserved by ann@lab");
	ck_assert(rig_reservation_end("desk", "mps2-a", TRUE, NOW_US, &was, &error));
	ck_assert_str_eq(was->holder, "ann@lab");
	ck_assert_ptr_null(get(NOW_US));
}
END_TEST

START_TEST(test_ones_own_is_set_anew_and_ended)
{
	g_autoptr(RigReservation) was = NULL;
	make(NOW_US, HOUR_US);
	ck_assert(rig_reservation_make("desk", "mps2-a", "shorter", NOW_US, NOW_US + 1000, &was, NULL));
	ck_assert_str_eq(was->why, "porting the driver");
	g_autoptr(RigReservation) found = get(NOW_US);
	ck_assert_str_eq(found->why, "shorter");
	ck_assert_int_eq(found->until_us, NOW_US + 1000);
	g_clear_pointer(&was, rig_reservation_free);
	ck_assert(rig_reservation_end("desk", "mps2-a", FALSE, NOW_US, &was, NULL));
	ck_assert_str_eq(was->why, "shorter");
	g_clear_pointer(&was, rig_reservation_free);
	ck_assert(rig_reservation_end("desk", "mps2-a", FALSE, NOW_US, &was, NULL));
	ck_assert_ptr_null(was);
}
END_TEST

START_TEST(test_what_a_run_holds_ends_when_a_run_makes_it_safe)
{
	ck_assert_int_eq(hold(NOW_US, HOUR_US), NOW_US + HOUR_US);
	g_autoptr(RigReservation) found = get(NOW_US);
	ck_assert_ptr_null(found->why);
	ck_assert_str_eq(found->held, "held after case x failed");
	be("bob@lab"); /* whose run cannot be */
	ck_assert(rig_reservation_made_safe("desk", "mps2-a", NOW_US, NULL));
	g_autoptr(RigReservation) still = get(NOW_US);
	ck_assert_str_eq(still->held, "held after case x failed");
	be("ann@lab");
	ck_assert(rig_reservation_made_safe("desk", "mps2-a", NOW_US, NULL));
	ck_assert_ptr_null(get(NOW_US));
	ck_assert(rig_reservation_made_safe("desk", "mps2-a", NOW_US, NULL));
}
END_TEST

START_TEST(test_a_reservation_by_hand_outlives_what_a_run_held)
{
	make(NOW_US, 2 * HOUR_US);
	ck_assert_int_eq(hold(NOW_US + 1, HOUR_US), NOW_US + 2 * HOUR_US); /* the longer counts */
	g_autoptr(RigReservation) both = get(NOW_US + 1);
	g_autofree char *reason = rig_reservation_reason(both);
	ck_assert_str_eq(reason, "porting the driver; held after case x failed");
	make(NOW_US + 2, 3 * HOUR_US); /* and it stays held when the time is set anew */
	g_autoptr(RigReservation) longer = get(NOW_US + 2);
	ck_assert_str_eq(longer->held, "held after case x failed");
	ck_assert(rig_reservation_made_safe("desk", "mps2-a", NOW_US + 3, NULL));
	g_autoptr(RigReservation) left = get(NOW_US + 3);
	ck_assert_ptr_null(left->held);
	ck_assert_str_eq(left->why, "porting the driver");
	ck_assert_int_eq(left->until_us, NOW_US + 2 + 3 * HOUR_US);
}
END_TEST

START_TEST(test_what_is_left)
{
	static const struct {
		gint64 span_us;
		const char *text;
	} rows[] = {
	    {-5, "(for 0 s)"},
	    {1, "(for 1 s)"},
	    {59 * G_USEC_PER_SEC, "(for 59 s)"},
	    {60 * G_USEC_PER_SEC, "(for 1 min)"},
	    {61 * G_USEC_PER_SEC, "(for 2 min)"},
	    {HOUR_US, "(for 1 h)"},
	    {HOUR_US + 1, "(for 1 h 1 min)"},
	    {25 * HOUR_US, "(for 25 h)"},
	    {G_MAXINT64 - NOW_US, "for ever"},
	};
	g_autofree char *text = rig_reservation_until_text(NOW_US + rows[_i].span_us, NOW_US);
	ck_assert_msg(strstr(text, rows[_i].text) != NULL, "%s", text);
}
END_TEST

START_TEST(test_holders)
{
	g_unsetenv("TINYRIG_HOLDER");
	g_autofree char *standard = rig_holder(NULL);
	g_autofree char *wanted = g_strdup_printf("%s@%s", g_get_user_name(), g_get_host_name());
	ck_assert_str_eq(standard, wanted);
	be("ci-\xc3\xa4-17");
	g_autofree char *named = rig_holder(NULL);
	ck_assert_str_eq(named, "ci-\xc3\xa4-17");
	static const char *const wrong[] = {"a\nb", "\x1b[2J", "\xff", "  ", "a\xe2\x80\xae"};
	g_autofree char *longest = g_strnfill(RIG_RESERVATION_TEXT_MAX + 1, 'x');
	for (gsize i = 0; i <= G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		be(i < G_N_ELEMENTS(wrong) ? wrong[i] : longest);
		ck_assert_ptr_null(rig_holder(&error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert(!rig_reservation_allows("desk", "mps2-a", NOW_US, NULL));
	}
}
END_TEST

START_TEST(test_users_without_a_name_are_told_apart)
{
	g_unsetenv("TINYRIG_HOLDER");
	user = 4000001;
	g_autofree char *first = rig_holder(NULL);
	g_autofree char *wanted = g_strdup_printf("uid-4000001@%s", g_get_host_name());
	ck_assert_str_eq(first, wanted);
	user = 4000002;
	g_autofree char *second = rig_holder(NULL);
	ck_assert_str_ne(first, second);
}
END_TEST

/* Fails the test unless the reservation as it lies there is refused, with the place and a hint. */
static void expect_damaged(const char *what)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigReservation) found = NULL, was = NULL;
	ck_assert_msg(!rig_reservation_read("desk", "mps2-a", NOW_US, &found, &error), "%s", what);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED));
	ck_assert_msg(strstr(error->message, what) != NULL, "%s, not %s", error->message, what);
	ck_assert_ptr_nonnull(strstr(error->message, FILE_OF));
	ck_assert_ptr_nonnull(strstr(error->message, "`tinyrig unlock mps2-a --force`"));
	ck_assert_ptr_null(found);
	/* Never silently free, not even for whoever wrote it. */
	ck_assert(!rig_reservation_allows("desk", "mps2-a", NOW_US, NULL));
	g_clear_error(&error);
	ck_assert_ptr_null(
	    rig_claim_take("desk", "mps2-a", "x", &rig_clock_monotonic, RIG_FOREVER, -1, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED));
	ck_assert(!rig_reservation_make("desk", "mps2-a", "x", NOW_US, NOW_US + 1, &was, NULL));
	ck_assert(!rig_reservation_end("desk", "mps2-a", FALSE, NOW_US, &was, NULL));
	ck_assert(rig_reservation_end("desk", "mps2-a", TRUE, NOW_US, &was, NULL));
	ck_assert_ptr_null(was);
	ck_assert_ptr_null(get(NOW_US));
}

START_TEST(test_every_key_is_looked_at)
{
	static const char *const rows[][3] = {
	    {"file", "\"tinyrig ledger\"", "not a reservation"},
	    {"file", NULL, "not a reservation"},
	    {"version", "2", "its version is not 1"},
	    {"version", "\"1\"", "its version is not 1"},
	    {"bench", "\"other\"", "it is of board mps2-a of bench other"},
	    {"board", "\"mps2-b\"", "it is of board mps2-b"},
	    {"board", "7", "`board` is not a text"},
	    {"holder", NULL, "`holder` is not a text"},
	    {"holder", "null", "`holder` is not a text"},
	    {"holder", "\"a\\nb\"", "holder: it takes a line"},
	    {"holder", "\"a\\u0000b\"", "it is not JSON"},
	    {"why", "\"\\u001b[2J\"", "why: it takes a line"},
	    {"why", "null", "it has no reason"},
	    {"held", "[]", "`held` is not a text"},
	    {"since", "5", "`since` is not a time"},
	    {"until", NULL, "`until` is not a time"},
	    {"until", "\"tomorrow\"", "`until` is not a time"},
	};
	make(NOW_US, HOUR_US);
	json_t *root = json_load_file(FILE_OF, 0, NULL);
	ck_assert_ptr_nonnull(root);
	if (rows[_i][1] == NULL)
		json_object_del(root, rows[_i][0]);
	else
		json_object_set_new(root, rows[_i][0],
		                    json_loads(rows[_i][1], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
	ck_assert_int_eq(json_dump_file(root, FILE_OF, 0), 0);
	json_decref(root);
	expect_damaged(rows[_i][2]);
}
END_TEST

START_TEST(test_files_that_are_none)
{
	make(NOW_US, HOUR_US);
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents(FILE_OF, &text, &size, NULL));
	for (gsize cut = 0; cut < size - 1; cut += 7) {
		ck_assert(g_file_set_contents(FILE_OF, text, (gssize)cut, NULL));
		expect_damaged("it is not JSON");
	}
	g_autofree char *much = g_strnfill(100000, ' ');
	ck_assert(g_file_set_contents(FILE_OF, much, -1, NULL));
	expect_damaged("it is over 8192 bytes");
	g_autofree char *deep = g_strnfill(8000, '[');
	ck_assert(g_file_set_contents(FILE_OF, deep, -1, NULL));
	expect_damaged("it is not JSON");
	ck_assert_int_eq(mkfifo(FILE_OF, 0600), 0);
	expect_damaged("it is not a regular file");
	ck_assert_int_eq(symlink("/dev/zero", FILE_OF), 0);
	expect_damaged("it cannot be opened");
	if (getuid() != 0) {
		ck_assert(g_file_set_contents(FILE_OF, text, -1, NULL));
		ck_assert_int_eq(chmod(FILE_OF, 0), 0);
		expect_damaged("it cannot be opened: Permission denied");
	}
}
END_TEST

/* Whatever is in the file, it is read without harm, and what is read is fit to be shown. */
START_TEST(test_every_byte_damaged)
{
	make(NOW_US, HOUR_US);
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents(FILE_OF, &text, &size, NULL));
	static const char wrong[] = {'\0', '\xff', '"', '7', '\x1b'};
	for (gsize i = 0; i < size; i++) {
		char kept = text[i];
		text[i] = wrong[i % sizeof wrong];
		ck_assert(g_file_set_contents(FILE_OF, text, (gssize)size, NULL));
		text[i] = kept;
		g_autoptr(RigReservation) found = NULL;
		g_autoptr(GError) error = NULL;
		if (!rig_reservation_read("desk", "mps2-a", NOW_US, &found, &error))
			ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED));
		else if (found != NULL)
			ck_assert(rig_reservation_text_is_good(found->holder, "", NULL));
	}
}
END_TEST

static Suite *reservation_suite(void)
{
	Suite *suite = suite_create("reservation");
	TCase *test = tcase_create("reservation");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_it_is_kept_and_ends_by_itself);
	tcase_add_test(test, test_it_keeps_others_off_and_nobody_else);
	tcase_add_test(test, test_ones_own_is_set_anew_and_ended);
	tcase_add_test(test, test_what_a_run_holds_ends_when_a_run_makes_it_safe);
	tcase_add_test(test, test_a_reservation_by_hand_outlives_what_a_run_held);
	tcase_add_loop_test(test, test_what_is_left, 0, 9);
	tcase_add_test(test, test_holders);
	tcase_add_test(test, test_users_without_a_name_are_told_apart);
	tcase_add_loop_test(test, test_every_key_is_looked_at, 0, 17);
	tcase_add_test(test, test_files_that_are_none);
	tcase_add_test(test, test_every_byte_damaged);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(reservation_suite)
