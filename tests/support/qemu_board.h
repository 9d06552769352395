/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board in QEMU for tests of the firmware: its line is a link, its memory and pins are reached
 * through qtest, its time is counted in instructions. Nothing is paced and nothing goes wrong on
 * the line.
 */
#ifndef TESTS_SUPPORT_QEMU_BOARD_H
#define TESTS_SUPPORT_QEMU_BOARD_H

#include <rig/link.h>

typedef struct QemuBoard QemuBoard;

/*
 * Starts `machine` with an ELF image; an instruction takes 2^shift ns. QEMU dies with this thread.
 * Returns at once; the banner waits in the link. The program ends where QEMU cannot be started.
 */
QemuBoard *qemu_board_start(const char *machine, guint shift, const char *image);
void qemu_board_free(QemuBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuBoard, qemu_board_free)

/* The board's line, open; borrowed. */
RigLink *qemu_board_link(QemuBoard *board);

/* A request of QEMU's qtest protocol and its answer without line end, as "OK 0x…"; NULL when QEMU
 * is gone. Caller frees. */
char *qemu_board_ask(QemuBoard *board, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A word of memory; the program ends where QEMU does not answer. */
guint32 qemu_board_word(QemuBoard *board, guint32 address);

/* Changes of pin `pin` (0..31) so far, to high and to low, since it was asked to be told of them.
 */
void qemu_board_edges(QemuBoard *board, guint pin, guint *raised, guint *lowered);

#endif
