/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is signed or hashed: one way of writing it, whatever machine, locale and compiler. */
#ifndef RIG_RELEASE_JSON_TEXT_H
#define RIG_RELEASE_JSON_TEXT_H

#include <glib.h>
#include <jansson.h>

#include "base/utc.h"

/* Keys sorted, without spaces. Numbers in it are integers: a real is written as a text by whoever
 * puts it in. Caller frees. */
char *rig_json_canonical(const json_t *value);

/* A member that is a text; NULL: it is not there, or none. Borrowed. */
const char *rig_json_string(const json_t *object, const char *key);
/* A member that is an integer. */
gint64 rig_json_integer(const json_t *object, const char *key, gint64 otherwise);

#endif
