/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state folder: what outlives a project and `git clean`, as reservations. One user's own, or
 * one that all users of a lab write: its permissions say which, and what is made below it has
 * the like.
 */
#ifndef RIG_BASE_STATE_H
#define RIG_BASE_STATE_H

#include <rig/error.h>

/* $TINYRIG_STATE, else tinyrig in the user's XDG state folder. Absolute; it may not be there.
 * Caller frees. */
char *rig_state_folder(void);

/*
 * The folder `part` of it, made where it is not there; a state folder that is missing is made for
 * this user alone. A part has the permissions of the state folder without the sticky bit, so
 * that whoever may write there may replace what others wrote. RIG_ERROR_BENCH. Caller frees.
 */
char *rig_state_part(const char *part, GError **error);

/* Permissions for a file in a part, as of the part's folder; 0600 where there is none. */
guint rig_state_file_mode(const char *folder);

#endif
