/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A claim: who works with a board. It is an flock, so that it dies with its holder. The
 * lock's folder is $TINYRIG_LOCK_DIR, else /run/lock, else the user's runtime folder.
 */
#ifndef RIG_RUN_CLAIM_H
#define RIG_RUN_CLAIM_H

#include <rig/clock.h>
#include <rig/error.h>

typedef struct RigClaim RigClaim;

/*
 * Claims `board` of `bench` for `purpose` (a few words for people). Waits until the deadline
 * when somebody holds it or somebody else has reserved it; then RIG_ERROR_BUSY names who.
 * RIG_ERROR_STOPPED when stop_fd becomes readable; RIG_ERROR_DAMAGED: its reservation is.
 */
RigClaim *rig_claim_take(const char *bench, const char *board, const char *purpose,
                         const RigClock *clock, gint64 deadline_us, int stop_fd, GError **error);
void rig_claim_release(RigClaim *claim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigClaim, rig_claim_release)

/* Who holds the board, for people; NULL: nobody. Caller frees. */
char *rig_claim_holder(const char *bench, const char *board);

#endif
