/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a bench file whose options a driver's own rows bind: links, protocol and probe. */
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

/* Drivers of each kind begin with their name. */
G_STATIC_ASSERT(offsetof(RigFlashDriver, name) == 0);
G_STATIC_ASSERT(offsetof(RigLinkDriver, name) == 0);
G_STATIC_ASSERT(offsetof(RigMeterDriver, name) == 0);
G_STATIC_ASSERT(offsetof(RigProtocolDriver, name) == 0);
G_STATIC_ASSERT(offsetof(RigProbeDriver, name) == 0);

static const char *drivers_name_of(gconstpointer driver)
{
	return *(const char *const *)driver;
}

gconstpointer rig_drivers_find(RigBinder *binder, const RigNode *node, const char *what,
                               const char *expected, gconstpointer const *drivers)
{
	const RigNode *name = drivers_name(binder, node, expected);
	if (name == NULL)
		return NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (; *drivers != NULL; drivers++) {
		if (strcmp(drivers_name_of(*drivers), name->text) == 0)
			return *drivers;
		g_ptr_array_add(names, (gpointer)(gintptr)drivers_name_of(*drivers));
	}
	gsize mark = rig_binder_enter(binder, "driver");
	drivers_unknown(binder, name, what, names);
	rig_binder_leave(binder, mark);
	return NULL;
}

static const RigField drivers_no_fields[] = {{.key = NULL}};
static const char *const drivers_known[] = {"driver", NULL};

gboolean rig_drivers_bind_options(RigBinder *binder, const RigNode *node, const RigField *fields,
                                  gpointer options, const char *const *known,
                                  gboolean (*check)(gconstpointer, GError **))
{
	g_autoptr(GError) error = NULL;
	if (!rig_bind(binder, fields == NULL ? drivers_no_fields : fields, node, options,
	              known == NULL ? drivers_known : known))
		return FALSE;
	if (check == NULL || check(options, &error))
		return TRUE;
	rig_binder_issue(binder, node, "%s", error->message);
	return FALSE;
}

void rig_bench_link_free(RigBenchLink *link)
{
	if (link == NULL)
		return;
	rig_fields_free(link->driver->fields, link->options);
	g_free(link->options);
	g_free(link->name);
	g_free(link);
}

static void drivers_free_link(gpointer data)
{
	rig_bench_link_free(data);
}

static RigBenchLink *drivers_new_link(const RigLinkDriver *driver, const char *name)
{
	RigBenchLink *link = g_new0(RigBenchLink, 1);
	link->name = g_strdup(name);
	link->driver = driver;
	link->options = g_malloc0(driver->options_size);
	return link;
}

RigBenchLink *rig_bench_link_new(const RigLinkDriver *driver, const char *name, const char *key,
                                 const char *value, GError **error)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	g_autoptr(RigBenchLink) link = drivers_new_link(driver, name);
	rig_bind_defaults(&binder, driver->fields, link->options);
	const RigNode node = {.kind = RIG_NODE_SCALAR, .text = (char *)(guintptr)value};
	for (const RigField *row = driver->fields; row->key != NULL; row++) {
		if (strcmp(row->key, key) == 0 && !rig_bind_field(&binder, row, &node, link->options)) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s is not what it takes", key,
			            value);
			return NULL;
		}
	}
	return g_steal_pointer(&link);
}

static void drivers_bind_link(RigBinder *binder, const RigNode *key, const RigNode *node,
                              GPtrArray *links)
{
	if (!rig_name_is_valid(key->text)) {
		rig_binder_issue(binder, key, "\"%.40s\" is no name; a name is 1 to 64 of a-z 0-9 -",
		                 key->text);
		return;
	}
	const RigLinkDriver *driver = rig_drivers_find(binder, node, "link", "a map with `driver`",
	                                               (gconstpointer const *)rig_link_drivers);
	if (driver == NULL)
		return;
	RigBenchLink *link = drivers_new_link(driver, key->text);
	link->place = key->place;
	g_ptr_array_add(links, link);
	rig_drivers_bind_options(binder, node, driver->fields, link->options, NULL, driver->check);
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
	static const char *const with_link[] = {"driver", "link", NULL};
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - field->offset);
	const RigProtocolDriver *driver =
	    rig_drivers_find(binder, node, "protocol", "a map with `driver` and `link`",
	                     (gconstpointer const *)rig_protocol_drivers);
	if (driver == NULL)
		return FALSE;
	board->protocol = driver;
	board->protocol_options = g_malloc0(driver->options_size);
	const RigNode *link = rig_node_get(node, "link");
	const char *const *known = driver->by_probe ? drivers_known : with_link;
	if (link != NULL && !driver->by_probe) {
		gsize mark = rig_binder_enter(binder, "link");
		board->protocol_link = rig_bind_name(binder, link);
		rig_binder_leave(binder, mark);
	} else if (!driver->by_probe) {
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

static gboolean drivers_parse_probe(RigBinder *binder, const RigField *field, const RigNode *node,
                                    gpointer member)
{
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - field->offset);
	const RigProbeDriver *driver = rig_drivers_find(binder, node, "probe", "a map with `driver`",
	                                                (gconstpointer const *)rig_probe_drivers);
	if (driver == NULL)
		return FALSE;
	board->probe = driver;
	board->probe_options = g_malloc0(driver->options_size);
	rig_drivers_bind_options(binder, node, driver->fields, board->probe_options, NULL,
	                         driver->check);
	return TRUE;
}

/* `member` is the probe of a board; its options lie beside it. */
static void drivers_free_probe(gpointer member)
{
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - G_STRUCT_OFFSET(RigBoard, probe));
	if (board->probe != NULL)
		rig_fields_free(board->probe->fields, board->probe_options);
	board->probe = NULL;
	g_clear_pointer(&board->probe_options, g_free);
}

const RigFieldCustom rig_custom_probe = {
    .type = "map with driver and the driver's options",
    .parse = drivers_parse_probe,
    .schema = rig_bench_schema_probe,
    .free = drivers_free_probe,
};
