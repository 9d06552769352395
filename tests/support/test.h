/* SPDX-License-Identifier: Apache-2.0 */
/* What every test file starts from: Check, GLib, and a main for one suite. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <check.h>
#include <glib.h>

/* Runs the suite that the file builds. CK_FORK stays yes, so that a leak is pinned to its test. */
#define RIG_TEST_MAIN(suite_function)                                                              \
	int main(void)                                                                                 \
	{                                                                                              \
		SRunner *runner = srunner_create(suite_function());                                        \
		srunner_run_all(runner, CK_ENV);                                                           \
		int failed = srunner_ntests_failed(runner);                                                \
		srunner_free(runner);                                                                      \
		return failed == 0 ? 0 : 1;                                                                \
	}

#endif
