/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal: lines as they come, and one live line below them that is erased before each. */
#include "report/terminal.h"

#include "report/printable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_REFRESH_US  100000
#define TERMINAL_WIDTH       80u
#define TERMINAL_WIDTH_MIN   40u
#define TERMINAL_WIDTH_MAX   110u /* a wider table would tear verdict and time apart */
#define TERMINAL_BAR_COLUMNS 10u

typedef struct {
	char *board, *what; /* owned */
} TerminalActivity;

struct RigTerminal {
	FILE *stream;
	const RigClock *clock;
	RigTerminalLook look;
	gboolean is_live, quiet;
	guint width; /* asked for; 0: the tty's */
	gint64 begin_us, drawn_us, done_us;
	gint64 took_us; /* of a session that was kept; 0: by the clock */
	gboolean has_drawn, is_drawn;
	gboolean has_gap; /* the last line printed is empty, or none was */
	guint planned, done;
	GPtrArray *activities; /* TerminalActivity, in order of first sight */
	GHashTable *headers;   /* header lines shown: a repeated run needs no second one */
};

static void terminal_free_activity(gpointer data)
{
	TerminalActivity *activity = data;
	g_free(activity->board);
	g_free(activity->what);
	g_free(activity);
}

static gboolean terminal_is_tty(FILE *stream)
{
	int fd = fileno(stream);
	const char *term = g_getenv("TERM");
	return fd >= 0 && isatty(fd) && g_strcmp0(term, "dumb") != 0;
}

static gboolean terminal_wants_colour(RigColour colour, gboolean is_tty)
{
	const char *no_colour = g_getenv("NO_COLOR");
	if (colour != RIG_COLOUR_AUTO)
		return colour == RIG_COLOUR_ALWAYS;
	return is_tty && (no_colour == NULL || *no_colour == '\0');
}

/* The columns at hand now: the window may have been resized. */
static guint terminal_columns(const RigTerminal *terminal)
{
	struct winsize size = {0};
	if (terminal->width > 0)
		return terminal->width;
	if (terminal->is_live && ioctl(fileno(terminal->stream), TIOCGWINSZ, &size) == 0 &&
	    size.ws_col > 0)
		return size.ws_col;
	return TERMINAL_WIDTH;
}

RigTerminal *rig_terminal_new(const RigTerminalOptions *options, const RigClock *clock)
{
	RigTerminal *terminal = g_new0(RigTerminal, 1);
	terminal->stream = options->stream;
	terminal->clock = clock;
	terminal->is_live = terminal_is_tty(options->stream);
	terminal->quiet = options->quiet;
	terminal->width = options->width;
	terminal->took_us = options->took_us;
	terminal->look.colour = terminal_wants_colour(options->colour, terminal->is_live);
	terminal->look.utf8 = g_get_charset(NULL);
	terminal->look.verbose = options->verbose;
	terminal->look.board_columns = 6;
	terminal->look.case_columns = 12;
	terminal->begin_us = rig_clock_now(clock);
	terminal->done_us = terminal->begin_us;
	terminal->has_gap = TRUE;
	terminal->activities = g_ptr_array_new_with_free_func(terminal_free_activity);
	terminal->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return terminal;
}

/* Erasing and text go out in one flush, so that nothing flickers. */
static void terminal_write(RigTerminal *terminal, const char *text)
{
	if (terminal->is_drawn)
		fputs("\r\033[K", terminal->stream);
	terminal->is_drawn = FALSE;
	terminal->has_gap = *text == '\0' ? terminal->has_gap : g_str_has_suffix(text, "\n\n");
	fputs(text, terminal->stream);
	fflush(terminal->stream);
}

void rig_terminal_free(RigTerminal *terminal)
{
	if (terminal == NULL)
		return;
	if (terminal->is_drawn)
		terminal_write(terminal, "");
	g_hash_table_unref(terminal->headers);
	g_ptr_array_unref(terminal->activities);
	g_free(terminal);
}

