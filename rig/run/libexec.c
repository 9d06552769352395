/* SPDX-License-Identifier: Apache-2.0 */
#include "run/libexec.h"

#include <unistd.h>

char *rig_libexec_find(const char *name)
{
	const char *folder = g_getenv("TINYRIG_LIBEXEC");
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *own = self == NULL ? NULL : g_path_get_dirname(self);
	char *places[] = {folder == NULL ? NULL : g_build_filename(folder, name, NULL),
	                  own == NULL ? NULL : g_build_filename(own, "libexec", name, NULL),
	                  own == NULL ? NULL
	                              : g_build_filename(own, "..", "libexec", "tinyrig", name, NULL)};
	char *found = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		if (found == NULL && places[i] != NULL && access(places[i], X_OK) == 0)
			found = places[i];
		else
			g_free(places[i]);
	}
	return found;
}
