/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a key: what each type of field takes. */
#include "yaml/bind.h"
#include "yaml/quantity.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* For numbers and the like: unquoted, unless a placeholder made quotes necessary. */
static char *value_plain(RigBinder *binder, const RigNode *node, const char *what)
{
	if (!rig_bind_expect(binder, node, RIG_NODE_SCALAR, what))
		return NULL;
	if (node->quoted && strstr(node->text, "${") == NULL) {
		rig_binder_issue(binder, node, "found the text \"%.40s\", expected %s without quotes",
		                 node->text, what);
		return NULL;
	}
	return rig_bind_text(binder, node, FALSE, TRUE);
}

static char *value_range_text(const RigField *field)
{
	const RigDimension *dimension =
	    field->type == RIG_FIELD_QUANTITY ? rig_dimension_find(field->unit) : NULL;
	if (dimension == NULL)
		return g_strdup_printf("%.15g to %.15g", field->min, field->max);
	g_autofree char *low = rig_quantity_format(dimension, (gint64)field->min);
	g_autofree char *high = rig_quantity_format(dimension, (gint64)field->max);
	return g_strdup_printf("%s to %s", low, high);
}

static gboolean value_in_range(RigBinder *binder, const RigField *field, const RigNode *node,
                               double value)
{
	gboolean has_range = field->min < 0 || field->min > 0 || field->max < 0 || field->max > 0;
	if (!has_range || (value >= field->min && value <= field->max))
		return TRUE;
	g_autofree char *range = value_range_text(field);
	rig_binder_issue(binder, node, "found %.40s, allowed is %s", node->text, range);
	return FALSE;
}

/* Decimal without leading zeros, or 0x…; FALSE: no integer, or not in 64 bits (*too_large). */
static gboolean value_parse_integer(const char *text, gint64 *value, gboolean *too_large)
{
	const char *digits = text + (*text == '-' || *text == '+' ? 1 : 0);
	gboolean is_hex = digits[0] == '0' && digits[1] == 'x';
	const char *allowed = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
	char *end = NULL;
	digits += is_hex ? 2 : 0;
	if (*digits == '\0' || digits[strspn(digits, allowed)] != '\0' ||
	    (!is_hex && digits[0] == '0' && digits[1] != '\0'))
		return FALSE;
	errno = 0;
	*value = g_ascii_strtoll(text, &end, is_hex ? 16 : 10);
	*too_large = errno == ERANGE;
	return !*too_large && *end == '\0';
}

static void value_bind_integer(RigBinder *binder, const RigField *field, const RigNode *node,
                               gint64 *member)
{
	gint64 value = 0;
	gboolean too_large = FALSE;
	g_autofree char *text = value_plain(binder, node, "a whole number");
	if (text == NULL)
		return;
	if (value_parse_integer(text, &value, &too_large)) {
		if (value_in_range(binder, field, node, (double)value))
			*member = value;
	} else if (too_large) {
		rig_binder_issue(binder, node, "found %.40s, which is too large", text);
	} else {
		rig_binder_issue(binder, node,
		                 "found \"%.40s\", expected a whole number such as 50 or 0x40 (no leading "
		                 "zeros, no _)",
		                 text);
	}
}

static gboolean value_parse_number(const char *text, double *value)
{
	char *end = NULL;
	gsize length = strspn(text, "+-0123456789.eE");
	if (text[length] != '\0' || length == 0)
		return FALSE;
	*value = g_ascii_strtod(text, &end);
	return *end == '\0' && isfinite(*value);
}

static void value_bind_number(RigBinder *binder, const RigField *field, const RigNode *node,
                              double *member)
{
	double value = 0;
	g_autofree char *text = value_plain(binder, node, "a number");
	if (text == NULL)
		return;
	if (!value_parse_number(text, &value))
		rig_binder_issue(binder, node, "found \"%.40s\", expected a finite number such as 0.02",
		                 text);
	else if (value_in_range(binder, field, node, value))
		*member = value;
}

static void value_bind_quantity(RigBinder *binder, const RigField *field, const RigNode *node,
                                gint64 *member)
{
	const RigDimension *dimension = rig_dimension_find(field->unit);
	gint64 value = 0;
	char *why = NULL;
	if (dimension->units->name == NULL) {
		value_bind_integer(binder, field, node, member);
		return;
	}
	/* Quoted or not makes no difference: it is a text to every YAML program. */
	g_autofree char *text = rig_bind_text(binder, node, FALSE, TRUE);
	if (text == NULL)
		return;
	if (!rig_quantity_parse(dimension, text, &value, &why))
		rig_binder_issue(binder, node, "%s", why);
	else if (value_in_range(binder, field, node, (double)value))
		*member = value;
	g_free(why);
}

