/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a reply that is not whole: getting in step again, repeating, giving up. */
#include "mlperf_tiny_parse.h"

#include <string.h>

/* `name` in a stream of whatever else comes. */
typedef struct Probe {
	gboolean named; /* the last line was the name */
	gboolean dirty; /* something else came too */
} Probe;

static void recover_begin(gpointer state)
{
	*(Probe *)state = (Probe){0};
}

static TinyTake recover_line(gpointer state, TinyText line)
{
	Probe *probe = state;
	probe->dirty |= probe->named;
	probe->named = tiny_text_skip(&line, TINY_TEXT("m-name-")) && line.size > 0 &&
	               memchr(line.at, '[', line.size) != NULL && line.at[line.size - 1] == ']';
	probe->dirty |= !probe->named;
	return TINY_TAKEN;
}

static const char *recover_missing(gpointer state)
{
	const Probe *probe = state;
	return probe->named ? NULL : "m-name-…-[…] right before m-ready";
}

static gint64 recover_patience(gpointer state)
{
	(void)state;
	return TINY_SYNC_US;
}

static const char recover_name[] = "name";

static TinyAsk recover_ask(Probe *probe)
{
	return (TinyAsk){.command = recover_name,
	                 .length = sizeof recover_name - 1,
	                 .state = probe,
	                 .begin = recover_begin,
	                 .line = recover_line,
	                 .missing = recover_missing,
	                 .patience_us = recover_patience,
	                 .refusal_ok = TRUE,
	                 .lenient = TRUE};
}

/* Late replies of earlier commands end here. FALSE with the error: the link, or a restart. */
static gboolean recover_drain(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error)
{
	gsize lines = 0;
	for (;;) {
		TinyText line;
		int got = tiny_reader_next(&t->reader, tiny_link(t), &line,
		                           tiny_until(t, TINY_QUIET_US, deadline_us), error);
		if (got < 0)
			return FALSE;
		if (got == 0 || ++lines > TINY_REPLY_BYTES_MAX / 16)
			break;
		if (tiny_is_banner(t, line) && t->synced) {
			(void)tiny_restarted(t, ask, error);
			return FALSE;
		}
	}
	tiny_reader_drop(&t->reader);
	return TRUE;
}

TinyOutcome tiny_resync(Tiny *t, gint64 deadline_us, GError **error)
{
	Probe probe;
	const TinyAsk ask = recover_ask(&probe);
	gboolean heard = FALSE;
	for (guint try = 0; try < TINY_TRIES; try++) {
		if (try > 0 && !recover_drain(t, &ask, deadline_us, error))
			return TINY_FAILED;
		TinyOutcome outcome = tiny_exchange(t, &ask, deadline_us, error);
		if (outcome == TINY_FAILED)
			return TINY_FAILED;
		if (outcome == TINY_WHOLE) {
			if ((try > 0 || probe.dirty) && !recover_drain(t, &ask, deadline_us, error))
				return TINY_FAILED;
			/* A restart switches the extension off. */
			if (t->synced && t->extended && !t->sealed)
				return tiny_restarted(t, &ask, error);
			return TINY_WHOLE;
		}
		heard |= outcome != TINY_SILENT;
		if (tiny_now(t) >= deadline_us)
			break;
	}
	return heard ? TINY_DAMAGED : TINY_SILENT;
}

void tiny_repeat(Tiny *t, const char *what, const char *why)
{
	t->protocol->repeats++;
	rig_protocol_note(t->protocol, "`%s` is repeated: %s", what, why);
}

static gboolean recover_refused(const char *shown, const char *said, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "board answered `%s` with: %s", shown, said);
	return FALSE;
}

static gboolean recover_too_late(TinyOutcome outcome, const char *shown, const char *why,
                                 gint64 span_ms, GError **error)
{
	if (outcome == TINY_SILENT)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "board did not finish `%s` before the deadline, %" G_GINT64_FORMAT
		            " ms after it was sent",
		            shown, span_ms);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
		            "the reply to `%s` is damaged (%s) and no time is left to repeat it", shown,
		            why);
	return FALSE;
}

/* The board could not be brought in step again. `said`: what it printed last, as a fault does. */
static gboolean recover_lost(TinyOutcome resync, const char *shown, const char *said,
                             gint64 span_ms, GError **error)
{
	if (resync == TINY_SILENT)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "board stopped answering after `%s`, %" G_GINT64_FORMAT " ms ago%s%s", shown,
		            span_ms, *said == '\0' ? "" : "; it said: ", said);
	else if (resync == TINY_DAMAGED)
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
		            "after `%s` nothing readable comes any more: check cable, level shifter and "
		            "baud rate",
		            shown);
	return FALSE;
}

gboolean tiny_recover(Tiny *t, const TinyAsk *ask, TinyOutcome outcome, TinyTries *tries,
                      gint64 deadline_us, GError **error)
{
	if (outcome == TINY_FAILED)
		return FALSE;
	g_autofree char *shown = tiny_show(ask);
	g_autofree char *said = g_strdup(t->said);
	g_autofree char *why = g_strdup(outcome == TINY_SILENT    ? "no end of the reply came"
	                                : outcome == TINY_REFUSED ? said
	                                                          : t->reason);
	gint64 sent_us = t->sent_us;
	/* A seal vouches for a refusal; without one it must come twice. */
	if (outcome == TINY_REFUSED && (t->extended || strcmp(said, tries->refusal) == 0))
		return recover_refused(shown, said, error);
	g_strlcpy(tries->refusal, outcome == TINY_REFUSED ? said : "", sizeof tries->refusal);
	if (tiny_now(t) >= deadline_us)
		return recover_too_late(outcome, shown, why, (tiny_now(t) - sent_us) / 1000, error);
	TinyOutcome resync = tiny_resync(t, deadline_us, error);
	if (resync != TINY_WHOLE)
		return recover_lost(resync, shown, said, (tiny_now(t) - sent_us) / 1000, error);
	if (++tries->count >= TINY_TRIES) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_DAMAGED,
		    "`%s` failed %u times, though the board answers `name`: %s; check cable, ground "
		    "and baud rate",
		    shown, tries->count, why);
		return FALSE;
	}
	tiny_repeat(t, shown, why);
	return TRUE;
}

gboolean tiny_ask(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error)
{
	TinyTries tries = {0};
	for (;;) {
		TinyOutcome outcome = tiny_exchange(t, ask, deadline_us, error);
		if (outcome == TINY_WHOLE)
			return TRUE;
		if (!tiny_recover(t, ask, outcome, &tries, deadline_us, error))
			return FALSE;
	}
}
