/* SPDX-License-Identifier: Apache-2.0 */
/* The event parser of libyaml drives a stack of open lists and maps; nothing recurses. */
#include "yaml/node.h"

#include <string.h>
#include <yaml.h>

#define NODE_DEPTH_MAX 32u
#define NODE_COUNT_MAX 100000u
#define NODE_ALIAS_MAX 10000u
/* Copies of long texts must not turn a small file into a large tree. */
#define NODE_ALIAS_BYTES_MAX (1u << 20)
/* Up to here a map is searched key by key, beyond it has a table of its keys. */
#define NODE_SMALL_MAP 16u

/* A list or map whose end has not come. */
typedef struct {
	RigNode *node;
	RigNode *key;       /* MAP: its value comes next; NULL: a key comes next */
	gboolean drop;      /* the value of `key` is kept out of the map: the key was refused */
	GHashTable *places; /* MAP: key text -> RigNode, once it is large; NULL before */
} NodeFrame;

typedef struct {
	RigIssues *issues;
	const char *file; /* interned */
	NodeFrame stack[NODE_DEPTH_MAX];
	guint depth;
	RigNode *root;
	GPtrArray *dropped;  /* values of refused keys; an alias may still name them */
	GHashTable *anchors; /* name -> RigNode, borrowed from the tree */
	guint count, alias_count;
	gsize alias_bytes;
	gboolean stopped; /* a bound was passed: what follows is not read */
} NodeReader;

static RigNode *node_new(NodeReader *reader, RigNodeKind kind, const RigPlace *place)
{
	RigNode *node = g_new0(RigNode, 1);
	node->kind = kind;
	node->place = *place;
	if (kind != RIG_NODE_SCALAR)
		node->items = g_ptr_array_new();
	if (kind == RIG_NODE_MAP)
		node->keys = g_ptr_array_new();
	reader->count++;
	return node;
}

void rig_node_free(RigNode *root)
{
	if (root == NULL)
		return;
	g_autoptr(GPtrArray) open = g_ptr_array_new();
	g_ptr_array_add(open, root);
	while (open->len > 0) {
		RigNode *node = g_ptr_array_steal_index(open, open->len - 1);
		if (node->keys != NULL)
			g_ptr_array_extend_and_steal(open, node->keys);
		if (node->items != NULL)
			g_ptr_array_extend_and_steal(open, node->items);
		g_free(node->text);
		g_free(node);
	}
}

RigNode *rig_node_get(const RigNode *map, const char *key)
{
	if (map == NULL || map->kind != RIG_NODE_MAP)
		return NULL;
	for (guint i = 0; i < map->keys->len; i++) {
		const RigNode *name = map->keys->pdata[i];
		if (strcmp(name->text, key) == 0)
			return map->items->pdata[i];
	}
	return NULL;
}

/* The key path of what comes next, for messages. Caller frees. */
static char *node_path(const NodeReader *reader)
{
	GString *path = g_string_new(NULL);
	for (guint i = 0; i < reader->depth; i++) {
		const NodeFrame *frame = &reader->stack[i];
		if (frame->node->kind == RIG_NODE_LIST)
			g_string_append_printf(path, "[%u]", frame->node->items->len);
		else if (frame->key != NULL)
			g_string_append_printf(path, "%s%.64s", path->len > 0 ? "." : "", frame->key->text);
	}
	return g_string_free(path, FALSE);
}

static void G_GNUC_PRINTF(3, 4)
    node_issue(NodeReader *reader, const RigPlace *place, const char *format, ...)
{
	g_autofree char *path = node_path(reader);
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	rig_issues_add(reader->issues, place, path, "%s", message);
}

static void node_stop(NodeReader *reader, const RigPlace *place, const char *why)
{
	node_issue(reader, place, "%s", why);
	reader->stopped = TRUE;
}

static RigPlace node_place(const NodeReader *reader, const yaml_mark_t *mark)
{
	return (RigPlace){reader->file, (guint)mark->line + 1, (guint)mark->column + 1};
}

