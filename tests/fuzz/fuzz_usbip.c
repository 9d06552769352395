/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB/IP connection with any bytes from the client. First byte: 0 as they come, else one device
 * is imported before and the rest are commands for it; also in how large pieces they come (0: one).
 * Pieces must not matter: neither for what is accepted nor, when all is, for the replies; and no
 * time passes that could tell them apart.
 */
#include "virtual-bench/usb/usbip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void fuzz_lines(gpointer user, guint channel, guint lines, gint64 now_ns)
{
	(void)user;
	(void)now_ns;
	if (channel >= FTDI_CHANNELS || lines > (FTDI_DTR | FTDI_RTS))
		abort();
}

/* FALSE: refused. *length: of the replies. */
static gboolean fuzz_run(const guint8 *data, gsize size, gboolean imported, gsize piece,
                         gsize *length)
{
	static const guint8 import[40] = {0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1'};
	static const FtdiIdentity identity = {"FTDI", "Dual", NULL};
	Uart *uart = uart_new(FTDI_FIFO_BYTES, NULL, NULL);
	Uart *uarts[FTDI_CHANNELS] = {NULL, uart};
	Ftdi *ftdi = ftdi_new(&identity, uarts, fuzz_lines, NULL);
	UsbipExport export = {.port = "1-1", .ftdi = ftdi, .is_plugged = TRUE};
	Usbip *usbip = usbip_new(&export, 1);
	gboolean good = !imported || usbip_feed(usbip, import, sizeof import, 0, NULL);
	for (gsize at = 0; good && at < size; at += piece) {
		g_autoptr(GError) error = NULL;
		good = usbip_feed(usbip, data + at, MIN(piece, size - at), 0, &error);
		if (good != (error == NULL))
			abort();
	}
	*length = usbip_output(usbip)->len;
	for (gint64 now_ns = 0; good && now_ns < 40000000; now_ns += 20000000) {
		usbip_pump(usbip, now_ns);
		if (usbip_next_ns(usbip, now_ns) < now_ns)
			abort();
	}
	usbip_free(usbip);
	if (export.is_taken)
		abort();
	ftdi_free(ftdi);
	uart_free(uart);
	return good;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	gsize whole = 0, pieces = 0;
	if (size < 1)
		return 0;
	gboolean imported = (data[0] & 1U) != 0;
	gsize piece = MAX(data[0] >> 1, 1);
	gboolean good = fuzz_run(data + 1, size - 1, imported, size, &whole);
	if (fuzz_run(data + 1, size - 1, imported, piece, &pieces) != good || (good && whole != pieces))
		abort();
	return 0;
}
