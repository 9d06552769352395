/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/reader.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "journal/writer.h"

#define READER_LINE_MAX                                                                            \
	((gsize)4 * RIG_JOURNAL_LINE_MAX) /* lenient: earlier writers wrote longer */

struct RigJournalReader {
	GString *rest;       /* incomplete last line */
	guint line;          /* lines read */
	GPtrArray *attempts; /* RigAttempt */
	RigJournalTotals totals;
};

static void reader_free_attempt(gpointer attempt)
{
	rig_attempt_free(attempt);
}

RigJournalReader *rig_journal_reader_new(void)
{
	RigJournalReader *reader = g_new0(RigJournalReader, 1);
	reader->rest = g_string_new(NULL);
	reader->attempts = g_ptr_array_new_with_free_func(reader_free_attempt);
	return reader;
}

void rig_journal_reader_free(RigJournalReader *reader)
{
	if (reader == NULL)
		return;
	g_string_free(reader->rest, TRUE);
	g_ptr_array_unref(reader->attempts);
	g_free(reader);
}

/* A text, or NULL; base64 is decoded with NUL bytes made visible as '?'. Caller frees. */
static char *reader_text(const json_t *event, const char *key)
{
	const json_t *value = json_object_get(event, key);
	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	const char *coded = json_string_value(json_object_get(value, "base64"));
	if (coded == NULL)
		return NULL;
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode(coded, &size);
	char *text = g_malloc0(size + 1);
	if (size > 0)
		memcpy(text, bytes, size);
	for (gsize i = 0; i < size; i++) {
		if (bytes[i] == 0)
			text[i] = '?';
	}
	return text;
}

