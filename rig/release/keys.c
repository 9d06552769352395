/* SPDX-License-Identifier: Apache-2.0 */
#include "release/keys.h"

#include "base/files.h"
#include "base/state.h"
#include "release/signer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_SUFFIX   ".pem"
#define KEYS_FILE_MAX 65536

char *rig_keys_folder(GError **error)
{
	return rig_state_part("keys", error);
}

static gboolean keys_name_is_good(const char *name)
{
	gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return length > 0 && length <= 64 && name[length] == '\0';
}

char *rig_keys_path(const char *word, GError **error)
{
	if (strchr(word, '/') != NULL || g_str_has_suffix(word, KEYS_SUFFIX))
		return g_strdup(word);
	if (!keys_name_is_good(word)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "\"%.64s\" is no name of a key: a-z, 0-9 and - are, or a file NAME.pem", word);
		return NULL;
	}
	g_autofree char *folder = rig_keys_folder(error);
	return folder == NULL ? NULL : g_strdup_printf("%s/%s" KEYS_SUFFIX, folder, word);
}

/* Whole, and with its permissions. */
static char *keys_read(const char *path, struct stat *about, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	g_autofree char *text = g_malloc(KEYS_FILE_MAX + 1);
	if (fd < 0 || fstat(fd, about) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s; `tinyrig key show` lists the keys",
		            path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	ssize_t got = read(fd, text, KEYS_FILE_MAX);
	close(fd);
	if (got < 0) {
		(void)rig_file_fail(error, path, "cannot be read", errno);
		return NULL;
	}
	text[got] = '\0';
	return g_steal_pointer(&text);
}

char *rig_keys_passphrase(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	if (!g_file_get_contents(path, &text, NULL, &why)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
		return NULL;
	}
	text[strcspn(text, "\r\n")] = '\0';
	if (text[0] == '\0') {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: its first line is empty", path);
		return NULL;
	}
	return g_steal_pointer(&text);
}

static char *keys_on_ask(gpointer passphrase_file)
{
	return passphrase_file == NULL ? NULL : rig_keys_passphrase(passphrase_file, NULL);
}

RigKey *rig_keys_open(const char *word, const char *passphrase_file, GError **error)
{
	struct stat about;
	g_autofree char *path = rig_keys_path(word, error);
	g_autofree char *text = path == NULL ? NULL : keys_read(path, &about, error);
	if (text == NULL)
		return NULL;
	const char *named = g_getenv("TINYRIG_PASSPHRASE_FILE");
	g_autofree char *asked = g_strdup(passphrase_file != NULL ? passphrase_file : named);
	g_autoptr(RigKey) key = rig_key_read_pem(text, strlen(text), keys_on_ask, asked, error);
	explicit_bzero(text, strlen(text));
	if (key == NULL) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	if (!rig_key_is_private(key))
		rig_signer_find(key, path);
	if (rig_key_is_private(key) && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_USAGE,
		    "%s: a private key that others may read or write is nobody's: chmod 600 it, and "
		    "make a new one where others had access",
		    path);
		return NULL;
	}
	return g_steal_pointer(&key);
}

static gboolean keys_write(const char *path, const char *text, GError **error)
{
	gsize size = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: is there already; a key is never written over, take another name", path);
		return FALSE;
	}
	gboolean good = fd >= 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
	int number = errno;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	if (good)
		return TRUE;
	if (fd >= 0)
		(void)unlink(path);
	return rig_file_fail(error, path, "cannot be written", number);
}

RigKey *rig_keys_make(const char *name, const char *passphrase, GError **error)
{
	if (!keys_name_is_good(name)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "\"%.64s\" is no name of a key: a-z, 0-9 and - are", name);
		return NULL;
	}
	g_autofree char *folder = rig_keys_folder(error), *path = rig_keys_path(name, error);
	g_autoptr(RigKey) key = folder == NULL || path == NULL ? NULL : rig_key_new(error);
	g_autofree char *text = key == NULL ? NULL : rig_key_private_pem(key, passphrase, error);
	if (text == NULL)
		return NULL;
	gboolean good = keys_write(path, text, error) && rig_folder_sync(folder, error);
	explicit_bzero(text, strlen(text));
	return good ? g_steal_pointer(&key) : NULL;
}

RigKey *rig_keys_own(const char *name, GError **error)
{
	g_autofree char *path = rig_keys_path(name, error);
	if (path == NULL)
		return NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_autoptr(GError) why = NULL;
		RigKey *key = rig_keys_make(name, NULL, &why);
		/* Another session may have been quicker. */
		if (key != NULL || !g_file_test(path, G_FILE_TEST_EXISTS)) {
			if (why != NULL)
				g_propagate_error(error, g_steal_pointer(&why));
			return key;
		}
	}
	return rig_keys_open(name, NULL, error);
}

RigKey *rig_keys_adopt(const char *name, const char *public_pem, char **argv, GError **error)
{
	g_autofree char *path = rig_keys_path(name, error), *text = NULL;
	g_autoptr(GError) why = NULL;
	gsize size;
	if (path == NULL)
		return NULL;
	if (!g_file_get_contents(public_pem, &text, &size, &why)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
		return NULL;
	}
	g_autoptr(RigKey) key = rig_key_read_pem(text, size, NULL, NULL, error);
	if (key == NULL || rig_key_is_private(key)) {
		if (key != NULL)
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
			            "%s: is a private key; a signer keeps it, give the public half",
			            public_pem);
		return NULL;
	}
	if (!keys_write(path, text, error) || !rig_signer_write(path, argv, error))
		return NULL;
	rig_signer_find(key, path);
	return g_steal_pointer(&key);
}

static int keys_compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **rig_keys_list(GError **error)
{
	g_autofree char *folder = rig_keys_folder(error);
	GDir *there = folder == NULL ? NULL : g_dir_open(folder, 0, error);
	if (there == NULL)
		return NULL;
	GPtrArray *names = g_ptr_array_new();
	const char *entry;
	while ((entry = g_dir_read_name(there)) != NULL)
		if (g_str_has_suffix(entry, KEYS_SUFFIX))
			g_ptr_array_add(names, g_strndup(entry, strlen(entry) - strlen(KEYS_SUFFIX)));
	g_dir_close(there);
	g_ptr_array_sort(names, keys_compare);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}
