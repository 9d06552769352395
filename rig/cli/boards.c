/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/held_board.h"
#include "report/printable.h"

#define BOARDS_TEXT_MAX 4096u

typedef struct {
	char *bench;
	gboolean json;
} BoardsOptions;

static const RigOption boards_options[] = {
    {"bench", 'b', RIG_OPTION_FILE, offsetof(BoardsOptions, bench), "FILE",
     "the bench; else $TINYRIG_BENCH"},
    {"json", 0, RIG_OPTION_FLAG, offsetof(BoardsOptions, json), NULL, "print JSON"},
    {0},
};

static const char *boards_or_dash(const char *text)
{
	return text == NULL || *text == '\0' ? "-" : text;
}

/* Where the link leads: its first required text or program, without folders. Caller frees. */
static char *boards_address(const RigBenchLink *link)
{
	for (const RigField *row = link->driver->fields; row != NULL && row->key != NULL; row++) {
		if (!row->required)
			continue;
		if (row->type == RIG_FIELD_ARGV) {
			char **argv = G_STRUCT_MEMBER(char **, link->options, row->offset);
			return argv == NULL ? NULL : g_path_get_basename(argv[0]);
		}
		if (row->type == RIG_FIELD_STRING || row->type == RIG_FIELD_PATH ||
		    row->type == RIG_FIELD_NAME)
			return g_strdup(G_STRUCT_MEMBER(char *, link->options, row->offset));
	}
	return NULL;
}

static char *boards_links_text(const RigBoard *board)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < board->links->len; i++) {
		const RigBenchLink *link = g_ptr_array_index(board->links, i);
		g_autofree char *address = boards_address(link);
		g_string_append_printf(text, "%s%s: %s%s%s", i > 0 ? ", " : "", link->name,
		                       link->driver->name, address == NULL ? "" : " ",
		                       address == NULL ? "" : address);
	}
	return g_string_free(text, FALSE);
}

/* Below the table, because a holder takes many words. */
static void boards_print_holder(const RigBoard *board, const char *holder)
{
	g_autofree char *line = g_strdup_printf("%s is held by %s", board->name, holder);
	g_autofree char *clean = rig_printable(line, BOARDS_TEXT_MAX, 0);
	g_autoptr(GPtrArray) lines = rig_printable_wrap(clean, RIG_COLUMNS_WIDTH - 2);
	for (guint i = 0; i < lines->len; i++)
		printf("%s%s\n", i > 0 ? "  " : "", (const char *)g_ptr_array_index(lines, i));
}

static void boards_print_table(const RigBench *bench)
{
	static const char *const titles[] = {"BOARD", "TARGET", "PROTOCOL", "LINKS",
	                                     "TAGS",  "UNIT",   "STATE",    NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	g_autoptr(GPtrArray) holders = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < bench->boards->len; i++) {
		const RigBoard *board = g_ptr_array_index(bench->boards, i);
		g_autofree char *links = boards_links_text(board);
		g_autofree char *tags = board->tags == NULL ? NULL : g_strjoinv(", ", board->tags);
		char *holder = rig_claim_holder(bench->name, board->name);
		const char *protocol = board->protocol == NULL ? NULL : board->protocol->name;
		const char *cells[] = {board->name,
		                       board->target,
		                       boards_or_dash(protocol),
		                       boards_or_dash(links),
		                       boards_or_dash(tags),
		                       boards_or_dash(board->unit_serial),
		                       holder == NULL ? "free" : "held"};
		rig_columns_add(table, cells);
		g_ptr_array_add(holders, holder);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	fputs(text, stdout);
	for (guint i = 0; i < holders->len; i++) {
		if (holders->pdata[i] != NULL)
			boards_print_holder(g_ptr_array_index(bench->boards, i), holders->pdata[i]);
	}
}

static json_t *boards_json_links(const RigBoard *board)
{
	json_t *links = json_array();
	for (guint i = 0; i < board->links->len; i++) {
		const RigBenchLink *link = g_ptr_array_index(board->links, i);
		g_autofree char *address = boards_address(link);
		json_array_append_new(links, json_pack("{s:s, s:s, s:s?}", "link", link->name, "driver",
		                                       link->driver->name, "address", address));
	}
	return links;
}

static json_t *boards_json_board(const RigBench *bench, const RigBoard *board)
{
	json_t *tags = json_array();
	for (guint i = 0; board->tags != NULL && board->tags[i] != NULL; i++)
		json_array_append_new(tags, json_string(board->tags[i]));
	g_autofree char *holder = rig_claim_holder(bench->name, board->name);
	return json_pack("{s:s, s:s, s:s?, s:s?, s:o, s:o, s:{s:s?, s:s?}, s:b, s:s?}", "board",
	                 board->name, "target", board->target, "protocol",
	                 board->protocol == NULL ? NULL : board->protocol->name, "protocol_link",
	                 board->protocol_link, "links", boards_json_links(board), "tags", tags, "unit",
	                 "serial", board->unit_serial, "revision", board->unit_revision, "free",
	                 holder == NULL, "holder", holder);
}

static void boards_print_json(const RigBench *bench)
{
	json_t *boards = json_array();
	for (guint i = 0; i < bench->boards->len; i++)
		json_array_append_new(boards,
		                      boards_json_board(bench, g_ptr_array_index(bench->boards, i)));
	json_t *root =
	    json_pack("{s:s, s:s, s:o}", "bench", bench->name, "file", bench->path, "boards", boards);
	char *text = json_dumps(root, JSON_INDENT(2));
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(root);
}

static int boards_command(const RigInvocation *invocation)
{
	const BoardsOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigBench) bench = rig_bench_of_option(sources, options->bench, &error);
	if (bench == NULL)
		return rig_command_error(invocation->command, error);
	(options->json ? boards_print_json : boards_print_table)(bench);
	return bench->boards->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

const RigCommand rig_command_boards = {
    .name = "boards",
    .arguments = "",
    .about = "show the boards of a bench and who holds them",
    .details = "Nothing is opened: what is shown is what the bench file says, and the claims.",
    .options = boards_options,
    .options_size = sizeof(BoardsOptions),
    .run = boards_command,
};
