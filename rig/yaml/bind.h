/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binds a tree of nodes to structs by field rows (rig/field.h). All that is wrong becomes
 * an issue with place, key path, what was found, what is allowed and the nearest known key.
 *
 * Placeholders. ${name} stands for a variable's value in every scalar; $${ is a literal ${.
 * A name that is no variable is an issue, with two exceptions: names in `late` stay in any
 * text (a bench: image, board, ...), and a field with `late` keeps every other name (captures
 * of a suite). What stays is filled at its time by rig_text_expand, which also turns $${ to ${.
 */
#ifndef RIG_YAML_BIND_H
#define RIG_YAML_BIND_H

#include "yaml/node.h"
#include <rig/field.h>

/* A text that is looked at again once everything is bound. */
typedef struct RigTextUse {
	RigPlace place;
	char *key; /* key path */
	char *text;
} RigTextUse;

typedef struct RigBinder {
	RigIssues *issues;       /* borrowed */
	GHashTable *variables;   /* char * -> char *; borrowed; NULL: none */
	const char *const *late; /* NULL-terminated names that stay in any text; NULL: none */
	GPtrArray *paths; /* gets a RigTextUse for each PATH, absolute; borrowed; NULL: not kept */
	GPtrArray *holes; /* the same for each text that keeps a ${name} of a late field */
	GString *path;    /* key path of what is bound now; owned */
} RigBinder;

void rig_binder_init(RigBinder *binder, RigIssues *issues);
/* Frees what the binder owns. */
void rig_binder_clear(RigBinder *binder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigBinder, rig_binder_clear)

/* An array of RigTextUse that owns them. */
GPtrArray *rig_text_uses_new(void);
void rig_text_uses_add(GPtrArray *uses, const RigBinder *binder, const RigNode *node,
                       const char *text);

/*
 * Fills the zeroed struct `target` from `node` by `rows`, defaults included. `known`: further keys
 * that the caller binds itself, NULL-terminated; NULL: none. FALSE: issues were added; the struct
 * is then good for rig_fields_free only. rig_fields_free is due in both cases.
 */
gboolean rig_bind(RigBinder *binder, const RigField *rows, const RigNode *node, gpointer target,
                  const char *const *known);
/* Binds one value to the member of `field` in `target`. */
gboolean rig_bind_field(RigBinder *binder, const RigField *field, const RigNode *node,
                        gpointer target);
/* Only the defaults, as for an absent map. */
void rig_bind_defaults(RigBinder *binder, const RigField *rows, gpointer target);

/* Frees what the members own and makes them zero. Not the struct. */
void rig_fields_free(const RigField *rows, gpointer target);

/* A field that binds itself. */
struct json_t;
typedef struct RigFieldCustom {
	const char *type; /* for the reference page: "64 hex digits" */
	gboolean (*parse)(RigBinder *binder, const RigField *field, const RigNode *node,
	                  gpointer member);
	struct json_t *(*schema)(const RigField *field); /* new reference; NULL: anything */
	void (*free)(gpointer member);                   /* NULL: nothing is owned */
} RigFieldCustom;

/* char *: SHA-256 as 64 lower-case hex digits. */
extern const RigFieldCustom rig_custom_sha256;

/* For custom fields and loaders. */

/* Adds an issue at the node with the binder's key path. */
void rig_binder_issue(RigBinder *binder, const RigNode *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Make the key path longer; both return the mark that rig_binder_leave takes back. */
gsize rig_binder_enter(RigBinder *binder, const char *key);
gsize rig_binder_enter_index(RigBinder *binder, guint index);
void rig_binder_leave(RigBinder *binder, gsize mark);

/*
 * The scalar's text with its placeholders filled; caller frees. NULL with an issue: not a
 * scalar, empty, an unknown variable, or (unless `any`) unquoted text that YAML programs
 * read as a number, a bool, a date or null. `late`: as the flag of a row.
 */
char *rig_bind_text(RigBinder *binder, const RigNode *node, gboolean late, gboolean any);
/* The same, and it must be [a-z0-9-]+ of at most 64 characters. */
char *rig_bind_name(RigBinder *binder, const RigNode *node);
/* FALSE with an issue when `node` is not of this kind. `what` e.g. "a map of links". */
gboolean rig_bind_expect(RigBinder *binder, const RigNode *node, RigNodeKind kind,
                         const char *what);

/*
 * Absolute form of `text`: against the folder of `base_file`; when nothing is there, the
 * first folder of TINYRIG_PATH that has it. Caller frees.
 */
char *rig_path_find(const char *text, const char *base_file);

/* TRUE: `name` is [a-z0-9-]+ of at most 64 characters. */
gboolean rig_name_is_valid(const char *name);

/* The word of `words` (NULL-terminated) that is probably meant; NULL: none is near. Borrowed. */
const char *rig_nearest(const char *word, const char *const *words);

/* The same among the keys (char *) of a table. */
const char *rig_nearest_key(const char *word, GHashTable *words);

/*
 * Fills ${name} from `values` (char * -> char *; may be NULL) and turns $${ into ${. Names
 * that are not there stay when `keep`, else NULL is returned and *unknown (caller frees) is
 * the first of them, or the malformed piece from ${ on. With `keep`, $${ stays as well, for
 * the pass that comes later. Caller frees.
 */
char *rig_text_expand(const char *text, GHashTable *values, gboolean keep, char **unknown);
/* Calls `each` for every well-formed ${name}; returns FALSE when a piece is malformed. */
gboolean rig_text_names(const char *text, void (*each)(gpointer user, const char *name),
                        gpointer user);

#endif
