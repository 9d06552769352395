/* SPDX-License-Identifier: Apache-2.0 */
#include "run/follow.h"

#include <fcntl.h>
#include <unistd.h>

struct RigFollow {
	char *path;
	RigJournalReader *reader;
	guint64 read; /* bytes of the file that the reader has */
};

const char *rig_run_suffix(char suffix[RIG_SUFFIX_BYTES], guint generation)
{
	suffix[0] = 0;
	if (generation > 1)
		g_snprintf(suffix, RIG_SUFFIX_BYTES, "-%u", generation % 1000);
	return suffix;
}

RigFollow *rig_follow_new(const char *folder, const char *suffix)
{
	g_autofree char *name = g_strconcat("journal", suffix, ".jsonl", NULL);
	RigFollow *follow = g_new0(RigFollow, 1);
	follow->path = g_build_filename(folder, name, NULL);
	follow->reader = rig_journal_reader_new();
	return follow;
}

void rig_follow_free(RigFollow *follow)
{
	if (follow == NULL)
		return;
	rig_journal_reader_free(follow->reader);
	g_free(follow->path);
	g_free(follow);
}

static gboolean follow_read(RigFollow *follow, guint64 size, GError **error)
{
	int fd = open(follow->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return TRUE; /* the worker died before it made one */
	gboolean good = TRUE;
	char block[16384];
	while (good && (size == 0 || follow->read < size)) {
		size_t wanted = size == 0 ? sizeof block : MIN(sizeof block, size - follow->read);
		ssize_t got = pread(fd, block, wanted, (off_t)follow->read);
		if (got <= 0)
			break;
		follow->read += (guint64)got;
		good = rig_journal_reader_feed(follow->reader, block, (gsize)got, error);
	}
	close(fd);
	return good;
}

RigAttempt *rig_follow_take(RigFollow *follow, guint64 size, const char *name, guint number,
                            const char *otherwise)
{
	g_autoptr(GError) error = NULL;
	gboolean good = follow_read(follow, size, &error);
	RigAttempt *attempt = rig_journal_reader_take(follow->reader, name, number);
	if (attempt == NULL)
		attempt = rig_attempt_new(name, number);
	if (!good || attempt->end_us == 0) {
		attempt->outcome = RIG_VERDICT_ERROR;
		g_free(attempt->message);
		attempt->message = g_strdup(good ? otherwise : error->message);
	}
	return attempt;
}

RigJournalTotals rig_follow_totals(const RigFollow *follow)
{
	return rig_journal_reader_totals(follow->reader);
}
