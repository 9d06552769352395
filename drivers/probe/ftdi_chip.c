/* SPDX-License-Identifier: Apache-2.0 */
#include "ftdi_chip.h"

#include "ftdi_find.h"
#include "mpsse_queue.h"
#include <errno.h>
#include <ftdi.h>
#include <libusb.h>
#include <string.h>
#include <unistd.h>

#define CHIP_STARTS       5u
#define CHIP_BASE_HZ      60000000u
#define CHIP_SLOW_BASE_HZ 12000000u
#define CHIP_LATENCY_MS   255 /* every batch ends with the command to send what has gathered */
#define CHIP_SYNC_US      (200 * 1000)
#define CHIP_VENDOR_IN    0xc0
#define CHIP_GET_LATENCY  0x0a
#define CHIP_ASK_MS       500
#define CHIP_BAD_COMMAND  0xfa /* AN_108, 1.4: an opcode that is none comes back after this */

/* DS_FT2232H and its kin; facts of the others from libftdi and OpenOCD. */
static const FtdiKind chip_kinds[] = {
    {0x0500, "FT2232D", 1, FALSE}, {0x0700, "FT2232H", 2, TRUE},  {0x0800, "FT4232H", 2, TRUE},
    {0x0900, "FT232H", 1, TRUE},   {0x2800, "FT2233HP", 2, TRUE}, {0x2900, "FT4233HP", 2, TRUE},
    {0x3000, "FT2232HP", 2, TRUE}, {0x3100, "FT4232HP", 2, TRUE}, {0x3200, "FT233HP", 1, TRUE},
    {0x3300, "FT232HP", 1, TRUE},  {0x3600, "FT4232HA", 2, TRUE},
};

const FtdiKind *ftdi_kind_find(guint16 release)
{
	for (gsize i = 0; i < G_N_ELEMENTS(chip_kinds); i++) {
		if (chip_kinds[i].release == release)
			return &chip_kinds[i];
	}
	return NULL;
}

FtdiClock ftdi_chip_clock(const FtdiKind *kind, gint64 clock_mhz)
{
	FtdiClock clock = {.is_slow_base = !kind->is_high_speed};
	for (;;) {
		guint32 half_hz = (clock.is_slow_base ? CHIP_SLOW_BASE_HZ : CHIP_BASE_HZ) / 2;
		gint64 ratio = ((gint64)half_hz * 1000 + clock_mhz - 1) / clock_mhz;
		if (ratio > G_MAXUINT16 + 1 && !clock.is_slow_base) {
			clock.is_slow_base = TRUE;
			continue;
		}
		clock.divisor = (guint16)(CLAMP(ratio, 1, G_MAXUINT16 + 1) - 1);
		clock.hz = half_hz / (clock.divisor + 1U);
		return clock;
	}
}

/* libftdi does not tell why a request failed: asks the chip something harmless. */
static gboolean chip_is_gone(libusb_device_handle *handle)
{
	guint8 latency_ms = 0;
	int code = libusb_control_transfer(handle, CHIP_VENDOR_IN, CHIP_GET_LATENCY, 0, 1, &latency_ms,
	                                   sizeof latency_ms, CHIP_ASK_MS);
	return code == LIBUSB_ERROR_NO_DEVICE;
}

static gboolean chip_went(libusb_device *device)
{
	libusb_device_handle *handle = NULL;
	int code = libusb_open(device, &handle);
	gboolean gone = code == LIBUSB_ERROR_NO_DEVICE || (code == 0 && chip_is_gone(handle));
	if (handle != NULL)
		libusb_close(handle);
	return gone;
}

static gboolean chip_unplugged(GError **error)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
	                    "the adapter was unplugged; plug it in again");
	return FALSE;
}

/* Before libftdi, which does not say why it cannot open a device. */
static gboolean chip_check_permission(libusb_device *device, GError **error)
{
	g_autofree char *node = g_strdup_printf("/dev/bus/usb/%03u/%03u", libusb_get_bus_number(device),
	                                        libusb_get_device_address(device));
	if (access(node, R_OK | W_OK) == 0 || errno != EACCES)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "no permission for %s; let a udev rule give it to you: SUBSYSTEM==\"usb\", "
	            "ATTR{idVendor}==\"0403\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"",
	            node);
	return FALSE;
}

static gboolean chip_claim(FtdiChip *chip, libusb_device *device, GError **error)
{
	struct ftdi_context *context = chip->context;
	(void)ftdi_set_interface(context, (enum ftdi_interface)(INTERFACE_A + (int)chip->channel));
	/* Ours alone, and given back when it is let go. */
	context->module_detach_mode = AUTO_DETACH_REATACH_SIO_MODULE;
	if (!chip_check_permission(device, error))
		return FALSE;
	int code = ftdi_usb_open_dev(context, device);
	if (code == 0)
		return TRUE;
	if (chip_went(device))
		return chip_unplugged(error);
	gboolean is_taken = code == -5; /* it could not be claimed */
	g_set_error(error, RIG_ERROR, is_taken ? RIG_ERROR_BUSY : RIG_ERROR_BENCH, "%s",
	            is_taken ? "another program uses this channel of the adapter; end it (openocd?)"
	                     : ftdi_get_error_string(context));
	return FALSE;
}