static void value_bind_bool(RigBinder *binder, const RigNode *node, gboolean *member)
{
	static const char *const traps[] = {"yes", "no", "on", "off", "y", "n", NULL};
	g_autofree char *text = value_plain(binder, node, "true or false");
	g_autofree char *lower = text == NULL ? NULL : g_ascii_strdown(text, -1);
	if (text == NULL)
		return;
	if (strcmp(text, "true") == 0)
		*member = TRUE;
	else if (strcmp(text, "false") == 0)
		*member = FALSE;
	else if (g_strv_contains(traps, lower))
		rig_binder_issue(binder, node, "found %s, which YAML programs read differently; write %s",
		                 text, *lower == 'y' || strcmp(lower, "on") == 0 ? "true" : "false");
	else
		rig_binder_issue(binder, node, "found \"%.40s\", expected true or false", text);
}

/* The index of `text` in the choices, or -1 with an issue. */
static int value_choice(RigBinder *binder, const RigField *field, const RigNode *node,
                        const char *text)
{
	for (int i = 0; field->choices[i] != NULL; i++) {
		if (strcmp(field->choices[i], text) == 0)
			return i;
	}
	const char *nearest = rig_nearest(text, field->choices);
	g_autofree char *list = g_strjoinv(", ", (char **)(gintptr)field->choices);
	if (nearest != NULL)
		rig_binder_issue(binder, node, "found \"%.40s\"; did you mean \"%s\"? (one of: %s)", text,
		                 nearest, list);
	else
		rig_binder_issue(binder, node, "found \"%.40s\", expected one of: %s", text, list);
	return -1;
}

static void value_bind_choice(RigBinder *binder, const RigField *field, const RigNode *node,
                              int *member)
{
	g_autofree char *text = rig_bind_text(binder, node, FALSE, TRUE);
	int index = text == NULL ? -1 : value_choice(binder, field, node, text);
	if (index >= 0)
		*member = index;
}

static void value_bind_path(RigBinder *binder, const RigNode *node, char **member)
{
	g_autofree char *text = rig_bind_text(binder, node, FALSE, FALSE);
	if (text != NULL && *text == '\0')
		rig_binder_issue(binder, node, "a path cannot be empty");
	if (text == NULL || *text == '\0')
		return;
	*member = rig_path_find(text, node->place.file);
	if (binder->paths != NULL)
		rig_text_uses_add(binder->paths, binder, node, *member);
}

/* Compiles with every placeholder that comes later taken as a letter. */
static void value_bind_regex(RigBinder *binder, const RigField *field, const RigNode *node,
                             char **member)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = rig_bind_text(binder, node, field->late, FALSE);
	if (text == NULL)
		return;
	g_autofree char *sample = g_strdup(text);
	if (strstr(text, "${") != NULL) {
		g_autoptr(GRegex) holes = g_regex_new("\\$?\\$\\{[^}]*\\}", 0, 0, NULL);
		g_free(sample);
		sample = g_regex_replace_literal(holes, text, -1, 0, "x", 0, NULL);
	}
	g_autoptr(GRegex) regex = g_regex_new(sample, 0, 0, &error);
	if (regex == NULL)
		rig_binder_issue(binder, node, "not a regular expression: %s", error->message);
	else
		*member = g_steal_pointer(&text);
}

/* One item of a list of texts; NULL with an issue. */
static char *value_item(RigBinder *binder, const RigField *field, const RigNode *node)
{
	if (field->type != RIG_FIELD_NAMES)
		return rig_bind_text(binder, node, field->late, FALSE);
	g_autofree char *name = rig_bind_name(binder, node);
	if (name != NULL && field->choices != NULL && value_choice(binder, field, node, name) < 0)
		return NULL;
	return g_steal_pointer(&name);
}

/* A program that holds a slash is found beside the file that names it. */
static void value_find_program(const RigNode *node, char **argv)
{
	if (argv[0] == NULL || strchr(argv[0], '/') == NULL || g_str_has_prefix(argv[0], "${"))
		return;
	char *path = rig_path_find(argv[0], node->place.file);
	g_free(argv[0]);
	argv[0] = path;
}

