/* SPDX-License-Identifier: Apache-2.0 */
/* One command and its reply: framing, seals, order, and what goes wrong with them. */
#include "mlperf_tiny_parse.h"

#include <rig/bytes.h>
#include <string.h>

/* A reply while it comes in. */
typedef struct Reply {
	Tiny *t;
	const TinyAsk *ask;
	guint32 chain; /* CRC over command and lines so far */
	gboolean refused, wrong;
	gboolean banner; /* a boot banner went by; its m-ready ends nothing */
	guint64 bytes;
} Reply;

/* What a line means to the exchange. */
typedef enum {
	REPLY_MORE,    /* go on */
	REPLY_END,     /* m-ready */
	REPLY_RESTART, /* boot banner */
} ReplyLine;

void tiny_blame(Tiny *t, const char *format, ...)
{
	if (t->reason[0] != '\0')
		return;
	va_list arguments;
	va_start(arguments, format);
	g_vsnprintf(t->reason, sizeof t->reason, format, arguments);
	va_end(arguments);
}

/* `size` bytes as one line for people; caller frees. */
static char *exchange_printable(const char *at, gsize size, gsize most)
{
	g_autofree char *text = g_strndup(at, MIN(size, most));
	for (char *c = text; *c != '\0'; c++) {
		if (!g_ascii_isprint(*c))
			*c = '?';
	}
	return size > most ? g_strconcat(text, "…", NULL) : g_steal_pointer(&text);
}

char *tiny_show(const TinyAsk *ask)
{
	return exchange_printable(ask->command, ask->length, 24);
}

/* Tells what a board said outside of the grammar, some times. */
static void exchange_note(Tiny *t, TinyText text)
{
	if (t->notes_left == 0)
		return;
	g_autofree char *shown = exchange_printable(text.at, text.size, TINY_TEXT_MAX / 2);
	t->notes_left--;
	rig_protocol_note(t->protocol, "the board says: %s", shown);
}

/* Keeps it as well: it may be a refusal. The first of a reply counts. */
static void exchange_hear(Tiny *t, TinyText text)
{
	if (t->said[0] == '\0') {
		g_autofree char *shown = exchange_printable(text.at, text.size, TINY_TEXT_MAX / 2);
		g_strlcpy(t->said, shown, sizeof t->said);
	}
	exchange_note(t, text);
}

gboolean tiny_is_banner(Tiny *t, TinyText text)
{
	TinyText mode = text;
	if (tiny_text_skip(&mode, TINY_TEXT("m-timestamp-mode-"))) {
		t->energy = tiny_text_is(mode, TINY_TEXT("energy"));
		return TRUE;
	}
	return tiny_text_is(text, TINY_TEXT("m-init-done"));
}

/* dut framing: a line of the interface board itself. It repeats what it passes on. */
static void exchange_bridge_line(Reply *reply, TinyText text)
{
	if (tiny_text_skip(&text, TINY_TEXT("m-dut-passthrough("))) {
		TinyText sent = {reply->ask->command, reply->ask->length};
		if (text.size == 0 || text.at[text.size - 1] != ')' ||
		    !tiny_text_is((TinyText){text.at, text.size - 1}, sent)) {
			reply->wrong = TRUE;
			tiny_blame(reply->t, "the interface board passed on another command");
		}
	} else if (tiny_text_skip(&text, TINY_TEXT("e-"))) {
		reply->wrong = TRUE;
		exchange_hear(reply->t, text);
		tiny_blame(reply->t, "the interface board refused the command");
	}
}

/* Text that answers no command: a firmware's own log. It has no part in the chain of seals, so a
 * line of the reply that was damaged into such text still breaks the seals behind it. */
static gboolean exchange_is_log(TinyText text)
{
	gboolean protocol_like = text.size >= 2 && text.at[1] == '-';
	return !protocol_like && memchr(text.at, '*', text.size) == NULL;
}

/*
 * Opens the seal of a line. FALSE: the line is not to be read (damage is noted). Lines that
 * answer no command (a boot banner, an echo, free text) carry no seal. An `e-[` without one is no
 * refusal, but may be the last that a board says: it is kept for the message.
 */
static gboolean exchange_unseal(Reply *reply, TinyText *text)
{
	Tiny *t = reply->t;
	if (!t->extended && !reply->ask->lenient)
		return TRUE;
	t->sealed = tiny_seal_open(text, &reply->chain);
	if (t->sealed || reply->ask->lenient || tiny_is_banner(t, *text))
		return TRUE;
	if (tiny_text_skip(text, TINY_TEXT("Received command:")))
		return FALSE;
	if (exchange_is_log(*text)) {
		exchange_note(t, *text);
		return FALSE;
	}
	TinyText head = *text;
	if (tiny_text_skip(&head, TINY_TEXT("e-[")))
		exchange_hear(t, *text);
	if (!reply->wrong)
		tiny_blame(t, "a line whose check sum is wrong or missing");
	reply->wrong = TRUE;
	return FALSE;
}

/* A line that the handler of the command looks at. */
static void exchange_content(Reply *reply, TinyText text)
{
	Tiny *t = reply->t;
	TinyTake take =
	    reply->ask->line != NULL ? reply->ask->line(reply->ask->state, text) : TINY_FOREIGN;
	if (take == TINY_TAKEN || reply->ask->lenient)
		return;
	gboolean protocol_like = text.size >= 2 && text.at[1] == '-' && text.at[0] == 'm';
	if (take == TINY_FOREIGN && !protocol_like) {
		exchange_hear(t, text);
		return;
	}
	reply->wrong = TRUE;
	g_autofree char *shown = exchange_printable(text.at, text.size, TINY_TEXT_MAX / 2);
	tiny_blame(t, take == TINY_WRONG ? "a malformed line: %s" : "a line that does not belong: %s",
	           shown);
}

