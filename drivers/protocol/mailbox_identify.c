/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware says of itself. */
#include "mailbox.h"

#include <rig/bytes.h>

static MailboxAsk identify_ask(gpointer state, guint index)
{
	(void)state;
	(void)index;
	return (MailboxAsk){.operation = MAILBOX_IDENTIFY, .count = 1};
}

static gint64 identify_bytes(guint32 bytes)
{
	return bytes == G_MAXUINT32 ? -1 : (gint64)bytes;
}

static gboolean identify_take(gpointer state, guint index, const MailboxReply *reply,
                              gint64 sent_us, gint64 done_us, GError **error)
{
	RigIdentity *identity = state;
	MailboxCard card;
	(void)index;
	(void)sent_us;
	(void)done_us;
	if (!mailbox_parse_card(reply, &card)) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
		                    "what the firmware says of itself in its mailbox is no identity");
		return FALSE;
	}
	identity->name = g_strdup(card.name);
	identity->profile = g_strdup(card.profile);
	identity->model = g_strdup(card.model);
	if (card.build_bytes > 0) {
		identity->build = g_malloc0(2 * card.build_bytes + 1);
		rig_hex_encode(identity->build, card.build, card.build_bytes);
	}
	identity->stack_bytes = identify_bytes(card.stack_bytes);
	identity->stack_used_bytes = identify_bytes(card.stack_used_bytes);
	identity->integrity = RIG_INTEGRITY_CHECKED;
	return TRUE;
}

gboolean mailbox_identify(Mailbox *m, RigIdentity *identity, gint64 deadline_us, GError **error)
{
	const MailboxJob job = {
	    .count = 1, .ask = identify_ask, .take = identify_take, .state = identity};
	return mailbox_run(m, &job, deadline_us, error);
}
