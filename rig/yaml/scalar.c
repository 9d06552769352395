/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of scalars: their placeholders, and what other YAML programs would make of them. */
#include "yaml/bind.h"

#include <string.h>

static const char *scalar_kind_name(const RigNode *node)
{
	switch (node->kind) {
	case RIG_NODE_SCALAR:
		return *node->text == '\0' && !node->quoted ? "nothing" : "a single value";
	case RIG_NODE_LIST:
		return "a list";
	case RIG_NODE_MAP:
		return "a map";
	}
	return "nothing";
}

gboolean rig_bind_expect(RigBinder *binder, const RigNode *node, RigNodeKind kind, const char *what)
{
	if (node->kind == kind)
		return TRUE;
	if (node->kind == RIG_NODE_SCALAR && *node->text != '\0')
		rig_binder_issue(binder, node, "found \"%.40s\", expected %s", node->text, what);
	else
		rig_binder_issue(binder, node, "found %s, expected %s", scalar_kind_name(node), what);
	return FALSE;
}

static gboolean scalar_is_word(const char *text, const char *const *words)
{
	for (guint i = 0; words[i] != NULL; i++) {
		if (g_ascii_strcasecmp(text, words[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

/* 0x1F, 0o17, 0b101: a digit beyond the base makes it a text, as a digest that begins with 0b. */
static gboolean scalar_is_based(const char *text)
{
	static const struct {
		const char *prefixes, *digits;
	} bases[] = {{"xX", "0123456789abcdefABCDEF_"}, {"oO", "01234567_"}, {"bB", "01_"}};
	for (guint i = 0; i < G_N_ELEMENTS(bases); i++) {
		if (text[0] == '0' && text[1] != '\0' && strchr(bases[i].prefixes, text[1]) != NULL)
			return text[2] != '\0' && text[2 + strspn(text + 2, bases[i].digits)] == '\0';
	}
	return FALSE;
}

/* -12, 0x1F, 0o17, 1_000, 1.5e3, .5, 1:30, .inf: what YAML 1.1 or 1.2 reads as a number. */
static gboolean scalar_looks_like_number(const char *text)
{
	static const char *const specials[] = {".inf", ".nan", NULL};
	text += *text == '-' || *text == '+' ? 1 : 0;
	if (scalar_is_word(text, specials))
		return TRUE;
	if (scalar_is_based(text))
		return TRUE;
	if (!g_ascii_isdigit(*text) && !(*text == '.' && g_ascii_isdigit(text[1])))
		return FALSE;
	text += strspn(text, "0123456789_:");
	if (*text == '.') /* 1.4 is a number, 1.4.0 is none */
		text += 1 + strspn(text + 1, "0123456789_");
	if ((*text == 'e' || *text == 'E') && text[1] != '\0') {
		text += text[1] == '-' || text[1] == '+' ? 2 : 1;
		text += g_ascii_isdigit(*text) ? strspn(text, "0123456789") : 0;
	}
	return *text == '\0';
}

static gboolean scalar_looks_like_date(const char *text)
{
	static const char shape[] = "dddd-d";
	for (guint i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != shape[i])
			return FALSE;
	}
	gsize length = strspn(text, "0123456789-");
	return length <= 10 && (text[length] == '\0' || strchr("Tt ", text[length]) != NULL);
}

/* What other YAML programs make of unquoted text; NULL: the same text. */
static const char *scalar_misread(const char *text)
{
	static const char *const bools[] = {"true", "false", "yes", "no", "on", "off", NULL};
	static const char *const nulls[] = {"null", "~", NULL};
	if (scalar_is_word(text, bools))
		return "true or false";
	if (scalar_is_word(text, nulls))
		return "null";
	if (scalar_looks_like_number(text) && strchr(text, ':') == NULL)
		return "a number";
	if (scalar_looks_like_number(text))
		return "a number to base 60";
	return scalar_looks_like_date(text) ? "a date" : NULL;
}

typedef struct {
	GPtrArray *names; /* all that would be known, borrowed */
	RigBinder *binder;
} ScalarKnown;

static void scalar_unknown_variable(RigBinder *binder, const RigNode *node, const char *name)
{
	if (*name == '$') {
		rig_binder_issue(binder, node,
		                 "\"%.40s\" is no placeholder; write ${name}, or $${ for the characters ${",
		                 name);
		return;
	}
	const char *nearest = binder->late == NULL ? NULL : rig_nearest(name, binder->late);
	if (nearest == NULL && binder->variables != NULL)
		nearest = rig_nearest_key(name, binder->variables);
	if (nearest != NULL)
		rig_binder_issue(binder, node, "unknown variable ${%s}; did you mean \"${%s}\"?", name,
		                 nearest);
	else
		rig_binder_issue(binder, node, "unknown variable ${%s}; set it in `variables:`", name);
}

static void scalar_note_unknown(gpointer user, const char *name)
{
	ScalarKnown *known = user;
	const RigBinder *binder = known->binder;
	gboolean is_variable =
	    binder->variables != NULL && g_hash_table_contains(binder->variables, name);
	if (!is_variable && !(binder->late != NULL && g_strv_contains(binder->late, name)))
		g_ptr_array_add(known->names, g_strdup(name));
}

/* Fills the placeholders that can be filled now; NULL with an issue. */
static char *scalar_expand(RigBinder *binder, const RigNode *node, gboolean late)
{
	if (strstr(node->text, "${") == NULL)
		return g_strdup(node->text);
	g_autoptr(GPtrArray) unknown = g_ptr_array_new_with_free_func(g_free);
	ScalarKnown known = {unknown, binder};
	char *malformed = NULL;
	gboolean is_well_formed = rig_text_names(node->text, scalar_note_unknown, &known);
	gboolean keep = late || binder->late != NULL;
	if (is_well_formed && !late && unknown->len > 0) {
		scalar_unknown_variable(binder, node, unknown->pdata[0]);
		return NULL;
	}
	char *text = rig_text_expand(node->text, binder->variables, keep, &malformed);
	if (text == NULL) {
		scalar_unknown_variable(binder, node, malformed);
		g_free(malformed);
	} else if (late && unknown->len > 0 && binder->holes != NULL) {
		rig_text_uses_add(binder->holes, binder, node, text);
	}
	return text;
}

char *rig_bind_text(RigBinder *binder, const RigNode *node, gboolean late, gboolean any)
{
	if (!rig_bind_expect(binder, node, RIG_NODE_SCALAR, "a single text"))
		return NULL;
	if (!node->quoted && *node->text == '\0') {
		rig_binder_issue(binder, node, "found nothing, expected a text (\"\" for an empty one)");
		return NULL;
	}
	const char *misread = node->quoted || any ? NULL : scalar_misread(node->text);
	if (misread != NULL) {
		rig_binder_issue(binder, node,
		                 "%.40s looks like %s to YAML; a text that does must be quoted: \"%.40s\"",
		                 node->text, misread, node->text);
		return NULL;
	}
	return scalar_expand(binder, node, late);
}

char *rig_bind_name(RigBinder *binder, const RigNode *node)
{
	g_autofree char *text = rig_bind_text(binder, node, FALSE, FALSE);
	if (text == NULL || rig_name_is_valid(text))
		return g_steal_pointer(&text);
	rig_binder_issue(binder, node,
	                 "\"%.40s\" is no name; a name is 1 to 64 of the characters a-z 0-9 -", text);
	return NULL;
}
