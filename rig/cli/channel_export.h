/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIG_CLI_CHANNEL_EXPORT_H
#define RIG_CLI_CHANNEL_EXPORT_H

#include <rig/error.h>

/*
 * What a channel's head releases, into a folder that is not there yet: each image as TARGET.image
 * with its TARGET.image.minisig, and the head's signed record head.json. Prints what it did.
 */
gboolean rig_channel_export(const char *channel, const char *folder, GError **error);

#endif
