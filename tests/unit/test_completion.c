/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts in the shells they are for, and the man page in the programs that read it. */
#include "call.h"

#include <string.h>

static char *folder;

static void begin(void)
{
	folder = call_begin();
	Call call = call_tinyrig("", "completion", "bash", NULL);
	ck_assert(call.code == 0 && g_file_set_contents("bash", call.out, -1, NULL));
	call_clear(&call);
	call = call_tinyrig("", "completion", "zsh", NULL);
	ck_assert(call.code == 0 && g_file_set_contents("zsh", call.out, -1, NULL));
	call_clear(&call);
	ck_assert(g_file_set_contents("suite one.yaml", "", 0, NULL));
	ck_assert_int_eq(g_mkdir("folder", 0700), 0);
	/* Stands for tinyrig; answers as `boards --json` does and tells how it was called. */
	ck_assert(g_file_set_contents("rig",
	                              "#!/bin/sh\necho \"$@\" >called\n"
	                              "printf '{\\n    {\\n      \"board\": \"mps2-a\",\\n    {\\n"
	                              "      \"board\": \"uno\",\\n'\n",
	                              -1, NULL));
	ck_assert_int_eq(g_chmod("rig", 0700), 0);
}

static void end(void)
{
	call_end(folder);
}

/* Runs a program. Returns its exit status; *out is what it printed on both. */
static int run(char **out, const char *program, const char *option, const char *argument)
{
	g_autofree char *path = g_find_program_in_path(program);
	if (path == NULL)
		return -1;
	char *argv[] = {path, g_strdup(option), g_strdup(argument), NULL};
	char *err = NULL;
	int status = 0;
	ck_assert(
	    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, &err, &status, NULL));
	char *both = g_strconcat(*out, err, NULL);
	g_free(*out);
	*out = both;
	g_free(err);
	g_free(argv[1]);
	g_free(argv[2]);
	return status;
}

/* What bash offers for the words (shell syntax), of which the last is being typed. Caller frees. */
static char *complete(const char *words)
{
	g_autofree char *script =
	    g_strdup_printf("set -u; source ./bash; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - "
	                    "1)); COMPREPLY=(); "
	                    "_tinyrig; printf '%%s|' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}",
	                    words);
	char *out = NULL;
	int status = run(&out, "bash", "-c", script);
	ck_assert_msg(status == 0, "%s: %s", words, out);
	return out;
}

START_TEST(test_bash)
{
	static const struct {
		const char *words, *offered;
	} rows[] = {
	    {"./rig ru", "run|runs|"},
	    {"./rig wor", "|"}, /* hidden */
	    {"./rig --v", "--version|"},
	    {"./rig run --exit", "--exitfirst|"},
	    {"./rig boards --js", "--json|"},
	    {"./rig list --json su", "suite one.yaml|"},
	    {"./rig run --bench su", "suite one.yaml|"},
	    {"./rig run --bench = su", "suite one.yaml|"},
	    {"./rig run -i host = su", "suite one.yaml|"},
	    {"./rig run --output ''", "folder|"},
	    {"./rig run --board ''", "mps2-a|uno|"},
	    {"./rig console u", "uno|"},
	    {"./rig run -t ''", "|"},
	    {"./rig completion ''", "bash|zsh|"},
	    {"./rig boards ''", "|"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *offered = complete(rows[i].words);
		ck_assert_msg(strcmp(offered, rows[i].offered) == 0, "%s: %s", rows[i].words, offered);
	}
}
END_TEST

START_TEST(test_bash_asks_the_bench_of_the_line)
{
	static const char *const lines[] = {"./rig console --bench my.yaml u",
	                                    "./rig console --bench = my.yaml u",
	                                    "./rig run x.yaml -b my.yaml --board u"};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *offered = complete(lines[i]);
		g_autofree char *called = NULL;
		ck_assert_str_eq(offered, "uno|");
		ck_assert(g_file_get_contents("called", &called, NULL, NULL));
		ck_assert_str_eq(called, "boards --bench my.yaml --json\n");
	}
}
END_TEST

START_TEST(test_every_option_is_offered)
{
	g_autofree char *zsh = NULL;
	ck_assert(g_file_get_contents("zsh", &zsh, NULL, NULL));
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (rig_commands[i]->hidden)
			continue;
		g_autofree char *words = g_strdup_printf("./rig %s -", rig_commands[i]->name);
		g_autofree char *offered = complete(words);
		for (const RigOption *row = rig_commands[i]->options; row != NULL && row->long_name != NULL;
		     row++) {
			g_autofree char *name = g_strdup_printf("--%s|", row->long_name);
			ck_assert_msg(strstr(offered, name) != NULL, "%s %s", rig_commands[i]->name, name);
			ck_assert_ptr_nonnull(strstr(zsh, row->long_name));
		}
	}
}
END_TEST

START_TEST(test_zsh)
{
	char *out = NULL;
	int status = run(&out, "zsh", "-n", "./zsh");
	ck_assert_msg(status <= 0, "%s", out);
	g_free(out);
	out = NULL;
	/* It loads, and defines what it promises. */
	status = run(&out, "zsh", "-fc",
	             "autoload -U compinit && compinit -D && source ./zsh && whence -w _tinyrig && "
	             "print $_comps[tinyrig]");
	if (status >= 0)
		ck_assert_str_eq(out, "_tinyrig: function\n_tinyrig\n");
	g_free(out);
}
END_TEST

START_TEST(test_man)
{
	static const char *const sections[] = {"NAME",    "SYNOPSIS",    "COMMANDS",
	                                       "OPTIONS", "EXIT STATUS", "ENVIRONMENT",
	                                       "FILES",   "SEE ALSO",    "tinyrig console"};
	Call call = call_tinyrig("", "man", NULL);
	ck_assert_int_eq(call.code, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
		ck_assert_msg(strstr(call.out, sections[i]) != NULL, "%s", sections[i]);
	ck_assert_ptr_null(strstr(call.out, "tinyrig worker"));
	for (const char *at = call.out; *at != '\0'; at++)
		ck_assert_int_lt(*at & 0x80, 1);
	ck_assert(g_file_set_contents("page.1", call.out, -1, NULL));
	call_clear(&call);
	char *out = NULL;
	if (run(&out, "sh", "-c", "command -v groff >/dev/null && groff -man -ww -z page.1 2>&1") == 0)
		ck_assert_str_eq(out, "");
	g_free(out);
	out = NULL;
	if (run(&out, "sh", "-c",
	        "command -v man >/dev/null && man --warnings -l page.1 2>&1 >/dev/null") == 0)
		ck_assert_str_eq(out, "");
	g_free(out);
}
END_TEST

static Suite *completion_suite(void)
{
	Suite *suite = suite_create("completion");
	TCase *tests = tcase_create("completion");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_bash);
	tcase_add_test(tests, test_bash_asks_the_bench_of_the_line);
	tcase_add_test(tests, test_every_option_is_offered);
	tcase_add_test(tests, test_zsh);
	tcase_add_test(tests, test_man);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(completion_suite)
