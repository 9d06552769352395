/* SPDX-License-Identifier: Apache-2.0 */
/* Maps to structs. What a single value may be is in bind_value.c. */
#include "yaml/bind.h"

#include <string.h>

void rig_binder_init(RigBinder *binder, RigIssues *issues)
{
	*binder = (RigBinder){.issues = issues, .path = g_string_new(NULL)};
}

void rig_binder_clear(RigBinder *binder)
{
	if (binder->path != NULL)
		g_string_free(binder->path, TRUE);
	binder->path = NULL;
}

static void bind_free_text_use(gpointer data)
{
	RigTextUse *use = data;
	g_free(use->key);
	g_free(use->text);
	g_free(use);
}

GPtrArray *rig_text_uses_new(void)
{
	return g_ptr_array_new_with_free_func(bind_free_text_use);
}

void rig_binder_issue(RigBinder *binder, const RigNode *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	rig_issues_add(binder->issues, &node->place, binder->path->str, "%s", message);
}

gsize rig_binder_enter(RigBinder *binder, const char *key)
{
	gsize mark = binder->path->len;
	g_string_append_printf(binder->path, "%s%.64s", mark > 0 ? "." : "", key);
	return mark;
}

gsize rig_binder_enter_index(RigBinder *binder, guint index)
{
	gsize mark = binder->path->len;
	g_string_append_printf(binder->path, "[%u]", index);
	return mark;
}

void rig_binder_leave(RigBinder *binder, gsize mark)
{
	g_string_truncate(binder->path, mark);
}

void rig_text_uses_add(GPtrArray *uses, const RigBinder *binder, const RigNode *node,
                       const char *text)
{
	RigTextUse *use = g_new0(RigTextUse, 1);
	use->place = node->place;
	use->key = g_strdup(binder->path->str);
	use->text = g_strdup(text);
	g_ptr_array_add(uses, use);
}

/* A key that no row has: what it may have been, or all there are. */
static void bind_unknown_key(RigBinder *binder, const RigField *rows, const RigNode *key,
                             const char *const *known)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; known != NULL && known[i] != NULL; i++)
		g_ptr_array_add(names, (gpointer)(gintptr)known[i]);
	for (const RigField *row = rows; row->key != NULL; row++) {
		if (row->type != RIG_FIELD_REFUSED)
			g_ptr_array_add(names, (gpointer)(gintptr)row->key);
	}
	g_ptr_array_add(names, NULL);
	const char *nearest = rig_nearest(key->text, (const char *const *)names->pdata);
	g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
	gsize mark = rig_binder_enter(binder, key->text);
	if (nearest != NULL)
		rig_binder_issue(binder, key, "unknown key \"%.64s\"; did you mean \"%s\"?", key->text,
		                 nearest);
	else if (names->len > 1)
		rig_binder_issue(binder, key, "unknown key \"%.64s\"; known here: %s", key->text, list);
	else
		rig_binder_issue(binder, key, "unknown key \"%.64s\"; there are no keys here", key->text);
	rig_binder_leave(binder, mark);
}

static const RigField *bind_find_row(const RigField *rows, const char *key)
{
	for (const RigField *row = rows; row->key != NULL; row++) {
		if (strcmp(row->key, key) == 0)
			return row;
	}
	return NULL;
}

/* NOLINTBEGIN(misc-no-recursion): over rows, which are ours and end, not over what was read */
static void bind_default(RigBinder *binder, const RigField *field, gpointer target)
{
	if (field->type == RIG_FIELD_STRUCT) {
		rig_bind_defaults(binder, field->rows, (char *)target + field->offset);
		return;
	}
	if (field->fallback == NULL)
		return;
	/* A default is not held to the range: it may stand for "not given". */
	RigField free_row = *field;
	free_row.min = free_row.max = 0;
	RigNode node = {.kind = RIG_NODE_SCALAR, .text = (char *)(gintptr)field->fallback};
	node.quoted = field->type == RIG_FIELD_STRING || field->type == RIG_FIELD_NAME;
	rig_bind_field(binder, &free_row, &node, target);
}

void rig_bind_defaults(RigBinder *binder, const RigField *rows, gpointer target)
{
	for (const RigField *row = rows; row->key != NULL; row++)
		bind_default(binder, row, target);
}
/* NOLINTEND(misc-no-recursion) */

