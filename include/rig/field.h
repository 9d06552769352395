/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field rows bind a YAML key to a member of a struct. The same rows make the parser,
 * the JSON Schema and the reference page. Rows are const tables that end with a row
 * whose key is NULL. A struct that rows fill is zeroed first, then gets the defaults.
 */
#ifndef RIG_FIELD_H
#define RIG_FIELD_H

#include <glib.h>
#include <stddef.h>

typedef enum {
	RIG_FIELD_STRING,   /* char *: any text; owned by the struct */
	RIG_FIELD_NAME,     /* char *: [a-z0-9-]+ */
	RIG_FIELD_PATH,     /* char *: made absolute against the file that names it */
	RIG_FIELD_REGEX,    /* char *: compiles as GRegex */
	RIG_FIELD_BOOL,     /* gboolean: true or false */
	RIG_FIELD_INTEGER,  /* gint64: min..max */
	RIG_FIELD_NUMBER,   /* double: min..max, finite */
	RIG_FIELD_QUANTITY, /* gint64 in the base unit of `unit`: a number with its unit, min..max */
	RIG_FIELD_CHOICE,   /* int: index into `choices` */
	RIG_FIELD_STRINGS,  /* char ** (GStrv): a list of texts; a single text is a list of one */
	RIG_FIELD_NAMES,    /* char ** (GStrv): a list of [a-z0-9-]+ */
	RIG_FIELD_ARGV, /* char ** (GStrv): an argument list, never empty; a program that holds a slash
	                   is made absolute against the file that names it */
	RIG_FIELD_STRUCT,  /* struct inside the struct, bound by `rows` */
	RIG_FIELD_LIST,    /* GPtrArray *: a list of maps; each becomes a struct of `size` by `rows` */
	RIG_FIELD_REFUSED, /* nothing: the key is known, but not taken; `help` says why */
	RIG_FIELD_CUSTOM,  /* bound by `custom` (of rig/config; drivers do not use it) */
} RigFieldType;

/*
 * Dimensions of RIG_FIELD_QUANTITY and their base units. The text is what `unit` holds.
 * "time": us (us, ms, s, min, h) · "frequency": mHz, 1/1000 Hz (Hz, kHz, MHz) ·
 * "voltage": uV (uV, mV, V) · "current": nA (nA, uA, mA, A) · "energy": pJ (pJ nJ uJ mJ J) ·
 * "charge": uC (mC, C, uAh, mAh, Ah) · "lifetime": s (s, min, h, d, y) ·
 * "size": bytes (B, KB=1000, KiB=1024, MB, MiB) · "baud": bit/s, plain integer, no unit
 */

typedef struct RigField RigField;
struct RigField {
	const char *key;
	RigFieldType type;
	gboolean required;          /* a LIST that is required must also not be empty */
	gsize offset;               /* of the member in its struct */
	const char *unit;           /* dimension of a QUANTITY */
	double min, max;            /* both 0: no range; in the base unit */
	const char *fallback;       /* default as written in YAML; NULL: zero or NULL */
	const char *const *choices; /* CHOICE; NAMES may have them: NULL-terminated */
	const RigField *rows;       /* STRUCT, LIST */
	gsize size;                 /* LIST: size of one element's struct */
	gboolean shorthand;         /* a scalar or list in place of the map is this key's value */
	gboolean late;              /* a ${x} that is no variable stays: it is filled when it is used */
	const void *custom;         /* CUSTOM: a RigFieldCustom of rig/yaml/bind.h */
	const char *help;           /* one line: what it is; no full stop needed */
};

#endif
