/* SPDX-License-Identifier: Apache-2.0 */
#include "ftdi_stream.h"

#include <errno.h>
#include <libusb.h>
#include <poll.h>
#include <string.h>

#define STREAM_BYTES        16384u /* of a transfer: usbfs splits longer ones */
#define STREAM_STATUS_BYTES 2u     /* at the head of each packet: modem and line status */
#define STREAM_FDS_MAX      16u
#define STREAM_CANCEL_US    (2 * G_USEC_PER_SEC)

gsize ftdi_stream_strip(guint8 *data, gsize size, guint packet_bytes)
{
	gsize kept = 0;
	for (gsize at = 0; at < size; at += packet_bytes) {
		gsize packet = MIN(size - at, packet_bytes);
		gsize payload = packet - MIN(packet, STREAM_STATUS_BYTES);
		memmove(data + kept, data + at + STREAM_STATUS_BYTES, payload);
		kept += payload;
	}
	return kept;
}

static void stream_take(FtdiStream *stream, guint8 *data, gsize size)
{
	gsize payload = ftdi_stream_strip(data, size, stream->packet_bytes);
	gsize room = stream->receive_bytes - stream->received_bytes;
	gsize taken = MIN(payload, room);
	if (taken > 0)
		memcpy(stream->receive + stream->received_bytes, data, taken);
	stream->received_bytes += taken;
	stream->excess_bytes += payload - taken;
}

/*
 * Room for what is still to come, in whole packets: a transfer ends with a short packet or when it
 * is full, and an answer of full packets only would else wait for the chip's latency timer.
 */
static gsize stream_in_packets(const FtdiStream *stream)
{
	gsize payload = stream->packet_bytes - STREAM_STATUS_BYTES;
	gsize left = stream->receive_bytes - stream->received_bytes - stream->asked_bytes;
	return MIN((left + payload - 1) / payload, STREAM_BYTES / stream->packet_bytes);
}

static void LIBUSB_CALL stream_done(struct libusb_transfer *transfer)
{
	FtdiSlot *slot = transfer->user_data;
	FtdiStream *stream = slot->stream;
	slot->is_busy = FALSE;
	stream->busy--;
	if (slot->is_in) {
		stream->asked_bytes -= slot->asked_bytes;
		stream_take(stream, transfer->buffer, (gsize)MAX(transfer->actual_length, 0));
	} else {
		stream->sent_bytes += (gsize)MAX(transfer->actual_length, 0);
	}
	if (transfer->status != LIBUSB_TRANSFER_COMPLETED &&
	    transfer->status != LIBUSB_TRANSFER_CANCELLED && stream->failure == 0)
		stream->failure = (int)transfer->status;
}

static void stream_make_slot(FtdiStream *stream, FtdiSlot *slot, guint8 endpoint)
{
	slot->stream = stream;
	slot->is_in = (endpoint & LIBUSB_ENDPOINT_IN) != 0;
	slot->buffer = slot->is_in ? g_malloc(STREAM_BYTES) : NULL;
	slot->transfer = libusb_alloc_transfer(0);
	libusb_fill_bulk_transfer(slot->transfer, stream->handle, endpoint, slot->buffer,
	                          (int)STREAM_BYTES, stream_done, slot, 0);
}

void ftdi_stream_init(FtdiStream *stream, struct libusb_context *usb,
                      struct libusb_device_handle *handle, guint channel, guint packet_bytes)
{
	*stream = (FtdiStream){.usb = usb, .handle = handle, .packet_bytes = packet_bytes};
	stream->fds = libusb_get_pollfds(usb);
	for (guint i = 0; i < FTDI_STREAM_SLOTS; i++) {
		stream_make_slot(stream, &stream->out[i], (guint8)(0x02 + 2 * channel));
		stream_make_slot(stream, &stream->in[i], (guint8)(0x81 + 2 * channel));
	}
}

void ftdi_stream_clear(FtdiStream *stream)
{
	libusb_free_pollfds(g_steal_pointer(&stream->fds));
	for (guint i = 0; i < FTDI_STREAM_SLOTS; i++) {
		FtdiSlot *both[] = {&stream->out[i], &stream->in[i]};
		for (guint k = 0; k < G_N_ELEMENTS(both); k++) {
			if (both[k]->is_busy) /* libusb still has it: lost rather than freed under its hands */
				continue;
			libusb_free_transfer(g_steal_pointer(&both[k]->transfer));
			g_clear_pointer(&both[k]->buffer, g_free);
		}
	}
}

static void stream_submit(FtdiStream *stream, FtdiSlot *slot)
{
	int code = libusb_submit_transfer(slot->transfer);
	if (code == 0) {
		slot->is_busy = TRUE;
		stream->busy++;
	} else if (stream->failure == 0) {
		stream->failure =
		    code == LIBUSB_ERROR_NO_DEVICE ? LIBUSB_TRANSFER_NO_DEVICE : LIBUSB_TRANSFER_ERROR;
	}
}