static gint64 reader_integer(const json_t *event, const char *key, gint64 fallback)
{
	const json_t *value = json_object_get(event, key);
	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

static guint32 reader_count(const json_t *event, const char *key, guint32 fallback)
{
	gint64 value = reader_integer(event, key, fallback);
	return value < 0 || value > (gint64)G_MAXUINT32 ? fallback : (guint32)value;
}

static double reader_number(const json_t *value)
{
	if (json_is_number(value))
		return json_number_value(value);
	const char *text = json_string_value(value);
	if (g_strcmp0(text, "inf") == 0)
		return (double)INFINITY;
	return g_strcmp0(text, "-inf") == 0 ? -(double)INFINITY : (double)NAN;
}

static RigIntegrity reader_integrity(const json_t *event, const char *key)
{
	RigIntegrity integrity = RIG_INTEGRITY_UNKNOWN;
	rig_integrity_parse(json_string_value(json_object_get(event, key)), &integrity);
	return integrity;
}

static RigVerdict reader_verdict(const json_t *event)
{
	RigVerdict verdict = RIG_VERDICT_ERROR;
	rig_verdict_parse(json_string_value(json_object_get(event, "outcome")), &verdict);
	return verdict;
}

static RigAttempt *reader_last(RigJournalReader *reader)
{
	guint count = reader->attempts->len;
	return count == 0 ? NULL : g_ptr_array_index(reader->attempts, count - 1);
}

static void reader_take_attempt(RigJournalReader *reader, const json_t *event)
{
	g_autofree char *name = reader_text(event, "case");
	RigAttempt *attempt =
	    rig_attempt_new(name == NULL ? "?" : name, reader_count(event, "number", 1));
	attempt->begin_us = reader_integer(event, "t_us", 0);
	attempt->message = g_strdup("the attempt did not end: its worker was lost");
	attempt->console_begin = (guint64)reader_integer(event, "console", 0);
	attempt->console_end = attempt->console_begin;
	g_ptr_array_add(reader->attempts, attempt);
}

static void reader_take_step(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	if (attempt == NULL)
		return;
	RigStepRecord *step = g_new0(RigStepRecord, 1);
	step->index = reader_count(event, "index", 0);
	step->verb = reader_text(event, "verb");
	step->as = reader_text(event, "as");
	step->begin_us = reader_integer(event, "t_us", 0);
	step->outcome = RIG_VERDICT_ERROR;
	step->message = g_strdup("the step did not end");
	g_ptr_array_add(attempt->steps, step);
}

static void reader_take_inference(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	if (attempt == NULL)
		return;
	RigInference *record = g_new(RigInference, 1);
	*record = (RigInference)RIG_INFERENCE_INIT;
	record->seq = reader_count(event, "seq", 0);
	record->step = reader_count(event, "step", 0);
	const char *recording = json_string_value(json_object_get(event, "recording"));
	if (recording != NULL)
		record->recording = g_string_chunk_insert_const(attempt->texts, recording);
	record->input = reader_count(event, "input", 0);
	gint64 label = reader_integer(event, "label", RIG_LABEL_NONE);
	record->label = label < 0 || label > G_MAXINT32 ? RIG_LABEL_NONE : (gint32)label;
	record->iterations = MAX(reader_count(event, "iterations", 1), 1);
	record->sent_us = reader_integer(event, "sent_us", 0);
	record->done_us = reader_integer(event, "done_us", 0);
	record->lap_us = reader_integer(event, "lap_us", -1);
	record->integrity = reader_integrity(event, "integrity");
	record->lap_integrity = reader_integrity(event, "lap_integrity");
	record->marker_first = reader_integer(event, "marker_first", -1);
	record->marker_last = reader_integer(event, "marker_last", -1);
	record->charge_pc = reader_integer(event, "charge_pc", G_MININT64);
	record->energy_pj = reader_integer(event, "energy_pj", G_MININT64);
	record->uncertainty_pj = reader_integer(event, "uncertainty_pj", G_MININT64);
	const json_t *outputs = json_object_get(event, "outputs");
	record->outputs_count = (guint32)MIN(json_array_size(outputs), RIG_OUTPUTS_MAX);
	record->outputs = g_new(double, MAX(record->outputs_count, 1));
	for (guint32 i = 0; i < record->outputs_count; i++)
		record->outputs[i] = reader_number(json_array_get(outputs, i));
	g_ptr_array_add(attempt->inferences, record);
}

static void reader_take_value(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	char *name = reader_text(event, "name");
	if (attempt == NULL || name == NULL) { /* nobody could ask for it */
		g_free(name);
		return;
	}
	RigValue *value = g_new0(RigValue, 1);
	value->name = name;
	value->text = reader_text(event, "text");
	value->is_text = value->text != NULL;
	value->number = reader_number(json_object_get(event, "number"));
	value->unit = reader_text(event, "unit");
	value->integrity = reader_integrity(event, "integrity");
	value->uncertainty = fmax(reader_number(json_object_get(event, "uncertainty")), 0);
	value->gain = fmax(reader_number(json_object_get(event, "gain")), 0);
	g_ptr_array_add(attempt->values, value);
}

/* The record is the last of its number; records of an attempt are numbered from 0. */
static void reader_take_energy(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	guint32 seq = reader_count(event, "seq", G_MAXUINT32);
	if (attempt == NULL || seq >= attempt->inferences->len)
		return;
	RigInference *record = g_ptr_array_index(attempt->inferences, seq);
	if (record->seq != seq)
		return;
	record->marker_first = reader_integer(event, "marker_first", -1);
	record->marker_last = reader_integer(event, "marker_last", -1);
	record->charge_pc = reader_integer(event, "charge_pc", G_MININT64);
	record->energy_pj = reader_integer(event, "energy_pj", G_MININT64);
	record->uncertainty_pj = reader_integer(event, "uncertainty_pj", G_MININT64);
}

static void reader_take_note(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	char *text = reader_text(event, "text");
	if (attempt != NULL && text != NULL)
		g_ptr_array_add(attempt->notes, text);
	else
		g_free(text);
}

static void reader_take_step_end(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	if (attempt == NULL || attempt->steps->len == 0)
		return;
	RigStepRecord *step = g_ptr_array_index(attempt->steps, attempt->steps->len - 1);
	step->end_us = reader_integer(event, "t_us", 0);
	step->outcome = reader_verdict(event);
	g_free(step->message);
	step->message = reader_text(event, "message");
	g_free(step->expected);
	step->expected = reader_text(event, "expected");
	g_free(step->got);
	step->got = reader_text(event, "got");
}

static void reader_take_attempt_end(RigJournalReader *reader, const json_t *event)
{
	RigAttempt *attempt = reader_last(reader);
	if (attempt == NULL)
		return;
	attempt->end_us = reader_integer(event, "t_us", 0);
	attempt->outcome = reader_verdict(event);
	g_free(attempt->message);
	attempt->message = reader_text(event, "message");
	attempt->console_end =
	    (guint64)reader_integer(event, "console", (gint64)attempt->console_begin);
	reader->totals.sent_bytes = (guint64)reader_integer(event, "sent_bytes", 0);
	reader->totals.received_bytes = (guint64)reader_integer(event, "received_bytes", 0);
	reader->totals.repeats = (guint64)reader_integer(event, "repeats", 0);
}

/* Events that are not listed (programs, later ones) tell people something and the judge nothing. */
static const struct {
	const char *name;
	void (*take)(RigJournalReader *reader, const json_t *event);
} reader_events[] = {
    {"attempt", reader_take_attempt},     {"step", reader_take_step},
    {"inference", reader_take_inference}, {"value", reader_take_value},
    {"energy", reader_take_energy},       {"note", reader_take_note},
    {"step_end", reader_take_step_end},   {"attempt_end", reader_take_attempt_end},
};

static gboolean reader_broken(const RigJournalReader *reader, const char *why, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "journal line %u: %s", reader->line, why);
	return FALSE;
}

