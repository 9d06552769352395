/* SPDX-License-Identifier: Apache-2.0 */
/* Load, infer, results: from a request to inference records. */
#include "mlperf_tiny_parse.h"

#include <rig/bytes.h>

#define INFER_READS      4u          /* of results, until two in a row are equal */
#define INFER_LAPS_MAX   65536u      /* inferences of one call that are told one by one */
#define INFER_VALUES_MAX (1u << 20)  /* outputs of one call */
#define INFER_MARGIN     4           /* an inference may take so many times what it took before */
#define INFER_EACH_US    5000        /* and while that is not known, INFER_MARGIN times this */
#define INFER_WRAP_US    (1LL << 32) /* the device's counter */
#define INFER_SLACK_US   1000        /* both clocks' resolution, and the time to read the first */

/* Lines of an infer reply, in their order. */
typedef enum {
	INFER_NOTHING,
	INFER_WARMUP_START,
	INFER_WARMUP_DONE,
	INFER_START,
	INFER_LAP,
	INFER_DONE,
	INFER_LOADED,
	INFER_LAPS,
	INFER_RESULT,
	INFER_RESULTS,
} InferStage;

typedef struct Infer {
	Tiny *t;
	const RigInferRequest *request;
	InferStage stage;
	guint seen;           /* bit per stage */
	guint lap_count;      /* m-lap-us lines */
	guint64 lap_us[2];    /* the device's counter */
	gint64 told_us;       /* host's clock at the second of them */
	guint64 loaded_bytes; /* m-x-load */
	guint32 loaded_crc;
	guint results;    /* m-x-result-I lines */
	guint each_count; /* outputs of m-x-result-0 */
	guint last_count; /* outputs of m-results */
} Infer;

static void infer_begin(gpointer state)
{
	Infer *infer = state;
	*infer = (Infer){.t = infer->t, .request = infer->request};
	g_array_set_size(infer->t->laps, 0);
	g_array_set_size(infer->t->values, 0);
	g_string_truncate(infer->t->results, 0);
}

static gboolean infer_echo(TinyText rest, guint32 expected)
{
	guint64 number = 0;
	return tiny_parse_unsigned(&rest, G_MAXUINT32, &number) && rest.size == 0 && number == expected;
}

static gboolean infer_take_warmups(Infer *infer, TinyText rest)
{
	return infer_echo(rest, infer->request->warmups);
}

static gboolean infer_take_iterations(Infer *infer, TinyText rest)
{
	return infer_echo(rest, infer->request->iterations);
}

static gboolean infer_take_nothing(Infer *infer, TinyText rest)
{
	(void)infer;
	return rest.size == 0;
}

static gboolean infer_take_lap(Infer *infer, TinyText rest)
{
	infer->told_us = tiny_link(infer->t)->last_received_us;
	return infer->lap_count < 2 &&
	       tiny_parse_unsigned(&rest, G_MAXUINT32, &infer->lap_us[infer->lap_count++]) &&
	       rest.size == 0;
}

static gboolean infer_take_loaded(Infer *infer, TinyText rest)
{
	TinyText inside;
	return tiny_parse_bracketed(rest, &inside) &&
	       tiny_parse_unsigned(&inside, G_MAXUINT32, &infer->loaded_bytes) &&
	       tiny_text_skip(&inside, TINY_TEXT(" ")) &&
	       tiny_parse_hex32(&inside, &infer->loaded_crc) && inside.size == 0;
}

static gboolean infer_take_laps(Infer *infer, TinyText rest)
{
	return tiny_parse_laps(rest, infer->t->laps, INFER_LAPS_MAX) &&
	       infer->t->laps->len == infer->request->iterations;
}

/* Results of one call have one size: the first tells it. */
static gboolean infer_take_result(Infer *infer, TinyText rest)
{
	guint64 index = 0;
	guint before = infer->t->values->len;
	if (!tiny_parse_unsigned(&rest, G_MAXUINT32, &index) || index != infer->results ||
	    index >= infer->request->iterations || !tiny_text_skip(&rest, TINY_TEXT("-")) ||
	    before > INFER_VALUES_MAX || !tiny_parse_reals(rest, infer->t->values, RIG_OUTPUTS_MAX))
		return FALSE;
	guint count = infer->t->values->len - before;
	if (infer->results++ == 0)
		infer->each_count = count;
	return count == infer->each_count;
}

/* m-results stands behind the results of each inference, and holds the last of them again. */
static gboolean infer_take_results(Infer *infer, TinyText rest)
{
	guint before = infer->t->values->len;
	g_string_append_len(infer->t->results, rest.at, (gssize)rest.size);
	if (!tiny_parse_reals(rest, infer->t->values, RIG_OUTPUTS_MAX))
		return FALSE;
	infer->last_count = infer->t->values->len - before;
	return infer->results == 0 || infer->last_count == infer->each_count;
}

