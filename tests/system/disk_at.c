/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tinyrig; from the N-th system call on that writes below a folder, all that write there fail,
 * as on a disk that is full or has become read-only.
 * usage: disk_at full|read-only N FOLDER COMMAND…
 * Prints on stderr which was the first. The exit status is the command's; 99: the run ended before
 * there were N such calls; 77: not on this machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "traced.h"

/* Where a call names its file. */
typedef enum { BY_DESCRIPTOR, BY_PATH, BY_PATH_AT } CallFile;

typedef struct Disk {
	int read_only;
	long wanted, seen;
	const char *folder; /* absolute */
} Disk;

static const struct {
	unsigned long long number;
	const char *name;
	CallFile file;
	int flags_at; /* of an open; 0: it is none */
	int removes;  /* what a full disk lets through */
} calls[] = {
    {SYS_write, "write", BY_DESCRIPTOR, 0, 0},
    {SYS_writev, "writev", BY_DESCRIPTOR, 0, 0},
    {SYS_pwrite64, "pwrite64", BY_DESCRIPTOR, 0, 0},
    {SYS_pwritev, "pwritev", BY_DESCRIPTOR, 0, 0},
    {SYS_ftruncate, "ftruncate", BY_DESCRIPTOR, 0, 0},
    {SYS_fallocate, "fallocate", BY_DESCRIPTOR, 0, 0},
    {SYS_fsync, "fsync", BY_DESCRIPTOR, 0, 0},
    {SYS_fdatasync, "fdatasync", BY_DESCRIPTOR, 0, 0},
    {SYS_openat, "openat", BY_PATH_AT, 2, 0},
    {SYS_mkdirat, "mkdirat", BY_PATH_AT, 0, 0},
    {SYS_renameat2, "renameat2", BY_PATH_AT, 0, 0},
    {SYS_unlinkat, "unlinkat", BY_PATH_AT, 0, 1},
#ifdef SYS_open /* newer machines have the calls above alone */
    {SYS_open, "open", BY_PATH, 1, 0},
    {SYS_mkdir, "mkdir", BY_PATH, 0, 0},
    {SYS_rename, "rename", BY_PATH, 0, 0},
    {SYS_unlink, "unlink", BY_PATH, 0, 1},
    {SYS_rmdir, "rmdir", BY_PATH, 0, 1},
#endif
};

static int is_below(const Disk *disk, const char *path)
{
	size_t size = strlen(disk->folder);
	return strncmp(path, disk->folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

/* tinyrig names what it keeps by absolute paths. 0: there is none. */
static int read_path(pid_t pid, unsigned long long at, char path[PATH_MAX])
{
	char memory[64];
	snprintf(memory, sizeof memory, "/proc/%d/mem", (int)pid);
	int fd = open(memory, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	/* It may end at the end of what is mapped. */
	ssize_t got = pread(fd, path, PATH_MAX - 1, (off_t)at);
	for (size_t size = 256; got < 0 && size > 0; size /= 2)
		got = pread(fd, path, size, (off_t)at);
	close(fd);
	path[got < 0 ? 0 : got] = '\0';
	return got > 0;
}

static int file_of(const TracedCall *call, CallFile file, char path[PATH_MAX])
{
	char link[64];
	if (file != BY_DESCRIPTOR)
		return read_path(call->pid, call->arguments[file == BY_PATH ? 0 : 1], path);
	snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)call->pid, (int)call->arguments[0]);
	ssize_t got = readlink(link, path, PATH_MAX - 1);
	path[got < 0 ? 0 : got] = '\0';
	return got > 0;
}

/* An open that only reads, or needs no room, is no write. */
static int opens_to_write(const Disk *disk, unsigned long long flags, const char *path)
{
	if (disk->read_only)
		return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_ACCMODE) != O_RDONLY;
	return (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
}

/* The name of the call where it writes below the folder, else NULL. */
static const char *writes(const Disk *disk, const TracedCall *call, char path[PATH_MAX])
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (calls[i].number != call->number)
			continue;
		if (!file_of(call, calls[i].file, path) || !is_below(disk, path) ||
		    (calls[i].removes && !disk->read_only))
			return NULL;
		if (calls[i].flags_at != 0 &&
		    !opens_to_write(disk, call->arguments[calls[i].flags_at], path))
			return NULL;
		return calls[i].name;
	}
	return NULL;
}

static int at_call(void *user, TracedCall *call)
{
	Disk *disk = user;
	char path[PATH_MAX];
	const char *name = call->is_entry ? writes(disk, call, path) : NULL;
	if (name == NULL || ++disk->seen < disk->wanted)
		return 0;
	if (disk->seen == disk->wanted)
		fprintf(stderr, "disk_at: %s %s\n", name, path);
	call->refuse = disk->read_only ? EROFS : ENOSPC;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	if (!traced_can_refuse())
		return 77;
	Disk disk = {
	    .read_only = strcmp(argv[1], "read-only") == 0, .wanted = atol(argv[2]), .folder = argv[3]};
	int code = traced_run(argv + 4, at_call, &disk);
	return disk.seen < disk.wanted ? 99 : code;
}
