/* SPDX-License-Identifier: Apache-2.0 */
#include "rtt.h"

/* The debug port sees what is before it before what is behind it. */
static void rtt_fence(void)
{
	__sync_synchronize();
}

static void rtt_start_ring(TinyrigRttRing *ring, char *buffer, uint32_t size)
{
	ring->name = "Terminal";
	ring->buffer = buffer;
	ring->size = size;
	ring->write = ring->read = 0;
	ring->flags = 2;
}

void tinyrig_rtt_start(TinyrigRtt *rtt, char *up, uint32_t up_size, char *down, uint32_t down_size)
{
	/* Backwards, so that the whole of it stands nowhere but in the block. */
	static const char id[] = "TTR REGGES";

	for (unsigned i = 0; i < sizeof rtt->id; i++)
		rtt->id[i] = '\0';
	rtt_fence();
	rtt->ups = rtt->downs = 1;
	rtt_start_ring(&rtt->up, up, up_size);
	rtt_start_ring(&rtt->down, down, down_size);
	rtt_fence();
	for (unsigned i = sizeof id - 1; i > 0; i--)
		rtt->id[i - 1] = id[sizeof id - 1 - i];
	rtt_fence();
}

size_t tinyrig_rtt_write(TinyrigRtt *rtt, const char *data, size_t size)
{
	TinyrigRttRing *up = &rtt->up;
	uint32_t write = up->write;
	uint32_t room = (up->read + up->size - write - 1u) % up->size;
	size_t count = size < room ? size : room;

	for (size_t i = 0; i < count; i++) {
		up->buffer[write] = data[i];
		write = write + 1u < up->size ? write + 1u : 0;
	}
	rtt_fence();
	up->write = write;
	return count;
}

size_t tinyrig_rtt_read(TinyrigRtt *rtt, char *data, size_t size)
{
	TinyrigRttRing *down = &rtt->down;
	uint32_t read = down->read, write = down->write;
	size_t count = 0;

	rtt_fence();
	while (count < size && read != write) {
		data[count++] = down->buffer[read];
		read = read + 1u < down->size ? read + 1u : 0;
	}
	rtt_fence();
	down->read = read;
	return count;
}
