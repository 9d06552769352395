/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links: byte streams to a board. The first half is what a link driver promises, the
 * second half what the core gives to whoever talks over a link (protocols, steps).
 * A link is used from one thread. Nothing here logs; errors climb as GError.
 */
#ifndef RIG_LINK_H
#define RIG_LINK_H

#include <rig/access.h>
#include <rig/clock.h>
#include <rig/error.h>
#include <rig/field.h>

typedef struct RigLink RigLink;
typedef struct RigLinkTap RigLinkTap;

typedef struct RigLinkDriver {
	const char *name;       /* as in a bench file: driver: NAME */
	const char *about;      /* one line for --help and the reference page */
	const RigField *fields; /* options, without the key `driver` */
	gsize options_size;     /* struct that `fields` fill; the core owns it */

	/* Optional: what no row can say, as "one of these keys". RIG_ERROR_USAGE, for `check`. */
	gboolean (*check)(gconstpointer options, GError **error);

	gsize priv_size; /* zeroed private part that the core allocates; may be 0 */

	gboolean open_boots; /* opening the link starts the board anew (a process) */
	gboolean by_probe;   /* it reaches the board's memory: link->access is there */

	/*
	 * Opens the stream. Blocks until deadline_us at most. On failure the core calls
	 * close. Optional slots below are NULL where the driver has no such thing.
	 */
	gboolean (*open)(RigLink *link, gint64 deadline_us, GError **error);

	/* Ends what open began, children included. Safe on a half-open or closed link. */
	void (*close)(RigLink *link);

	/*
	 * Blocks until a byte is there, the deadline has come or link->stop_fd is readable.
	 * Returns the bytes read (1..size), 0 at the deadline, -1 with error (RIG_ERROR_STOPPED
	 * for stop_fd; RIG_ERROR_BOARD where the board itself went away, as a process that
	 * ended; RIG_ERROR_BENCH else). At a deadline that has passed it takes what is there.
	 */
	gssize (*read)(RigLink *link, guint8 *data, gsize size, gint64 deadline_us, GError **error);

	/* Writes all `size` bytes or fails; blocks until the deadline at most. */
	gboolean (*write)(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
	                  GError **error);

	/*
	 * Optional: resets the board through this link (a process is started anew, a serial
	 * link pulses `line` for `pulse_us`). Returns with the board running.
	 */
	gboolean (*reset)(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
	                  GError **error);

	/*
	 * Optional: takes an image for the board (host process boards). The file at `path` is
	 * what runs from the next reset on; `path` is borrowed until the next load or close.
	 */
	gboolean (*load)(RigLink *link, const char *path, GError **error);
} RigLinkDriver;

/* Where link bytes are logged; NULL for none. Implemented by the core. */
struct RigLinkTap {
	/* `received`: from the board. `at_us`: last_received_us or last_sent_us of the link. */
	void (*bytes)(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size, gint64 at_us);
	/* Something worth a line in the journal: a reconnect, a child's last words. */
	void (*note)(RigLinkTap *tap, const char *text);
};

struct RigLink {
	const RigLinkDriver *driver;
	const char *name;      /* as in the bench file; borrowed */
	const char *board;     /* name of its board; borrowed */
	const void *options;   /* filled by driver->fields; borrowed */
	void *priv;            /* driver->priv_size bytes, owned by the core */
	const RigClock *clock; /* borrowed */
	RigAccess *access;     /* borrowed; NULL: the board has no probe */
	int stop_fd;           /* readable when everything is to stop; -1: none */
	RigLinkTap *tap;       /* borrowed; may be NULL */
	gboolean is_open;
	guint64 received_bytes, sent_bytes;
	gint64 last_sent_us;     /* monotonic, before the last write; 0: never */
	gint64 last_received_us; /* monotonic, after the last read that brought bytes; 0: never */
};

/* Allocates a closed link. `options`, names, clock and tap are borrowed until free. */
RigLink *rig_link_new(const RigLinkDriver *driver, const void *options, const char *board,
                      const char *name, const RigClock *clock);

/* Closes and frees; NULL is allowed. */
void rig_link_free(RigLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigLink, rig_link_free)

gboolean rig_link_open(RigLink *link, gint64 deadline_us, GError **error);
void rig_link_close(RigLink *link);

/* As the driver's slots, and every byte is counted, stamped and tapped. The link must be open. */
gssize rig_link_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us, GError **error);
gboolean rig_link_write(RigLink *link, const void *data, gsize size, gint64 deadline_us,
                        GError **error);

/* Reads and drops until `quiet_us` pass without a byte. Returns the bytes dropped, -1 on error. */
gssize rig_link_drain(RigLink *link, gint64 quiet_us, gint64 deadline_us, GError **error);

/* RIG_ERROR_BENCH with a clear text where the driver has no such slot. */
gboolean rig_link_reset(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
                        GError **error);
gboolean rig_link_load(RigLink *link, const char *path, GError **error);

/*
 * For drivers on a file descriptor (non-blocking): waits in one ppoll for data, the deadline
 * or stop_fd, then reads once. Contract of RigLinkDriver.read; end of file gives -1 with
 * RIG_ERROR_BENCH "closed by the other side". At most two system calls a call with data.
 */
gssize rig_fd_read(int fd, int stop_fd, const RigClock *clock, guint8 *data, gsize size,
                   gint64 deadline_us, GError **error);
/* Writes all; waits with ppoll only when the descriptor is full. */
gboolean rig_fd_write(int fd, int stop_fd, const RigClock *clock, const guint8 *data, gsize size,
                      gint64 deadline_us, GError **error);

#endif
