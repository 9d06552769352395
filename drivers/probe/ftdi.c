/* SPDX-License-Identifier: Apache-2.0 */
/* SWD through the MPSSE of an FTDI chip. */
#include "ftdi_options.h"
#include <rig/probe.h>

#define FTDI_CLOCK_MIN_MHZ 100e3 /* 100 Hz: what the divider reaches */
#define FTDI_CLOCK_MAX_MHZ 30e9

static const char *const ftdi_wirings[] = {"adapter", "resistor", "direct", NULL};

#define FTDI(member) offsetof(FtdiOptions, member)
static const RigField ftdi_usb_fields[] = {
    {.key = "serial",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = FTDI(usb_serial),
     .help = "serial number of the USB adapter; in quotes where it looks like a number"},
    {.key = "interface",
     .type = RIG_FIELD_INTEGER,
     .offset = FTDI(usb_interface),
     .max = 1,
     .fallback = "0",
     .help = "which of its channels: 0 is A, 1 is B"},
    {0},
};

static const RigField ftdi_fields[] = {
    {.key = "usb",
     .type = RIG_FIELD_STRUCT,
     .rows = ftdi_usb_fields,
     .help = "the adapter by its serial number; or `path`"},
    {.key = "path",
     .type = RIG_FIELD_STRING,
     .offset = FTDI(path),
     .help = "the channel by where the adapter is plugged in, as udev's ID_PATH: "
             "pci-0000:00:14.0-usb-0:2:1.0, or usb-0:2:1.0 where that is enough"},
    {.key = "adapter",
     .type = RIG_FIELD_NAME,
     .offset = FTDI(adapter),
     .fallback = "plain",
     .help = "what its pins are wired to: `plain`, or a name from docs/probe.md"},
    {.key = "wiring",
     .type = RIG_FIELD_CHOICE,
     .offset = FTDI(wiring),
     .choices = ftdi_wirings,
     .fallback = "adapter",
     .help = "how TDI gets to SWDIO: through a resistor (fastest), directly, or as the adapter has "
             "it"},
    {.key = "clock",
     .type = RIG_FIELD_QUANTITY,
     .offset = FTDI(clock_mhz),
     .unit = "frequency",
     .min = FTDI_CLOCK_MIN_MHZ,
     .max = FTDI_CLOCK_MAX_MHZ,
     .fallback = "4MHz",
     .help = "SWCLK, at most"},
    {0},
};

static gboolean ftdi_check(gconstpointer data, GError **error)
{
	const FtdiOptions *options = data;
	const char *wrong = NULL;
	if ((options->usb_serial != NULL) == (options->path != NULL))
		wrong = "give one of `usb` and `path`: it says which adapter is meant";
	else if (options->usb_serial != NULL && *options->usb_serial == '\0')
		wrong = "the USB serial number is empty: name an adapter without one by `path`";
	if (wrong != NULL)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, wrong);
	return wrong == NULL;
}

static gboolean ftdi_open(RigProbe *probe, gint64 deadline_us, GError **error)
{
	(void)probe;
	(void)deadline_us;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "not in this version");
	return FALSE;
}

static void ftdi_close(RigProbe *probe)
{
	(void)probe;
}

static gboolean ftdi_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                         GError **error)
{
	(void)batch;
	return ftdi_open(probe, deadline_us, error);
}

static gboolean ftdi_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us,
                               GError **error)
{
	(void)asserted;
	return ftdi_open(probe, deadline_us, error);
}

extern const RigProbeDriver rig_probe_ftdi;
const RigProbeDriver rig_probe_ftdi = {
    .name = "ftdi",
    .about = "an FTDI chip with an MPSSE: FT2232H, FT4232H, FT232H, FT2232D",
    .fields = ftdi_fields,
    .options_size = sizeof(FtdiOptions),
    .check = ftdi_check,
    .open = ftdi_open,
    .close = ftdi_close,
    .run = ftdi_run,
    .set_reset = ftdi_set_reset,
};
