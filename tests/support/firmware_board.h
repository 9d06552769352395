/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware that we build for chips, on each board of the virtual bench but past its line, and
 * the protocol to it.
 */
#ifndef TESTS_SUPPORT_FIRMWARE_BOARD_H
#define TESTS_SUPPORT_FIRMWARE_BOARD_H

#include "digits_net.h"
#include "virtual-bench/board/board.h"
#include <rig/protocol.h>

typedef struct FirmwareKind {
	const char *machine; /* of QEMU; the image is digits-MACHINE.elf */
	guint stack_bytes;
	guint fastest_us, slowest_us; /* bounds of one inference */
} FirmwareKind;

#define FIRMWARE_KINDS 2
#define FIRMWARE_MPS2  0
#define FIRMWARE_MICRO 1
extern const FirmwareKind firmware_kinds[FIRMWARE_KINDS];

typedef struct FirmwareBoard {
	const FirmwareKind *kind;
	char *image; /* path of the ELF */
	Board *board;
	RigLink *link; /* its UART, unpaced: nothing goes wrong on it */
	RigProtocol *protocol;
	GArray *laps_us; /* gint64: of every inference */
} FirmwareBoard;

/* Starts `kind` with its image, or with the regressed one; the banner waits in the link. */
void firmware_board_start(FirmwareBoard *board, const FirmwareKind *kind, gboolean two_bits);
void firmware_board_clear(FirmwareBoard *board);

/* These fail the test where the protocol does. */
void firmware_board_sync(FirmwareBoard *board);
RigIdentity firmware_board_identify(FirmwareBoard *board);
/* `iterations` inferences of an input; each must give what the model gives on the host. */
void firmware_board_infer(FirmwareBoard *board, const DigitsModel *model, const guint8 *pixels,
                          guint iterations, guint warmups);

/* The n-th input of a class in fixtures/recordings/digits, DIGITS_PIXELS bytes; caller frees. */
guint8 *firmware_digit(guint class, guint n);

/* Reads what the board says until `end` has come; fails the test after a while. Caller frees. */
char *firmware_board_hear(FirmwareBoard *board, const char *end);
void firmware_board_say(FirmwareBoard *board, const char *text);

/* A word of its memory, or of a register. */
guint32 firmware_board_word(FirmwareBoard *board, guint32 address);
void firmware_board_set_word(FirmwareBoard *board, guint32 address, guint32 value);

#endif
