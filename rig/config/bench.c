/* SPDX-License-Identifier: Apache-2.0 */
#include "config/bench.h"
#include "config/bench_parts.h"
#include "yaml/variables.h"

#include <string.h>

#define BENCH_PULSE_MAX (10 * 1e6)

/* Names that are filled when a program runs or a board is reset. */
static const char *const bench_late[] = {"board", "target", "unit", "image", "state", NULL};

/* In the order of RigBenchReset. */
static const char *const bench_probe_resets[] = {"none", "nsrst", "system", NULL};

#define RESET(member) G_STRUCT_OFFSET(RigResetEntry, member)
static const RigField bench_reset_rows[] = {
    {.key = "link",
     .type = RIG_FIELD_NAME,
     .offset = RESET(link),
     .help = "link of this board that resets it"},
    {.key = "line",
     .type = RIG_FIELD_NAME,
     .offset = RESET(line),
     .help = "line of the link that is pulsed: rts or dtr; default: the driver's own way"},
    {.key = "pulse",
     .type = RIG_FIELD_QUANTITY,
     .offset = RESET(pulse_us),
     .unit = "time",
     .max = BENCH_PULSE_MAX,
     .fallback = "50ms",
     .help = "how long the line is held"},
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .offset = RESET(argv),
     .help = "program that resets the board, in place of a link"},
    {.key = "probe",
     .type = RIG_FIELD_CHOICE,
     .offset = RESET(probe),
     .choices = bench_probe_resets,
     .fallback = "none",
     .help = "reset by the probe, in place of a link: nsrst is its line, system the core's own "
             "request"},
    {.key = NULL},
};

/* Rows of maps inside a board that fill the board's own struct. */
#define BOARD(member) G_STRUCT_OFFSET(RigBoard, member)
static const RigField bench_unit_rows[] = {
    {.key = "serial",
     .type = RIG_FIELD_STRING,
     .offset = BOARD(unit_serial),
     .help = "serial number of the specimen"},
    {.key = "revision",
     .type = RIG_FIELD_STRING,
     .offset = BOARD(unit_revision),
     .help = "revision of the board"},
    {.key = "silicon",
     .type = RIG_FIELD_STRING,
     .offset = BOARD(unit_silicon),
     .help = "number of its chip, in hex as `tinyrig flash` tells it; another one is an error"},
    {.key = NULL},
};
static const RigField bench_flasher_rows[] = {
    {.key = "link",
     .type = RIG_FIELD_NAME,
     .offset = BOARD(flasher_link),
     .help = "link that takes the image (a host process)"},
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .offset = BOARD(flasher_argv),
     .help = "program that loads ${image} on ${board}, in place of a link"},
    {.key = "target",
     .type = RIG_FIELD_STRING,
     .offset = BOARD(flasher_target),
     .help = "target file by which the probe writes the image, in place of a link: the name of a "
             "shipped one, or a path"},
    {.key = NULL},
};
static const char *const bench_switches[] = {"command", NULL};
static const RigField bench_switch_rows[] = {
    {.key = "driver",
     .type = RIG_FIELD_CHOICE,
     .required = TRUE,
     .offset = BOARD(switch_driver),
     .choices = bench_switches,
     .help = "what switches the power"},
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .required = TRUE,
     .offset = BOARD(switch_argv),
     .help = "program that switches the power; ${state} is on or off"},
    {.key = NULL},
};

