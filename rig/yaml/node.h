/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML (or JSON) file as a tree of nodes that know their place. */
#ifndef RIG_YAML_NODE_H
#define RIG_YAML_NODE_H

#include "base/sources.h"

/* Where a thing was written. `file` is borrowed from the sources or interned. Line, column from 1.
 */
typedef struct RigPlace {
	const char *file;
	guint line, column;
} RigPlace;

typedef enum { RIG_NODE_SCALAR, RIG_NODE_LIST, RIG_NODE_MAP } RigNodeKind;

typedef struct RigNode RigNode;
struct RigNode {
	RigNodeKind kind;
	RigPlace place;
	char *text;       /* SCALAR: the value; owned */
	gboolean quoted;  /* SCALAR: written in quotes or as a block */
	GPtrArray *keys;  /* MAP: RigNode scalars, parallel to items */
	GPtrArray *items; /* LIST, MAP: RigNode */
};

/* One thing wrong with a file. */
typedef struct RigIssue {
	RigPlace place;
	char *path;    /* key path, as cases[2].judge.r.top1; "" for the whole file */
	char *message; /* what was found, what is allowed, the nearest known key */
} RigIssue;

/* Gathers issues; a file's are all told at once. */
typedef struct RigIssues {
	GPtrArray *list; /* RigIssue */
} RigIssues;

RigIssues *rig_issues_new(void);
void rig_issues_free(RigIssues *issues);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigIssues, rig_issues_free)
void rig_issues_add(RigIssues *issues, const RigPlace *place, const char *path, const char *format,
                    ...) G_GNUC_PRINTF(4, 5);
/* "file:line:column: path: message" lines, in order of place; file relative to the working folder.
 * Caller frees. */
char *rig_issues_text(const RigIssues *issues);

/*
 * Parses one document. Bounds: 4 MiB, depth 32, 100000 nodes, aliases expand to at most
 * 10000 nodes. Duplicate keys, several documents, tags, merge keys and wrong UTF-8 are
 * issues. NULL when the text cannot be parsed at all. Caller frees with rig_node_free.
 */
RigNode *rig_node_parse(const RigSource *source, RigIssues *issues);
void rig_node_free(RigNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigNode, rig_node_free)

/* The value of a key of a MAP; NULL: not there. Borrowed. */
RigNode *rig_node_get(const RigNode *map, const char *key);

#endif
