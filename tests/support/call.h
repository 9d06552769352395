/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls a command of tinyrig in this process, in an empty folder of its own. All in the header, so
 * that only tests that call commands link them.
 */
#ifndef TESTS_SUPPORT_CALL_H
#define TESTS_SUPPORT_CALL_H

#include "cli/command.h"
#include "test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Call {
	int code;
	char *out, *err;
} Call;

static inline int call_take_over(int fd, const char *path, int flags)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	int file = open(path, flags | O_CLOEXEC, 0600);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(dup2(file, fd), fd);
	close(file);
	return kept;
}

static inline void call_give_back(int fd, int kept)
{
	ck_assert_int_eq(dup2(kept, fd), fd);
	close(kept);
}

/* `input` for stdin; then the arguments without the program's name, NULL at the end. */
static inline Call call_tinyrig(const char *input, ...) G_GNUC_NULL_TERMINATED;
static inline Call call_tinyrig(const char *input, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(argv, g_strdup("tinyrig"));
	va_list arguments;
	va_start(arguments, input);
	for (const char *word; (word = va_arg(arguments, const char *)) != NULL;)
		g_ptr_array_add(argv, g_strdup(word));
	va_end(arguments);
	g_ptr_array_add(argv, NULL);
	Call call = {0};
	ck_assert(g_file_set_contents(".call.in", input, -1, NULL));
	fflush(NULL);
	int in = call_take_over(0, ".call.in", O_RDONLY);
	int out = call_take_over(1, ".call.out", O_RDWR | O_CREAT | O_TRUNC);
	int err = call_take_over(2, ".call.err", O_RDWR | O_CREAT | O_TRUNC);
	call.code = rig_command_main((int)argv->len - 1, (char **)argv->pdata);
	fflush(NULL);
	call_give_back(0, in);
	call_give_back(1, out);
	call_give_back(2, err);
	ck_assert(g_file_get_contents(".call.out", &call.out, NULL, NULL));
	ck_assert(g_file_get_contents(".call.err", &call.err, NULL, NULL));
	return call;
}

static inline void call_clear(Call *call)
{
	g_free(call->out);
	g_free(call->err);
	*call = (Call){0};
}

/* Fails the test unless the call ended so and the text is in its output or its errors. */
static inline void call_expect(Call *call, int code, const char *text)
{
	ck_assert_msg(call->code == code, "exit code %d, not %d; it said:\n%s%s", call->code, code,
	              call->out, call->err);
	ck_assert_msg(strstr(call->out, text) != NULL || strstr(call->err, text) != NULL,
	              "no \"%s\" in:\n%s%s", text, call->out, call->err);
}

/* The same, and done with it. */
static inline void call_expect_and_clear(Call call, int code, const char *text)
{
	call_expect(&call, code, text);
	call_clear(&call);
}

/* An empty folder becomes the working folder, and holds locks and state. Caller frees. */
static inline char *call_begin(void)
{
	char *folder = g_dir_make_tmp("tinyrig-call-XXXXXX", NULL);
	ck_assert_ptr_nonnull(folder);
	ck_assert_int_eq(g_chdir(folder), 0);
	g_setenv("TINYRIG_LOCK_DIR", folder, TRUE);
	g_autofree char *state = g_build_filename(folder, "state", NULL);
	g_setenv("TINYRIG_STATE", state, TRUE);
	g_unsetenv("TINYRIG_HOLDER");
	g_unsetenv("TINYRIG_BENCH");
	return folder;
}

/* Frees, too. */
static inline void call_end(char *folder)
{
	ck_assert_int_eq(g_chdir("/"), 0);
	char *argv[] = {(char[]){"rm"}, (char[]){"-rf"}, folder, NULL};
	ck_assert(
	    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(folder);
}

#endif
