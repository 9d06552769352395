/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as people write them (500ms, 7.5MHz, 40uJ): exact integers in a base unit. Pure. */
#ifndef RIG_YAML_QUANTITY_H
#define RIG_YAML_QUANTITY_H

#include <glib.h>

typedef struct RigUnit {
	const char *name; /* ms */
	gint64 scale;     /* base units in one of it */
} RigUnit;

typedef struct RigDimension {
	const char *name;     /* time, as in a field row's `unit` */
	const char *article;  /* "a time" */
	const char *example;  /* 500ms */
	gboolean is_signed;   /* may be negative */
	const RigUnit *units; /* largest first; ends with name NULL. Empty: a plain integer (baud) */
} RigDimension;

/* All dimensions; ends with name NULL. */
extern const RigDimension rig_dimensions[];

/* NULL: no such dimension. */
const RigDimension *rig_dimension_find(const char *name);

/*
 * Reads `text` as a quantity of `dimension`. Exact: a value between two base units, an
 * overflow, a missing or foreign unit give FALSE (*value untouched) and *why, a sentence
 * without a full stop that the caller frees.
 */
gboolean rig_quantity_parse(const RigDimension *dimension, const char *text, gint64 *value,
                            char **why);

/* The shortest exact spelling that rig_quantity_parse reads back. Caller frees. */
char *rig_quantity_format(const RigDimension *dimension, gint64 value);

/* A regular expression (ECMA and PCRE) that accepts what parse accepts, without anchors. */
char *rig_quantity_pattern(const RigDimension *dimension);

#endif
