/* SPDX-License-Identifier: Apache-2.0 */
/* From an unknown state to a session: the mailbox is found, whole, and serves nobody else. */
#include "mailbox.h"

#include <rig/bytes.h>
#include <string.h>

#define SESSION_POLL_US 2000

static RigSought session_sought(const Mailbox *m)
{
	const MailboxOptions *options = m->protocol->options;
	return (RigSought){.what = "mailbox",
	                   .symbol = "tinyrig_mailbox",
	                   .magic = (const guint8 *)MAILBOX_MAGIC,
	                   .address = options->address};
}

/* Looks once. *why: what is still wrong; NULL: it is there. */
static gboolean session_look(Mailbox *m, gboolean booted, gint64 deadline_us, const char **why,
                             GError **error)
{
	guint8 bytes[MAILBOX_SERVED + 4];
	RigSought sought = session_sought(m);
	gboolean is_there = m->place.address != 0;
	*why = "there is none in its RAM";
	if (!is_there && !rig_access_find(mailbox_access(m), &sought, &m->search, deadline_us,
	                                  &m->place, &is_there, error))
		return FALSE;
	if (!is_there) {
		m->place = (RigMemoryRange){0};
		if (!m->search.was_whole)
			*why = "there was no time to look at all of its RAM; give an ELF image with the symbol "
			       "tinyrig_mailbox, or an `address`";
		return TRUE;
	}
	if (!rig_access_begin(mailbox_access(m), deadline_us, error) ||
	    !rig_dap_read_memory(mailbox_access(m)->dap, m->place.address, bytes, sizeof bytes,
	                         RIG_DAP_WORDS, error))
		return FALSE;
	*why = mailbox_parse_head(bytes, m->place.bytes, &m->head);
	guint32 served = rig_get_le32(bytes + MAILBOX_SERVED);
	if (*why == NULL && booted && served != 0)
		*why = "it still serves the session of before the reset";
	return TRUE;
}

static gboolean session_find(Mailbox *m, gboolean booted, gint64 deadline_us, GError **error)
{
	const RigClock *clock = mailbox_access(m)->clock;
	gint64 until_us = MIN(rig_clock_after(clock, MAILBOX_FIND_US), deadline_us);
	const char *why = NULL;
	m->place = (RigMemoryRange){0};
	m->search = (RigSearch){0};
	for (;;) {
		if (!session_look(m, booted, deadline_us, &why, error))
			return FALSE;
		if (why == NULL)
			return TRUE;
		if (rig_clock_now(clock) >= until_us)
			break;
		if (!rig_access_wait(mailbox_access(m), rig_clock_after(clock, SESSION_POLL_US), error))
			return FALSE;
	}
	if (!mailbox_look(m, error))
		return FALSE;
	g_autofree char *where =
	    m->place.address == 0 ? g_strdup("") : g_strdup_printf(" at 0x%08x", m->place.address);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "no mailbox%s: %s; does this firmware have one, and does it start?", where, why);
	return FALSE;
}

/* Both words of the head; the session is written again where firmware that starts has erased it. */
static gboolean session_ask(Mailbox *m, gint64 deadline_us, guint32 *served, GError **error)
{
	RigDap *dap = mailbox_access(m)->dap;
	guint32 session = 0;
	if (!rig_access_begin(mailbox_access(m), deadline_us, error))
		return FALSE;
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_read_next(dap, m->place.address + MAILBOX_SESSION, &session);
	rig_dap_read_next(dap, m->place.address + MAILBOX_SERVED, served);
	return rig_dap_commit(dap, error) &&
	       (session == m->session ||
	        rig_dap_poke(dap, m->place.address + MAILBOX_SESSION, m->session, error));
}

static gboolean session_await(Mailbox *m, gint64 deadline_us, GError **error)
{
	const RigClock *clock = mailbox_access(m)->clock;
	gint64 until_us = MIN(rig_clock_after(clock, MAILBOX_PATIENCE_US), deadline_us);
	for (guint32 served = 0;;) {
		if (!session_ask(m, deadline_us, &served, error))
			return FALSE;
		if (served == m->session)
			return TRUE;
		if (rig_clock_now(clock) >= until_us)
			break;
		if (!rig_access_wait(mailbox_access(m), rig_clock_after(clock, SESSION_POLL_US), error))
			return FALSE;
	}
	if (!mailbox_look(m, error))
		return FALSE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "the mailbox at 0x%08x is there, but nobody serves it: has the firmware hung, or "
	            "does it never call tinyrig_mailbox_serve?",
	            m->place.address);
	return FALSE;
}

gboolean mailbox_begin_session(Mailbox *m, gint64 deadline_us, GError **error)
{
	guint32 session = (guint32)mailbox_now(m);
	m->number = 0;
	/* Another one than before, and not 0. */
	m->session = session == 0 || session == m->session ? m->session + 1 : session;
	m->session = m->session == 0 ? 1 : m->session;
	return session_await(m, deadline_us, error);
}

static gboolean session_last_words(Mailbox *m, GError **error)
{
	guint32 said_bytes = 0;
	return rig_dap_peek(mailbox_access(m)->dap, m->place.address + MAILBOX_SAID_BYTES, &said_bytes,
	                    error) &&
	       (said_bytes == 0 || mailbox_last_words(m, said_bytes, error));
}

gboolean mailbox_sync(Mailbox *m, gboolean booted, gint64 deadline_us, GError **error)
{
	m->is_synced = FALSE;
	m->each_us = 0;
	if (!session_find(m, booted, deadline_us, error) || !session_last_words(m, error) ||
	    !mailbox_begin_session(m, deadline_us, error))
		return FALSE;
	gsize slot = MAILBOX_REPLY_BYTES + m->head.output_max;
	m->words = g_renew(guint32, m->words, m->head.slots * slot / 4);
	m->bytes = g_realloc(m->bytes, slot);
	m->expected_bytes = MIN(m->expected_bytes, m->head.output_max);
	m->is_synced = TRUE;
	return TRUE;
}
