/* SPDX-License-Identifier: Apache-2.0 */
#include "config/target.h"

#include <string.h>

#include "config/bench_parts.h"
#include "config/schema.h"

#define TARGET_FOLDER "/usr/share/tinyrig/targets"

#define FLASH(member) .offset = G_STRUCT_OFFSET(RigTargetFlash, member)
static const RigField target_flash_rows[] = {
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     FLASH(address),
     .max = G_MAXUINT32,
     .help = "where it begins, as 0x08000000"},
    {.key = "size",
     .type = RIG_FIELD_QUANTITY,
     FLASH(bytes),
     .unit = "size",
     .max = 1u << 30,
     .help = "how much there is; needed where the driver does not know it"},
    {.key = "page",
     .type = RIG_FIELD_QUANTITY,
     FLASH(page_bytes),
     .unit = "size",
     .max = 1u << 24,
     .fallback = "4KiB",
     .help = "what is erased at once"},
    {.key = "erased",
     .type = RIG_FIELD_INTEGER,
     FLASH(erased),
     .max = 255,
     .fallback = "0xff",
     .help = "what an erased byte reads as"},
    {.key = NULL},
};

/* The keys that the common rows or the driver's bind, and `driver` itself. */
static char **target_keys(const RigField *rows)
{
	GPtrArray *keys = g_ptr_array_new();
	g_ptr_array_add(keys, g_strdup("driver"));
	for (; rows != NULL && rows->key != NULL; rows++)
		g_ptr_array_add(keys, g_strdup(rows->key));
	g_ptr_array_add(keys, NULL);
	return (char **)g_ptr_array_free(keys, FALSE);
}

static void target_free_flash(gpointer data)
{
	RigTargetFlash *flash = data;
	rig_fields_free(flash->driver->fields, flash->options);
	g_free(flash->options);
	g_free(flash);
}

static gboolean target_check_flash(RigBinder *binder, const RigNode *node,
                                   const RigTargetFlash *flash)
{
	gint64 page = flash->page_bytes;
	if (flash->bytes == 0 && flash->driver->load == NULL)
		rig_binder_issue(binder, node, "the key \"size\" is missing");
	else if (page < 4 || (page & (page - 1)) != 0)
		rig_binder_issue(binder, node, "a page is a power of two, of 4 bytes at least");
	else if (flash->address % page != 0 || flash->bytes % page != 0)
		rig_binder_issue(binder, node, "address and size must be multiples of the page");
	else if (flash->bytes > (gint64)G_MAXUINT32 + 1 - flash->address)
		rig_binder_issue(binder, node, "it does not end below 4 GiB");
	else
		return TRUE;
	return FALSE;
}

static void target_bind_flash(RigBinder *binder, const RigNode *node, GPtrArray *list)
{
	const RigFlashDriver *driver = rig_drivers_find(binder, node, "flash", "a map with `driver`",
	                                                (gconstpointer const *)rig_flash_drivers);
	if (driver == NULL)
		return;
	RigTargetFlash *flash = g_new0(RigTargetFlash, 1);
	flash->place = node->place;
	flash->driver = driver;
	flash->options = g_malloc0(MAX(driver->options_size, 1));
	g_ptr_array_add(list, flash);
	g_auto(GStrv) own = target_keys(driver->fields);
	g_auto(GStrv) common = target_keys(target_flash_rows);
	gboolean good = rig_bind(binder, target_flash_rows, node, flash, (const char *const *)own);
	good &= rig_drivers_bind_options(binder, node, driver->fields, flash->options,
	                                 (const char *const *)common, NULL);
	if (good)
		(void)target_check_flash(binder, node, flash);
}

static gboolean target_parse_flash(RigBinder *binder, const RigField *field, const RigNode *node,
                                   gpointer member)
{
	(void)field;
	GPtrArray **list = member;
	*list = g_ptr_array_new_with_free_func(target_free_flash);
	if (!rig_bind_expect(binder, node, RIG_NODE_LIST, "a list of flash memories"))
		return FALSE;
	for (guint i = 0; i < node->items->len; i++) {
		gsize mark = rig_binder_enter_index(binder, i);
		target_bind_flash(binder, node->items->pdata[i], *list);
		rig_binder_leave(binder, mark);
	}
	if (node->items->len == 0)
		rig_binder_issue(binder, node, "there is no flash: nothing could be loaded");
	return TRUE;
}

static void target_free_flashes(gpointer member)
{
	g_clear_pointer((GPtrArray **)member, g_ptr_array_unref);
}

static struct json_t *target_flash_schema(const RigField *field)
{
	(void)field;
	return rig_target_schema_flash(target_flash_rows);
}

static const RigFieldCustom target_custom_flash = {
    .type = "list of maps with driver, address, size, page and the driver's options",
    .parse = target_parse_flash,
    .schema = target_flash_schema,
    .free = target_free_flashes,
};

static const RigField target_ram_rows[] = {
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     .required = TRUE,
     .offset = G_STRUCT_OFFSET(RigTargetRam, address),
     .max = G_MAXUINT32,
     .help = "where it begins, as 0x20000000"},
    {.key = "size",
     .type = RIG_FIELD_QUANTITY,
     .required = TRUE,
     .offset = G_STRUCT_OFFSET(RigTargetRam, bytes),
     .unit = "size",
     .min = 64,
     .max = 1u << 30,
     .help = "how much there is"},
    {.key = NULL},
};