/* An earlier key of this text; NULL: none. */
static const RigNode *node_find_key(NodeFrame *frame, const RigNode *key)
{
	const GPtrArray *keys = frame->node->keys;
	if (frame->places == NULL && keys->len >= NODE_SMALL_MAP) {
		frame->places = g_hash_table_new(g_str_hash, g_str_equal);
		for (guint i = 0; i < keys->len; i++) {
			RigNode *name = keys->pdata[i];
			g_hash_table_insert(frame->places, name->text, name);
		}
	}
	if (frame->places != NULL)
		return g_hash_table_lookup(frame->places, key->text);
	for (guint i = 0; i < keys->len; i++) {
		const RigNode *name = keys->pdata[i];
		if (strcmp(name->text, key->text) == 0)
			return name;
	}
	return NULL;
}

/* Takes the key of a map's next pair. */
static void node_take_key(NodeReader *reader, NodeFrame *frame, RigNode *key)
{
	frame->drop = TRUE;
	if (key->kind != RIG_NODE_SCALAR) {
		node_issue(reader, &key->place, "a key must be a text, not a list or map");
		g_ptr_array_add(reader->dropped, key);
		frame->key = node_new(reader, RIG_NODE_SCALAR, &key->place);
		frame->key->text = g_strdup("?");
		return;
	}
	frame->key = key;
	const RigNode *earlier = node_find_key(frame, key);
	if (earlier != NULL)
		node_issue(reader, &key->place, "duplicate key \"%.64s\"; it is already in line %u",
		           key->text, earlier->place.line);
	else if (strcmp(key->text, "<<") == 0 && !key->quoted)
		node_issue(reader, &key->place, "merge keys (<<) are not supported; write the keys out");
	else
		frame->drop = FALSE;
}

static void node_take_value(NodeReader *reader, NodeFrame *frame, RigNode *value)
{
	if (frame->drop) {
		g_ptr_array_add(reader->dropped, frame->key);
		g_ptr_array_add(reader->dropped, value);
	} else {
		g_ptr_array_add(frame->node->keys, frame->key);
		g_ptr_array_add(frame->node->items, value);
		if (frame->places != NULL)
			g_hash_table_insert(frame->places, frame->key->text, frame->key);
	}
	frame->key = NULL;
}

/* Hands a finished node to the list or map around it. Takes it. */
static void node_add(NodeReader *reader, RigNode *node)
{
	NodeFrame *frame = reader->depth == 0 ? NULL : &reader->stack[reader->depth - 1];
	g_assert(frame == NULL || frame->node != NULL);
	if (frame == NULL)
		reader->root = node;
	else if (frame->node->kind == RIG_NODE_LIST)
		g_ptr_array_add(frame->node->items, node);
	else if (frame->key == NULL)
		node_take_key(reader, frame, node);
	else
		node_take_value(reader, frame, node);
}

static void node_open(NodeReader *reader, RigNodeKind kind, const RigPlace *place)
{
	if (reader->depth == NODE_DEPTH_MAX) {
		node_stop(reader, place, "nested deeper than 32 lists and maps");
		return;
	}
	reader->stack[reader->depth++] = (NodeFrame){.node = node_new(reader, kind, place)};
}

static RigNode *node_close(NodeReader *reader)
{
	NodeFrame *frame = &reader->stack[--reader->depth];
	g_clear_pointer(&frame->places, g_hash_table_unref);
	RigNode *node = frame->node;
	node_add(reader, node);
	return node;
}

static void node_check_tag(NodeReader *reader, const RigPlace *place, const yaml_char_t *tag)
{
	const char *text = (const char *)tag;
	if (text != NULL && strcmp(text, YAML_STR_TAG) != 0 && strcmp(text, "!") != 0)
		node_issue(reader, place, "tags are not supported (%.64s); write the plain value", text);
}

/* A finished or open node of this name; open ones are refused where they are used. */
static void node_anchor(NodeReader *reader, const yaml_char_t *anchor, RigNode *node)
{
	if (anchor != NULL)
		g_hash_table_insert(reader->anchors, g_strdup((const char *)anchor), node);
}