static gboolean chip_check_kind(FtdiChip *chip, libusb_device *device, GError **error)
{
	struct libusb_device_descriptor descriptor = {0};
	(void)libusb_get_device_descriptor(device, &descriptor);
	chip->kind = ftdi_kind_find(descriptor.bcdDevice);
	if (chip->kind == NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%04x:%04x release %04x is no FTDI chip with an MPSSE", descriptor.idVendor,
		            descriptor.idProduct, descriptor.bcdDevice);
	else if (chip->channel >= chip->kind->engines)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "interface %u of an %s has no MPSSE; use one below %u", chip->channel,
		            chip->kind->name, chip->kind->engines);
	return chip->kind != NULL && chip->channel < chip->kind->engines;
}

/* It listens to udev from the first, which may fail while many do; there is no word of why. */
static gboolean chip_start_libusb(struct ftdi_context *context)
{
	for (guint i = 0; i < CHIP_STARTS; i++)
		if (ftdi_init(context) == 0)
			return TRUE;
	return FALSE;
}

gboolean ftdi_chip_open(FtdiChip *chip, const FtdiOptions *options, char **identity, GError **error)
{
	*chip = (FtdiChip){.context = g_new0(struct ftdi_context, 1)};
	FtdiFound found = {0};
	if (!chip_start_libusb(chip->context)) {
		g_clear_pointer(&chip->context, g_free);
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
		                    "libusb cannot be started: it cannot listen to udev");
		return FALSE;
	}
	if (!ftdi_find(chip->context->usb_ctx, options, &found, error))
		return FALSE;
	chip->channel = found.channel;
	*identity = g_strdup(found.serial != NULL ? found.serial : found.path);
	gboolean good =
	    chip_check_kind(chip, found.device, error) && chip_claim(chip, found.device, error);
	ftdi_found_clear(&found);
	if (good)
		ftdi_stream_init(&chip->stream, chip->context->usb_ctx, chip->context->usb_dev,
		                 chip->channel, chip->context->max_packet_size);
	return good;
}

void ftdi_chip_close(FtdiChip *chip)
{
	if (chip->context == NULL)
		return;
	ftdi_stream_clear(&chip->stream);
	if (chip->context->usb_dev != NULL)
		(void)ftdi_usb_close(chip->context);
	ftdi_deinit(chip->context);
	g_clear_pointer(&chip->context, g_free);
}

/* Empty, and in its mode. Its pins are inputs until they are set. */
static gboolean chip_set_mode(FtdiChip *chip, GError **error)
{
	struct ftdi_context *context = chip->context;
	int code = ftdi_set_latency_timer(context, CHIP_LATENCY_MS);
	if (code == 0)
		code = ftdi_set_bitmode(context, 0, BITMODE_RESET);
	if (code == 0)
		code = ftdi_set_bitmode(context, 0, BITMODE_MPSSE);
	if (code == 0)
		code = ftdi_tcioflush(context);
	if (code == 0)
		return TRUE;
	if (chip_is_gone(context->usb_dev))
		return chip_unplugged(error);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, ftdi_get_error_string(context));
	return FALSE;
}

/* Two opcodes that are none: one alone could be an answer from before. */
static gboolean chip_sync(FtdiChip *chip, const FtdiWait *wait, GError **error)
{
	static const guint8 asked[] = {0xaa, 0xab, MPSSE_FLUSH};
	static const guint8 expected[] = {CHIP_BAD_COMMAND, 0xaa, CHIP_BAD_COMMAND, 0xab};
	guint8 answer[sizeof expected] = {0};
	FtdiWait soon = *wait;
	soon.deadline_us = MIN(wait->deadline_us, rig_clock_after(wait->clock, CHIP_SYNC_US));
	if (!ftdi_stream_run(&chip->stream, asked, sizeof asked, answer, sizeof answer, &soon, NULL,
	                     error))
		return FALSE;
	if (memcmp(answer, expected, sizeof answer) == 0)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
	                    "the adapter's engine answers other than it was asked");
	return FALSE;
}

gboolean ftdi_chip_start(FtdiChip *chip, const FtdiWait *wait,
                         void (*note)(gpointer user, char *text), gpointer user, GError **error)
{
	static const char *const ladder[] = {"its buffers and its mode were set anew",
	                                     "the whole chip was reset, its UART too"};
	for (guint rung = 0;; rung++) {
		g_autoptr(GError) trouble = NULL;
		if (chip_set_mode(chip, &trouble) && chip_sync(chip, wait, &trouble))
			return TRUE;
		gboolean is_over = rung == G_N_ELEMENTS(ladder) ||
		                   g_error_matches(trouble, RIG_ERROR, RIG_ERROR_STOPPED) ||
		                   rig_clock_now(wait->clock) >= wait->deadline_us ||
		                   chip_is_gone(chip->context->usb_dev);
		if (is_over || (rung > 0 && libusb_reset_device(chip->context->usb_dev) != 0)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		note(user, g_strdup_printf("the adapter did not answer (%s): %s", trouble->message,
		                           ladder[rung]));
	}
}
