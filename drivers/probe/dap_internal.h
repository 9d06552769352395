/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the DAP. */
#ifndef RIG_PROBE_DAP_INTERNAL_H
#define RIG_PROBE_DAP_INTERNAL_H

#include <rig/dap.h>

/* Debug port registers; B2.2. */
enum { DP_DPIDR = 0x0, DP_ABORT = 0x0, DP_CTRL_STAT = 0x4, DP_SELECT = 0x8, DP_RDBUFF = 0xc };
/* Of ABORT: clears every sticky flag; besides, ends the access that the AP works on. */
#define DP_ABORT_STICKY 0x1eu
#define DP_ABORT_ALL    0x1fu
/* Of CTRL/STAT. */
#define DP_ORUNDETECT 0x1u
#define DP_STICKYORUN 0x2u
#define DP_STICKYERR  0x20u
#define DP_WDATAERR   0x80u
#define DP_POWER_UP   0x50000000u /* requests for system and debug */
#define DP_POWER_ACK  0xa0000000u
#define DP_DEBUG_ACK  0x20000000u

/* Of a memory access port; C2.6. */
enum { AP_CSW = 0x00, AP_TAR = 0x04, AP_DRW = 0x0c, AP_BD0 = 0x10, AP_BASE = 0xf8, AP_IDR = 0xfc };
/* CSW: privileged data access by the debugger; the size in bits 0 to 2, the increment in 4 and 5.
 */
#define AP_CSW_BASE   0x23000000u
#define AP_CSW_SINGLE 0x10u
#define AP_CSW_PACKED 0x20u
#define AP_CSW_WORDS  (AP_CSW_BASE | AP_CSW_SINGLE | 2u)

/* What an access port and SELECT hold; what is not known is written before it is used. */
typedef struct DapState {
	guint32 select, csw, tar;
	gboolean is_select_known, is_csw_known, is_tar_known;
} DapState;

/* One transfer of the queue. */
typedef struct DapOp {
	guint8 request;
	gboolean has_address;
	guint32 address; /* of memory, for errors */
	guint32 data;    /* written */
	guint32 idle_clocks;
	guint32 *result; /* for what this transfer brings; NULL: nobody wants it */
	guint source;    /* the transfer whose access brings it: an AP read comes one later */
	DapState before;
} DapOp;

/* From where a batch goes on once something in it was lost. */
typedef enum { DAP_RESTART_NEVER, DAP_RESTART_ALL, DAP_RESTART_THERE } DapRestart;

struct RigDap {
	RigProbe *probe;
	gint64 deadline_us;
	gboolean is_connected, has_packed;
	RigDapIdentity identity;
	RigDapCounts counts;
	guint8 ap; /* the core's memory is behind it */
	DapState state;
	guint32 idle_clocks; /* after each access: what its access port has turned out to need */
	/* The batch. */
	GArray *ops; /* DapOp */
	DapRestart restart;
	guint32 *owed; /* the last AP read's result, which no transfer has brought yet */
	guint owed_source;
	gboolean is_owed;
	GArray *transfers; /* RigSwdTransfer: room for a run */
};

/* Queues one transfer. */
void dap_queue_dp(RigDap *dap, guint8 request, guint32 data, guint32 *result);
/* An access to register `address` of `ap`; memory: the address that it reaches; NULL: none. */
void dap_queue_ap(RigDap *dap, guint8 ap, guint address, gboolean is_read, guint32 data,
                  guint32 *result, const guint32 *memory);
/* Sees to it that CSW and TAR are so. */
void dap_queue_csw(RigDap *dap, guint32 csw);
void dap_queue_tar(RigDap *dap, guint32 address);

void dap_begin(RigDap *dap, DapRestart restart);
/* What ends each queue: *status is CTRL/STAT once all is done. */
void dap_queue_end(RigDap *dap, guint32 *status);
/* Runs the queue to its end, through WAITs and damage. Not connecting by itself. */
gboolean dap_run_queue(RigDap *dap, GError **error);

/* Sends a line reset and what wakes the port; reads DPIDR, powers it up. */
gboolean dap_wake(RigDap *dap, GError **error);

/* One raw visit to the wire. */
gboolean dap_visit(RigDap *dap, const guint8 *sequence, gsize sequence_bytes,
                   RigSwdTransfer *transfers, gsize count, GError **error);
static inline RigSwdTransfer dap_write_dp_transfer(guint address, guint32 data)
{
	return (RigSwdTransfer){.request = rig_swd_request(0, address), .data = data};
}
static inline RigSwdTransfer dap_read_dp_transfer(guint address)
{
	return (RigSwdTransfer){.request = rig_swd_request(RIG_SWD_READ, address)};
}

/* Prefixes board and probe; returns FALSE. */
gboolean dap_failed(const RigDap *dap, GError **error, RigErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

#endif
