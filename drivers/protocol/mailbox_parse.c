/* SPDX-License-Identifier: Apache-2.0 */
#include "mailbox_parse.h"

#include <rig/bytes.h>
#include <string.h>

#define PARSE_SLOTS_MAX  1024u
#define PARSE_BYTES_MAX  (1u << 20) /* of a slot */
#define PARSE_HZ_MAX     4000000000u
#define PARSE_CARD_WORDS 4u
#define PARSE_TEXT_MAX   200u
#define PARSE_BUILD_MAX  64u

const char *mailbox_parse_head(const guint8 *bytes, guint32 room, MailboxHead *head)
{
	guint32 words[7];
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		words[i] = rig_get_le32(bytes + 16 + 4 * i);
	if (memcmp(bytes, MAILBOX_MAGIC, sizeof MAILBOX_MAGIC) != 0)
		return "its first bytes are not a mailbox's";
	if (rig_crc32(0, bytes, MAILBOX_SESSION - 4) != rig_get_le32(bytes + MAILBOX_SESSION - 4))
		return "the check sum of its head is wrong";
	if (words[0] != 1)
		return "it is of another version than 1";
	*head = (MailboxHead){.slots = words[1],
	                      .slot_bytes = words[2],
	                      .first_slot = words[3],
	                      .input_max = words[4],
	                      .output_max = words[5],
	                      .ticks_hz = words[6]};
	guint64 used =
	    (guint64)MAILBOX_REPLY_BYTES + head->output_max + MAILBOX_REQUEST_BYTES + head->input_max;
	guint64 whole = head->first_slot + (guint64)head->slots * head->slot_bytes;
	if (head->slots == 0 || head->slots > PARSE_SLOTS_MAX || head->slot_bytes > PARSE_BYTES_MAX ||
	    used > head->slot_bytes || head->first_slot < MAILBOX_HEAD_BYTES ||
	    (head->slot_bytes | head->first_slot | head->input_max | head->output_max) % 4 != 0 ||
	    head->first_slot > PARSE_BYTES_MAX || head->ticks_hz == 0 || head->ticks_hz > PARSE_HZ_MAX)
		return "the sizes in its head do not fit together";
	if (room != 0 && whole > room)
		return "its slots reach beyond the memory that the image gives it";
	return NULL;
}

MailboxReplyState mailbox_parse_reply(const guint8 *bytes, gsize size, const MailboxHead *head,
                                      guint32 number, MailboxReply *reply)
{
	if (rig_get_le32(bytes) != number)
		return MAILBOX_REPLY_NONE;
	*reply = (MailboxReply){.status = rig_get_le32(bytes + 8),
	                        .kept = rig_get_le32(bytes + 12),
	                        .values = rig_get_le32(bytes + 16),
	                        .output_bytes = rig_get_le32(bytes + 20),
	                        .ticks = rig_get_le32(bytes + 24),
	                        .output = bytes + MAILBOX_REPLY_BYTES};
	if (reply->output_bytes > head->output_max)
		return MAILBOX_REPLY_TORN;
	if (reply->output_bytes > size - MAILBOX_REPLY_BYTES)
		return MAILBOX_REPLY_SHORT;
	guint32 crc = rig_crc32(number, bytes + 8, MAILBOX_REPLY_BYTES - 8 + reply->output_bytes);
	return crc == rig_get_le32(bytes + 4) ? MAILBOX_REPLY_WHOLE : MAILBOX_REPLY_TORN;
}

/* A text that ends within the output; *at goes behind it. */
static const char *parse_text(const MailboxReply *reply, gsize *at)
{
	const char *text = (const char *)reply->output + *at;
	const char *end = memchr(text, '\0', reply->output_bytes - *at);
	if (end == NULL || end - text > (gssize)PARSE_TEXT_MAX)
		return NULL;
	for (const char *c = text; c < end; c++)
		if (!g_ascii_isprint(*c))
			return NULL;
	*at += (gsize)(end - text) + 1;
	return text;
}

gboolean mailbox_parse_card(const MailboxReply *reply, MailboxCard *card)
{
	gsize at = PARSE_CARD_WORDS * 4;
	if (reply->output_bytes < at)
		return FALSE;
	*card = (MailboxCard){.stack_bytes = rig_get_le32(reply->output),
	                      .stack_used_bytes = rig_get_le32(reply->output + 4),
	                      .channels = rig_get_le32(reply->output + 8),
	                      .rate_mhz = rig_get_le32(reply->output + 12)};
	const char **texts[] = {&card->name, &card->profile, &card->model, &card->sensor};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		*texts[i] = parse_text(reply, &at);
		if (*texts[i] == NULL)
			return FALSE;
	}
	card->build = reply->output + at;
	card->build_bytes = reply->output_bytes - at;
	return card->build_bytes <= PARSE_BUILD_MAX;
}

void mailbox_put_request(guint8 *bytes, guint32 operation, guint32 count, guint32 before,
                         guint32 number, const guint8 *input, gsize input_bytes)
{
	rig_put_le32(bytes, number);
	rig_put_le32(bytes + 8, operation);
	rig_put_le32(bytes + 12, count);
	rig_put_le32(bytes + 16, before);
	rig_put_le32(bytes + 20, (guint32)input_bytes);
	guint32 crc = rig_crc32(number, bytes + 8, MAILBOX_REQUEST_BYTES - 8);
	rig_put_le32(bytes + 4, rig_crc32(crc, input, input_bytes));
}
