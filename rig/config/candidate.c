/* SPDX-License-Identifier: Apache-2.0 */
#include "config/candidate.h"
#include "config/candidate_parts.h"
#include "yaml/variables.h"

#include <string.h>

#define IMAGE(member) G_STRUCT_OFFSET(RigCandidateImage, member)
static const RigField candidate_image_rows[] = {
    {.key = "target",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = IMAGE(target),
     .help = "target that it is for"},
    {.key = "file",
     .type = RIG_FIELD_PATH,
     .required = TRUE,
     .offset = IMAGE(path),
     .help = "ELF, Intel HEX or raw binary"},
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     .offset = IMAGE(address),
     .max = 9007199254740991.0, /* what JSON programs keep exactly */
     .fallback = "-1",
     .help = "where a raw binary goes, as 0x8000000"},
    {.key = "sha256",
     .type = RIG_FIELD_CUSTOM,
     .offset = IMAGE(sha256),
     .custom = &rig_custom_sha256,
     .help = "digest that the file must have"},
    {.key = NULL},
};

#define CANDIDATE(member) G_STRUCT_OFFSET(RigCandidateFile, candidate.member)
static const RigField candidate_model_rows[] = {
    {.key = "sha256",
     .type = RIG_FIELD_CUSTOM,
     .required = TRUE,
     .offset = CANDIDATE(model_sha256),
     .custom = &rig_custom_sha256,
     .help = "digest of the model's file"},
    {.key = NULL},
};

const RigField rig_candidate_rows[] = {
    {.key = "candidate",
     .type = RIG_FIELD_NAME,
     .required = TRUE,
     .offset = CANDIDATE(name),
     .help = "name of the product"},
    {.key = "version",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = CANDIDATE(version),
     .help = "its version, as 1.4.0"},
    {.key = "variables",
     .type = RIG_FIELD_CUSTOM,
     .offset = G_STRUCT_OFFSET(RigCandidateFile, variables),
     .custom = &rig_custom_variables,
     .help = "texts for ${name}; -D name=text sets them anew"},
    {.key = "security_counter",
     .type = RIG_FIELD_INTEGER,
     .offset = CANDIDATE(security_counter),
     .max = G_MAXUINT32,
     .fallback = "-1",
     .help = "counter that a boot loader never lets go back"},
    {.key = "model",
     .type = RIG_FIELD_STRUCT,
     .rows = candidate_model_rows,
     .help = "the model that the images carry"},
    {.key = "images",
     .type = RIG_FIELD_LIST,
     .required = TRUE,
     .offset = CANDIDATE(images),
     .rows = candidate_image_rows,
     .size = sizeof(RigCandidateImage),
     .help = "one image per target"},
    {.key = NULL},
};

void rig_candidate_free(RigCandidate *candidate)
{
	if (candidate == NULL)
		return;
	rig_fields_free(rig_candidate_rows, (RigCandidateFile *)(gpointer)candidate);
	g_free(candidate->path);
	g_free(candidate->digest);
	g_free(candidate);
}

const RigCandidateImage *rig_candidate_image(const RigCandidate *candidate, const char *target)
{
	for (guint i = 0; i < candidate->images->len; i++) {
		const RigCandidateImage *image = candidate->images->pdata[i];
		if (g_strcmp0(image->target, target) == 0)
			return image;
	}
	return NULL;
}

static RigCandidate *candidate_new(void)
{
	RigCandidateFile *file = g_new0(RigCandidateFile, 1);
	file->candidate.security_counter = -1;
	return &file->candidate;
}

/* Two images for one target. */
static void candidate_check_targets(RigBinder *binder, const RigCandidate *candidate,
                                    const RigNode *list)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; list != NULL && i < candidate->images->len; i++) {
		RigCandidateImage *image = candidate->images->pdata[i];
		const RigNode *node = list->items->pdata[i];
		image->place = node->place;
		const RigNode *first =
		    image->target == NULL ? NULL : g_hash_table_lookup(seen, image->target);
		gsize mark = rig_binder_enter_index(binder, i);
		rig_binder_enter(binder, "target");
		if (first != NULL)
			rig_binder_issue(binder, rig_node_get(node, "target"),
			                 "a second image for \"%s\"; the first is in line %u", image->target,
			                 first->place.line);
		else if (image->target != NULL)
			g_hash_table_insert(seen, image->target, (gpointer)(gintptr)node);
		rig_binder_leave(binder, mark);
	}
}

static void candidate_check_files(RigIssues *issues, const GPtrArray *paths)
{
	for (guint i = 0; i < paths->len; i++) {
		const RigTextUse *use = paths->pdata[i];
		if (!g_file_test(use->text, G_FILE_TEST_EXISTS))
			rig_issues_add(issues, &use->place, use->key, "there is no file %s", use->text);
	}
}

RigCandidate *rig_candidate_load(RigSources *sources, const char *path, GHashTable *defines,
                                 RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *absolute = rig_path_resolve(path, NULL);
	RigPlace whole = {g_intern_string(absolute), 0, 0};
	const RigSource *source = rig_sources_read(sources, absolute, &error);
	if (source == NULL) {
		rig_issues_add(issues, &whole, "", "%s", error->message);
		return NULL;
	}
	g_autoptr(RigNode) root = rig_node_parse(source, issues);
	if (root == NULL)
		return NULL;
	g_auto(RigBinder) binder;
	g_autoptr(GPtrArray) paths = rig_text_uses_new();
	rig_binder_init(&binder, issues);
	binder.paths = paths;
	g_autoptr(GHashTable) variables = rig_variables_bind(&binder, root, defines);
	binder.variables = variables;
	RigCandidate *candidate = candidate_new();
	candidate->path = g_steal_pointer(&absolute);
	candidate->digest = g_strdup(source->sha256);
	candidate->place = root->place;
	rig_bind(&binder, rig_candidate_rows, root, candidate, NULL);
	candidate->images = candidate->images != NULL ? candidate->images : g_ptr_array_new();
	gsize mark = rig_binder_enter(&binder, "images");
	candidate_check_targets(&binder, candidate, rig_node_get(root, "images"));
	rig_binder_leave(&binder, mark);
	candidate_check_files(issues, paths);
	return candidate;
}

RigCandidate *rig_candidate_from_images(char **images, GError **error)
{
	g_autoptr(RigCandidate) candidate = candidate_new();
	candidate->images = g_ptr_array_new();
	for (guint i = 0; images != NULL && images[i] != NULL; i++) {
		const char *equals = strchr(images[i], '=');
		g_autofree char *target =
		    equals == NULL ? NULL : g_strndup(images[i], (gsize)(equals - images[i]));
		if (target == NULL || !rig_name_is_valid(target) || equals[1] == '\0') {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
			            "--image %s: write TARGET=FILE, as in host=build/digits.elf", images[i]);
			return NULL;
		}
		if (rig_candidate_image(candidate, target) != NULL) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
			            "--image %s: a second image for the target \"%s\"", images[i], target);
			return NULL;
		}
		RigCandidateImage *image = g_new0(RigCandidateImage, 1);
		image->target = g_steal_pointer(&target);
		image->path = rig_path_resolve(equals + 1, NULL);
		image->address = -1;
		g_ptr_array_add(candidate->images, image);
	}
	return g_steal_pointer(&candidate);
}
