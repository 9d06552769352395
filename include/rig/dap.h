/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target's debug access port over a probe: debug port, access ports and memory (Arm ADIv5.2,
 * IHI 0031). Accesses are queued from `begin` to `commit` and reach the wire in one round trip.
 * What the target answers with WAIT is sent again, and so is what was damaged on the wire where
 * sending it again is safe; a bus fault is told with its address. One thread; every call that
 * has an `error` may block, until the DAP's deadline.
 *
 * Errors: RIG_ERROR_BOARD for what the board answered (a bus fault, an access that never ends),
 * RIG_ERROR_DAMAGED for bits that keep being lost, RIG_ERROR_BENCH where nobody answers, for that
 * may be a cable; RIG_ERROR_BENCH and RIG_ERROR_STOPPED as the probe's.
 */
#ifndef RIG_DAP_H
#define RIG_DAP_H

#include <rig/probe.h>

typedef struct RigDap RigDap;

/* The probe is borrowed, opened when it is needed, and closed by whoever owns it. */
RigDap *rig_dap_new(RigProbe *probe);
/* Sends nothing. NULL is allowed. */
void rig_dap_free(RigDap *dap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigDap, rig_dap_free)
RigProbe *rig_dap_probe(RigDap *dap);

/* Absolute: holds for all calls until it is set anew. RIG_FOREVER at first. */
void rig_dap_set_deadline(RigDap *dap, gint64 deadline_us);
gint64 rig_dap_deadline(const RigDap *dap);

/* What a target says of itself; 0 where it does not. */
typedef struct RigDapIdentity {
	guint32 dpidr;   /* B2.2.5 */
	guint32 ap_idr;  /* of the memory access port; C2.6.6 */
	guint32 ap_base; /* its ROM table; C2.6.1 */
	guint32 cpuid;   /* of the core behind it; ARMv7-M B3.2.3 */
} RigDapIdentity;

/*
 * Line reset, JTAG-to-SWD, dormant state left where that is needed, powers the debug domain up.
 * Also after rig_dap_disconnect. Connecting while connected does nothing.
 */
gboolean rig_dap_connect(RigDap *dap, GError **error);
gboolean rig_dap_is_connected(const RigDap *dap);
/* Of the last connect; borrowed. */
const RigDapIdentity *rig_dap_identity(const RigDap *dap);
/* Powers the debug domain down. Best effort: a target that is gone needs none. */
void rig_dap_disconnect(RigDap *dap);
/* The target was reset or lost power: nothing is known of it, the next connect begins anew. */
void rig_dap_forget(RigDap *dap);

/*
 * What may be done again when an answer was damaged: nothing; the batch from its beginning; or each
 * access by itself, so that the batch goes on where that happened.
 */
typedef enum { RIG_DAP_ONCE, RIG_DAP_REPEATABLE, RIG_DAP_RESUMABLE } RigDapRepeat;

/* Queues; errors latch and are told by commit. `value` is filled by commit and must live so long.
 */
void rig_dap_begin(RigDap *dap, RigDapRepeat repeat);
void rig_dap_read_dp(RigDap *dap, guint address, guint32 *value); /* bank in bits 7..4 */
void rig_dap_write_dp(RigDap *dap, guint address, guint32 value);
void rig_dap_read_ap(RigDap *dap, guint8 ap, guint address, guint32 *value);
void rig_dap_write_ap(RigDap *dap, guint8 ap, guint address, guint32 value);
/* Words of memory, by the access port that the core is behind. Addresses are multiples of 4. */
void rig_dap_read_word(RigDap *dap, guint32 address, guint32 *value);
void rig_dap_write_word(RigDap *dap, guint32 address, guint32 value);
/* The same, of many words one behind the other: TAR counts them. */
void rig_dap_read_next(RigDap *dap, guint32 address, guint32 *value);
void rig_dap_write_next(RigDap *dap, guint32 address, guint32 value);
/* The next words lie in the 16 bytes at `address`: they are reached without moving TAR (C2.6.2). */
void rig_dap_window(RigDap *dap, guint32 address);
/* Bytes of memory, at any address; they are copied. */
void rig_dap_write_bytes(RigDap *dap, guint32 address, const guint8 *data, gsize size);
/* Clocks with SWDIO low, for what needs time. */
void rig_dap_idle(RigDap *dap, guint32 clocks);
gboolean rig_dap_commit(RigDap *dap, GError **error);

/* One word, with begin and commit. */
gboolean rig_dap_peek(RigDap *dap, guint32 address, guint32 *value, GError **error);
gboolean rig_dap_poke(RigDap *dap, guint32 address, guint32 value, GError **error);

/* Bytes that one bus access moves; RIG_DAP_ANY: words, and bytes at ragged ends. */
typedef enum {
	RIG_DAP_ANY = 0,
	RIG_DAP_BYTES = 1,
	RIG_DAP_HALFWORDS = 2,
	RIG_DAP_WORDS = 4
} RigDapWidth;

/*
 * Memory at `address`, `size` bytes of it (0 is allowed; the range must not wrap). With a width
 * other than ANY both must be multiples of it, and narrow accesses are packed where the access
 * port can (C2.2.6). All of it or an error; after an error memory may be partly written.
 */
gboolean rig_dap_read_memory(RigDap *dap, guint32 address, guint8 *data, gsize size,
                             RigDapWidth width, GError **error);
gboolean rig_dap_write_memory(RigDap *dap, guint32 address, const guint8 *data, gsize size,
                              RigDapWidth width, GError **error);

/* One access port that answers. */
typedef struct RigDapAp {
	guint8 number;
	guint32 idr, base;
} RigDapAp;
/* Those that there are, from 0 until two do not answer; RigDapAp. Caller frees; NULL: error. */
GArray *rig_dap_scan_aps(RigDap *dap, GError **error);

/* One component of a ROM table (Arm IHI 0029, B2), in the order found. */
typedef struct RigDapComponent {
	guint32 address;
	guint depth; /* 0: the table itself */
	gboolean is_readable;
	guint8 component_class; /* 1: ROM table, 9: CoreSight, 14: generic IP, 15: PrimeCell */
	guint64 pidr;           /* designer and part; B2.2.6 */
	const char *name;       /* of well-known parts; NULL: not known. Static */
} RigDapComponent;
/* Walks the tables from the identity's base; RigDapComponent. Caller frees; NULL: error. */
GArray *rig_dap_walk_rom(RigDap *dap, GError **error);

/* What was sent again since the DAP was made. */
typedef struct RigDapCounts {
	guint64 waits, damaged, lost; /* answers WAIT; with wrong parity; none */
} RigDapCounts;
const RigDapCounts *rig_dap_counts(const RigDap *dap);

#endif