static void terminal_measure(RigTerminal *terminal)
{
	terminal->look.width =
	    CLAMP(terminal_columns(terminal), TERMINAL_WIDTH_MIN, TERMINAL_WIDTH_MAX);
}

/* "━━━━━━────  7/14", without the bar where the window is narrow. */
static void terminal_progress_bar(GString *out, const RigTerminal *terminal, guint columns)
{
	guint planned = MAX(terminal->planned, terminal->done);
	guint full = planned == 0 ? 0 : terminal->done * TERMINAL_BAR_COLUMNS / planned;
	gboolean utf8 = terminal->look.utf8;
	for (guint i = 0; columns >= 60 && i < TERMINAL_BAR_COLUMNS; i++)
		g_string_append(out, i < full ? (utf8 ? "━" : "=") : (utf8 ? "─" : "-"));
	g_string_append_printf(out, "%s%u/%u", columns >= 60 ? "  " : "", terminal->done, planned);
}

/* The pace so far carried on; "" before the first verdict. Caller frees. */
static char *terminal_time_left(const RigTerminal *terminal, gint64 now_us)
{
	if (terminal->done == 0 || terminal->planned <= terminal->done)
		return g_strdup("");
	double a_case = (double)(terminal->done_us - terminal->begin_us) / terminal->done;
	double left =
	    a_case * (terminal->planned - terminal->done) - (double)(now_us - terminal->done_us);
	guint seconds = (guint)CLAMP(left / 1e6 + 0.5, 1, 359999);
	if (seconds < 120)
		return g_strdup_printf("  %u s left", seconds);
	return g_strdup_printf("  %u min left", (seconds + 30) / 60);
}

static void terminal_draw(RigTerminal *terminal)
{
	gint64 now_us = rig_clock_now(terminal->clock);
	if (!terminal->is_live ||
	    (terminal->has_drawn && now_us - terminal->drawn_us < TERMINAL_REFRESH_US))
		return;

	/* The last column stays free: some terminals wrap when it is written. */
	guint columns = terminal_columns(terminal) - 1;
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GString) busy = g_string_new(NULL);
	g_autofree char *left = terminal_time_left(terminal, now_us);
	terminal_progress_bar(line, terminal, columns);
	for (guint i = 0; i < terminal->activities->len; i++) {
		const TerminalActivity *activity = g_ptr_array_index(terminal->activities, i);
		if (activity->what == NULL)
			continue;
		g_string_append_printf(busy, "%s%s %s",
		                       busy->len == 0        ? ""
		                       : terminal->look.utf8 ? " · "
		                                             : ", ",
		                       activity->board, activity->what);
	}
	const char *ellipsis = rig_terminal_ellipsis(&terminal->look);
	guint used = rig_printable_columns(line->str) + 2 + (guint)strlen(left);
	if (columns > used + 4) {
		g_autofree char *clipped = rig_printable_clip(busy->str, columns - used, ellipsis);
		g_string_append_printf(line, "  %s", clipped);
	}
	g_string_append(line, left);
	g_autofree char *whole = rig_printable_clip(line->str, columns, ellipsis);
	fprintf(terminal->stream, "\r%s\033[K", whole);
	fflush(terminal->stream);
	terminal->is_drawn = TRUE;
	terminal->has_drawn = TRUE;
	terminal->drawn_us = now_us;
}

static TerminalActivity *terminal_activity(RigTerminal *terminal, const char *board)
{
	for (guint i = 0; i < terminal->activities->len; i++) {
		TerminalActivity *activity = g_ptr_array_index(terminal->activities, i);
		if (g_strcmp0(activity->board, board) == 0)
			return activity;
	}
	TerminalActivity *activity = g_new0(TerminalActivity, 1);
	activity->board = g_strdup(board);
	g_ptr_array_add(terminal->activities, activity);
	return activity;
}

