/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual probe without a board: MPSSE, wires, debug port and access port in front of a memory
 * of 64 KiB at 0x20000000, driven by the bytes that a host would send.
 */
#ifndef TESTS_SUPPORT_PROBE_BED_H
#define TESTS_SUPPORT_PROBE_BED_H

#include "probe/memap.h"
#include "probe/mpsse.h"
#include "probe/swdp.h"
#include "probe/wiring.h"

#define PROBE_BED_RAM   0x20000000u
#define PROBE_BED_BYTES 65536u
#define PROBE_BED_DPIDR 0x2ba01477u

typedef struct ProbeBed {
	guint8 memory[PROBE_BED_BYTES];
	guint writes; /* accesses that reached the memory */
	guint trouble;
	gint trouble_at;    /* the transfer that it meets, from 1; 0: none */
	gint trouble_count; /* and how many more after it */
	guint transfers;
	gboolean is_reset;
	Memap *memap;
	Swdp *swdp;
	Wiring *wiring;
	Mpsse *mpsse;
} ProbeBed;

/* kind: NULL for one with packed transfers and blocks of 1 KiB. SWCLK low, SWDIO high. */
void probe_bed_begin(ProbeBed *bed, WiringKind wiring, const MemapKind *kind);
void probe_bed_end(ProbeBed *bed);

/* Bytes to the engine, all of which must fit. */
void probe_bed_send(ProbeBed *bed, const guint8 *data, gsize size);
/* What it has answered; at most `max`. */
gsize probe_bed_take(ProbeBed *bed, guint8 *data, gsize max);

/* From JTAG to SWD, and a line reset. */
void probe_bed_connect(ProbeBed *bed);
/*
 * One transfer in a stream of 48 bits, for the wiring by a resistor: header, data, two idle clocks.
 * Returns ACK; *value is written or read. With a wrong parity of what is read, ACK is 8.
 */
guint probe_bed_transfer(ProbeBed *bed, guint header, guint32 *value);
guint probe_bed_read(ProbeBed *bed, guint header, guint32 *value);
guint probe_bed_write(ProbeBed *bed, guint header, guint32 value);
/* Clocks with SWDIO low. */
void probe_bed_idle(ProbeBed *bed, guint clocks);

/* Requests; Arm IHI 0031, B4.2.1. */
enum {
	PROBE_READ_DPIDR = 0xa5,
	PROBE_WRITE_ABORT = 0x81,
	PROBE_READ_STAT = 0x8d,
	PROBE_WRITE_STAT = 0xa9,
	PROBE_WRITE_SELECT = 0xb1,
	PROBE_READ_RDBUFF = 0xbd,
	PROBE_READ_CSW = 0x87,
	PROBE_WRITE_CSW = 0xa3,
	PROBE_READ_TAR = 0xaf,
	PROBE_WRITE_TAR = 0x8b,
	PROBE_READ_DRW = 0x9f,
	PROBE_WRITE_DRW = 0xbb,
};

/* Connects and powers the debug domain up; CSW is set to `csw`. */
void probe_bed_power_up(ProbeBed *bed, guint32 stat, guint32 csw);

#endif
