/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USB serial adapters that are not there, by umockdev: sysfs, a tty that libserialport opens, and
 * the ioctls of a serial driver. Program and adapters live in one process.
 */
#ifndef TESTS_DRIVER_TTY_BED_H
#define TESTS_DRIVER_TTY_BED_H

#include <linux/serial.h>
#include <umockdev.h>

/* The program again, under umockdev's preloaded library; returns when it runs there. */
void tty_bed_preload(char **argv);

typedef struct TtyBed {
	UMockdevTestbed *testbed;
	char *locks; /* folder of the lock files; TINYRIG_LOCK_DIR names it */
	GPtrArray *ports;
} TtyBed;

typedef struct TtyAdapter {
	const char *tty;    /* ttyUSB0 */
	const char *place;  /* 2.3: port 3 of the hub at port 2 */
	const char *serial; /* NULL: it has none */
	guint interface, number;
	guint latency_ms;  /* 0: no latency timer */
	gboolean no_flags; /* TIOCSSERIAL is refused */
	gboolean counts;   /* TIOCGICOUNT works */
} TtyAdapter;

/* Fields are for the test between calls; `lock` guards what ioctls use. */
typedef struct TtyPort {
	TtyAdapter adapter;
	TtyBed *bed;
	UMockdevIoctlBase *handler;
	char *usb_path, *interface_path, *tty_path; /* in sysfs */
	GMutex lock;
	int modem; /* TIOCM_RTS and TIOCM_DTR */
	int flags;
	struct serial_icounter_struct counters;
	GString *history;               /* changes of the lines: +rts -rts … */
	void (*changed)(gpointer user); /* after a change, in the bed's thread; may be NULL */
	gpointer user;
	int master; /* the board's end; -1: unplugged */
} TtyPort;

/* As RIG_TEST_MAIN, in such an environment. */
#define TTY_BED_TEST_MAIN(suite_function)                                                          \
	int main(int argc, char **argv)                                                                \
	{                                                                                              \
		(void)argc;                                                                                \
		tty_bed_preload(argv);                                                                     \
		SRunner *runner = srunner_create(suite_function());                                        \
		srunner_run_all(runner, CK_ENV);                                                           \
		int failed = srunner_ntests_failed(runner);                                                \
		srunner_free(runner);                                                                      \
		return failed == 0 ? 0 : 1;                                                                \
	}

TtyBed *tty_bed_new(void);
void tty_bed_free(TtyBed *bed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TtyBed, tty_bed_free)

/* The port lives as long as the bed. */
TtyPort *tty_bed_plug(TtyBed *bed, const TtyAdapter *adapter);
void tty_bed_unplug(TtyPort *port);
/* Runs the rest of the process as a user without rights; the bed stays open to it. */
void tty_bed_drop_rights(TtyBed *bed);
/* Path of the tty's real node, whose mode decides who may open it. Caller frees. */
char *tty_port_node(const TtyPort *port);

#endif
