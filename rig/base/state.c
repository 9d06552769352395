/* SPDX-License-Identifier: Apache-2.0 */
#include "base/state.h"

#include <errno.h>
#include <sys/stat.h>

#define STATE_OWN_MODE  0700
#define STATE_PART_BITS (S_ISGID | 0777)
#define STATE_FILE_BITS 0666
#define STATE_OWN_FILE  0600

char *rig_state_folder(void)
{
	const char *named = g_getenv("TINYRIG_STATE");
	if (named != NULL && *named != '\0')
		return g_canonicalize_filename(named, NULL);
	return g_build_filename(g_get_user_state_dir(), "tinyrig", NULL);
}

static gboolean state_fail(GError **error, const char *path, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "%s: %s: %s; set TINYRIG_STATE to a folder that you may write", path, what,
	            g_strerror(errno));
	return FALSE;
}

/* Somebody else may make it at the same time: then it is as they made it. */
static gboolean state_make_part(const char *path, mode_t mode, GError **error)
{
	if (mkdir(path, STATE_OWN_MODE) != 0)
		return errno == EEXIST || state_fail(error, path, "cannot be made");
	return chmod(path, mode & STATE_PART_BITS) == 0 ||
	       state_fail(error, path, "its permissions cannot be set");
}

char *rig_state_part(const char *part, GError **error)
{
	g_autofree char *folder = rig_state_folder();
	g_autofree char *path = g_build_filename(folder, part, NULL);
	struct stat status;
	if (g_mkdir_with_parents(folder, STATE_OWN_MODE) != 0 || stat(folder, &status) != 0) {
		state_fail(error, folder, "cannot be made");
		return NULL;
	}
	return state_make_part(path, status.st_mode, error) ? g_steal_pointer(&path) : NULL;
}

guint rig_state_file_mode(const char *folder)
{
	struct stat status;
	return stat(folder, &status) == 0 ? status.st_mode & STATE_FILE_BITS : STATE_OWN_FILE;
}
