/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files, where there is no libFuzzer: PROGRAM FILE_OR_FOLDER… Each input
 * gets a buffer of its very size, so that a read beyond its end is seen.
 */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint corpus_run_file(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &text, &size, &error)) {
		g_printerr("corpus: %s\n", error->message);
		exit(1);
	}
	/* malloc and not GLib's contents, which have a byte more. */
	uint8_t *data = malloc(MAX(size, 1));
	if (data == NULL)
		abort();
	memcpy(data, text, size);
	/* Seen only when the target dies of this input. */
	g_print("%s\n", path);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static guint corpus_run_folder(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
	guint count = 0;
	if (folder == NULL) {
		g_printerr("corpus: %s\n", error->message);
		exit(1);
	}
	for (const char *name = g_dir_read_name(folder); name; name = g_dir_read_name(folder)) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		count += corpus_run_file(file);
	}
	return count;
}

int main(int argc, char **argv)
{
	guint count = 0;
	for (int i = 1; i < argc; i++)
		count += g_file_test(argv[i], G_FILE_TEST_IS_DIR) ? corpus_run_folder(argv[i])
		                                                  : corpus_run_file(argv[i]);
	if (count == 0) {
		g_printerr("corpus: no inputs; a target without a corpus tests nothing\n");
		return 1;
	}
	g_print("%u inputs\n", count);
	return 0;
}