/* Runs may be known at the beginning or come one by one: each is told once. */
static void terminal_header(RigTerminal *terminal, GString *out, const RigRunReport *run)
{
	g_autoptr(GString) line = g_string_new(NULL);
	rig_terminal_header(line, &terminal->look, run);
	if (!terminal->quiet && g_hash_table_add(terminal->headers, g_strdup(line->str)))
		g_string_append(out, line->str);
}

void rig_terminal_begin(RigTerminal *terminal, const RigSessionReport *session, guint planned)
{
	g_autoptr(GString) out = g_string_new(NULL);
	terminal->begin_us = rig_clock_now(terminal->clock);
	terminal->done_us = terminal->begin_us;
	terminal->planned = planned;
	terminal_measure(terminal);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		rig_terminal_fit_names(&terminal->look, run->board, "");
		for (guint j = 0; j < run->cases->len; j++) {
			const RigCaseReport *test = g_ptr_array_index(run->cases, j);
			rig_terminal_fit_names(&terminal->look, "", test->name);
		}
		terminal_header(terminal, out, run);
	}
	if (out->len > 0) {
		g_string_append_c(out, '\n');
		terminal_write(terminal, out->str);
	}
}

void rig_terminal_progress(RigTerminal *terminal, const char *board, const char *what)
{
	if (!terminal->is_live)
		return;
	g_autofree char *clean_board = rig_terminal_text(&terminal->look, board, 0);
	TerminalActivity *activity = terminal_activity(terminal, clean_board);
	g_free(activity->what);
	activity->what = what == NULL ? NULL : rig_terminal_text(&terminal->look, what, 0);
	terminal_draw(terminal);
}

gboolean rig_terminal_tick(RigTerminal *terminal)
{
	terminal_draw(terminal);
	return terminal->is_live;
}

void rig_terminal_case(RigTerminal *terminal, const RigRunReport *run, const RigCaseReport *test)
{
	g_autoptr(GString) out = g_string_new(NULL);
	gboolean is_plain = test->verdict <= RIG_VERDICT_PASS && !test->flaky;
	g_autofree char *clean_board = rig_terminal_text(&terminal->look, run->board, 0);
	TerminalActivity *activity = terminal_activity(terminal, clean_board);
	g_clear_pointer(&activity->what, g_free);

	terminal->done++;
	terminal->done_us = rig_clock_now(terminal->clock);
	if (!terminal->quiet || !is_plain) {
		terminal_measure(terminal);
		rig_terminal_fit_names(&terminal->look, run->board, test->name);
		terminal_header(terminal, out, run);
		rig_terminal_line(out, &terminal->look, run, test);
		rig_terminal_detail(out, &terminal->look, run, test);
		terminal_write(terminal, out->str);
	}
	terminal_draw(terminal);
}

void rig_terminal_say(RigTerminal *terminal, const char *text)
{
	g_autofree char *clean = rig_terminal_text(&terminal->look, text, RIG_PRINTABLE_LINES);
	g_autofree char *line = g_strconcat(clean, g_str_has_suffix(clean, "\n") ? "" : "\n", NULL);
	terminal_write(terminal, line);
}

void rig_terminal_end(RigTerminal *terminal, const RigSessionReport *session)
{
	g_autoptr(GString) out = g_string_new(NULL);
	terminal_measure(terminal);
	if (!terminal->has_gap)
		g_string_append_c(out, '\n');
	rig_terminal_summary(out, &terminal->look, session,
	                     terminal->took_us > 0
	                         ? terminal->took_us
	                         : rig_clock_now(terminal->clock) - terminal->begin_us);
	terminal_write(terminal, out->str);
}

gboolean rig_colour_parse(const char *word, RigColour *colour)
{
	static const char *const words[] = {
	    [RIG_COLOUR_AUTO] = "auto", [RIG_COLOUR_ALWAYS] = "always", [RIG_COLOUR_NEVER] = "never"};
	*colour = RIG_COLOUR_AUTO;
	for (guint i = 0; word != NULL && i < G_N_ELEMENTS(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*colour = (RigColour)i;
			return TRUE;
		}
	}
	return word == NULL;
}