const RigField rig_board_rows[] = {
    {.key = "board",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = BOARD(name),
     .help = "its name on this bench"},
    {.key = "target",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = BOARD(target),
     .help = "its chip: which image it takes, and which limits hold"},
    {.key = "tags",
     .type = RIG_FIELD_NAMES,
     .offset = BOARD(tags),
     .help = "names to choose it by"},
    {.key = "unit",
     .type = RIG_FIELD_STRUCT,
     .rows = bench_unit_rows,
     .help = "the physical specimen"},
    {.key = "links",
     .type = RIG_FIELD_CUSTOM,
     .offset = BOARD(links),
     .custom = &rig_custom_links,
     .help = "byte streams to the board, by name"},
    {.key = "protocol",
     .type = RIG_FIELD_CUSTOM,
     .offset = BOARD(protocol),
     .custom = &rig_custom_protocol,
     .help = "how its firmware is asked to identify itself, infer and read its sensor"},
    {.key = "flasher",
     .type = RIG_FIELD_STRUCT,
     .rows = bench_flasher_rows,
     .help = "how an image gets on it"},
    {.key = "reset",
     .type = RIG_FIELD_LIST,
     .offset = BOARD(reset),
     .rows = bench_reset_rows,
     .size = sizeof(RigResetEntry),
     .help = "what is done to reset it, one after the other"},
    {.key = "switch",
     .type = RIG_FIELD_STRUCT,
     .rows = bench_switch_rows,
     .help = "what switches its power"},
    {.key = "probe",
     .type = RIG_FIELD_CUSTOM,
     .offset = BOARD(probe),
     .custom = &rig_custom_probe,
     .help = "the debug probe that reaches its core"},
    {.key = "meter",
     .type = RIG_FIELD_CUSTOM,
     .offset = BOARD(meter),
     .custom = &rig_custom_meter,
     .help = "the power meter in its supply"},
    {.key = "safe",
     .type = RIG_FIELD_REFUSED,
     .help = "a safe state of one's own is not in this version; links are closed, the switch goes "
             "off"},
    {.key = NULL},
};

/* A bench and what only binding needs. */
typedef struct {
	RigBench bench;
	GHashTable *variables; /* stays NULL */
} BenchFile;

#define BENCH(member) G_STRUCT_OFFSET(BenchFile, member)
const RigField rig_bench_rows[] = {
    {.key = "bench",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = BENCH(bench.name),
     .help = "name of the bench"},
    {.key = "about",
     .type = RIG_FIELD_STRING,
     .offset = BENCH(bench.about),
     .help = "where it stands"},
    {.key = "variables",
     .type = RIG_FIELD_CUSTOM,
     .offset = BENCH(variables),
     .custom = &rig_custom_variables,
     .help = "texts for ${name}; -D name=text sets them anew"},
    {.key = "host_commands",
     .type = RIG_FIELD_STRINGS,
     .offset = BENCH(bench.host_commands),
     .help = "programs that a suite may run on this host; no others"},
    {.key = "boards",
     .type = RIG_FIELD_LIST,
     .required = TRUE,
     .offset = BENCH(bench.boards),
     .rows = rig_board_rows,
     .size = sizeof(RigBoard),
     .help = "the boards that are wired to it"},
    {.key = NULL},
};

void rig_bench_free(RigBench *bench)
{
	if (bench == NULL)
		return;
	for (guint i = 0; bench->boards != NULL && i < bench->boards->len; i++)
		rig_target_free(((RigBoard *)bench->boards->pdata[i])->flash);
	rig_fields_free(rig_bench_rows, (BenchFile *)(gpointer)bench);
	g_free(bench->path);
	g_free(bench);
}

const RigBoard *rig_bench_board(const RigBench *bench, const char *name)
{
	for (guint i = 0; bench->boards != NULL && i < bench->boards->len; i++) {
		const RigBoard *board = bench->boards->pdata[i];
		if (g_strcmp0(board->name, name) == 0)
			return board;
	}
	return NULL;
}

const RigBenchLink *rig_board_link(const RigBoard *board, const char *name)
{
	for (guint i = 0; board->links != NULL && i < board->links->len; i++) {
		const RigBenchLink *link = board->links->pdata[i];
		if (strcmp(link->name, name) == 0)
			return link;
	}
	return NULL;
}

gboolean rig_bench_allows(const RigBench *bench, const char *program)
{
	return bench->host_commands != NULL &&
	       g_strv_contains((const char *const *)bench->host_commands, program);
}

