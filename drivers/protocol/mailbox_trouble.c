/* SPDX-License-Identifier: Apache-2.0 */
/* Why an answer does not come, or is none. */
#include "mailbox.h"

static const char *trouble_operation(guint32 operation)
{
	static const char *const names[] = {
	    [MAILBOX_IDENTIFY] = "identify", [MAILBOX_INFER] = "infer", [MAILBOX_SENSOR] = "sensor"};
	return operation < G_N_ELEMENTS(names) && names[operation] != NULL ? names[operation] : "?";
}

char *mailbox_show(const MailboxAsk *ask, guint32 number)
{
	return g_strdup_printf("request %u (%s)", number, trouble_operation(ask->operation));
}

gboolean mailbox_look(Mailbox *m, GError **error)
{
	RigCoreState state;
	if (!rig_access_begin(mailbox_access(m), mailbox_now(m), error) ||
	    !rig_cortex_state(mailbox_access(m)->cortex, &state, error))
		return FALSE;
	if (state != RIG_CORE_LOCKED_UP && state != RIG_CORE_HALTED)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "the core does not run any more: it is %s",
	            rig_core_state_word(state));
	return FALSE;
}

gboolean mailbox_last_words(Mailbox *m, guint32 said_bytes, GError **error)
{
	guint8 bytes[MAILBOX_SAID_MAX];
	gsize size = MIN(said_bytes, MAILBOX_SAID_MAX);
	if (!rig_dap_read_memory(mailbox_access(m)->dap, m->place.address + MAILBOX_SAID, bytes, size,
	                         RIG_DAP_ANY, error))
		return FALSE;
	g_autofree char *text = g_strndup((const char *)bytes, size);
	for (char *c = text; *c != '\0'; c++)
		*c = g_ascii_isprint(*c) ? *c : '?';
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "the firmware has ended; its last words: %s",
	            text);
	return FALSE;
}

gboolean mailbox_refused(const MailboxAsk *ask, const MailboxReply *reply, GError **error)
{
	const char *operation = trouble_operation(ask->operation);
	if (reply->status == MAILBOX_UNKNOWN)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "firmware offers no %s in its mailbox",
		            operation);
	else if (reply->status == MAILBOX_REFUSED && ask->operation == MAILBOX_INFER)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "firmware refused an input of %" G_GSIZE_FORMAT
		            " bytes: it does not fit the model",
		            ask->input_bytes);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "firmware answered %s with status %u",
		            operation, reply->status);
	return FALSE;
}