static gboolean reader_head(RigJournalReader *reader, const json_t *head, GError **error)
{
	if (g_strcmp0(json_string_value(json_object_get(head, "journal")), "tinyrig") != 0)
		return reader_broken(reader, "this is no tinyrig journal", error);
	if (reader_integer(head, "version", 0) > RIG_JOURNAL_VERSION)
		return reader_broken(reader, "written by a newer tinyrig; use that one to read it", error);
	return TRUE;
}

static gboolean reader_line(RigJournalReader *reader, const char *text, gsize size, GError **error)
{
	reader->line++;
	json_error_t problem;
	json_t *event = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
	if (event == NULL)
		return reader_broken(reader, problem.text, error);
	gboolean good = TRUE;
	const char *name = json_string_value(json_object_get(event, "e"));
	if (reader->line == 1)
		good = reader_head(reader, event, error);
	for (guint i = 0; i < G_N_ELEMENTS(reader_events); i++) {
		if (g_strcmp0(reader_events[i].name, name) == 0)
			reader_events[i].take(reader, event);
	}
	json_decref(event);
	return good;
}

gboolean rig_journal_reader_feed(RigJournalReader *reader, const char *data, gsize size,
                                 GError **error)
{
	g_string_append_len(reader->rest, data, (gssize)size);
	const char *at = reader->rest->str;
	const char *end = at + reader->rest->len;
	gboolean good = TRUE;
	while (good) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		gsize length = (gsize)((newline == NULL ? end : newline) - at);
		if (length > READER_LINE_MAX) {
			reader->line++;
			good = reader_broken(reader, "too long for a line of a journal", error);
		} else if (newline == NULL) {
			break;
		} else {
			good = reader_line(reader, at, length, error);
		}
		at += newline == NULL ? length : length + 1;
	}
	g_string_erase(reader->rest, 0, at - reader->rest->str);
	return good;
}

const GPtrArray *rig_journal_reader_attempts(const RigJournalReader *reader)
{
	return reader->attempts;
}

RigAttempt *rig_journal_reader_take(RigJournalReader *reader, const char *case_name, guint number)
{
	for (guint i = reader->attempts->len; i > 0; i--) {
		RigAttempt *attempt = g_ptr_array_index(reader->attempts, i - 1);
		if (attempt->number == number && strcmp(attempt->case_name, case_name) == 0)
			return g_ptr_array_steal_index(reader->attempts, i - 1);
	}
	return NULL;
}

RigJournalTotals rig_journal_reader_totals(const RigJournalReader *reader)
{
	return reader->totals;
}