/* `name` is what `key` of the map `node` says; it must be a link of the board. */
static void bench_check_link(RigBinder *binder, const RigBoard *board, const RigNode *node,
                             const char *key, const char *name)
{
	const RigNode *value = rig_node_get(node, key);
	if (name == NULL || value == NULL || board->links == NULL ||
	    rig_board_link(board, name) != NULL)
		return;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < board->links->len; i++)
		g_ptr_array_add(names, ((RigBenchLink *)board->links->pdata[i])->name);
	g_ptr_array_add(names, NULL);
	const char *nearest = rig_nearest(name, (const char *const *)names->pdata);
	g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
	gsize mark = rig_binder_enter(binder, key);
	if (nearest != NULL)
		rig_binder_issue(binder, value, "the board has no link \"%s\"; did you mean \"%s\"?", name,
		                 nearest);
	else
		rig_binder_issue(binder, value, "the board has no link \"%s\"; it has: %s", name, list);
	rig_binder_leave(binder, mark);
}

/* Exactly one of a link, a program and the probe. */
static void bench_check_reset_way(RigBinder *binder, const RigBoard *board, const RigNode *item,
                                  const RigResetEntry *entry)
{
	gboolean by_probe = entry->probe != RIG_BENCH_RESET_NONE;
	int ways = (entry->link != NULL) + (entry->argv != NULL) + (by_probe ? 1 : 0);
	const RigNode *probe = rig_node_get(item, "probe");
	/* Some other word was told of already. */
	gboolean is_told = probe != NULL && !by_probe && g_strcmp0(probe->text, "none") != 0;
	if (ways != 1 && item->kind == RIG_NODE_MAP && !is_told)
		rig_binder_issue(binder, item, "give one of `link`, `argv` and `probe`");
	else if (by_probe && board->probe == NULL)
		rig_binder_issue(binder, probe, "the board has no `probe`");
}