static const struct {
	TinyText prefix;
	InferStage stage;
	gboolean repeats;
	gboolean (*take)(Infer *infer, TinyText rest);
} infer_rows[] = {
    {{"m-warmup-start-", 15}, INFER_WARMUP_START, FALSE, infer_take_warmups},
    {{"m-warmup-done", 13}, INFER_WARMUP_DONE, FALSE, infer_take_nothing},
    {{"m-infer-start-", 14}, INFER_START, FALSE, infer_take_iterations},
    {{"m-lap-us-", 9}, INFER_LAP, TRUE, infer_take_lap},
    {{"m-infer-done", 12}, INFER_DONE, FALSE, infer_take_nothing},
    {{"m-x-load-", 9}, INFER_LOADED, FALSE, infer_take_loaded},
    {{"m-x-laps-", 9}, INFER_LAPS, FALSE, infer_take_laps},
    {{"m-x-result-", 11}, INFER_RESULT, TRUE, infer_take_result},
    {{"m-results-", 10}, INFER_RESULTS, FALSE, infer_take_results},
};

static TinyTake infer_line(gpointer state, TinyText line)
{
	Infer *infer = state;
	for (gsize i = 0; i < G_N_ELEMENTS(infer_rows); i++) {
		InferStage stage = infer_rows[i].stage;
		if (!tiny_text_skip(&line, infer_rows[i].prefix))
			continue;
		gboolean in_order =
		    stage > infer->stage || (stage == infer->stage && infer_rows[i].repeats);
		infer->stage = MAX(infer->stage, stage);
		infer->seen |= 1u << stage;
		return infer_rows[i].take(infer, line) && in_order ? TINY_TAKEN : TINY_WRONG;
	}
	return TINY_FOREIGN;
}

static const char *infer_missing(gpointer state)
{
	static const struct {
		InferStage stage;
		const char *name;
	} needed[] = {
	    {INFER_WARMUP_START, "m-warmup-start-W"}, {INFER_WARMUP_DONE, "m-warmup-done"},
	    {INFER_START, "m-infer-start-N"},         {INFER_DONE, "m-infer-done"},
	    {INFER_RESULTS, "m-results-[…]"},
	};
	const Infer *infer = state;
	for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
		if ((infer->seen & 1u << needed[i].stage) == 0)
			return needed[i].name;
	}
	if (infer->lap_count == 1)
		return "m-lap-us-… at the end";
	if (infer->t->extended && (infer->seen & 1u << INFER_LOADED) == 0)
		return "m-x-load-[…]";
	if (infer->results > 0 && infer->results != infer->request->iterations)
		return "m-x-result-I-[…] for every inference";
	return NULL;
}

/*
 * While the board computes it may be silent for as long as that takes, else not. Whether it answers
 * before or behind many iterations is its own affair, and how long they take not known at first.
 */
static gint64 infer_patience(gpointer state)
{
	const Infer *infer = state;
	gint64 count = (gint64)infer->request->iterations + infer->request->warmups;
	gint64 each_us = infer->t->lap_each_us;
	if (infer->stage >= INFER_DONE || (infer->stage == INFER_NOTHING && count == 1))
		return TINY_COMMAND_US;
	if (infer->stage == INFER_NOTHING && each_us <= 0)
		each_us = INFER_EACH_US;
	if (each_us <= 0 || each_us > G_MAXINT64 / INFER_MARGIN / 2 / count)
		return RIG_FOREVER;
	return TINY_COMMAND_US + INFER_MARGIN * count * each_us;
}

static TinyTake infer_results_line(gpointer state, TinyText line)
{
	Infer *infer = state;
	if (!tiny_text_skip(&line, TINY_TEXT("m-results-")))
		return TINY_FOREIGN;
	return infer->last_count == 0 && infer_take_results(infer, line) ? TINY_TAKEN : TINY_WRONG;
}

static const char *infer_results_missing(gpointer state)
{
	const Infer *infer = state;
	return infer->last_count > 0 ? NULL : "m-results-[…]";
}

static void infer_results_begin(gpointer state)
{
	Infer *infer = state;
	infer->last_count = 0;
	g_array_set_size(infer->t->values, 0);
	g_string_truncate(infer->t->results, 0);
}

