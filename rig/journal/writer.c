/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

/* Bytes that one text, or one argument of a program, takes in a line; what is over is cut and said
 * so. Five texts, or all arguments and a text, stay within RIG_JOURNAL_LINE_MAX. */
#define WRITER_TEXT_MAX     12288u
#define WRITER_ARGUMENT_MAX 512u
#define WRITER_CUT          " [cut]"

struct RigJournal {
	char *path;
	int fd;
	GString *pending; /* lines that are not in the file yet */
	guint64 size;     /* bytes in the file */
	int failure;      /* errno of the first failure */
};

static void writer_base64(GString *line, const char *text, gsize most)
{
	gsize size = strnlen(text, most / 4 * 3);
	g_autoptr(GString) kept = g_string_new_len(text, (gssize)size);
	if (text[size] != 0)
		g_string_append(kept, WRITER_CUT);
	g_autofree char *coded = g_base64_encode((const guchar *)kept->str, kept->len);
	g_string_append_printf(line, "{\"base64\":\"%s\"}", coded);
}

/* TRUE: the first `most` bytes are UTF-8, but perhaps for a last letter that this bound cuts. */
static gboolean writer_is_utf8(const char *text, gsize most)
{
	gsize size = strnlen(text, most);
	const char *bad;
	return g_utf8_validate(text, (gssize)size, &bad) ||
	       (text[size] != 0 && g_utf8_get_char_validated(bad, text + size - bad) == (gunichar)-2);
}

/* Text as a JSON string of at most `most` bytes; bytes that are not UTF-8 as {"base64": "…"}. */
static void writer_text(GString *line, const char *text, gsize most)
{
	if (text == NULL) {
		g_string_append(line, "null");
		return;
	}
	if (!writer_is_utf8(text, most)) {
		writer_base64(line, text, most);
		return;
	}
	g_string_append_c(line, '"');
	gsize end = line->len + most, letter;
	for (const char *at = text; *at != 0; at += letter) {
		guchar c = (guchar)*at;
		gsize before = line->len;
		letter = (gsize)g_utf8_skip[c];
		if (before + letter > end) { /* also: nobody has looked at the bytes behind */
			g_string_append(line, WRITER_CUT);
			break;
		}
		if (c == '"' || c == '\\')
			g_string_append_printf(line, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			g_string_append_printf(line, "\\u%04x", c);
		else
			g_string_append_len(line, at, (gssize)letter);
	}
	g_string_append_c(line, '"');
}

static void writer_key_text(GString *line, const char *key, const char *text)
{
	if (text == NULL)
		return;
	g_string_append_printf(line, ",\"%s\":", key);
	writer_text(line, text, WRITER_TEXT_MAX);
}

/* A number as JSON has it; NaN and infinities as texts, so that they are not lost. */
static void writer_number(GString *line, double number)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];
	if (isfinite(number))
		g_string_append(line, g_ascii_dtostr(digits, sizeof digits, number));
	else
		g_string_append(line, isnan(number) ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"");
}

static void writer_put(RigJournal *journal)
{
	const char *data = journal->pending->str;
	gsize left = journal->pending->len;
	while (left > 0 && journal->failure == 0) {
		ssize_t put = write(journal->fd, data, left);
		if (put > 0) {
			data += put;
			left -= (gsize)put;
			journal->size += (guint64)put;
		} else if (errno != EINTR) {
			journal->failure = errno;
		}
	}
	g_string_truncate(journal->pending, 0);
}

static void writer_end(RigJournal *journal)
{
	g_string_append(journal->pending, "}\n");
	writer_put(journal);
}