/* Answers first: they must be awaited before what brings them is sent. */
static void stream_fill(FtdiStream *stream)
{
	for (guint i = 0; i < FTDI_STREAM_SLOTS && stream->failure == 0; i++) {
		FtdiSlot *slot = &stream->in[i];
		if (slot->is_busy || stream->received_bytes + stream->asked_bytes >= stream->receive_bytes)
			continue;
		gsize packets = stream_in_packets(stream);
		slot->transfer->length = (int)(packets * stream->packet_bytes);
		slot->asked_bytes = packets * (stream->packet_bytes - STREAM_STATUS_BYTES);
		stream->asked_bytes += slot->asked_bytes;
		stream_submit(stream, slot);
	}
	for (guint i = 0; i < FTDI_STREAM_SLOTS && stream->failure == 0; i++) {
		FtdiSlot *slot = &stream->out[i];
		gsize left = stream->send_bytes - stream->queued_bytes;
		if (slot->is_busy || left == 0)
			continue;
		/* libusb only reads what goes out. */
		slot->transfer->buffer = (guint8 *)(guintptr)(stream->send + stream->queued_bytes);
		slot->transfer->length = (int)MIN(left, STREAM_BYTES);
		stream->queued_bytes += (gsize)slot->transfer->length;
		stream_submit(stream, slot);
	}
}

static gboolean stream_is_over(const FtdiStream *stream)
{
	return stream->sent_bytes == stream->send_bytes &&
	       stream->received_bytes == stream->receive_bytes;
}

/* FALSE: asked to stop, or the deadline is over. */
static gboolean stream_wait(FtdiStream *stream, const FtdiWait *wait, GError **error)
{
	struct pollfd polled[STREAM_FDS_MAX + 1];
	nfds_t count = 0;
	for (guint i = 0; stream->fds != NULL && stream->fds[i] != NULL && count < STREAM_FDS_MAX; i++)
		polled[count++] =
		    (struct pollfd){.fd = stream->fds[i]->fd, .events = stream->fds[i]->events};
	polled[count] = (struct pollfd){.fd = wait->stop_fd, .events = POLLIN};
	gint64 left_us = MAX(wait->deadline_us - rig_clock_now(wait->clock), 0);
	struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
	                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
	int ready = ppoll(polled, count + 1, &span, NULL);
	if (ready < 0 && errno != EINTR) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "poll: %s", g_strerror(errno));
		return FALSE;
	}
	if (ready > 0 && polled[count].revents != 0) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
		return FALSE;
	}
	struct timeval now = {0};
	(void)libusb_handle_events_timeout_completed(stream->usb, &now, NULL);
	if (ready == 0 && !stream_is_over(stream)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "the adapter stands still: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
		            " bytes came back; unplug it and plug it in again",
		            stream->received_bytes, stream->receive_bytes);
		return FALSE;
	}
	return TRUE;
}

/* Nothing is in flight afterwards, but where libusb itself fails. */
static void stream_settle(FtdiStream *stream, const RigClock *clock)
{
	for (guint i = 0; i < FTDI_STREAM_SLOTS; i++) {
		if (stream->out[i].is_busy)
			(void)libusb_cancel_transfer(stream->out[i].transfer);
		if (stream->in[i].is_busy)
			(void)libusb_cancel_transfer(stream->in[i].transfer);
	}
	gint64 until_us = rig_clock_after(clock, STREAM_CANCEL_US);
	while (stream->busy > 0 && rig_clock_now(clock) < until_us) {
		struct timeval span = {.tv_usec = 100000};
		(void)libusb_handle_events_timeout_completed(stream->usb, &span, NULL);
	}
}

static gboolean stream_failed(const FtdiStream *stream, GError **error)
{
	const char *why = NULL;
	if (stream->failure == LIBUSB_TRANSFER_NO_DEVICE)
		why = "the adapter was unplugged; plug it in again";
	else if (stream->failure != 0)
		why = "a USB transfer failed; look at the cable and the hub";
	else if (stream->excess_bytes > 0)
		why = "the adapter answered more than it was asked for";
	if (why != NULL)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, why);
	return why != NULL;
}

gboolean ftdi_stream_run(FtdiStream *stream, const guint8 *send, gsize send_bytes, guint8 *receive,
                         gsize receive_bytes, const FtdiWait *wait, gsize *received, GError **error)
{
	stream->send = send;
	stream->send_bytes = send_bytes;
	stream->receive = receive;
	stream->receive_bytes = receive_bytes;
	stream->queued_bytes = stream->sent_bytes = stream->asked_bytes = 0;
	stream->received_bytes = stream->excess_bytes = 0;
	stream->failure = 0;
	g_autoptr(GError) trouble = NULL;
	while (trouble == NULL && stream->failure == 0 && !stream_is_over(stream)) {
		stream_fill(stream);
		if (stream->failure == 0)
			(void)stream_wait(stream, wait, &trouble);
	}
	stream_settle(stream, wait->clock);
	if (received != NULL)
		*received = stream->received_bytes;
	if (trouble == NULL)
		return !stream_failed(stream, error);
	g_propagate_error(error, g_steal_pointer(&trouble));
	return FALSE;
}
