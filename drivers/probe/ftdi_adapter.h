/* SPDX-License-Identifier: Apache-2.0 */
/* What the pins of known adapters are wired to. Layouts as in OpenOCD's interface/ftdi files. */
#ifndef RIG_PROBE_FTDI_ADAPTER_H
#define RIG_PROBE_FTDI_ADAPTER_H

#include "mpsse_queue.h"

/*
 * A line by the pins that carry it: `data` its level, `oe` whether it is driven; 0: no such pin.
 * Equal masks: the pin's own direction.
 */
typedef struct FtdiSignal {
	guint16 data, oe;
	gboolean is_data_inverted, is_oe_inverted;
} FtdiSignal;

typedef struct FtdiAdapter {
	const char *name;
	const char *about;
	MpssePins initial;
	FtdiSignal enable; /* routes SWD to the target, once */
	FtdiSignal output; /* of a buffer that drives SWDIO; no pin: TDI is made an input */
	FtdiSignal nsrst;  /* no pin: not wired */
} FtdiAdapter;

/* In alphabetical order; the last has no name. */
extern const FtdiAdapter ftdi_adapters[];

/* NULL: there is none of that name. */
const FtdiAdapter *ftdi_adapter_find(const char *name);

typedef enum { FTDI_LOW, FTDI_HIGH, FTDI_LET_GO } FtdiLevel;
/* FALSE: the line has no pin that could do so. */
gboolean ftdi_signal_set(const FtdiSignal *signal, FtdiLevel level, MpssePins *pins);
gboolean ftdi_signal_is_wired(const FtdiSignal *signal);

#endif
