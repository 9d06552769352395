/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch_changes.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHANGES_MASK                                                                               \
	(IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |            \
	 IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)
#define CHANGES_TRIES 16u /* a folder that is made level by level while we look */

/* A file as it is: what tells one state from another without reading it. */
typedef struct {
	gboolean there;
	dev_t device;
	ino_t inode;
	mode_t mode;
	off_t size;
	struct timespec modified;
} ChangesMark;

typedef struct {
	char *path;
	ChangesMark mark;
	gint64 writing_us;    /* the last sign of a writer that has not closed it; 0: none */
	gboolean was_written; /* since it was marked; the clock of a file system is coarse */
} ChangesFile;

struct RigWatch {
	const RigClock *clock;
	int fd;
	GPtrArray *files;    /* ChangesFile */
	GHashTable *folders; /* watch descriptor -> GHashTable of names in that folder -> ChangesFile,
	                        NULL for a folder on the way to one */
	gint64 event_us;     /* of the last that mattered; 0: none since `seen` */
};

static void changes_free_file(gpointer data)
{
	ChangesFile *file = data;
	g_free(file->path);
	g_free(file);
}

static void changes_free_names(gpointer names)
{
	g_hash_table_unref(names);
}

static GHashTable *changes_folders_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, changes_free_names);
}

RigWatch *rig_watch_new(const RigClock *clock, GError **error)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "inotify: %s; fs.inotify.max_user_instances may be too low", g_strerror(errno));
		return NULL;
	}
	RigWatch *watch = g_new0(RigWatch, 1);
	watch->clock = clock;
	watch->fd = fd;
	watch->files = g_ptr_array_new_with_free_func(changes_free_file);
	watch->folders = changes_folders_new();
	return watch;
}

void rig_watch_free(RigWatch *watch)
{
	if (watch == NULL)
		return;
	close(watch->fd);
	g_hash_table_unref(watch->folders);
	g_ptr_array_unref(watch->files);
	g_free(watch);
}

int rig_watch_fd(const RigWatch *watch)
{
	return watch->fd;
}

static ChangesMark changes_mark(const char *path)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return (ChangesMark){.there = FALSE};
	return (ChangesMark){.there = TRUE,
	                     .device = status.st_dev,
	                     .inode = status.st_ino,
	                     .mode = status.st_mode,
	                     .size = status.st_size,
	                     .modified = status.st_mtim};
}

static gboolean changes_same(const ChangesMark *a, const ChangesMark *b)
{
	if (!a->there || !b->there)
		return a->there == b->there;
	return a->device == b->device && a->inode == b->inode && a->mode == b->mode &&
	       a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

/* What is listened for in that folder; it may be watched under another name already. */
static void changes_listen(GHashTable *folders, int descriptor, const char *name, ChangesFile *file)
{
	GHashTable *names = g_hash_table_lookup(folders, GINT_TO_POINTER(descriptor));
	if (names == NULL) {
		names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		g_hash_table_insert(folders, GINT_TO_POINTER(descriptor), names);
	}
	if (file != NULL || !g_hash_table_contains(names, name))
		g_hash_table_insert(names, g_strdup(name), file);
}

/*
 * Watches the folder of `path`, or the nearest above it that there is. *deeper: what was missing
 * has come in between.
 */
static gboolean changes_arm_file(RigWatch *watch, GHashTable *folders, ChangesFile *file,
                                 gboolean *deeper, GError **error)
{
	g_autofree char *below = g_strdup(file->path);
	ChangesFile *found = file;
	*deeper = FALSE;
	for (;;) {
		g_autofree char *folder = g_path_get_dirname(below);
		g_autofree char *name = g_path_get_basename(below);
		int descriptor = inotify_add_watch(watch->fd, folder, CHANGES_MASK | IN_ONLYDIR);
		if (descriptor >= 0) {
			changes_listen(folders, descriptor, name, found);
			*deeper = found == NULL && g_file_test(below, G_FILE_TEST_IS_DIR);
			return TRUE;
		}
		gboolean missing = errno == ENOENT || errno == ENOTDIR;
		if (!missing || strcmp(folder, below) == 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s cannot be watched: %s%s", folder,
			            g_strerror(errno),
			            errno == ENOSPC ? "; fs.inotify.max_user_watches is too low" : "");
			return FALSE;
		}
		g_free(below);
		below = g_steal_pointer(&folder);
		found = NULL;
	}
}

/* Folders that are not asked for any more are let go of. */
static void changes_forget(RigWatch *watch, GHashTable *folders)
{
	GHashTableIter iter;
	gpointer descriptor;
	g_hash_table_iter_init(&iter, watch->folders);
	while (g_hash_table_iter_next(&iter, &descriptor, NULL)) {
		if (!g_hash_table_contains(folders, descriptor))
			(void)inotify_rm_watch(watch->fd, GPOINTER_TO_INT(descriptor));
	}
	g_hash_table_unref(watch->folders);
	watch->folders = folders;
}

