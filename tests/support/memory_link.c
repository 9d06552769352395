/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_link.h"

#include <string.h>

typedef struct MemoryChunk {
	gint64 at_us;
	GByteArray *bytes;
} MemoryChunk;

typedef struct Memory {
	GQueue *chunks; /* MemoryChunk, in order of time */
	guint reads;
} Memory;

static void memory_chunk_free(gpointer data)
{
	MemoryChunk *chunk = data;
	g_byte_array_unref(chunk->bytes);
	g_free(chunk);
}

void memory_say(MemoryPeer *peer, const void *data, gsize size, gint64 at_us)
{
	const MemoryOptions *options = peer->link->options;
	Memory *memory = peer->link->priv;
	MemoryChunk *chunk = g_new(MemoryChunk, 1);
	chunk->at_us = at_us;
	chunk->bytes = g_byte_array_new();
	if (options->damage != NULL)
		damage_apply(options->damage, TRUE, data, size, chunk->bytes);
	else
		g_byte_array_append(chunk->bytes, data, (guint)size);
	g_queue_push_tail(memory->chunks, chunk);
}

gsize memory_pending(const MemoryPeer *peer)
{
	const Memory *memory = peer->link->priv;
	gsize size = 0;
	for (const GList *at = memory->chunks->head; at != NULL; at = at->next)
		size += ((const MemoryChunk *)at->data)->bytes->len;
	return size;
}

static gboolean memory_open(RigLink *link, gint64 deadline_us, GError **error)
{
	(void)deadline_us;
	(void)error;
	const MemoryOptions *options = link->options;
	Memory *memory = link->priv;
	memory->chunks = g_queue_new();
	options->peer->link = link;
	if (options->peer->start != NULL)
		options->peer->start(options->peer, FALSE);
	return TRUE;
}

static void memory_close(RigLink *link)
{
	Memory *memory = link->priv;
	if (memory->chunks != NULL)
		g_queue_free_full(memory->chunks, memory_chunk_free);
	memory->chunks = NULL;
}

/* The first chunk with bytes; empty ones (all was lost) are dropped. */
static MemoryChunk *memory_head(Memory *memory)
{
	MemoryChunk *chunk = g_queue_peek_head(memory->chunks);
	while (chunk != NULL && chunk->bytes->len == 0) {
		memory_chunk_free(g_queue_pop_head(memory->chunks));
		chunk = g_queue_peek_head(memory->chunks);
	}
	return chunk;
}

/* Nothing comes before the deadline. */
static gssize memory_wait(const MemoryOptions *options, gint64 deadline_us, GError **error)
{
	if (options->gone) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD, "the peer is gone");
		return -1;
	}
	if (options->stop) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
		return -1;
	}
	if (deadline_us == RIG_FOREVER) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_INTERNAL, "would wait for ever");
		return -1;
	}
	options->clock->now_us = MAX(options->clock->now_us, deadline_us);
	return 0;
}

static gssize memory_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                          GError **error)
{
	const MemoryOptions *options = link->options;
	Memory *memory = link->priv;
	if (++memory->reads == options->fail_read) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "read failed");
		return -1;
	}
	MemoryChunk *chunk = memory_head(memory);
	if (chunk == NULL || chunk->at_us > MAX(deadline_us, options->clock->now_us))
		return memory_wait(options, deadline_us, error);
	options->clock->now_us = MAX(options->clock->now_us, chunk->at_us);
	gsize count = MIN(size, chunk->bytes->len);
	if (options->read_most > 0)
		count = MIN(count, options->read_most);
	memcpy(data, chunk->bytes->data, count);
	g_byte_array_remove_range(chunk->bytes, 0, (guint)count);
	return (gssize)count;
}

static gboolean memory_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                             GError **error)
{
	(void)deadline_us;
	(void)error;
	const MemoryOptions *options = link->options;
	g_autoptr(GByteArray) arrived = g_byte_array_sized_new((guint)size + 1);
	if (options->damage != NULL)
		damage_apply(options->damage, FALSE, data, size, arrived);
	else
		g_byte_array_append(arrived, data, (guint)size);
	options->peer->take(options->peer, arrived->data, arrived->len);
	return TRUE;
}

static gboolean memory_reset(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
                             GError **error)
{
	(void)line;
	(void)pulse_us;
	(void)deadline_us;
	(void)error;
	const MemoryOptions *options = link->options;
	if (options->peer->start != NULL)
		options->peer->start(options->peer, TRUE);
	return TRUE;
}

const RigLinkDriver memory_link_driver = {
    .name = "memory",
    .about = "a peer in this process",
    .options_size = sizeof(MemoryOptions),
    .priv_size = sizeof(Memory),
    .open = memory_open,
    .close = memory_close,
    .read = memory_read,
    .write = memory_write,
    .reset = memory_reset,
};
