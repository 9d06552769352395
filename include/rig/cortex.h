/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Cortex-M core behind a DAP (ARMv6-M and ARMv7-M Architecture Reference Manuals, C1). Connects
 * by itself. One thread; calls with an `error` may block until the DAP's deadline. Errors as in
 * rig/dap.h; a core that does not do what it is told within its time is RIG_ERROR_BOARD.
 */
#ifndef RIG_CORTEX_H
#define RIG_CORTEX_H

#include <rig/dap.h>

typedef struct RigCortex RigCortex;

/* The DAP is borrowed. */
RigCortex *rig_cortex_new(RigDap *dap);
void rig_cortex_free(RigCortex *cortex);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigCortex, rig_cortex_free)
RigDap *rig_cortex_dap(RigCortex *cortex);

typedef enum {
	RIG_CORE_RUNNING,
	RIG_CORE_HALTED,
	RIG_CORE_SLEEPING,
	RIG_CORE_LOCKED_UP,
	RIG_CORE_IN_RESET,
} RigCoreState;
const char *rig_core_state_word(RigCoreState state);

/* "Cortex-M4 r0p1" of a CPUID; caller frees. */
char *rig_cortex_name(guint32 cpuid);

gboolean rig_cortex_state(RigCortex *cortex, RigCoreState *state, GError **error);
gboolean rig_cortex_halt(RigCortex *cortex, GError **error);
/* Leaves debug events enabled, so that breakpoints hold. Goes on past a breakpoint at the PC. */
gboolean rig_cortex_resume(RigCortex *cortex, GError **error);
/* One instruction, interrupts masked. */
gboolean rig_cortex_step(RigCortex *cortex, GError **error);
/* Lets the core go: no breakpoint, no debug event, running. */
gboolean rig_cortex_release(RigCortex *cortex, GError **error);

typedef enum {
	RIG_RESET_NSRST,  /* the line; pulse_us long */
	RIG_RESET_SYSTEM, /* AIRCR.SYSRESETREQ */
} RigResetWay;
/* With `halt` the core stands at its reset handler, before the first instruction. */
gboolean rig_cortex_reset(RigCortex *cortex, RigResetWay way, gint64 pulse_us, gboolean halt,
                          GError **error);
/* nSRST is held while it is connected to, for firmware that closes the port; halted as above. */
gboolean rig_cortex_connect_under_reset(RigCortex *cortex, gint64 pulse_us, GError **error);

/* Register numbers are DCRSR's (C1.6.3). */
enum {
	RIG_REG_SP = 13,
	RIG_REG_LR = 14,
	RIG_REG_PC = 15,
	RIG_REG_XPSR = 16,
	RIG_REG_MSP = 17,
	RIG_REG_PSP = 18,
	RIG_REG_SPECIAL = 20, /* CONTROL, FAULTMASK, BASEPRI, PRIMASK from the top byte down */
	RIG_REG_FPSCR = 33,
	RIG_REG_S0 = 64,
	RIG_REG_END = 96,
};
/* Those that a core has, in the order they are shown; `count` is filled. Static. */
const guint8 *rig_cortex_registers(gboolean with_fpu, gsize *count);
/* "r0", "pc", "s31"; static. */
const char *rig_register_name(guint number);
/* TRUE: a core with a floating-point unit, as far as its registers are concerned. */
gboolean rig_cortex_has_fpu(RigCortex *cortex, gboolean *has_fpu, GError **error);

/* In one round trip; the core must be halted. values[i] is of numbers[i]. */
gboolean rig_cortex_read_registers(RigCortex *cortex, const guint8 *numbers, gsize count,
                                   guint32 *values, GError **error);
gboolean rig_cortex_write_register(RigCortex *cortex, guint number, guint32 value, GError **error);

/* Hardware breakpoints (FPB, C1.11; BPU). RIG_ERROR_USAGE: none is free, or not at this address. */
gboolean rig_cortex_set_breakpoint(RigCortex *cortex, guint32 address, GError **error);
gboolean rig_cortex_clear_breakpoint(RigCortex *cortex, guint32 address, GError **error);
gboolean rig_cortex_count_breakpoints(RigCortex *cortex, guint *count, GError **error);

/*
 * Code in RAM that is run on the halted core, as a routine that ends in a breakpoint. begin_call
 * begins a batch: what is queued until `call` goes out in the same round trip, and so do the
 * words of the result. The core must be halted; it is halted afterwards, interrupts masked.
 */
typedef struct RigCall {
	const char *name;          /* for errors: "the digest routine" */
	guint32 entry, stack, end; /* end: where its breakpoint stands */
	guint32 arguments[4];      /* r0 to r3 */
	guint32 static_base;       /* r9 */
	gint64 expected_us, longest_us;
	guint32 result_address; /* words that are read when it has ended; may be none */
	guint32 *result;
	gsize results;
	/* Bytes that are written to other RAM while it runs; whole words; NULL: none. Borrowed. */
	const guint8 *beside;
	guint32 beside_address;
	gsize beside_bytes;
	gint64 *late_us; /* filled: how much longer than expected it was waited for; may be NULL */
} RigCall;
void rig_cortex_begin_call(RigCortex *cortex);
/* RIG_ERROR_BOARD: it did not end, or locked up; RIG_ERROR_DAMAGED: whether it ran is not known. */
gboolean rig_cortex_call(RigCortex *cortex, const RigCall *call, GError **error);
/* What the last call has left: queued between begin_call and the next one, to save a round trip. */
typedef struct RigCallEnd {
	guint32 value, pc; /* r0, and where it stands */
} RigCallEnd;
void rig_cortex_queue_end(RigCortex *cortex, RigCallEnd *end);
/* r0 of a routine that has ended. RIG_ERROR_BOARD: it stands elsewhere than at its end. */
gboolean rig_cortex_finish_call(RigCortex *cortex, const RigCall *call, guint32 *value,
                                GError **error);

/*
 * SHA-256 of ranges of memory, by a routine in `ram` (ARMv7-M and above; FIPS 180-4). digests:
 * 32 bytes for each range. core_hz: what is known of its clock; 0: nothing. RIG_ERROR_USAGE: this
 * core or this RAM cannot do it. rig_cortex_can_digest tells before.
 */
typedef struct RigMemoryRange {
	guint32 address, bytes;
} RigMemoryRange;
#define RIG_DIGEST_BYTES 32u
gboolean rig_cortex_can_digest(RigCortex *cortex, guint32 ram_bytes);
gboolean rig_cortex_digest(RigCortex *cortex, guint32 ram_address, guint32 ram_bytes,
                           guint32 core_hz, const RigMemoryRange *ranges, gsize count,
                           guint8 *digests, GError **error);

/* Blocks until the core halts or `until_us`; *halted tells which. */
gboolean rig_cortex_wait_halted(RigCortex *cortex, gint64 until_us, gboolean *halted,
                                GError **error);

#endif
