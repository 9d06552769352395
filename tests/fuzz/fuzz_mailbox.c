/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware has in its mailbox: a head, then a slot of it, then an identity. */
#include "../../drivers/protocol/mailbox_parse.h"

#include <rig/bytes.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Check sums that fit, so that what is behind them is met as well. */
static void fuzz_seal(guint8 *bytes, gsize size, guint32 number)
{
	if ((bytes[0] & 1) != 0 || size < MAILBOX_REPLY_BYTES)
		return;
	rig_put_le32(bytes, number);
	guint32 output = MIN(rig_get_le32(bytes + 20), (guint32)(size - MAILBOX_REPLY_BYTES));
	rig_put_le32(bytes + 4, rig_crc32(number, bytes + 8, MAILBOX_REPLY_BYTES - 8 + output));
}

static void fuzz_head(const guint8 *data, MailboxHead *head)
{
	guint8 bytes[MAILBOX_SESSION];
	memcpy(bytes, data, sizeof bytes);
	if ((data[0] & 1) == 0) {
		memcpy(bytes, MAILBOX_MAGIC, sizeof MAILBOX_MAGIC);
		rig_put_le32(bytes + 16, data[1] < 250);
		rig_put_le32(bytes + MAILBOX_SESSION - 4, rig_crc32(0, bytes, MAILBOX_SESSION - 4));
	}
	if (mailbox_parse_head(bytes, data[2] < 128 ? 0 : 65536, head) != NULL) {
		*head = (MailboxHead){.slots = 4, .slot_bytes = 1024, .output_max = 512, .ticks_hz = 1};
		return;
	}
	guint64 used = (guint64)head->output_max + head->input_max;
	if (head->slots == 0 || head->slot_bytes < used || head->ticks_hz == 0)
		g_error("a head of %u slots of %u bytes was taken", head->slots, head->slot_bytes);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	MailboxHead head = {0};
	MailboxReply reply;
	MailboxCard card;
	if (size < MAILBOX_SESSION + MAILBOX_REPLY_BYTES)
		return 0;
	fuzz_head(data, &head);
	/* A copy of its own, so that a read beyond its end is seen. */
	gsize left = size - MAILBOX_SESSION;
	g_autofree guint8 *slot = g_memdup2(data + MAILBOX_SESSION, left);
	fuzz_seal(slot, left, 7);
	if (mailbox_parse_reply(slot, left, &head, 7, &reply) != MAILBOX_REPLY_WHOLE)
		return 0;
	if (reply.output_bytes > head.output_max || reply.output + reply.output_bytes > slot + left)
		g_error("an output of %u bytes", reply.output_bytes);
	if (mailbox_parse_card(&reply, &card) && strlen(card.name) + strlen(card.profile) +
	                                                 strlen(card.model) + strlen(card.sensor) +
	                                                 card.build_bytes >
	                                             reply.output_bytes)
		g_error("an identity longer than its reply");
	return 0;
}