static void node_scalar(NodeReader *reader, const yaml_event_t *event, const RigPlace *place)
{
	RigNode *node = node_new(reader, RIG_NODE_SCALAR, place);
	const yaml_char_t *tag = event->data.scalar.tag;
	node->text = g_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || tag != NULL;
	node_check_tag(reader, place, tag);
	node_anchor(reader, event->data.scalar.anchor, node);
	if (strlen(node->text) != event->data.scalar.length)
		node_issue(reader, place, "a text cannot hold the character \\0");
	node_add(reader, node);
}

static gboolean node_is_open(const NodeReader *reader, const RigNode *node)
{
	for (guint i = 0; i < reader->depth; i++) {
		if (reader->stack[i].node == node)
			return TRUE;
	}
	return FALSE;
}

/* Where a copy of an aliased tree is. */
typedef struct {
	const RigNode *from;
	guint next; /* child to copy; a map's key and value are one step */
} NodeCopy;

static gboolean node_copy_fits(NodeReader *reader, const RigNode *from)
{
	reader->alias_count++;
	reader->alias_bytes += from->text == NULL ? 0 : strlen(from->text) + 1;
	return reader->alias_count <= NODE_ALIAS_MAX && reader->alias_bytes <= NODE_ALIAS_BYTES_MAX;
}

static void node_copy_scalar(NodeReader *reader, const RigNode *from)
{
	RigNode *copy = node_new(reader, RIG_NODE_SCALAR, &from->place);
	copy->text = g_strdup(from->text);
	copy->quoted = from->quoted;
	node_add(reader, copy);
}

/* Writes `root` again, as if it stood here; its places stay where it was written. */
static void node_copy(NodeReader *reader, const RigNode *root, const RigPlace *place)
{
	NodeCopy stack[NODE_DEPTH_MAX + 1];
	guint depth = 0;
	const RigNode *from = root;
	while (!reader->stopped) {
		if (from != NULL && !node_copy_fits(reader, from)) {
			node_stop(reader, place, "aliases expand to more than 10000 values or 1 MiB");
		} else if (from != NULL && from->kind == RIG_NODE_SCALAR) {
			node_copy_scalar(reader, from);
		} else if (from != NULL) {
			node_open(reader, from->kind, &from->place);
			if (!reader->stopped)
				stack[depth++] = (NodeCopy){from, 0};
		}
		if (depth == 0 || reader->stopped)
			return;
		NodeCopy *top = &stack[depth - 1];
		if (top->next == top->from->items->len) {
			node_close(reader);
			depth--;
			from = NULL;
			continue;
		}
		if (top->from->keys != NULL)
			node_copy_scalar(reader, top->from->keys->pdata[top->next]);
		from = top->from->items->pdata[top->next++];
	}
}

static void node_alias(NodeReader *reader, const char *name, const RigPlace *place)
{
	const RigNode *node = g_hash_table_lookup(reader->anchors, name);
	if (node == NULL)
		node_stop(reader, place, "an alias (*) to an anchor (&) that no line before it has");
	else if (node_is_open(reader, node))
		node_stop(reader, place, "an alias to a list or map that holds it");
	else
		node_copy(reader, node, place);
}

/* Takes one event in. FALSE: it was the last one worth reading. */
static gboolean node_event(NodeReader *reader, const yaml_event_t *event)
{
	RigPlace place = node_place(reader, &event->start_mark);
	RigNodeKind kind = event->type == YAML_MAPPING_START_EVENT ? RIG_NODE_MAP : RIG_NODE_LIST;
	if (event->type == YAML_SCALAR_EVENT) {
		node_scalar(reader, event, &place);
	} else if (event->type == YAML_ALIAS_EVENT) {
		node_alias(reader, (const char *)event->data.alias.anchor, &place);
	} else if (event->type == YAML_SEQUENCE_START_EVENT ||
	           event->type == YAML_MAPPING_START_EVENT) {
		gboolean is_map = kind == RIG_NODE_MAP;
		node_check_tag(reader, &place,
		               is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
		node_open(reader, kind, &place);
		if (!reader->stopped)
			node_anchor(reader,
			            is_map ? event->data.mapping_start.anchor
			                   : event->data.sequence_start.anchor,
			            reader->stack[reader->depth - 1].node);
	} else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
		node_close(reader);
	} else if (event->type == YAML_DOCUMENT_START_EVENT && reader->root != NULL) {
		node_stop(reader, &place, "a second document (---); one file holds one document");
	}
	if (!reader->stopped && reader->count > NODE_COUNT_MAX)
		node_stop(reader, &place, "more than 100000 values");
	return !reader->stopped && event->type != YAML_STREAM_END_EVENT;
}

