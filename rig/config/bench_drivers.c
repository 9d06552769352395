/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a bench file whose options a driver's own rows bind: links and protocol. */
#include "config/bench_parts.h"

#include <string.h>

static void drivers_unknown(RigBinder *binder, const RigNode *node, const char *what,
                            GPtrArray *names)
{
	g_ptr_array_add(names, NULL);
	const char *nearest = rig_nearest(node->text, (const char *const *)names->pdata);
	g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
	if (nearest != NULL)
		rig_binder_issue(binder, node, "unknown %s driver \"%.64s\"; did you mean \"%s\"?", what,
		                 node->text, nearest);
	else
		rig_binder_issue(binder, node, "unknown %s driver \"%.64s\"; known are: %s", what,
		                 node->text, list);
}

/* The scalar of the key `driver`; NULL with an issue. */
static const RigNode *drivers_name(RigBinder *binder, const RigNode *node, const char *what)
{
	if (!rig_bind_expect(binder, node, RIG_NODE_MAP, what))
		return NULL;
	const RigNode *name = rig_node_get(node, "driver");
	if (name == NULL) {
		rig_binder_issue(binder, node,
		                 "the key \"driver\" is missing: it says what the rest means");
		return NULL;
	}
	gsize mark = rig_binder_enter(binder, "driver");
	gboolean is_text = rig_bind_expect(binder, name, RIG_NODE_SCALAR, "the name of a driver");
	rig_binder_leave(binder, mark);
	return is_text ? name : NULL;
}

static const RigLinkDriver *drivers_find_link(RigBinder *binder, const RigNode *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; rig_link_drivers[i] != NULL; i++) {
		if (strcmp(rig_link_drivers[i]->name, name->text) == 0)
			return rig_link_drivers[i];
		g_ptr_array_add(names, (gpointer)(gintptr)rig_link_drivers[i]->name);
	}
	gsize mark = rig_binder_enter(binder, "driver");
	drivers_unknown(binder, name, "link", names);
	rig_binder_leave(binder, mark);
	return NULL;
}

static const RigProtocolDriver *drivers_find_protocol(RigBinder *binder, const RigNode *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; rig_protocol_drivers[i] != NULL; i++) {
		if (strcmp(rig_protocol_drivers[i]->name, name->text) == 0)
			return rig_protocol_drivers[i];
		g_ptr_array_add(names, (gpointer)(gintptr)rig_protocol_drivers[i]->name);
	}
	gsize mark = rig_binder_enter(binder, "driver");
	drivers_unknown(binder, name, "protocol", names);
	rig_binder_leave(binder, mark);
	return NULL;
}

static const RigField drivers_no_fields[] = {{.key = NULL}};

static void drivers_free_link(gpointer data)
{
	RigBenchLink *link = data;
	rig_fields_free(link->driver->fields, link->options);
	g_free(link->options);
	g_free(link->name);
	g_free(link);
}

static void drivers_bind_link(RigBinder *binder, const RigNode *key, const RigNode *node,
                              GPtrArray *links)
{
	static const char *const known[] = {"driver", NULL};
	if (!rig_name_is_valid(key->text)) {
		rig_binder_issue(binder, key, "\"%.40s\" is no name; a name is 1 to 64 of a-z 0-9 -",
		                 key->text);
		return;
	}
	const RigNode *name = drivers_name(binder, node, "a map with `driver`");
	const RigLinkDriver *driver = name == NULL ? NULL : drivers_find_link(binder, name);
	if (driver == NULL)
		return;
	RigBenchLink *link = g_new0(RigBenchLink, 1);
	link->place = key->place;
	link->name = g_strdup(key->text);
	link->driver = driver;
	link->options = g_malloc0(driver->options_size);
	g_ptr_array_add(links, link);
	g_autoptr(GError) error = NULL;
	if (rig_bind(binder, driver->fields == NULL ? drivers_no_fields : driver->fields, node,
	             link->options, known) &&
	    driver->check != NULL && !driver->check(link->options, &error))
		rig_binder_issue(binder, node, "%s", error->message);
}

static gboolean drivers_parse_links(RigBinder *binder, const RigField *field, const RigNode *node,
                                    gpointer member)
{
	(void)field;
	GPtrArray **links = member;
	*links = g_ptr_array_new_with_free_func(drivers_free_link);
	if (!rig_bind_expect(binder, node, RIG_NODE_MAP, "a map of links: {NAME: {driver: ...}}"))
		return FALSE;
	for (guint i = 0; i < node->keys->len; i++) {
		const RigNode *key = node->keys->pdata[i];
		gsize mark = rig_binder_enter(binder, key->text);
		drivers_bind_link(binder, key, node->items->pdata[i], *links);
		rig_binder_leave(binder, mark);
	}
	return TRUE;
}

static void drivers_free_links(gpointer member)
{
	g_clear_pointer((GPtrArray **)member, g_ptr_array_unref);
}

const RigFieldCustom rig_custom_links = {
    .type = "map of names to links",
    .parse = drivers_parse_links,
    .schema = rig_bench_schema_links,
    .free = drivers_free_links,
};

static gboolean drivers_parse_protocol(RigBinder *binder, const RigField *field,
                                       const RigNode *node, gpointer member)
{
	static const char *const known[] = {"driver", "link", NULL};
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - field->offset);
	const RigNode *name = drivers_name(binder, node, "a map with `driver` and `link`");
	const RigProtocolDriver *driver = name == NULL ? NULL : drivers_find_protocol(binder, name);
	if (driver == NULL)
		return FALSE;
	board->protocol = driver;
	board->protocol_options = g_malloc0(driver->options_size);
	const RigNode *link = rig_node_get(node, "link");
	if (link != NULL) {
		gsize mark = rig_binder_enter(binder, "link");
		board->protocol_link = rig_bind_name(binder, link);
		rig_binder_leave(binder, mark);
	} else {
		rig_binder_issue(binder, node, "the key \"link\" is missing: the link that it speaks over");
	}
	return rig_bind(binder, driver->fields == NULL ? drivers_no_fields : driver->fields, node,
	                board->protocol_options, known);
}

/* `member` is the protocol of a board; its options and link lie beside it. */
static void drivers_free_protocol(gpointer member)
{
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - G_STRUCT_OFFSET(RigBoard, protocol));
	if (board->protocol != NULL)
		rig_fields_free(board->protocol->fields, board->protocol_options);
	board->protocol = NULL;
	g_clear_pointer(&board->protocol_options, g_free);
	g_clear_pointer(&board->protocol_link, g_free);
}

const RigFieldCustom rig_custom_protocol = {
    .type = "map with driver, link and the driver's options",
    .parse = drivers_parse_protocol,
    .schema = rig_bench_schema_protocol,
    .free = drivers_free_protocol,
};
