/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What supervisor and worker say to each other: short lines over a socket pair. The journal
 * holds what happened; the channel only says how far it is.
 *
 *   to the worker:      run NAME ATTEMPT | stop | end | hold SPAN_US REASON
 *   to the supervisor:  ready | busy TEXT | failed TEXT | progress TEXT | done SIZE | held UNTIL_US
 *
 * NAME is a case, "setup" or "teardown"; SIZE is the journal's length up to and with the attempt.
 * `stop` and the end of the channel end the attempt that runs. After `end`, and where the channel
 * ends, the worker makes the board safe. After `hold` it reserves the board for its user, leaves it
 * as it is and says `held`, with the end on the wall clock; where it cannot, it makes it safe.
 */
#ifndef RIG_RUN_CHANNEL_H
#define RIG_RUN_CHANNEL_H

#include <rig/error.h>

typedef struct RigChannel RigChannel;

/* Takes the descriptor. */
RigChannel *rig_channel_new(int fd);
void rig_channel_free(RigChannel *channel);
int rig_channel_fd(const RigChannel *channel);

/* Sends one line, formatted; newlines inside become spaces. FALSE: the other side is gone. */
gboolean rig_channel_say(RigChannel *channel, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * The next line; blocks for it when `wait`. NULL: none is there (not `wait`), or the other side
 * is gone (*closed TRUE). Caller frees.
 */
char *rig_channel_hear(RigChannel *channel, gboolean wait, gboolean *closed);

#endif
