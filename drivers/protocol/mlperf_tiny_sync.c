/* SPDX-License-Identifier: Apache-2.0 */
/* From an unknown state to a known one: banner, name, extension. */
#include "mlperf_tiny_parse.h"

#include <string.h>

#define SYNC_NOTES     16u /* lines of free text that are told after a sync */
#define SYNC_HELP_ASKS 2u  /* so many helps must agree that there is no extension */

static gboolean sync_energy(GError **error)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
	                    "firmware is an energy build (its banner says m-timestamp-mode-energy), "
	                    "which prints no m-lap times: flash its performance build");
	return FALSE;
}

/* Waits for the m-ready of a boot banner; that none comes is no error here. */
static gboolean sync_banner(Tiny *t, gint64 deadline_us, GError **error)
{
	/* Half of the time must be left to ask for the name. */
	gint64 span_us = MIN(TINY_COMMAND_US, (deadline_us - tiny_now(t)) / 2);
	gint64 until_us = tiny_until(t, span_us, deadline_us);
	gboolean banner = FALSE;
	for (;;) {
		TinyText line;
		int got = tiny_reader_next(&t->reader, tiny_link(t), &line, until_us, error);
		if (got < 0)
			return FALSE;
		if (got == 0 || tiny_now(t) > until_us)
			return TRUE;
		(void)tiny_text_skip(&line, TINY_TEXT("[dut]: "));
		banner |= tiny_is_banner(t, line);
		/* An m-ready from before the reset does not count. */
		if (banner && tiny_text_is(line, TINY_TEXT("m-ready"))) {
			t->ever_answered = TRUE;
			return TRUE;
		}
	}
}

/* The first bytes that came, for people; caller frees. */
static char *sync_first_bytes(const Tiny *t)
{
	GString *text = g_string_new(NULL);
	for (gsize i = 0; i < t->reader.first_size; i++) {
		guchar c = (guchar)t->reader.first[i];
		if (g_ascii_isprint(c))
			g_string_append_c(text, (char)c);
		else
			g_string_append_printf(text, "\\x%02x", c);
	}
	return g_string_free(text, FALSE);
}

static gboolean sync_no_answer(const Tiny *t, TinyOutcome outcome, gint64 begin_us, GError **error)
{
	gint64 span_ms = (tiny_now(t) - begin_us) / 1000;
	if (outcome == TINY_FAILED)
		return FALSE;
	if (t->ever_answered) {
		g_set_error(error, RIG_ERROR, outcome == TINY_SILENT ? RIG_ERROR_BOARD : RIG_ERROR_DAMAGED,
		            "board does not answer `name%%` any more, for %" G_GINT64_FORMAT " ms",
		            span_ms);
	} else if (t->reader.first_size > 0) {
		g_autofree char *first = sync_first_bytes(t);
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "bytes come, but no line of them is of the mlperf-tiny protocol (the first are "
		            "`%s`): check the baud rate, the wiring and that this firmware has the monitor",
		            first);
	} else {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "board does not answer `name%%`: no byte came in %" G_GINT64_FORMAT
		            " ms; check that it runs, that TX and RX are not swapped, and the framing",
		            span_ms);
	}
	return FALSE;
}

static void sync_help_begin(gpointer state)
{
	memset(state, 0, sizeof(TinyExtension));
}

static TinyTake sync_help_line(gpointer state, TinyText line)
{
	/* Help is free text but for this line. */
	TinyText start = line;
	if (tiny_text_skip(&start, TINY_TEXT("m-x-tinyrig-")) && !tiny_parse_extension(line, state))
		return TINY_WRONG;
	return TINY_TAKEN;
}

static gboolean sync_help(Tiny *t, TinyExtension *found, gint64 deadline_us, GError **error)
{
	/* A monitor without `help` has no extension. */
	const TinyAsk ask = {.command = "help",
	                     .length = 4,
	                     .state = found,
	                     .begin = sync_help_begin,
	                     .line = sync_help_line,
	                     .refusal_ok = TRUE};
	return tiny_ask(t, &ask, deadline_us, error);
}

