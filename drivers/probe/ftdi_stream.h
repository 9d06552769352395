/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a channel of an FTDI chip and back, by libusb's asynchronous transfers. Both directions
 * are in flight at once: a chip whose answers nobody takes stops to work on what it is sent. One
 * thread.
 */
#ifndef RIG_PROBE_FTDI_STREAM_H
#define RIG_PROBE_FTDI_STREAM_H

#include <rig/clock.h>
#include <rig/error.h>

#define FTDI_STREAM_SLOTS 4 /* transfers in flight each way */

struct libusb_context;
struct libusb_device_handle;
struct libusb_transfer;
struct libusb_pollfd;

typedef struct FtdiStream FtdiStream;
typedef struct FtdiSlot {
	FtdiStream *stream;
	struct libusb_transfer *transfer;
	guint8 *buffer;    /* of an IN transfer; owned */
	gsize asked_bytes; /* of an IN transfer: answers that it can bring */
	gboolean is_in, is_busy;
} FtdiSlot;

struct FtdiStream {
	struct libusb_context *usb; /* borrowed, as the next */
	struct libusb_device_handle *handle;
	const struct libusb_pollfd **fds;
	guint packet_bytes;
	FtdiSlot out[FTDI_STREAM_SLOTS], in[FTDI_STREAM_SLOTS];
	guint busy;
	/* Of the run at hand. */
	const guint8 *send;
	guint8 *receive;
	gsize send_bytes, queued_bytes, sent_bytes;
	gsize receive_bytes, asked_bytes, received_bytes, excess_bytes;
	int failure; /* a libusb_transfer_status; 0: none */
};

typedef struct FtdiWait {
	const RigClock *clock;
	int stop_fd; /* -1: none */
	gint64 deadline_us;
} FtdiWait;

void ftdi_stream_init(FtdiStream *stream, struct libusb_context *usb,
                      struct libusb_device_handle *handle, guint channel, guint packet_bytes);
/* Nothing is in flight after a run. Safe on one that is zero. */
void ftdi_stream_clear(FtdiStream *stream);

/*
 * Sends all and receives exactly `receive_bytes`, without the status bytes of the packets. On
 * failure *received (NULL: not wanted) says how many came. RIG_ERROR_BENCH: unplugged, no answer
 * until the deadline, or more than that came; RIG_ERROR_STOPPED.
 */
gboolean ftdi_stream_run(FtdiStream *stream, const guint8 *send, gsize send_bytes, guint8 *receive,
                         gsize receive_bytes, const FtdiWait *wait, gsize *received,
                         GError **error);

/*
 * Takes the two status bytes out of each packet of `size` bytes at `data`; returns what is left,
 * at `data`. Pure.
 */
gsize ftdi_stream_strip(guint8 *data, gsize size, guint packet_bytes);

#endif
