/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mlperf-tiny protocol against a peer that answers with the input. First byte: options
 * (bit 0 dut framing, 1-2 use of the extension, 3 readback, 4 booted, 5 seals are made right,
 * 6 small reads). Then the replies, one for each command, with a 0 byte between them.
 */
#include "tiny_bench.h"

#include <rig/bytes.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct Peer {
	MemoryPeer peer; /* first */
	const guint8 *data;
	gsize left;
	gboolean seal;
	GString *command;
} Peer;

/* Says the reply; a line that ends with `*` gets the right seal, so that what lies behind the
 * check is reached. */
static void peer_say(Peer *self, const guint8 *text, gsize size)
{
	const MemoryOptions *options = self->peer.link->options;
	g_autoptr(GString) said = g_string_new(NULL);
	guint32 chain = rig_crc32(0, self->command->str, self->command->len);
	gsize begin = 0;
	for (gsize i = 0; i < size; i++) {
		g_string_append_c(said, (char)text[i]);
		if (text[i] != '\n')
			continue;
		if (self->seal && i > begin && text[i - 1] == '*') {
			chain = rig_crc32(chain, text + begin, i - 1 - begin);
			g_string_truncate(said, said->len - 1);
			g_string_append_printf(said, "%08x\n", chain);
		}
		begin = i + 1;
	}
	memory_say(&self->peer, said->str, said->len, options->clock->now_us);
}

static void peer_take(MemoryPeer *peer, const guint8 *data, gsize size)
{
	Peer *self = (Peer *)peer;
	g_string_truncate(self->command, 0);
	g_string_append_len(self->command, (const char *)data, (gssize)size - 1);
	if (self->left == 0)
		return;
	const guint8 *end = memchr(self->data, 0, self->left);
	gsize length = end != NULL ? (gsize)(end - self->data) : self->left;
	peer_say(self, self->data, length);
	gsize taken = MIN(length + 1, self->left);
	self->data += taken;
	self->left -= taken;
}

static void fuzz_talk(TinyBench *bench, gboolean booted)
{
	static const guint8 input[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	const RigProtocolDriver *driver = bench->protocol->driver;
	gint64 deadline_us = bench->clock.now_us + 300 * G_USEC_PER_SEC;
	RigIdentity identity = {0};
	RigSensorFrames frames = {0};
	rig_identity_clear(&identity);
	if (driver->sync(bench->protocol, booted, deadline_us, NULL)) {
		(void)driver->identify(bench->protocol, &identity, deadline_us, NULL);
		(void)tiny_bench_infer(bench, input, sizeof input, 2, 1, NULL);
		(void)driver->sensor(bench->protocol, 2, &frames, deadline_us, NULL);
	}
	rig_identity_clear(&identity);
	rig_sensor_frames_clear(&frames);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size == 0 || size > 1u << 16)
		return 0;
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	Peer peer = {.peer = {.take = peer_take},
	             .data = data + 1,
	             .left = size - 1,
	             .seal = (data[0] & 32) != 0,
	             .command = g_string_new(NULL)};
	bench.link_options.peer = &peer.peer;
	bench.link_options.read_most = data[0] & 64 ? 3 : 0;
	bench.options.framing = data[0] & 1;
	bench.options.extension = (data[0] >> 1 & 3) % 3;
	bench.options.readback = (data[0] & 8) != 0;
	tiny_bench_open(&bench, FALSE);
	gboolean booted = (data[0] & 16) != 0;
	if (booted && peer.left > 0)
		peer_take(&peer.peer, (const guint8 *)"%", 1);
	fuzz_talk(&bench, booted);
	tiny_bench_clear(&bench);
	g_string_free(peer.command, TRUE);
	return 0;
}