typedef struct Switch {
	Tiny *t;
	TinyText expected;
	gboolean seen;
} Switch;

static void sync_switch_begin(gpointer state)
{
	Switch *it = state;
	/* This very reply is sealed already, or still. */
	it->t->extended = TRUE;
	it->seen = FALSE;
}

static TinyTake sync_switch_line(gpointer state, TinyText line)
{
	Switch *it = state;
	if (!tiny_text_is(line, it->expected))
		return TINY_FOREIGN;
	it->seen = TRUE;
	return TINY_TAKEN;
}

static const char *sync_switch_missing(gpointer state)
{
	const Switch *it = state;
	return it->seen ? NULL : it->expected.at;
}

static gboolean sync_switch(Tiny *t, gboolean on, gint64 deadline_us, GError **error)
{
	const char *command = on ? "x on" : "x off";
	Switch it = {.t = t, .expected = on ? TINY_TEXT("m-x-on") : TINY_TEXT("m-x-off")};
	const TinyAsk ask = {.command = command,
	                     .length = strlen(command),
	                     .state = &it,
	                     .begin = sync_switch_begin,
	                     .line = sync_switch_line,
	                     .missing = sync_switch_missing};
	gboolean done = tiny_ask(t, &ask, deadline_us, error);
	t->extended = done && on;
	return done;
}

/* Looks for the extension and switches it as the options say. */
static gboolean sync_extension(Tiny *t, gint64 deadline_us, GError **error)
{
	gint64 begin_us = tiny_now(t);
	int use = tiny_options(t)->extension;
	if (use == TINY_EXTENSION_OFF)
		return !t->extended || sync_switch(t, FALSE, deadline_us, error);
	TinyExtension found = {0};
	for (guint i = 0; i < SYNC_HELP_ASKS && found.line == 0; i++) {
		/* One damaged byte must not be able to switch checking off, and it can make two commands
		 * with two replies out of one: in step again first. */
		TinyOutcome outcome = i > 0 ? tiny_resync(t, deadline_us, error) : TINY_WHOLE;
		if (outcome != TINY_WHOLE)
			return sync_no_answer(t, outcome, begin_us, error);
		if (!sync_help(t, &found, deadline_us, error))
			return FALSE;
	}
	if (found.line > 0) {
		t->extension = found;
		return sync_switch(t, TRUE, deadline_us, error);
	}
	if (use != TINY_EXTENSION_REQUIRE)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
	                    "firmware does not have the tinyrig extension (no m-x-tinyrig line in "
	                    "`help`), but the bench says `extension: require`");
	return FALSE;
}

gboolean tiny_reread_extension(Tiny *t, gint64 deadline_us, GError **error)
{
	TinyExtension found = {0};
	if (!sync_help(t, &found, deadline_us, error))
		return FALSE;
	if (found.line > 0)
		t->extension = found;
	return TRUE;
}

gboolean tiny_sync(Tiny *t, gboolean booted, gint64 deadline_us, GError **error)
{
	gint64 begin_us = tiny_now(t);
	t->synced = t->extended = t->energy = FALSE;
	t->lap_each_us = 0;
	t->notes_left = SYNC_NOTES;
	tiny_reader_drop(&t->reader);
	if (booted ? !sync_banner(t, deadline_us, error)
	           : rig_link_drain(tiny_link(t), 0, begin_us, error) < 0)
		return FALSE;
	TinyOutcome outcome = tiny_resync(t, deadline_us, error);
	if (outcome != TINY_WHOLE)
		return sync_no_answer(t, outcome, begin_us, error);
	if (t->energy)
		return sync_energy(error);
	t->extended = t->sealed;
	if (!sync_extension(t, deadline_us, error))
		return FALSE;
	t->synced = TRUE;
	return TRUE;
}