RigJournal *rig_journal_new(const char *path, const char *run, const char *board, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		rig_file_fail(error, path, "cannot be made", errno);
		return NULL;
	}
	RigJournal *journal = g_new0(RigJournal, 1);
	journal->path = g_strdup(path);
	journal->fd = fd;
	journal->pending = g_string_sized_new(8192);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *wall = g_date_time_format_iso8601(now);
	g_string_append_printf(
	    journal->pending,
	    "{\"journal\":\"tinyrig\",\"version\":%d,\"wall\":\"%s\",\"mono_us\":%" G_GINT64_FORMAT,
	    RIG_JOURNAL_VERSION, wall, g_get_monotonic_time());
	writer_key_text(journal->pending, "run", run);
	writer_key_text(journal->pending, "board", board);
	writer_end(journal);
	return journal;
}

void rig_journal_free(RigJournal *journal)
{
	if (journal == NULL)
		return;
	writer_put(journal);
	close(journal->fd);
	g_string_free(journal->pending, TRUE);
	g_free(journal->path);
	g_free(journal);
}

void rig_journal_attempt_begin(RigJournal *journal, const char *case_name, guint number,
                               gint64 at_us, guint64 console)
{
	GString *line = journal->pending;
	g_string_append(line, "{\"e\":\"attempt\"");
	writer_key_text(line, "case", case_name);
	g_string_append_printf(
	    line, ",\"number\":%u,\"t_us\":%" G_GINT64_FORMAT ",\"console\":%" G_GUINT64_FORMAT, number,
	    at_us, console);
	writer_end(journal);
}

static void writer_step(GString *line, const char *event, const RigStepRecord *step, gint64 at_us)
{
	g_string_append_printf(line, "{\"e\":\"%s\",\"index\":%u,\"t_us\":%" G_GINT64_FORMAT, event,
	                       step->index, at_us);
	writer_key_text(line, "verb", step->verb);
	writer_key_text(line, "as", step->as);
}

void rig_journal_step_begin(RigJournal *journal, const RigStepRecord *step)
{
	writer_step(journal->pending, "step", step, step->begin_us);
	writer_end(journal);
}

static void writer_optional(GString *line, const char *key, gint64 value, gint64 unknown)
{
	if (value != unknown)
		g_string_append_printf(line, ",\"%s\":%" G_GINT64_FORMAT, key, value);
}

void rig_journal_inference(RigJournal *journal, const RigInference *record)
{
	GString *line = journal->pending;
	g_string_append_printf(line, "{\"e\":\"inference\",\"seq\":%u,\"step\":%u", record->seq,
	                       record->step);
	writer_key_text(line, "recording", record->recording);
	g_string_append_printf(line, ",\"input\":%u,\"iterations\":%u", record->input,
	                       record->iterations);
	writer_optional(line, "label", record->label, RIG_LABEL_NONE);
	g_string_append_printf(line, ",\"sent_us\":%" G_GINT64_FORMAT ",\"done_us\":%" G_GINT64_FORMAT,
	                       record->sent_us, record->done_us);
	writer_optional(line, "lap_us", record->lap_us, -1);
	g_string_append(line, ",\"outputs\":[");
	for (guint i = 0; i < record->outputs_count; i++) {
		if (i > 0)
			g_string_append_c(line, ',');
		writer_number(line, record->outputs[i]);
	}
	g_string_append_c(line, ']');
	writer_key_text(line, "integrity", rig_integrity_name(record->integrity));
	writer_key_text(line, "lap_integrity", rig_integrity_name(record->lap_integrity));
	writer_optional(line, "marker_first", record->marker_first, -1);
	writer_optional(line, "marker_last", record->marker_last, -1);
	writer_optional(line, "charge_pc", record->charge_pc, G_MININT64);
	writer_optional(line, "energy_pj", record->energy_pj, G_MININT64);
	writer_optional(line, "uncertainty_pj", record->uncertainty_pj, G_MININT64);
	g_string_append(line, "}\n");
	if (line->len > RIG_JOURNAL_LINE_MAX)
		writer_put(journal);
}

