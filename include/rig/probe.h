/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug probes: what puts SWD on a board's wires (Arm ADIv5.2, IHI 0031, part B). The first part
 * is what a probe driver promises, the second what the core gives to whoever uses one. A probe is
 * used from one thread. What the transfers mean is the business of rig/dap.h and rig/cortex.h.
 */
#ifndef RIG_PROBE_H
#define RIG_PROBE_H

#include <rig/clock.h>
#include <rig/error.h>
#include <rig/field.h>

typedef struct RigProbe RigProbe;

/* The three bits of an acknowledge (B4.2.2). Any other value: nobody answered, or noise. */
enum { RIG_SWD_OK = 1, RIG_SWD_WAIT = 2, RIG_SWD_FAULT = 4 };

/* Of a request (B4.2.1): to an access port, not to the debug port; a read. */
enum { RIG_SWD_AP = 0x02, RIG_SWD_READ = 0x04 };

/*
 * One SWD transfer. Its data phase happens whatever the acknowledge is, so its length is fixed:
 * who sends more than one at a time has set ORUNDETECT before (B4.2.3).
 */
typedef struct RigSwdTransfer {
	guint8 request;      /* the header, bit 0 first on the wire: see rig_swd_request */
	guint8 ack;          /* filled: RIG_SWD_OK… */
	guint8 is_damaged;   /* filled: the parity of what was read is wrong */
	guint32 data;        /* written; or filled by a read */
	guint32 idle_clocks; /* with SWDIO low after it, at least */
} RigSwdTransfer;

/* One visit to the wire: a sequence, then transfers, then at least 8 clocks of SWDIO low. */
typedef struct RigSwdBatch {
	const guint8 *sequence; /* bits that the host drives, bit 0 of byte 0 first; NULL: none */
	gsize sequence_bytes;
	RigSwdTransfer *transfers;
	gsize count;
} RigSwdBatch;

typedef struct RigProbeDriver {
	const char *name;       /* as in a bench file: driver: NAME */
	const char *about;      /* one line for --help and the reference page */
	const RigField *fields; /* options, without the key `driver` */
	gsize options_size;     /* struct that `fields` fill; the core owns it */

	/* Optional: what no row can say, as "one of these keys". RIG_ERROR_USAGE, for `check`. */
	gboolean (*check)(gconstpointer options, GError **error);

	gsize priv_size; /* zeroed private part that the core allocates; may be 0 */

	/*
	 * Finds and opens the adapter; SWCLK and SWDIO are driven low, and nSRST is let go. Sends the
	 * target nothing. Blocks until deadline_us at most. On failure the core calls close.
	 */
	gboolean (*open)(RigProbe *probe, gint64 deadline_us, GError **error);

	/* Lets every pin go and ends what open began. Safe on a half-open or closed probe. */
	void (*close)(RigProbe *probe);

	/*
	 * Sends the batch and fills what came back, in one round trip however long it is. Blocks until
	 * deadline_us or until probe->stop_fd is readable. An acknowledge other than OK is no error.
	 * RIG_ERROR_BENCH: the adapter failed, or is gone: nothing in the batch is to be believed.
	 */
	gboolean (*run)(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us, GError **error);

	/* Pulls nSRST low, or lets it go; the line has moved on return. RIG_ERROR_BENCH: it is not
	 * wired. */
	gboolean (*set_reset)(RigProbe *probe, gboolean asserted, gint64 deadline_us, GError **error);
} RigProbeDriver;

struct RigProbe {
	const RigProbeDriver *driver;
	const char *board;     /* name of its board; borrowed */
	const void *options;   /* filled by driver->fields; borrowed */
	void *priv;            /* driver->priv_size bytes, owned by the core */
	const RigClock *clock; /* borrowed */
	int stop_fd;           /* readable when everything is to stop; -1: none */
	gboolean is_open;
	char *identity;    /* set by open: the adapter, in words ("ftdi FT6A01"); owned; NULL before */
	guint32 clock_hz;  /* set by open: SWCLK as it really is */
	guint64 transfers; /* sent since it was opened */
	/* Something worth a line in the journal: a recovery, a fall-back. NULL: nobody listens. */
	void (*note)(gpointer user, const char *text);
	gpointer user;
};

/* Allocates a closed probe. `options`, `board` and clock are borrowed until free. */
RigProbe *rig_probe_new(const RigProbeDriver *driver, const void *options, const char *board,
                        const RigClock *clock);
/* Closes and frees; NULL is allowed. */
void rig_probe_free(RigProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigProbe, rig_probe_free)

/*
 * As the driver's slots; errors name board and probe. Opening an open probe does nothing. A run
 * that fails with RIG_ERROR_BENCH closes the probe: the next open begins anew.
 */
gboolean rig_probe_open(RigProbe *probe, gint64 deadline_us, GError **error);
void rig_probe_close(RigProbe *probe);
gboolean rig_probe_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                       GError **error);
gboolean rig_probe_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us,
                             GError **error);
/* Tells `note`; takes `text`. */
void rig_probe_note(RigProbe *probe, char *text);

/* The header of a transfer (B4.2.1). kind: RIG_SWD_AP, RIG_SWD_READ or both; address: 0, 4, 8, 12.
 */
static inline guint8 rig_swd_request(guint kind, guint address)
{
	guint bits = kind | (address & 0xcu) << 1;
	guint parity = (bits >> 1 ^ bits >> 2 ^ bits >> 3 ^ bits >> 4) & 1u;
	return (guint8)(0x81u | bits | parity << 5);
}

#endif