/* Line and column of a byte. */
static RigPlace node_place_of_byte(const NodeReader *reader, const char *data, gsize offset)
{
	RigPlace place = {reader->file, 1, 1};
	for (gsize i = 0; i < offset; i++) {
		place.column++;
		if (data[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((guint8)data[i] & 0xC0u) == 0x80u) {
			place.column--; /* a character counts once */
		}
	}
	return place;
}

static void node_syntax_issue(NodeReader *reader, const yaml_parser_t *parser, const char *data)
{
	const yaml_mark_t *mark = &parser->problem_mark;
	RigPlace place = parser->error == YAML_READER_ERROR
	                     ? node_place_of_byte(reader, data, parser->problem_offset)
	                     : node_place(reader, mark);
	const char *problem = parser->problem == NULL ? "out of memory" : parser->problem;
	if (parser->context != NULL)
		node_issue(reader, &place, "not YAML: %s (%s that began in line %zu)", problem,
		           parser->context, parser->context_mark.line + 1);
	else
		node_issue(reader, &place, "not YAML: %s", problem);
}

static void node_read(NodeReader *reader, const char *data, gsize size)
{
	yaml_parser_t parser;
	yaml_event_t event;
	gboolean more = TRUE;
	if (yaml_parser_initialize(&parser) == 0)
		g_error("out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)data, size);
	while (more) {
		if (yaml_parser_parse(&parser, &event) == 0) {
			node_syntax_issue(reader, &parser, data);
			reader->stopped = TRUE;
			break;
		}
		more = node_event(reader, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static void node_free_dropped(gpointer node)
{
	rig_node_free(node);
}

/* Size and encoding. FALSE: not to be parsed. */
static gboolean node_check_bytes(NodeReader *reader, const char *data, gsize size)
{
	const char *end;
	if (size > RIG_SOURCE_BYTES_MAX) {
		RigPlace whole = {reader->file, 0, 0};
		node_issue(reader, &whole, "larger than 4 MiB");
		return FALSE;
	}
	if (!g_utf8_validate(data, (gssize)size, &end)) {
		gsize offset = (gsize)(end - data);
		RigPlace place = node_place_of_byte(reader, data, offset);
		node_issue(reader, &place, "not UTF-8 text (byte 0x%02X); save the file as UTF-8",
		           (guint)(guint8)data[offset]);
		return FALSE;
	}
	return TRUE;
}

RigNode *rig_node_parse(const RigSource *source, RigIssues *issues)
{
	gsize size;
	const char *data = g_bytes_get_data(source->bytes, &size);
	NodeReader reader = {.issues = issues, .file = g_intern_string(source->path)};
	data = data == NULL ? "" : data;
	if (!node_check_bytes(&reader, data, size))
		return NULL;
	reader.dropped = g_ptr_array_new_with_free_func(node_free_dropped);
	reader.anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	node_read(&reader, data, size);
	while (reader.depth > 0) { /* stopped inside: finish what is open, so that it can be freed */
		NodeFrame *frame = &reader.stack[reader.depth - 1];
		if (frame->key != NULL) {
			g_ptr_array_add(reader.dropped, frame->key);
			frame->key = NULL;
		}
		g_clear_pointer(&frame->places, g_hash_table_unref);
		g_ptr_array_add(reader.dropped, frame->node);
		reader.depth--;
	}
	if (reader.root == NULL && !reader.stopped) {
		RigPlace start = {reader.file, 1, 1};
		rig_issues_add(issues, &start, "", "the file is empty");
	}
	g_hash_table_unref(reader.anchors);
	g_ptr_array_unref(reader.dropped);
	return reader.root;
}