static void value_bind_strings(RigBinder *binder, const RigField *field, const RigNode *node,
                               char ***member)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	guint count = node->kind == RIG_NODE_LIST ? node->items->len : 1;
	if (node->kind == RIG_NODE_MAP) {
		rig_bind_expect(binder, node, RIG_NODE_LIST, "a list of texts");
		return;
	}
	for (guint i = 0; i < count; i++) {
		gsize mark = binder->path->len;
		if (node->kind == RIG_NODE_LIST)
			rig_binder_enter_index(binder, i);
		g_autofree char *item =
		    value_item(binder, field, node->kind == RIG_NODE_LIST ? node->items->pdata[i] : node);
		if (item != NULL)
			g_strv_builder_add(builder, item);
		rig_binder_leave(binder, mark);
	}
	*member = g_strv_builder_end(builder);
	if (field->type != RIG_FIELD_ARGV)
		return;
	if (count == 0)
		rig_binder_issue(binder, node, "an argument list begins with a program; this one is empty");
	value_find_program(node, *member);
}

static void value_bind_list(RigBinder *binder, const RigField *field, const RigNode *node,
                            GPtrArray **member)
{
	if (!rig_bind_expect(binder, node, RIG_NODE_LIST, "a list of maps"))
		return;
	*member = g_ptr_array_sized_new(node->items->len);
	if (field->required && node->items->len == 0)
		rig_binder_issue(binder, node, "the list is empty; at least one is needed: %s",
		                 field->help);
	for (guint i = 0; i < node->items->len; i++) {
		gsize mark = rig_binder_enter_index(binder, i);
		gpointer element = g_malloc0(field->size);
		g_ptr_array_add(*member, element);
		rig_bind(binder, field->rows, node->items->pdata[i], element, NULL);
		rig_binder_leave(binder, mark);
	}
}

gboolean rig_bind_field(RigBinder *binder, const RigField *field, const RigNode *node,
                        gpointer target)
{
	gpointer member = (char *)target + field->offset;
	const RigFieldCustom *custom = field->custom;
	guint before = binder->issues->list->len;
	switch (field->type) {
	case RIG_FIELD_STRING:
		*(char **)member = rig_bind_text(binder, node, field->late, FALSE);
		break;
	case RIG_FIELD_NAME:
		*(char **)member = rig_bind_name(binder, node);
		break;
	case RIG_FIELD_PATH:
		value_bind_path(binder, node, member);
		break;
	case RIG_FIELD_REGEX:
		value_bind_regex(binder, field, node, member);
		break;
	case RIG_FIELD_BOOL:
		value_bind_bool(binder, node, member);
		break;
	case RIG_FIELD_INTEGER:
		value_bind_integer(binder, field, node, member);
		break;
	case RIG_FIELD_NUMBER:
		value_bind_number(binder, field, node, member);
		break;
	case RIG_FIELD_QUANTITY:
		value_bind_quantity(binder, field, node, member);
		break;
	case RIG_FIELD_CHOICE:
		value_bind_choice(binder, field, node, member);
		break;
	case RIG_FIELD_STRINGS:
	case RIG_FIELD_NAMES:
	case RIG_FIELD_ARGV:
		value_bind_strings(binder, field, node, member);
		break;
	case RIG_FIELD_STRUCT:
		rig_bind(binder, field->rows, node, member, NULL);
		break;
	case RIG_FIELD_LIST:
		value_bind_list(binder, field, node, member);
		break;
	case RIG_FIELD_REFUSED:
		break;
	case RIG_FIELD_CUSTOM:
		custom->parse(binder, field, node, member);
		break;
	}
	return binder->issues->list->len == before;
}

static gboolean value_parse_sha256(RigBinder *binder, const RigField *field, const RigNode *node,
                                   gpointer member)
{
	g_autofree char *text = rig_bind_text(binder, node, field->late, FALSE);
	if (text == NULL)
		return FALSE;
	if (strlen(text) != 64 || text[strspn(text, "0123456789abcdef")] != '\0') {
		rig_binder_issue(binder, node,
		                 "found \"%.70s\", expected a SHA-256: 64 lower-case hex digits, as "
		                 "sha256sum prints",
		                 text);
		return FALSE;
	}
	*(char **)member = g_steal_pointer(&text);
	return TRUE;
}

static json_t *value_schema_sha256(const RigField *field)
{
	(void)field;
	return json_pack("{s:s, s:s}", "type", "string", "pattern", "^([0-9a-f]{64}|.*\\$\\{.*)$");
}

static void value_free_text(gpointer member)
{
	g_clear_pointer((char **)member, g_free);
}

const RigFieldCustom rig_custom_sha256 = {
    .type = "64 hex digits",
    .parse = value_parse_sha256,
    .schema = value_schema_sha256,
    .free = value_free_text,
};
