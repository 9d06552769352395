/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings: the first byte picks a row of the table, the rest is what the row leaves
 * open: a data file (with a right digest), the labels file or recording.yaml itself.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum { FUZZ_DATA, FUZZ_LABELS, FUZZ_YAML } FuzzPart;

static const struct {
	FuzzPart part;
	const char *file; /* name of the data file */
	const char *head; /* of recording.yaml */
} fuzz_rows[] = {
    {FUZZ_DATA, "data.bin", "recording: r\nformat: bin\ndtype: i16\nshape: [2]\n"},
    {FUZZ_DATA, "data.csv", "recording: r\nformat: csv\ndtype: i8\nshape: [2]\nclasses: 4\n"},
    {FUZZ_DATA, "data.csv",
     "recording: r\nformat: csv\ndtype: f32\nshape: [4, 1]\nclasses: 4\n"
     "window: {length: 4, stride: 2}\n"},
    {FUZZ_DATA, "data.npy", "recording: r\nformat: npy\ndtype: i16\nshape: [2]\n"},
    {FUZZ_DATA, "data.npy",
     "recording: r\nformat: npy\ndtype: f32\nshape: [3]\nwindow: {length: 3, stride: 1}\n"},
    {FUZZ_DATA, "data.wav",
     "recording: r\nformat: wav\ndtype: i16\nshape: [2]\nwindow: {length: 2, stride: 1}\n"},
    {FUZZ_DATA, "data.wav", "recording: r\nformat: wav\ndtype: u8\nshape: [8]\n"},
    {FUZZ_LABELS, "data.bin",
     "recording: r\nformat: bin\ndtype: u8\nshape: [4]\nlabels: y_labels.csv\n"},
    {FUZZ_LABELS, "data.csv",
     "recording: r\nformat: csv\ndtype: u8\nshape: [1]\nlabels: y_labels.csv\n"},
    {FUZZ_YAML, "data.bin", NULL},
};

static char fuzz_folder[] = "/tmp/tinyrig-fuzz-XXXXXX";

static void fuzz_remove(void)
{
	static const char *const names[] = {"recording.yaml", "y_labels.csv", "data.bin", "data.csv",
	                                    "data.npy",       "data.wav",     ""};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(fuzz_folder, names[i], NULL);
		remove(path);
	}
}

static void fuzz_write(const char *name, const void *data, size_t size)
{
	g_autofree char *path = g_build_filename(fuzz_folder, name, NULL);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
}

/* Writes a file and returns its entry for `files`. */
static char *fuzz_put(const char *name, const void *data, size_t size)
{
	fuzz_write(name, data, size);
	g_autofree char *sha256 = rig_sha256_hex(data, size);
	return g_strdup_printf("  - {file: %s, sha256: \"%s\"}\n", name, sha256);
}

static void fuzz_open(void)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigRecording) recording = rig_recording_open(fuzz_folder, issues);
	if ((recording == NULL) != (issues->list->len > 0))
		abort();
	if (recording == NULL) {
		g_free(rig_issues_text(issues));
		return;
	}
	const RigRecordingInfo *info = rig_recording_info(recording);
	gsize elements = 1;
	for (guint i = 0; i < info->rank; i++)
		elements *= info->dims[i];
	g_autofree double *values = g_new(double, elements);
	guint picked = rig_recording_picked(info->count, 0, 8);
	for (guint i = 0; i < picked; i++) {
		guint index = rig_recording_pick(info->count, 0, 8, i);
		RigInput input;
		g_autoptr(GError) error = NULL;
		if (!rig_recording_input(recording, index, &input, &error))
			continue;
		if (input.label >= (gint32)info->classes || input.label < RIG_LABEL_NONE ||
		    !rig_recording_values(recording, index, values, NULL))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 65536)
		return 0;
	if (g_str_has_suffix(fuzz_folder, "XXXXXX")) {
		if (g_mkdtemp(fuzz_folder) == NULL)
			abort();
		atexit(fuzz_remove);
	}
	gsize row = data[0] % G_N_ELEMENTS(fuzz_rows);
	FuzzPart part = fuzz_rows[row].part;
	const void *rest = data + 1;
	g_autofree char *entry = part == FUZZ_DATA ? fuzz_put(fuzz_rows[row].file, rest, size - 1)
	                                           : fuzz_put(fuzz_rows[row].file, "v\n1\n2\n34", 8);
	g_autofree char *labels =
	    part == FUZZ_LABELS ? fuzz_put("y_labels.csv", rest, size - 1) : g_strdup("");
	if (part == FUZZ_YAML) {
		fuzz_write("recording.yaml", rest, size - 1);
	} else {
		g_autofree char *yaml = g_strconcat(fuzz_rows[row].head, "files:\n", entry, labels, NULL);
		fuzz_write("recording.yaml", yaml, strlen(yaml));
	}
	fuzz_open();
	return 0;
}
