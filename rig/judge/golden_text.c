/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files as text: written from records, and compared for people. */
#include "judge/golden.h"
#include "judge/judge.h"
#include "judge/records.h"
#include <string.h>

#define GOLDEN_DIFF_COLUMNS 78u

static gint golden_by_input(gconstpointer a, gconstpointer b)
{
	const RigInference *x = *(const RigInference *const *)a, *y = *(const RigInference *const *)b;
	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void golden_append_line(GString *text, const RigInference *record)
{
	char buffer[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(text, "%u", record->input);
	for (guint i = 0; i < record->outputs_count; i++) {
		g_string_append_c(text, ',');
		g_string_append(text, rig_golden_number(buffer, record->outputs[i]));
	}
	g_string_append_c(text, '\n');
}

char *rig_golden_text(const RigAttempt *attempt, const char *as)
{
	g_auto(RigRecords) records;
	guint columns = 0;

	rig_records_select(&records, attempt, as);
	for (guint i = 0; i < records.list->len; i++)
		columns = MAX(columns, rig_records_at(records.list, i)->outputs_count);
	if (columns == 0)
		return NULL;
	g_ptr_array_sort(records.list, golden_by_input);
	g_autoptr(GString) text = g_string_new("input");
	for (guint i = 0; i < columns; i++)
		g_string_append_printf(text, ",o%u", i);
	g_string_append_c(text, '\n');
	const RigInference *last = NULL;
	for (guint i = 0; i < records.list->len; i++) {
		const RigInference *record = rig_records_at(records.list, i);
		if (record->outputs_count == 0 || (last && last->input == record->input))
			continue;
		golden_append_line(text, record);
		last = record;
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A line's key is what stands before its first comma. */
static gsize golden_key_length(const char *line)
{
	return strcspn(line, ",");
}

/* Lines by key; the table borrows from `lines`, its keys are its own. */
static GHashTable *golden_index(char **lines)
{
	GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (char **line = lines; *line; line++) {
		g_strchomp(*line);
		if (**line)
			g_hash_table_insert(index, g_strndup(*line, golden_key_length(*line)), *line);
	}
	return index;
}

static const char *golden_lookup(GHashTable *index, const char *line)
{
	g_autofree char *key = g_strndup(line, golden_key_length(line));
	return g_hash_table_lookup(index, key);
}

/* Begin of the first field in which two lines of one key differ. */
static gsize golden_first_difference(const char *a, const char *b)
{
	gsize at = 0;

	while (a[at] && a[at] == b[at])
		at++;
	while (at > 0 && a[at - 1] != ',')
		at--;
	return at;
}

/* The key and what comes from `from` on, cut to a terminal's width. */
static void golden_diff_line(GPtrArray *diff, char sign, const char *line, gsize from)
{
	gsize key = golden_key_length(line);
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_c(text, sign);
	if (from > key + 1) {
		g_string_append_len(text, line, (gssize)key);
		g_string_append(text, ",…,");
		g_string_append(text, line + from);
	} else {
		g_string_append(text, line);
	}
	if (text->len > GOLDEN_DIFF_COLUMNS) {
		/* A cut inside a character would leave bytes that are not UTF-8. */
		const char *end = g_utf8_find_prev_char(text->str, text->str + GOLDEN_DIFF_COLUMNS);
		g_string_truncate(text, end ? (gsize)(end - text->str) : 0);
		g_string_append(text, "…");
	}
	g_ptr_array_add(diff, g_string_free(g_steal_pointer(&text), FALSE));
}

static GPtrArray *golden_diff_lines(char **old, char **new)
{
	g_autoptr(GHashTable) old_lines = golden_index(old);
	g_autoptr(GHashTable) new_lines = golden_index(new);
	GPtrArray *diff = g_ptr_array_new_with_free_func(g_free);

	for (char **line = old; *line; line++) {
		const char *now = **line ? golden_lookup(new_lines, *line) : NULL;
		if (**line == '\0' || (now && strcmp(now, *line) == 0))
			continue;
		gsize from = now ? golden_first_difference(*line, now) : 0;
		golden_diff_line(diff, '-', *line, from);
		if (now)
			golden_diff_line(diff, '+', now, from);
	}
	for (char **line = new; *line; line++) {
		if (**line && golden_lookup(old_lines, *line) == NULL)
			golden_diff_line(diff, '+', *line, 0);
	}
	return diff;
}

char *rig_golden_diff(const char *before, const char *after, guint lines)
{
	g_auto(GStrv) old = g_strsplit(before, "\n", -1);
	g_auto(GStrv) new = g_strsplit(after, "\n", -1);
	g_autoptr(GPtrArray) diff = golden_diff_lines(old, new);
	g_autoptr(GString) text = g_string_new("--- golden\n+++ this run\n");

	if (diff->len == 0)
		return NULL;
	guint room = lines > 3 ? lines - 2 : 1;
	guint shown = diff->len > room ? room - 1 : diff->len;
	for (guint i = 0; i < shown; i++)
		g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(diff, i));
	if (shown < diff->len)
		g_string_append_printf(text, "and %u more lines\n", diff->len - shown);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
