/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml/node.h"

#include <string.h>

static void issues_free_one(gpointer data)
{
	RigIssue *issue = data;
	g_free(issue->path);
	g_free(issue->message);
	g_free(issue);
}

RigIssues *rig_issues_new(void)
{
	RigIssues *issues = g_new0(RigIssues, 1);
	issues->list = g_ptr_array_new_with_free_func(issues_free_one);
	return issues;
}

void rig_issues_free(RigIssues *issues)
{
	if (issues == NULL)
		return;
	g_ptr_array_unref(issues->list);
	g_free(issues);
}

void rig_issues_add(RigIssues *issues, const RigPlace *place, const char *path, const char *format,
                    ...)
{
	RigIssue *issue = g_new0(RigIssue, 1);
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (place != NULL)
		issue->place = *place;
	issue->path = g_utf8_make_valid(path, -1);
	issue->message = g_utf8_make_valid(message, -1); /* a quote may have been cut in a character */
	g_ptr_array_add(issues->list, issue);
}

static gint issues_compare(gconstpointer a, gconstpointer b)
{
	const RigIssue *left = *(const RigIssue *const *)a, *right = *(const RigIssue *const *)b;
	int by_file = g_strcmp0(left->place.file, right->place.file);
	if (by_file != 0)
		return by_file;
	if (left->place.line != right->place.line)
		return left->place.line < right->place.line ? -1 : 1;
	if (left->place.column != right->place.column)
		return left->place.column < right->place.column ? -1 : 1;
	int by_path = strcmp(left->path, right->path);
	return by_path != 0 ? by_path : strcmp(left->message, right->message);
}

static const char *issues_relative(const char *file, const char *folder)
{
	gsize length = strlen(folder);
	if (length > 1 && strncmp(file, folder, length) == 0 && file[length] == '/')
		return file + length + 1;
	return file;
}

static void issues_print(GString *text, const RigIssue *issue, const char *folder)
{
	if (issue->place.file != NULL)
		g_string_append(text, issues_relative(issue->place.file, folder));
	if (issue->place.line > 0)
		g_string_append_printf(text, ":%u:%u", issue->place.line, issue->place.column);
	if (issue->place.file != NULL)
		g_string_append(text, ": ");
	if (*issue->path != '\0')
		g_string_append_printf(text, "%s: ", issue->path);
	g_string_append_printf(text, "%s\n", issue->message);
}

char *rig_issues_text(const RigIssues *issues)
{
	/* An alias shows one mistake at several key paths; what is told once is told. */
	g_autoptr(GPtrArray) sorted = g_ptr_array_copy(issues->list, NULL, NULL);
	g_ptr_array_set_free_func(sorted, NULL);
	g_ptr_array_sort(sorted, issues_compare);
	g_autofree char *folder = g_get_current_dir();
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sorted->len; i++) {
		if (i == 0 || issues_compare(&sorted->pdata[i - 1], &sorted->pdata[i]) != 0)
			issues_print(text, sorted->pdata[i], folder);
	}
	return g_string_free(text, FALSE);
}
