/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the link driver `serial`. Everything is used from the link's thread. */
#ifndef DRIVERS_LINK_SERIAL_INTERNAL_H
#define DRIVERS_LINK_SERIAL_INTERNAL_H

#include <rig/serial.h>

#include <libserialport.h>

/* A serial port of this host and where it is plugged in. */
typedef struct SerialPort {
	struct sp_port *port; /* owned */
	char *tty;            /* ttyUSB0 */
	char *usb_serial;     /* NULL: it has none */
	char *path;           /* as udev's ID_PATH; NULL: unknown */
	int vendor, product;  /* -1: no USB device */
	int usb_interface;    /* bInterfaceNumber; -1: unknown */
	int number;           /* of the port where one interface has several; -1: unknown */
} SerialPort;

/* Reads from sysfs what libserialport does not tell: path, usb_interface, number. */
void serial_sysfs_complete(SerialPort *port);

/* The one port that the options name; RIG_ERROR_BENCH lists what is there. Free with _free. */
SerialPort *serial_find(const RigSerialOptions *options, GError **error);
/* Closes nothing; NULL is allowed. */
void serial_port_free(SerialPort *port);

/* A UUCP lock, as minicom and others look at: /run/lock/LCK..ttyUSB0 or $TINYRIG_LOCK_DIR. */
typedef struct SerialLock {
	char *path; /* NULL: not held */
} SerialLock;

/*
 * Takes the lock; one that a dead process left is removed. RIG_ERROR_BUSY names a live holder.
 * A folder that cannot be written is no failure: *note then says so (caller frees).
 */
gboolean serial_lock_take(SerialLock *lock, const char *tty, char **note, GError **error);
void serial_lock_release(SerialLock *lock);

/*
 * Opens port->port for this process alone, raw, non-blocking and as the options say.
 * RIG_ERROR_BUSY: another program has it. On failure the port may be open: call _close.
 */
gboolean serial_line_open(const SerialPort *port, const RigSerialOptions *options, int *fd,
                          GError **error);
/* Gives what was written 200 ms to leave, drops the rest, and closes. The lines stay. */
void serial_line_close(struct sp_port *port, int fd);
/* TRUE: the device behind the descriptor is gone. */
gboolean serial_line_is_gone(int fd);
/*
 * Turns `line` (rts or dtr) over for pulse_us, then back; drops what came meanwhile. The line is
 * back however this ends. RIG_ERROR_STOPPED; RIG_ERROR_BENCH.
 */
gboolean serial_line_pulse(RigLink *link, int fd, const char *line, gint64 pulse_us,
                           gint64 deadline_us, GError **error);

/*
 * Has the port hand bytes on at once. NULL, or why it does not and the remedy (caller frees).
 * A port without a latency timer has nothing to tell.
 */
char *serial_latency_set(int fd, const char *tty, gint64 latency_us);

/* Receive errors that the kernel counts. */
typedef struct SerialCounters {
	gboolean known; /* FALSE: this tty does not count, or not yet read */
	guint32 last[5];
	gint64 since_us;
} SerialCounters;

/*
 * Reads them, and returns what has grown since the last time as a line for the journal (caller
 * frees); NULL: nothing, or nobody knows. `now_us` of the link's clock.
 */
char *serial_counters_read(SerialCounters *counters, int fd, gint64 now_us);

#endif