/* Nothing is sealed: the results must come equal twice in a row. */
static gboolean infer_read_again(Infer *infer, gint64 deadline_us, GError **error)
{
	Tiny *t = infer->t;
	const TinyAsk ask = {.command = "results",
	                     .length = 7,
	                     .state = infer,
	                     .begin = infer_results_begin,
	                     .line = infer_results_line,
	                     .missing = infer_results_missing};
	g_autoptr(GString) before = g_string_sized_new(t->results->len + 1);
	for (guint i = 1; i < INFER_READS; i++) {
		g_string_assign(before, t->results->str);
		if (!tiny_ask(t, &ask, deadline_us, error))
			return FALSE;
		if (g_string_equal(before, t->results))
			return TRUE;
		tiny_repeat(t, "results", "two readings differ");
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
	            "%u readings of `results` and no two in a row equal: check cable, ground and baud "
	            "rate",
	            INFER_READS);
	return FALSE;
}

/* The call's own lap, over all iterations; -1: unknown. */
static gint64 infer_lap(const Infer *infer, gint64 span_us)
{
	if (infer->lap_count < 2 || span_us >= INFER_WRAP_US)
		return -1;
	gint64 lap_us = (gint64)(guint32)(infer->lap_us[1] - infer->lap_us[0]);
	/* A board's clock may be a few per cent fast; more is no time that passed here. */
	if (!infer->t->extended && lap_us > span_us + span_us / 10 + INFER_SLACK_US)
		return -1;
	return lap_us;
}

/* Hands the records out: one for each inference where the board told them apart, else one. */
static void infer_emit(Infer *infer, gint64 sent_us, gint64 done_us, const TinySink *sink)
{
	Tiny *t = infer->t;
	guint32 iterations = infer->request->iterations;
	double *values = (double *)(void *)t->values->data;
	gint64 lap_us = infer_lap(infer, done_us - sent_us);
	RigIntegrity integrity = t->extended ? RIG_INTEGRITY_CHECKED : RIG_INTEGRITY_PLAUSIBLE;
	gboolean apart =
	    t->extended && t->laps->len == iterations && (iterations == 1 || infer->results > 0);
	for (guint32 i = 0; i < (apart ? iterations : 1); i++) {
		RigInference record = RIG_INFERENCE_INIT;
		record.iterations = apart ? 1 : iterations;
		record.sent_us = sent_us;
		record.done_us = done_us;
		record.request_us = lap_us;
		record.told_us = lap_us < 0 ? 0 : infer->told_us;
		record.board_us = lap_us < 0 ? -1 : (gint64)infer->lap_us[1];
		record.lap_us = apart ? g_array_index(t->laps, gint64, i) : lap_us;
		record.outputs_count = infer->last_count;
		record.outputs = apart ? values + (gsize)i * infer->last_count
		                       : values + (t->values->len - infer->last_count);
		record.integrity = integrity;
		record.lap_integrity = record.lap_us < 0 ? RIG_INTEGRITY_UNKNOWN : integrity;
		sink->take(sink->user, sink->request, &record);
	}
	if (lap_us >= 0 && iterations > 0)
		t->lap_each_us = MAX(lap_us / iterations, 1);
}

static gboolean infer_no_laps(GError **error)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
	                    "firmware is an energy build: it prints no m-lap-us lines around the "
	                    "inferences; flash its performance build");
	return FALSE;
}

/* Does the board hold what was sent? Known with the extension only. */
static gboolean infer_loaded(const Infer *infer, guint32 crc)
{
	return !infer->t->extended ||
	       (infer->loaded_bytes == infer->request->input_bytes && infer->loaded_crc == crc);
}

gboolean tiny_infer(Tiny *t, const RigInferRequest *request, const TinySink *sink,
                    gint64 deadline_us, GError **error)
{
	Infer infer = {.t = t, .request = request};
	char command[48];
	int length =
	    g_snprintf(command, sizeof command, "infer %u %u", request->iterations, request->warmups);
	const TinyAsk ask = {.command = command,
	                     .length = (gsize)length,
	                     .state = &infer,
	                     .begin = infer_begin,
	                     .line = infer_line,
	                     .missing = infer_missing,
	                     .patience_us = infer_patience};
	guint32 crc = t->extended ? rig_crc32(0, request->input, request->input_bytes) : 0;
	for (guint try = 1;; try++) {
		if (!tiny_load(t, request, deadline_us, error) || !tiny_ask(t, &ask, deadline_us, error))
			return FALSE;
		if (infer_loaded(&infer, crc))
			break;
		if (try == TINY_TRIES) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
			            "the input arrived damaged %u times (its check sum differs): check cable, "
			            "ground and baud rate",
			            try);
			return FALSE;
		}
		tiny_repeat(t, "db load", "the board holds another input than was sent");
	}
	if (infer.lap_count == 0)
		return infer_no_laps(error);
	gint64 sent_us = t->sent_us, done_us = tiny_link(t)->last_received_us;
	if (!t->extended && !infer_read_again(&infer, deadline_us, error))
		return FALSE;
	infer_emit(&infer, sent_us, done_us, sink);
	return TRUE;
}
