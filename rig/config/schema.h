/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft-07, which editors know) from the rows that the parser uses. */
#ifndef RIG_CONFIG_SCHEMA_H
#define RIG_CONFIG_SCHEMA_H

#include <rig/error.h>
#include <rig/field.h>

struct json_t;

/* What there are schemas and reference pages of; rig/data/kinds.h has them all. */
typedef struct RigFileKind {
	const char *name;
	const char *about;
	const RigField *rows;
} RigFileKind;

/* The schema of a kind of file as JSON text; caller frees. */
char *rig_schema_json(const RigFileKind *kind);

/* Schema of one struct that `rows` bind, and of one value: new references. For custom fields. */
struct json_t *rig_schema_of_rows(const RigField *rows);
struct json_t *rig_schema_of_field(const RigField *field);

#endif
