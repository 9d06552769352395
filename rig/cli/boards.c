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
#include "run/reservation.h"

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

/* Who may claim a board, and who does. */
typedef struct {
	char *holder; /* of the claim; NULL: none */
	RigReservation *reservation;
	GError *damage; /* of the reservation */
	gboolean is_free;
} BoardsState;

static void boards_free_state(gpointer data)
{
	BoardsState *state = data;
	g_free(state->holder);
	rig_reservation_free(state->reservation);
	g_clear_error(&state->damage);
	g_free(state);
}

static BoardsState *boards_state(const RigBench *bench, const RigBoard *board)
{
	BoardsState *state = g_new0(BoardsState, 1);
	gint64 now_us = g_get_real_time();
	state->holder = rig_claim_holder(bench->name, board->name);
	(void)rig_reservation_read(bench->name, board->name, now_us, &state->reservation,
	                           &state->damage);
	state->is_free =
	    state->holder == NULL && rig_reservation_allows(bench->name, board->name, now_us, NULL);
	return state;
}

static const char *boards_state_word(const BoardsState *state)
{
	if (state->holder != NULL)
		return "held";
	if (state->damage != NULL)
		return "unknown";
	return state->reservation != NULL ? "reserved" : "free";
}

/* Below the table, because a holder takes many words. */
static void boards_print_line(const char *text)
{
	g_autofree char *clean = rig_printable(text, BOARDS_TEXT_MAX, 0);
	g_autoptr(GPtrArray) lines = rig_printable_wrap(clean, RIG_COLUMNS_WIDTH - 2);
	for (guint i = 0; i < lines->len; i++)
		printf("%s%s\n", i > 0 ? "  " : "", (const char *)g_ptr_array_index(lines, i));
}

static void boards_print_state(const RigBoard *board, const BoardsState *state)
{
	if (state->holder != NULL) {
		g_autofree char *line = g_strdup_printf("%s is held by %s", board->name, state->holder);
		boards_print_line(line);
	}
	if (state->reservation != NULL) {
		g_autofree char *text = rig_reservation_text(state->reservation, g_get_real_time());
		g_autofree char *line = g_strdup_printf("%s is reserved by %s", board->name, text);
		boards_print_line(line);
	}
	if (state->damage != NULL)
		boards_print_line(state->damage->message);
}

/* FALSE: of a board nobody can tell whether it is reserved. */
static gboolean boards_print_table(const RigBench *bench)
{
	static const char *const titles[] = {"BOARD", "TARGET", "PROTOCOL", "LINKS",
	                                     "TAGS",  "UNIT",   "STATE",    NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	gboolean good = TRUE;
	g_autoptr(GPtrArray) states = g_ptr_array_new_with_free_func(boards_free_state);
	for (guint i = 0; i < bench->boards->len; i++) {
		const RigBoard *board = g_ptr_array_index(bench->boards, i);
		g_autofree char *links = boards_links_text(board);
		g_autofree char *tags = board->tags == NULL ? NULL : g_strjoinv(", ", board->tags);
		BoardsState *state = boards_state(bench, board);
		const char *protocol = board->protocol == NULL ? NULL : board->protocol->name;
		const char *cells[] = {board->name,
		                       board->target,
		                       boards_or_dash(protocol),
		                       boards_or_dash(links),
		                       boards_or_dash(tags),
		                       boards_or_dash(board->unit_serial),
		                       boards_state_word(state)};
		rig_columns_add(table, cells);
		g_ptr_array_add(states, state);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	fputs(text, stdout);
	for (guint i = 0; i < states->len; i++) {
		const BoardsState *state = g_ptr_array_index(states, i);
		boards_print_state(g_ptr_array_index(bench->boards, i), state);
		good = good && state->damage == NULL;
	}
	return good;
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

static json_t *boards_json_reservation(const RigReservation *reservation)
{
	if (reservation == NULL)
		return json_null();
	g_autoptr(GDateTime) until =
	    g_date_time_new_from_unix_utc(reservation->until_us / G_USEC_PER_SEC);
	g_autofree char *text = until == NULL ? NULL : g_date_time_format_iso8601(until);
	return json_pack("{s:s, s:s?, s:s?, s:s?}", "holder", reservation->holder, "until", text, "why",
	                 reservation->why, "held", reservation->held);
}

static json_t *boards_json_board(const RigBench *bench, const RigBoard *board)
{
	json_t *tags = json_array();
	for (guint i = 0; board->tags != NULL && board->tags[i] != NULL; i++)
		json_array_append_new(tags, json_string(board->tags[i]));
	BoardsState *state = boards_state(bench, board);
	json_t *json = json_pack(
	    "{s:s, s:s, s:s?, s:s?, s:o, s:o, s:{s:s?, s:s?}, s:b, s:s?, s:o, s:s?}", "board",
	    board->name, "target", board->target, "protocol",
	    board->protocol == NULL ? NULL : board->protocol->name, "protocol_link",
	    board->protocol_link, "links", boards_json_links(board), "tags", tags, "unit", "serial",
	    board->unit_serial, "revision", board->unit_revision, "free", state->is_free, "holder",
	    state->holder, "reservation", boards_json_reservation(state->reservation), "error",
	    state->damage == NULL ? NULL : state->damage->message);
	boards_free_state(state);
	return json;
}

static gboolean boards_print_json(const RigBench *bench)
{
	gboolean good = TRUE;
	json_t *boards = json_array();
	for (guint i = 0; i < bench->boards->len; i++) {
		json_t *board = boards_json_board(bench, g_ptr_array_index(bench->boards, i));
		good = good && json_is_null(json_object_get(board, "error"));
		json_array_append_new(boards, board);
	}
	json_t *root =
	    json_pack("{s:s, s:s, s:o}", "bench", bench->name, "file", bench->path, "boards", boards);
	char *text = json_dumps(root, JSON_INDENT(2));
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(root);
	return good;
}

static int boards_command(const RigInvocation *invocation)
{
	const BoardsOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigBench) bench = rig_bench_of_option(sources, options->bench, &error);
	if (bench == NULL)
		return rig_command_error(invocation->command, error);
	if (!(options->json ? boards_print_json : boards_print_table)(bench))
		return RIG_EXIT_BENCH;
	return bench->boards->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

const RigCommand rig_command_boards = {
    .name = "boards",
    .arguments = "",
    .about = "show the boards of a bench and who holds them",
    .details = "Nothing is opened: what is shown is what the bench file says, the claims and the\n"
               "reservations. A board is held while a process works with it, and reserved by\n"
               "`tinyrig lock` and `tinyrig run --hold`.",
    .options = boards_options,
    .options_size = sizeof(BoardsOptions),
    .run = boards_command,
};