static ReplyLine exchange_line(Reply *reply, TinyText text)
{
	Tiny *t = reply->t;
	if (text.size == 0)
		return REPLY_MORE;
	if (tiny_options(t)->framing == TINY_FRAMING_DUT &&
	    !tiny_text_skip(&text, TINY_TEXT("[dut]: "))) {
		exchange_bridge_line(reply, text);
		return REPLY_MORE;
	}
	TinyText head = text;
	gboolean ends = tiny_text_skip(&head, TINY_TEXT("m-ready"));
	if (!exchange_unseal(reply, &text))
		return ends ? REPLY_END : REPLY_MORE;
	if (ends) {
		gboolean whole = tiny_text_is(text, TINY_TEXT("m-ready"));
		if (whole && reply->banner) {
			reply->banner = FALSE;
			return REPLY_MORE;
		}
		if (whole)
			return REPLY_END;
		/* A damaged end is an end too: nothing comes behind it. */
		reply->wrong = TRUE;
		tiny_blame(t, "a damaged m-ready");
		return REPLY_END;
	}
	if (tiny_is_banner(t, text))
		return REPLY_RESTART;
	if (tiny_text_skip(&head, TINY_TEXT("Received command:")))
		return REPLY_MORE;
	if (tiny_text_skip(&head, TINY_TEXT("e-["))) {
		reply->refused = TRUE;
		t->said[0] = '\0';
		exchange_hear(t, text);
		return REPLY_MORE;
	}
	exchange_content(reply, text);
	return REPLY_MORE;
}

/* Adds framing and `%`, writes in one go. */
static gboolean exchange_send(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error)
{
	static const char dut[] = "dut ";
	gsize head = tiny_options(t)->framing == TINY_FRAMING_DUT ? sizeof dut - 1 : 0;
	g_assert(head + ask->length + 1 <= sizeof t->command);
	memcpy(t->command, dut, head);
	memcpy(t->command + head, ask->command, ask->length);
	t->command[head + ask->length] = '%';
	gboolean sent =
	    rig_link_write(tiny_link(t), t->command, head + ask->length + 1, deadline_us, error);
	t->sent_us = tiny_link(t)->last_sent_us;
	return sent;
}

/* m-ready came: what is the reply worth? */
static TinyOutcome exchange_judge(Reply *reply)
{
	Tiny *t = reply->t;
	const TinyAsk *ask = reply->ask;
	t->ever_answered = TRUE;
	if (reply->wrong)
		return TINY_DAMAGED;
	if (reply->refused && !ask->refusal_ok)
		return TINY_REFUSED;
	const char *missing = ask->missing != NULL ? ask->missing(ask->state) : NULL;
	if (missing == NULL)
		return TINY_WHOLE;
	tiny_blame(t, "no line %s", missing);
	if (t->extended && t->said[0] == '\0')
		g_strlcpy(t->said, t->reason, sizeof t->said);
	/* Free text in the place of a line is how some monitors say no. */
	return t->said[0] != '\0' ? TINY_REFUSED : TINY_DAMAGED;
}

static TinyOutcome exchange_failed(const TinyAsk *ask, GError **error)
{
	g_autofree char *shown = tiny_show(ask);
	g_prefix_error(error, "`%s`: ", shown);
	return TINY_FAILED;
}

TinyOutcome tiny_restarted(Tiny *t, const TinyAsk *ask, GError **error)
{
	g_autofree char *shown = tiny_show(ask);
	t->synced = FALSE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "board restarted by itself during `%s`; see its console for the reason (fault, "
	            "watchdog, supply)",
	            shown);
	return TINY_FAILED;
}

TinyOutcome tiny_exchange(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error)
{
	Reply reply = {.t = t, .ask = ask};
	t->said[0] = t->reason[0] = '\0';
	if (ask->begin != NULL)
		ask->begin(ask->state);
	if (!exchange_send(t, ask, deadline_us, error))
		return exchange_failed(ask, error);
	/* Beside the board's own work, so that it costs no time on the wire. */
	if (t->extended || ask->lenient)
		reply.chain = rig_crc32(0, ask->command, ask->length);
	for (;;) {
		gint64 patience_us =
		    ask->patience_us != NULL ? ask->patience_us(ask->state) : TINY_COMMAND_US;
		/* From the last sign of life on; without a look at the clock for every line. */
		gint64 since_us = MAX(t->sent_us, tiny_link(t)->last_received_us);
		TinyText line;
		int got = tiny_reader_next(
		    &t->reader, tiny_link(t), &line,
		    patience_us < deadline_us - since_us ? since_us + patience_us : deadline_us, error);
		if (got < 0)
			return exchange_failed(ask, error);
		if (got == 0)
			return TINY_SILENT;
		reply.bytes += line.size + 1;
		t->last_line_us = tiny_link(t)->last_received_us;
		switch (exchange_line(&reply, line)) {
		case REPLY_MORE:
			break;
		case REPLY_END:
			return exchange_judge(&reply);
		case REPLY_RESTART:
			reply.banner = TRUE;
			if (!ask->lenient || t->synced)
				return tiny_restarted(t, ask, error);
			break;
		}
		if (reply.bytes > TINY_REPLY_BYTES_MAX) {
			tiny_blame(t, "over %u bytes without an end", TINY_REPLY_BYTES_MAX);
			return TINY_DAMAGED;
		}
	}
}
