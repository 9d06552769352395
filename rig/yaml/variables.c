/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml/variables.h"

#include <jansson.h>
#include <string.h>

#define VARIABLES_NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

void rig_bind_pairs(RigBinder *binder, const RigNode *node, gboolean late,
                    void (*each)(gpointer user, const char *name, char *text), gpointer user)
{
	if (!rig_bind_expect(binder, node, RIG_NODE_MAP, "a map of names to texts"))
		return;
	for (guint i = 0; i < node->keys->len; i++) {
		const RigNode *name = node->keys->pdata[i], *value = node->items->pdata[i];
		gsize mark = rig_binder_enter(binder, name->text);
		gsize length = strspn(name->text, VARIABLES_NAME);
		if (length == 0 || length > 64 || name->text[length] != '\0') {
			rig_binder_issue(binder, name,
			                 "a variable's name is 1 to 64 of the characters a-z A-Z 0-9 _ -");
		} else {
			/* A number or a bool is taken as it is written. */
			g_autofree char *text = rig_bind_text(binder, value, late, TRUE);
			if (text != NULL)
				each(user, name->text, g_steal_pointer(&text));
		}
		rig_binder_leave(binder, mark);
	}
}

typedef struct {
	GHashTable *values, *over;
} VariablesPair;

static void variables_add(gpointer user, const char *name, char *text)
{
	const VariablesPair *tables = user;
	const char *over = tables->over == NULL ? NULL : g_hash_table_lookup(tables->over, name);
	g_hash_table_insert(tables->values, g_strdup(name),
	                    over == NULL ? g_strdup(text) : g_strdup(over));
	g_free(text);
}

GHashTable *rig_variables_bind(RigBinder *binder, const RigNode *root, GHashTable *over)
{
	GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	VariablesPair tables = {values, over};
	const RigNode *node = rig_node_get(root, "variables");
	GHashTable *outer = binder->variables;
	if (node == NULL)
		return values;
	gsize mark = rig_binder_enter(binder, "variables");
	binder->variables = values; /* grows while it is read: what stands above is known */
	rig_bind_pairs(binder, node, FALSE, variables_add, &tables);
	binder->variables = outer;
	rig_binder_leave(binder, mark);
	return values;
}

/* They are bound before everything else, because everything else may use them. */
static gboolean variables_parse(RigBinder *binder, const RigField *field, const RigNode *node,
                                gpointer member)
{
	(void)binder, (void)field, (void)node, (void)member;
	return TRUE;
}

static json_t *variables_schema(const RigField *field)
{
	(void)field;
	return json_pack("{s:s, s:{s:s}, s:{s:[s,s,s]}}", "type", "object", "propertyNames", "pattern",
	                 "^[a-zA-Z0-9_-]{1,64}$", "additionalProperties", "type", "string", "number",
	                 "boolean");
}

const RigFieldCustom rig_custom_variables = {
    .type = "map of names to texts",
    .parse = variables_parse,
    .schema = variables_schema,
    .free = NULL,
};
