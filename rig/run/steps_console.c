/* SPDX-License-Identifier: Apache-2.0 */
/* send, expect: raw text for what no protocol covers. */
#include <string.h>

#include "run/steps.h"
#include "yaml/bind.h"

#define CONSOLE_UNREAD_MAX ((gsize)1 << 20)
#define CONSOLE_SHOWN_MAX  400

gboolean rig_step_send(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	const RigStepSend *options = step->options;
	RigLink *link = rig_wiring_open_link(station->wiring, options->link, deadline_us, error);
	if (link == NULL)
		return FALSE;
	g_autofree char *unknown = NULL;
	g_autofree char *text = rig_text_expand(options->text, station->variables, FALSE, &unknown);
	if (text == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "send: there is no ${%s}: no step has set it", unknown);
		return FALSE;
	}
	station->wiring->in_sync =
	    FALSE; /* the protocol does not know what this does to the firmware */
	return rig_link_write(link, text, strlen(text), deadline_us, error);
}

static GString *console_unread(RigStation *station, const char *link)
{
	GString *unread = g_hash_table_lookup(station->unread, link);
	if (unread == NULL) {
		unread = g_string_new(NULL);
		g_hash_table_insert(station->unread, g_strdup(link), unread);
	}
	return unread;
}

/* Named groups become variables for later steps and values for limits. */
static void console_keep_captures(RigStation *station, const RigStep *step, const GMatchInfo *match,
                                  const char *pattern)
{
	const char *at = pattern;
	while ((at = strstr(at, "(?")) != NULL) {
		at += 2;
		at += *at == 'P' ? 1 : 0;
		if (*at != '<' || at[1] == '=' || at[1] == '!')
			continue;
		const char *end = strchr(at, '>');
		if (end == NULL)
			break;
		g_autofree char *name = g_strndup(at + 1, (gsize)(end - at - 1));
		g_autofree char *text = g_match_info_fetch_named(match, name);
		if (text == NULL)
			continue;
		g_hash_table_insert(station->variables, g_strdup(name), g_strdup(text));
		rig_station_text(station, NULL, name, text, RIG_INTEGRITY_PLAUSIBLE);
		if (rig_step_as(step) != NULL)
			rig_station_text(station, rig_step_as(step), name, text, RIG_INTEGRITY_PLAUSIBLE);
	}
}

/* The end of what came, printable, for the message. Caller frees. */
static char *console_shown(const GString *unread)
{
	gsize skip = unread->len > CONSOLE_SHOWN_MAX ? unread->len - CONSOLE_SHOWN_MAX : 0;
	g_autoptr(GString) line = g_string_new(NULL);
	rig_console_format(line, "", TRUE, (const guint8 *)unread->str + skip, unread->len - skip, 0);
	const char *text = strstr(line->str, "< ");
	return g_strchomp(g_strdup(text == NULL ? "" : text + 2));
}

static gboolean console_missed(RigStation *station, const RigStepExpect *options, RigLink *link,
                               const GString *unread, gint64 span_us, GError **error)
{
	g_autofree char *shown = console_shown(unread);
	station->step->expected =
	    g_strdup_printf("text like /%s/ on link %s", options->regex, link->name);
	station->step->got = *shown == 0 ? g_strdup("nothing") : g_steal_pointer(&shown);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "nothing like /%s/ came on link %s within %.3f s (%" G_GSIZE_FORMAT " bytes came)",
	            options->regex, link->name, (double)span_us / G_USEC_PER_SEC, unread->len);
	return FALSE;
}

/* TRUE: it matches; what was matched and what came before is taken. */
static gboolean console_match(RigStation *station, const RigStep *step, const GRegex *regex,
                              GString *unread)
{
	const RigStepExpect *options = step->options;
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *text = g_utf8_make_valid(unread->str, (gssize)unread->len);
	if (!g_regex_match(regex, text, 0, &match))
		return FALSE;
	console_keep_captures(station, step, match, options->regex);
	g_autofree char *whole = g_match_info_fetch(match, 0);
	const char *at = strstr(unread->str, whole);
	gssize taken = at == NULL ? (gssize)unread->len : at - unread->str + (gssize)strlen(whole);
	g_string_erase(unread, 0, taken);
	return TRUE;
}

static gboolean console_refused(RigStation *station, const RigStepExpect *options,
                                const GRegex *never, const GString *unread, GError **error)
{
	if (never == NULL)
		return FALSE;
	g_autofree char *text = g_utf8_make_valid(unread->str, (gssize)unread->len);
	if (!g_regex_match(never, text, 0, NULL))
		return FALSE;
	station->step->expected = g_strdup_printf("nothing like /%s/", options->not );
	station->step->got = console_shown(unread);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "text like /%s/ came", options->not );
	return TRUE;
}

gboolean rig_step_expect(RigStation *station, const RigStep *step, gint64 deadline_us,
                         GError **error)
{
	const RigStepExpect *options = step->options;
	RigLink *link = rig_wiring_open_link(station->wiring, options->link, deadline_us, error);
	if (link == NULL)
		return FALSE;
	const GRegexCompileFlags flags = G_REGEX_OPTIMIZE | G_REGEX_MULTILINE;
	g_autoptr(GRegex) regex = g_regex_new(options->regex, flags, 0, error);
	if (regex == NULL)
		return FALSE;
	g_autoptr(GRegex) never =
	    options->not == NULL ? NULL : g_regex_new(options->not, flags, 0, error);
	gint64 begin_us = rig_clock_now(station->clock);
	if (options->within_us > 0)
		deadline_us = MIN(deadline_us, rig_clock_after(station->clock, options->within_us));
	GString *unread = console_unread(station, link->name);
	for (;;) {
		if (console_refused(station, options, never, unread, error))
			return FALSE;
		if (console_match(station, step, regex, unread))
			return TRUE;
		if (unread->len > CONSOLE_UNREAD_MAX)
			g_string_erase(unread, 0, (gssize)(unread->len - CONSOLE_UNREAD_MAX / 2));
		guint8 block[4096];
		gssize got = rig_link_read(link, block, sizeof block, deadline_us, error);
		if (got < 0)
			return FALSE;
		if (got == 0)
			return console_missed(station, options, link, unread, deadline_us - begin_us, error);
		for (gssize i = 0; i < got; i++)
			g_string_append_c(unread, block[i] == 0 ? '?' : (char)block[i]);
	}
}