static gboolean changes_arm(RigWatch *watch, GError **error)
{
	GHashTable *folders = changes_folders_new();
	gboolean good = TRUE;
	for (guint i = 0; i < watch->files->len && good; i++) {
		gboolean deeper = TRUE;
		for (guint k = 0; k < CHANGES_TRIES && deeper && good; k++)
			good = changes_arm_file(watch, folders, g_ptr_array_index(watch->files, i), &deeper,
			                        error);
	}
	changes_forget(watch, folders);
	return good;
}

/* A file that is made empty will be filled; a link to one that is there is whole at once. */
static gboolean changes_is_empty(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

static void changes_heard_file(const RigWatch *watch, ChangesFile *file, guint32 mask)
{
	if ((mask & IN_MODIFY) != 0)
		file->was_written = TRUE;
	if ((mask & IN_MODIFY) != 0 || ((mask & IN_CREATE) != 0 && changes_is_empty(file->path)))
		file->writing_us = rig_clock_now(watch->clock);
	else if ((mask & (IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)) != 0)
		file->writing_us = 0;
}

/* Some events were lost: whatever was heard of writers may be wrong. */
static void changes_heard_overflow(const RigWatch *watch)
{
	for (guint i = 0; i < watch->files->len; i++)
		((ChangesFile *)g_ptr_array_index(watch->files, i))->writing_us = 0;
}

/* TRUE: folders have come or gone, so that they have to be armed anew. */
static gboolean changes_heard(RigWatch *watch, const struct inotify_event *event)
{
	GHashTable *names = g_hash_table_lookup(watch->folders, GINT_TO_POINTER(event->wd));
	gpointer file = NULL;
	gboolean overflow = (event->mask & IN_Q_OVERFLOW) != 0;
	gboolean of_folder = (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0;
	if (overflow)
		changes_heard_overflow(watch);
	else if (names == NULL ||
	         (!of_folder &&
	          (event->len == 0 || !g_hash_table_lookup_extended(names, event->name, NULL, &file))))
		return FALSE;
	watch->event_us = rig_clock_now(watch->clock);
	if (file != NULL)
		changes_heard_file(watch, file, event->mask);
	return file == NULL;
}

/* Reads what is there; `rearm` NULL: and forgets it. */
static gboolean changes_read(RigWatch *watch, gboolean *rearm, GError **error)
{
	union {
		struct inotify_event first; /* for the alignment */
		char bytes[16384];
	} block;
	for (;;) {
		ssize_t got = read(watch->fd, block.bytes, sizeof block.bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != EAGAIN) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "inotify: %s", g_strerror(errno));
			return FALSE;
		}
		if (got <= 0)
			return TRUE;
		for (const char *at = block.bytes; rearm != NULL && at < block.bytes + got;) {
			const struct inotify_event *event = (const struct inotify_event *)(gconstpointer)at;
			*rearm = changes_heard(watch, event) || *rearm;
			at += sizeof *event + event->len;
		}
	}
}

gboolean rig_watch_set(RigWatch *watch, const GPtrArray *paths, GError **error)
{
	g_ptr_array_set_size(watch->files, 0); /* arming makes the tables that point to them anew */
	for (guint i = 0; i < paths->len; i++) {
		ChangesFile *file = g_new0(ChangesFile, 1);
		file->path = g_strdup(g_ptr_array_index(paths, i));
		g_ptr_array_add(watch->files, file);
	}
	/* Marked once they are watched: what changes from here on brings an event. */
	if (!changes_arm(watch, error) || !changes_read(watch, NULL, error))
		return FALSE;
	for (guint i = 0; i < watch->files->len; i++) {
		ChangesFile *file = g_ptr_array_index(watch->files, i);
		file->mark = changes_mark(file->path);
	}
	watch->event_us = 0;
	return TRUE;
}

gboolean rig_watch_take(RigWatch *watch, GError **error)
{
	gboolean rearm = FALSE;
	return changes_read(watch, &rearm, error) && (!rearm || changes_arm(watch, error));
}

gint64 rig_watch_settles_us(const RigWatch *watch)
{
	if (watch->event_us == 0)
		return RIG_FOREVER;
	gint64 settles_us = watch->event_us + RIG_WATCH_QUIET_US;
	for (guint i = 0; i < watch->files->len; i++) {
		const ChangesFile *file = g_ptr_array_index(watch->files, i);
		if (file->writing_us != 0)
			settles_us = MAX(settles_us, file->writing_us + RIG_WATCH_WRITE_US);
	}
	return settles_us;
}

void rig_watch_seen(RigWatch *watch)
{
	watch->event_us = 0;
}

GPtrArray *rig_watch_changed(const RigWatch *watch)
{
	GPtrArray *changed = g_ptr_array_new();
	for (guint i = 0; i < watch->files->len; i++) {
		ChangesFile *file = g_ptr_array_index(watch->files, i);
		ChangesMark now = changes_mark(file->path);
		if (file->was_written || !changes_same(&file->mark, &now))
			g_ptr_array_add(changed, file->path);
	}
	return changed;
}

GPtrArray *rig_watch_gone(const RigWatch *watch)
{
	GPtrArray *gone = g_ptr_array_new();
	for (guint i = 0; i < watch->files->len; i++) {
		ChangesFile *file = g_ptr_array_index(watch->files, i);
		if (file->mark.there && !changes_mark(file->path).there)
			g_ptr_array_add(gone, file->path);
	}
	return gone;
}
