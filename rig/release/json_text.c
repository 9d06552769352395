/* SPDX-License-Identifier: Apache-2.0 */
#include "release/json_text.h"

char *rig_json_canonical(const json_t *value)
{
	char *text = json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
	char *copy = g_strdup(text);
	free(text);
	return copy;
}

const char *rig_json_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

gint64 rig_json_integer(const json_t *object, const char *key, gint64 otherwise)
{
	const json_t *member = json_object_get(object, key);
	return json_is_integer(member) ? json_integer_value(member) : otherwise;
}