static void bench_check_resets(RigBinder *binder, const RigBoard *board, const RigNode *node)
{
	const RigNode *list = rig_node_get(node, "reset");
	gsize mark = rig_binder_enter(binder, "reset");
	for (guint i = 0; board->reset != NULL && i < board->reset->len; i++) {
		const RigResetEntry *entry = board->reset->pdata[i];
		const RigNode *item = list->items->pdata[i];
		gsize inner = rig_binder_enter_index(binder, i);
		bench_check_reset_way(binder, board, item, entry);
		bench_check_link(binder, board, item, "link", entry->link);
		if (entry->line != NULL && entry->link == NULL)
			rig_binder_issue(binder, item, "`line` goes with `link`");
		const RigBenchLink *link = entry->link == NULL ? NULL : rig_board_link(board, entry->link);
		if (link != NULL && link->driver->reset == NULL)
			rig_binder_issue(binder, rig_node_get(item, "link"),
			                 "a link of the driver %s cannot reset a board", link->driver->name);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
}

static void bench_check_flasher(RigBinder *binder, const RigBoard *board, const RigNode *node)
{
	const RigNode *flasher = rig_node_get(node, "flasher");
	if (flasher == NULL)
		return;
	gsize mark = rig_binder_enter(binder, "flasher");
	int ways = (board->flasher_link != NULL) + (board->flasher_argv != NULL) +
	           (board->flasher_target != NULL);
	if (ways != 1 && flasher->kind == RIG_NODE_MAP)
		rig_binder_issue(binder, flasher, "give one of `link`, `argv` and `target`");
	else if (board->flasher_target != NULL && board->probe == NULL)
		rig_binder_issue(binder, rig_node_get(flasher, "target"), "the board has no `probe`");
	bench_check_link(binder, board, flasher, "link", board->flasher_link);
	const RigBenchLink *link =
	    board->flasher_link == NULL ? NULL : rig_board_link(board, board->flasher_link);
	if (link != NULL && link->driver->load == NULL)
		rig_binder_issue(binder, rig_node_get(flasher, "link"),
		                 "a link of the driver %s takes no image", link->driver->name);
	rig_binder_leave(binder, mark);
}

/* Of a driver by the probe, at `node`. */
static void bench_need_probe(RigBinder *binder, const RigBoard *board, const RigNode *node,
                             const char *driver)
{
	if (board->probe == NULL)
		rig_binder_issue(binder, node, "the driver %s needs the board's `probe`, which is missing",
		                 driver);
}

static void bench_check_probe_users(RigBinder *binder, const RigBoard *board, const RigNode *node)
{
	const RigNode *links = rig_node_get(node, "links");
	if (links == NULL && board->probe == NULL)
		rig_binder_issue(
		    binder, node,
		    "the key \"links\" is missing: the board has no `probe` either, so nothing "
		    "reaches it");
	gsize mark = rig_binder_enter(binder, "links");
	for (guint i = 0; i < board->links->len; i++) {
		const RigBenchLink *link = board->links->pdata[i];
		gsize inner = rig_binder_enter(binder, link->name);
		if (link->driver->by_probe)
			bench_need_probe(binder, board, rig_node_get(links, link->name), link->driver->name);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
	mark = rig_binder_enter(binder, "protocol");
	if (board->protocol != NULL && board->protocol->by_probe)
		bench_need_probe(binder, board, rig_node_get(node, "protocol"), board->protocol->name);
	rig_binder_leave(binder, mark);
}

static void bench_complete_board(RigBinder *binder, GHashTable *names, RigBoard *board,
                                 const RigNode *node)
{
	board->place = node->place;
	board->reset = board->reset != NULL ? board->reset : g_ptr_array_new();
	board->links = board->links != NULL ? board->links : g_ptr_array_new();
	const RigBoard *earlier = board->name == NULL ? NULL : g_hash_table_lookup(names, board->name);
	gsize mark = rig_binder_enter(binder, "board");
	if (earlier != NULL)
		rig_binder_issue(binder, rig_node_get(node, "board"),
		                 "a second board \"%s\"; the first is in line %u", board->name,
		                 earlier->place.line);
	else if (board->name != NULL)
		g_hash_table_insert(names, board->name, board);
	rig_binder_leave(binder, mark);
	mark = rig_binder_enter(binder, "protocol");
	bench_check_link(binder, board, rig_node_get(node, "protocol"), "link", board->protocol_link);
	rig_binder_leave(binder, mark);
	bench_check_flasher(binder, board, node);
	bench_check_resets(binder, board, node);
	bench_check_probe_users(binder, board, node);
}

static void bench_complete(RigBinder *binder, RigBench *bench, const RigNode *root)
{
	const RigNode *list = rig_node_get(root, "boards");
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	bench->boards = bench->boards != NULL ? bench->boards : g_ptr_array_new();
	gsize mark = rig_binder_enter(binder, "boards");
	for (guint i = 0; list != NULL && i < bench->boards->len; i++) {
		gsize inner = rig_binder_enter_index(binder, i);
		bench_complete_board(binder, names, bench->boards->pdata[i], list->items->pdata[i]);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
	for (guint i = 0; bench->host_commands != NULL && bench->host_commands[i] != NULL; i++) {
		char *command = bench->host_commands[i];
		if (strchr(command, '/') != NULL)
			bench->host_commands[i] = rig_path_find(command, bench->path);
		if (bench->host_commands[i] != command)
			g_free(command);
	}
}

static void bench_load_target(RigSources *sources, const RigBench *bench, RigBoard *board,
                              RigIssues *issues)
{
	if (board->flasher_target != NULL)
		board->flash =
		    rig_target_load(sources, board->flasher_target, bench->path, &board->place, issues);
}

RigBench *rig_bench_load(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	RigPlace whole = {g_intern_string(absolute), 0, 0};
	const RigSource *source = rig_sources_read(sources, absolute, &error);
	if (source == NULL) {
		rig_issues_add(issues, &whole, "", "%s", error->message);
		return NULL;
	}
	g_autoptr(RigNode) root = rig_node_parse(source, issues);
	if (root == NULL)
		return NULL;
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	binder.late = bench_late;
	g_autoptr(GHashTable) variables = rig_variables_bind(&binder, root, defines);
	binder.variables = variables;
	BenchFile *file = g_new0(BenchFile, 1);
	RigBench *bench = &file->bench;
	bench->path = g_steal_pointer(&absolute);
	bench->place = root->place;
	rig_bind(&binder, rig_bench_rows, root, file, NULL);
	bench_complete(&binder, bench, root);
	for (guint i = 0; i < bench->boards->len; i++)
		bench_load_target(sources, bench, bench->boards->pdata[i], issues);
	return bench;
}
