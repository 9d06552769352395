/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One channel of an FTDI chip with an MPSSE: found by serial number or place, claimed, and its
 * engine started (FTDI AN_135). Another channel of the chip, and its tty, are left alone. One
 * thread.
 */
#ifndef RIG_PROBE_FTDI_CHIP_H
#define RIG_PROBE_FTDI_CHIP_H

#include "ftdi_options.h"
#include "ftdi_stream.h"

struct ftdi_context;

/* What bcdDevice tells apart; vendor and product do not. */
typedef struct FtdiKind {
	guint16 release; /* bcdDevice */
	const char *name;
	guint8 engines;         /* channels that have an MPSSE, from A on */
	gboolean is_high_speed; /* a base clock of 60 MHz, and clocking without data */
} FtdiKind;

typedef struct FtdiChip {
	struct ftdi_context *context; /* NULL: not open */
	const FtdiKind *kind;
	guint channel;
	FtdiStream stream;
} FtdiChip;

/*
 * Finds the one chip that is meant and claims its channel; ftdi_sio gets it back at close.
 * RIG_ERROR_BENCH: there is none, or several, or no permission; RIG_ERROR_BUSY: another program
 * has it. *identity: what it is, in words; caller frees.
 */
gboolean ftdi_chip_open(FtdiChip *chip, const FtdiOptions *options, char **identity,
                        GError **error);
/* Safe on one that is half open or closed. */
void ftdi_chip_close(FtdiChip *chip);

/*
 * Starts the engine and proves that it answers. One that is stuck is cleared: its buffers, its
 * mode, in the end the whole chip, which `note` is told (a line; taken).
 */
gboolean ftdi_chip_start(FtdiChip *chip, const FtdiWait *wait,
                         void (*note)(gpointer user, char *text), gpointer user, GError **error);

/* SWCLK at most `clock_mhz` (millihertz): the divisor, whether the base is divided by 5, and the
 * rate it comes to. */
typedef struct FtdiClock {
	guint16 divisor;
	gboolean is_slow_base;
	guint32 hz;
} FtdiClock;
FtdiClock ftdi_chip_clock(const FtdiKind *kind, gint64 clock_mhz);
/* NULL: no chip with an MPSSE. */
const FtdiKind *ftdi_kind_find(guint16 release);

#endif
