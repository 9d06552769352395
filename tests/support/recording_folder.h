/* SPDX-License-Identifier: Apache-2.0 */
/* A recording in a folder of its own, made by a test: files with right digests, then the YAML. */
#ifndef TESTS_SUPPORT_RECORDING_FOLDER_H
#define TESTS_SUPPORT_RECORDING_FOLDER_H

#include "data/recording.h"

typedef struct RecordingFolder {
	char *path;
	GString *entries; /* `files` of the YAML */
} RecordingFolder;

RecordingFolder *recording_folder_new(void);
/* Removes the folder. */
void recording_folder_free(RecordingFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordingFolder, recording_folder_free)

/* Writes a file and adds it with its digest to the entries. */
void recording_folder_put(RecordingFolder *folder, const char *name, const void *data, gsize size);
/* The same for text. */
void recording_folder_text(RecordingFolder *folder, const char *name, const char *text);
/* Writes a file without an entry. */
void recording_folder_write(RecordingFolder *folder, const char *name, const void *data,
                            gsize size);
/* Writes recording.yaml: `head` and the entries. */
void recording_folder_yaml(RecordingFolder *folder, const char *head);
/* Opens it. On failure NULL and *issues is their text; caller frees. */
RigRecording *recording_folder_open(const RecordingFolder *folder, char **issues);

#endif
