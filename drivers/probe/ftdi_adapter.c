/* SPDX-License-Identifier: Apache-2.0 */
#include "ftdi_adapter.h"

#include <string.h>

#define FTDI_TCK_TDI 0x0003

const FtdiAdapter ftdi_adapters[] = {
    {.name = "adafruit-ft232h",
     .about = "Adafruit FT232H breakout: TDI and TDO joined",
     .initial = {0x0020, 0x0023},
     .nsrst = {.data = 0x0010, .oe = 0x0010}},
    {.name = "bus-blaster",
     .about = "Dangerous Prototypes Bus Blaster with the KT-Link buffer",
     .initial = {0x8c28, 0xff3b},
     .enable = {.data = 0x0020, .is_data_inverted = TRUE, .oe = 0x2000},
     .output = {.data = 0x1000, .is_data_inverted = TRUE},
     .nsrst = {.data = 0x0200, .oe = 0x0800, .is_oe_inverted = TRUE}},
    {.name = "digilent-hs2",
     .about = "Digilent JTAG-HS2; nSRST is not wired",
     .initial = {0x00e8, 0x60eb},
     .enable = {.data = 0x6000},
     .output = {.data = 0x0020}},
    {.name = "isodebug",
     .about = "Unjo ISODEBUG",
     .initial = {0x0ff8, 0xfffb},
     .enable = {.data = 0x1000},
     .output = {.data = 0x0008},
     .nsrst = {.oe = 0x0400, .is_oe_inverted = TRUE}},
    {.name = "jtag-lock-pick-tiny-2",
     .about = "Distortec JTAG-lock-pick Tiny 2",
     .initial = {0x8c28, 0xff3b},
     .enable = {.data = 0x0020, .is_data_inverted = TRUE, .oe = 0x2000},
     .output = {.data = 0x1000, .is_data_inverted = TRUE},
     .nsrst = {.data = 0x0200, .oe = 0x0800, .is_oe_inverted = TRUE}},
    {.name = "kt-link",
     .about = "Kristech KT-Link",
     .initial = {0x8c28, 0xff3b},
     .enable = {.data = 0x0020, .is_data_inverted = TRUE, .oe = 0x2000},
     .output = {.data = 0x1000, .is_data_inverted = TRUE},
     .nsrst = {.data = 0x0200, .oe = 0x0800, .is_oe_inverted = TRUE}},
    {.name = "opella-ld",
     .about = "Ashling Opella-LD",
     .initial = {0x0860, 0x0b7b},
     .enable = {.data = 0x0100},
     .output = {.data = 0x0200},
     .nsrst = {.data = 0x0040}},
    {.name = "plain",
     .about = "a module or cable: TCK is SWCLK, TDI and TDO go to SWDIO, ADBUS4 to nSRST",
     .initial = {0x0000, FTDI_TCK_TDI},
     .nsrst = {.data = 0x0010, .oe = 0x0010}},
    {.name = "steppenprobe",
     .about = "Diego Herranz' Steppenprobe",
     .initial = {0x0058, 0x99fb},
     .enable = {.data = 0x0020},
     .output = {.data = 0x0040, .is_data_inverted = TRUE},
     .nsrst = {.oe = 0x0080}},
    {.name = "ti-icdi",
     .about = "Luminary and Texas Instruments in-circuit debug interface",
     .initial = {0x00a8, 0x00eb},
     .enable = {.data = 0x0080, .is_data_inverted = TRUE},
     .output = {.data = 0x0008},
     .nsrst = {.oe = 0x0020, .is_oe_inverted = TRUE}},
    {.name = "tigard",
     .about = "Tigard, its switch on SWD; interface: 1",
     .initial = {0x0038, 0x003b},
     .nsrst = {.data = 0x0020}},
    {.name = NULL},
};

const FtdiAdapter *ftdi_adapter_find(const char *name)
{
	for (const FtdiAdapter *adapter = ftdi_adapters; adapter->name != NULL; adapter++) {
		if (strcmp(adapter->name, name) == 0)
			return adapter;
	}
	return NULL;
}

static guint16 ftdi_with(guint16 word, guint16 mask, gboolean is_set)
{
	return is_set ? word | mask : (guint16)(word & ~mask);
}

gboolean ftdi_signal_set(const FtdiSignal *signal, FtdiLevel level, MpssePins *pins)
{
	gboolean is_driven = level != FTDI_LET_GO;
	if (signal->data == 0 && level == FTDI_HIGH)
		return FALSE; /* it can pull one way only */
	if (signal->oe == 0 && (!is_driven || signal->data == 0))
		return FALSE;
	if (is_driven)
		pins->value =
		    ftdi_with(pins->value, signal->data, (level == FTDI_HIGH) != signal->is_data_inverted);
	if (signal->oe == signal->data)
		pins->direction = ftdi_with(pins->direction, signal->oe, is_driven);
	else
		pins->value = ftdi_with(pins->value, signal->oe, is_driven != signal->is_oe_inverted);
	return TRUE;
}

gboolean ftdi_signal_is_wired(const FtdiSignal *signal)
{
	return signal->data != 0 || signal->oe != 0;
}
