/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/probe_session.h"

#include <string.h>

#include "base/verdict.h"
#include "yaml/quantity.h"

#define SESSION_US     (5 * 60 * G_USEC_PER_SEC)
#define SESSION_END_US (2 * G_USEC_PER_SEC)

/* A halted core stays so only while its debug domain is on. */
static void session_end(RigProbeSession *session)
{
	RigCoreState state = RIG_CORE_HALTED;
	if (session->is_kept || !rig_dap_is_connected(session->dap))
		return;
	rig_dap_set_deadline(session->dap, rig_clock_after(&rig_clock_monotonic, SESSION_END_US));
	if (rig_cortex_state(session->cortex, &state, NULL) && state != RIG_CORE_HALTED)
		rig_dap_disconnect(session->dap);
}

int rig_probe_session(const RigInvocation *invocation, const char *board,
                      gboolean (*job)(RigProbeSession *session, GError **error))
{
	const RigProbeOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autofree char *purpose = g_strdup_printf("tinyrig %s", invocation->command->name);
	RigHoldRequest request = {
	    .board = board, .bench = options->bench, .purpose = purpose, .wait_us = options->wait_us};
	g_autoptr(RigHeldBoard) held = rig_held_board_take(&request, &error);
	if (held == NULL)
		return rig_command_error(invocation->command, error);
	RigProbeSession session = {.invocation = invocation,
	                           .held = held,
	                           .deadline_us = rig_clock_after(&rig_clock_monotonic, SESSION_US)};
	session.cortex = rig_wiring_cortex(held->wiring, session.deadline_us, &error);
	session.dap = session.cortex == NULL ? NULL : rig_cortex_dap(session.cortex);
	gboolean good = session.cortex != NULL && job(&session, &error);
	if (session.dap != NULL)
		session_end(&session);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}

static gboolean session_number(const char *text, guint64 most, guint64 *number)
{
	gboolean is_hex = g_str_has_prefix(text, "0x") || g_str_has_prefix(text, "0X");
	return g_ascii_string_to_unsigned(is_hex ? text + 2 : text, is_hex ? 16 : 10, 0, most, number,
	                                  NULL);
}

gboolean rig_address_parse(const char *text, const char *what, guint32 *address, GError **error)
{
	guint64 number = 0;
	if (session_number(text, G_MAXUINT32, &number)) {
		*address = (guint32)number;
		return TRUE;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "%s \"%.40s\" is no number of 32 bits; write it as 0x20000400", what, text);
	return FALSE;
}

gboolean rig_size_parse(const char *text, gsize most, gsize *size, GError **error)
{
	guint64 number = 0;
	gint64 quantity = 0;
	g_autofree char *why = NULL;
	gboolean is_plain = session_number(text, G_MAXINT64, &number);
	if (!is_plain && !rig_quantity_parse(rig_dimension_find("size"), text, &quantity, &why)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "the size: %s", why);
		return FALSE;
	}
	number = is_plain ? number : (guint64)quantity;
	if (number == 0 || number > most) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "the size \"%.40s\" is not between 1 and %" G_GSIZE_FORMAT " bytes", text,
		            most);
		return FALSE;
	}
	*size = (gsize)number;
	return TRUE;
}
