/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft-07, which editors know) from the rows that the parser uses. */
#ifndef RIG_CONFIG_SCHEMA_H
#define RIG_CONFIG_SCHEMA_H

#include <rig/error.h>
#include <rig/field.h>

struct json_t;

/* What there are schemas and reference pages of: suite, bench, candidate, recording. */
typedef struct RigFileKind {
	const char *name;
	const char *about;
	const RigField *rows;
} RigFileKind;

/* Ends with name NULL. */
extern const RigFileKind rig_file_kinds[];

/* NULL with RIG_ERROR_USAGE: no such kind. */
const RigFileKind *rig_file_kind_find(const char *what, GError **error);

/* The schema of a kind of file as JSON text; caller frees. RIG_ERROR_USAGE: no such kind. */
char *rig_schema_json(const char *what, GError **error);

/* Schema of one struct that `rows` bind, and of one value: new references. For custom fields. */
struct json_t *rig_schema_of_rows(const RigField *rows);
struct json_t *rig_schema_of_field(const RigField *field);

#endif