#define TARGET(member) .offset = G_STRUCT_OFFSET(RigTarget, member)
static const RigField target_part_rows[] = {
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     TARGET(part_address),
     .min = -1,
     .max = G_MAXUINT32,
     .fallback = "-1",
     .help = "of a word that says what chip it is"},
    {.key = "value",
     .type = RIG_FIELD_INTEGER,
     TARGET(part_value),
     .max = G_MAXUINT32,
     .help = "what stands there"},
    {.key = "mask",
     .type = RIG_FIELD_INTEGER,
     TARGET(part_mask),
     .max = G_MAXUINT32,
     .fallback = "0xffffffff",
     .help = "the bits that are compared"},
    {.key = NULL},
};
static const RigField target_silicon_rows[] = {
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     TARGET(silicon_address),
     .min = -1,
     .max = G_MAXUINT32,
     .fallback = "-1",
     .help = "where the specimen's own number stands"},
    {.key = "size",
     .type = RIG_FIELD_QUANTITY,
     TARGET(silicon_bytes),
     .unit = "size",
     .min = 4,
     .max = 64,
     .fallback = "8B",
     .help = "how long it is"},
    {.key = NULL},
};

const RigField rig_target_rows[] = {
    {.key = "target", .type = RIG_FIELD_NAME, .required = TRUE, TARGET(name), .help = "its name"},
    {.key = "about", .type = RIG_FIELD_STRING, TARGET(about), .help = "what chip it is"},
    {.key = "core",
     .type = RIG_FIELD_STRING,
     TARGET(core),
     .help = "its core, as Cortex-M4: another one is an error before anything is written"},
    {.key = "core-clock",
     .type = RIG_FIELD_QUANTITY,
     TARGET(core_clock_mhz),
     .unit = "frequency",
     .max = 4e12,
     .help = "of the core after a reset; how long its routines take is told from it"},
    {.key = "flash",
     .type = RIG_FIELD_CUSTOM,
     .required = TRUE,
     TARGET(flash),
     .custom = &target_custom_flash,
     .help = "where an image goes, and how that is written"},
    {.key = "ram",
     .type = RIG_FIELD_LIST,
     TARGET(ram),
     .rows = target_ram_rows,
     .size = sizeof(RigTargetRam),
     .help = "its RAM; algorithms use the first while it is flashed"},
    {.key = "part",
     .type = RIG_FIELD_STRUCT,
     .rows = target_part_rows,
     .help = "how it is told from other chips"},
    {.key = "silicon",
     .type = RIG_FIELD_STRUCT,
     .rows = target_silicon_rows,
     .help = "where the specimen's own number stands; compared with the board's `unit`"},
    {.key = NULL},
};

/* Shipped files are bytes of the program; their path is where they would lie. */
static char *target_path(RigSources *sources, const char *name, const char *from)
{
	if (strchr(name, '/') != NULL || g_str_has_suffix(name, ".yaml"))
		return rig_path_resolve(name, from);
	for (gsize i = 0; rig_target_texts[i].name != NULL; i++) {
		if (strcmp(rig_target_texts[i].name, name) != 0)
			continue;
		char *path = g_strdup_printf(TARGET_FOLDER "/%s.yaml", name);
		g_autoptr(GBytes) bytes =
		    g_bytes_new_static(rig_target_texts[i].text, strlen(rig_target_texts[i].text));
		rig_sources_put(sources, path, bytes);
		return path;
	}
	return NULL;
}

static void target_unknown(RigIssues *issues, const RigPlace *place, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (gsize i = 0; rig_target_texts[i].name != NULL; i++)
		g_ptr_array_add(names, (gpointer)(guintptr)rig_target_texts[i].name);
	g_ptr_array_add(names, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
	rig_issues_add(issues, place, "flasher.target",
	               "no target file \"%.64s\" is shipped; those are %s. One of your own is named by "
	               "its path, as ./%.64s.yaml",
	               name, list, name);
}

static RigTarget *target_read(RigSources *sources, const char *path, const RigPlace *place,
                              RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	guint before = issues->list->len;
	const RigSource *source = rig_sources_read(sources, path, &error);
	if (source == NULL) {
		rig_issues_add(issues, place, "flasher.target", "%s", error->message);
		return NULL;
	}
	g_autoptr(RigNode) root = rig_node_parse(source, issues);
	if (root == NULL)
		return NULL;
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	g_autoptr(RigTarget) target = g_new0(RigTarget, 1);
	target->path = g_strdup(path);
	target->place = root->place;
	rig_bind(&binder, rig_target_rows, root, target, NULL);
	if (target->part_address % 4 > 0 || target->silicon_address % 4 > 0 ||
	    target->silicon_bytes % 4 != 0)
		rig_issues_add(issues, &target->place, "", "part and silicon stand in whole words");
	return issues->list->len == before ? g_steal_pointer(&target) : NULL;
}

RigTarget *rig_target_read(RigSources *sources, const char *path, RigIssues *issues)
{
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	const RigPlace whole = {g_intern_string(absolute), 0, 0};
	return target_read(sources, absolute, &whole, issues);
}

RigTarget *rig_target_load(RigSources *sources, const char *name, const char *from,
                           const RigPlace *place, RigIssues *issues)
{
	g_autofree char *path = target_path(sources, name, from);
	if (path != NULL)
		return target_read(sources, path, place, issues);
	target_unknown(issues, place, name);
	return NULL;
}

void rig_target_free(RigTarget *target)
{
	if (target == NULL)
		return;
	rig_fields_free(rig_target_rows, target);
	g_free(target->path);
	g_free(target);
}