/* What no key of the map gave: an issue or the default. */
static void bind_absent(RigBinder *binder, const RigField *rows, const RigNode *node, guint64 seen,
                        gpointer target)
{
	for (const RigField *row = rows; row->key != NULL; row++) {
		if ((seen & (G_GUINT64_CONSTANT(1) << (row - rows))) != 0)
			continue;
		if (row->required)
			rig_binder_issue(binder, node, "the key \"%s\" is missing: %s", row->key,
			                 row->help == NULL ? "it is required" : row->help);
		else
			bind_default(binder, row, target);
	}
}

/* A scalar or list that stands for one key of the map; NULL: no such key. */
static const RigField *bind_shorthand(const RigField *rows, const RigNode *node)
{
	for (const RigField *row = rows; row->key != NULL && node->kind != RIG_NODE_MAP; row++) {
		if (row->shorthand && (node->kind == RIG_NODE_LIST || node->quoted || *node->text != '\0'))
			return row;
	}
	return NULL;
}

static guint64 bind_map(RigBinder *binder, const RigField *rows, const RigNode *node,
                        gpointer target, const char *const *known)
{
	guint64 seen = 0;
	for (guint i = 0; i < node->keys->len; i++) {
		const RigNode *key = node->keys->pdata[i];
		const RigField *row = bind_find_row(rows, key->text);
		if (row == NULL) {
			if (known == NULL || !g_strv_contains(known, key->text))
				bind_unknown_key(binder, rows, key, known);
			continue;
		}
		g_assert(row - rows < 64);
		seen |= G_GUINT64_CONSTANT(1) << (row - rows);
		gsize mark = rig_binder_enter(binder, key->text);
		if (row->type == RIG_FIELD_REFUSED)
			rig_binder_issue(binder, key, "%s", row->help);
		else
			rig_bind_field(binder, row, node->items->pdata[i], target);
		rig_binder_leave(binder, mark);
	}
	return seen;
}

gboolean rig_bind(RigBinder *binder, const RigField *rows, const RigNode *node, gpointer target,
                  const char *const *known)
{
	guint before = binder->issues->list->len;
	const RigField *shorthand = bind_shorthand(rows, node);
	guint64 seen;
	if (shorthand != NULL) {
		seen = G_GUINT64_CONSTANT(1) << (shorthand - rows);
		rig_bind_field(binder, shorthand, node, target);
	} else if (rig_bind_expect(binder, node, RIG_NODE_MAP, "a map (key: value)")) {
		seen = bind_map(binder, rows, node, target, known);
	} else {
		return FALSE;
	}
	bind_absent(binder, rows, node, seen, target);
	return binder->issues->list->len == before;
}

/* NOLINTBEGIN(misc-no-recursion): over rows, which are ours and end, not over what was read */
static void bind_free_list(const RigField *field, GPtrArray **list)
{
	for (guint i = 0; *list != NULL && i < (*list)->len; i++) {
		rig_fields_free(field->rows, (*list)->pdata[i]);
		g_free((*list)->pdata[i]);
	}
	g_clear_pointer(list, g_ptr_array_unref);
}

static void bind_free_field(const RigField *field, gpointer member)
{
	const RigFieldCustom *custom = field->custom;
	switch (field->type) {
	case RIG_FIELD_STRING:
	case RIG_FIELD_NAME:
	case RIG_FIELD_PATH:
	case RIG_FIELD_REGEX:
		g_clear_pointer((char **)member, g_free);
		break;
	case RIG_FIELD_STRINGS:
	case RIG_FIELD_NAMES:
	case RIG_FIELD_ARGV:
		g_clear_pointer((char ***)member, g_strfreev);
		break;
	case RIG_FIELD_STRUCT:
		rig_fields_free(field->rows, member);
		break;
	case RIG_FIELD_LIST:
		bind_free_list(field, member);
		break;
	case RIG_FIELD_CUSTOM:
		if (custom->free != NULL)
			custom->free(member);
		break;
	case RIG_FIELD_BOOL:
	case RIG_FIELD_INTEGER:
	case RIG_FIELD_NUMBER:
	case RIG_FIELD_QUANTITY:
	case RIG_FIELD_CHOICE:
	case RIG_FIELD_REFUSED:
		break;
	}
}

void rig_fields_free(const RigField *rows, gpointer target)
{
	for (const RigField *row = rows; row != NULL && row->key != NULL; row++)
		bind_free_field(row, (char *)target + row->offset);
}
/* NOLINTEND(misc-no-recursion) */