void rig_journal_value(RigJournal *journal, const RigValue *value)
{
	GString *line = journal->pending;
	g_string_append(line, "{\"e\":\"value\"");
	writer_key_text(line, "name", value->name);
	if (value->is_text) {
		writer_key_text(line, "text", value->text == NULL ? "" : value->text);
	} else {
		g_string_append(line, ",\"number\":");
		writer_number(line, value->number);
	}
	writer_key_text(line, "unit", value->unit);
	if (value->uncertainty > 0 || value->gain > 0) {
		g_string_append(line, ",\"uncertainty\":");
		writer_number(line, value->uncertainty);
		g_string_append(line, ",\"gain\":");
		writer_number(line, value->gain);
	}
	writer_key_text(line, "integrity", rig_integrity_name(value->integrity));
	writer_end(journal);
}

void rig_journal_energy(RigJournal *journal, const RigInference *record)
{
	GString *line = journal->pending;
	g_string_append_printf(line, "{\"e\":\"energy\",\"seq\":%u", record->seq);
	writer_optional(line, "marker_first", record->marker_first, -1);
	writer_optional(line, "marker_last", record->marker_last, -1);
	writer_optional(line, "charge_pc", record->charge_pc, G_MININT64);
	writer_optional(line, "energy_pj", record->energy_pj, G_MININT64);
	writer_optional(line, "uncertainty_pj", record->uncertainty_pj, G_MININT64);
	g_string_append(line, "}\n");
	if (line->len > RIG_JOURNAL_LINE_MAX)
		writer_put(journal);
}

void rig_journal_note(RigJournal *journal, const char *text)
{
	g_string_append(journal->pending, "{\"e\":\"note\"");
	writer_key_text(journal->pending, "text", text);
	writer_end(journal);
}

void rig_journal_program(RigJournal *journal, char **argv, const char *sha256, int status,
                         const char *said)
{
	GString *line = journal->pending;
	g_string_append(line, "{\"e\":\"program\",\"argv\":[");
	for (guint i = 0; i < 64 && argv[i] != NULL; i++) {
		if (i > 0)
			g_string_append_c(line, ',');
		writer_text(line, argv[i], WRITER_ARGUMENT_MAX);
	}
	g_string_append_printf(line, "],\"status\":%d", status);
	writer_key_text(line, "sha256", sha256);
	writer_key_text(line, "said", said);
	writer_end(journal);
}

void rig_journal_step_end(RigJournal *journal, const RigStepRecord *step)
{
	GString *line = journal->pending;
	writer_step(line, "step_end", step, step->end_us);
	writer_key_text(line, "outcome", rig_verdict_name(step->outcome));
	writer_key_text(line, "message", step->message);
	writer_key_text(line, "expected", step->expected);
	writer_key_text(line, "got", step->got);
	writer_end(journal);
}

void rig_journal_attempt_end(RigJournal *journal, const RigAttempt *attempt, gint64 at_us,
                             guint64 console, guint64 sent_bytes, guint64 received_bytes,
                             guint64 repeats)
{
	GString *line = journal->pending;
	g_string_append(line, "{\"e\":\"attempt_end\"");
	writer_key_text(line, "case", attempt->case_name);
	g_string_append_printf(line,
	                       ",\"number\":%u,\"t_us\":%" G_GINT64_FORMAT
	                       ",\"console\":%" G_GUINT64_FORMAT ",\"sent_bytes\":%" G_GUINT64_FORMAT
	                       ",\"received_bytes\":%" G_GUINT64_FORMAT
	                       ",\"repeats\":%" G_GUINT64_FORMAT,
	                       attempt->number, at_us, console, sent_bytes, received_bytes, repeats);
	writer_key_text(line, "outcome", rig_verdict_name(attempt->outcome));
	writer_key_text(line, "message", attempt->message);
	writer_end(journal);
}

gboolean rig_journal_sync(RigJournal *journal, GError **error)
{
	writer_put(journal);
	if (journal->failure == 0 && fdatasync(journal->fd) != 0)
		journal->failure = errno;
	if (journal->failure == 0)
		return TRUE;
	return rig_file_fail(error, journal->path, "cannot be written", journal->failure);
}

guint64 rig_journal_size(const RigJournal *journal)
{
	return journal->size;
}
