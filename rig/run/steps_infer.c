/* SPDX-License-Identifier: Apache-2.0 */
/* infer: recorded inputs go in, inference records come out. */
#include "run/recordings.h"
#include "run/steps.h"

#define INFER_BLOCK 4096u /* inputs that a protocol gets at once */

typedef struct {
	RigStation *station;
	RigRecording *recording;
	const RigStepInfer *options;
	const char *as;
	guint count; /* inputs of the step */
	/* Of the block that is under way. */
	guint first, answered;
	RigInferRequest *requests;
	RigInput *inputs;
} InferStep;

static guint infer_index(const InferStep *it, guint i)
{
	return rig_recording_pick(rig_recording_info(it->recording)->count, (guint)it->options->first,
	                          (guint)it->options->inputs, i);
}

static void infer_take(gpointer user, gsize request, const RigInference *record)
{
	InferStep *it = user;
	guint i = it->first + (guint)request;
	RigInference whole = *record;
	whole.seq = it->station->seq++;
	whole.step = it->station->step->index;
	whole.recording = rig_recording_info(it->recording)->name;
	whole.input = infer_index(it, i);
	whole.label = it->inputs[request].label;
	rig_journal_inference(it->station->journal, &whole);
	/* A request has one record or more, and its warm-ups once. */
	gboolean is_first = it->answered <= request;
	const RigMeasuredRecord measured = {.seq = whole.seq,
	                                    .iterations = whole.iterations,
	                                    .warmups = is_first ? (guint32)it->options->warmups : 0,
	                                    .is_first = is_first,
	                                    .sent_us = whole.sent_us,
	                                    .done_us = whole.done_us,
	                                    .lap_us = whole.lap_us,
	                                    .request_us = whole.request_us,
	                                    .told_us = whole.told_us,
	                                    .board_us = whole.board_us,
	                                    .as = it->as};
	if (it->station->measure != NULL)
		g_array_append_val(it->station->measured, measured);
	if (is_first) {
		it->answered = (guint)request + 1;
		rig_station_progress(it->station, i + 1, it->count);
	}
}

static gboolean infer_block(InferStep *it, guint size, gint64 deadline_us, GError **error)
{
	RigProtocol *protocol = it->station->wiring->protocol;
	for (guint i = 0; i < size; i++) {
		RigInput *input = &it->inputs[i];
		if (!rig_recording_input(it->recording, infer_index(it, it->first + i), input, error))
			return FALSE;
		it->requests[i] = (RigInferRequest){.input = input->data,
		                                    .input_bytes = input->size,
		                                    .iterations = (guint32)it->options->iterations,
		                                    .warmups = (guint32)it->options->warmups};
	}
	it->answered = 0;
	if (protocol->driver->infer(protocol, it->requests, size, infer_take, it, deadline_us, error))
		return TRUE;
	g_prefix_error(error, "input %u of recording %s: ", infer_index(it, it->first + it->answered),
	               rig_recording_info(it->recording)->name);
	return FALSE;
}

/* With `pace` each input has its time, else as many as may be are handed over at once. */
static gboolean infer_all(InferStep *it, gint64 deadline_us, GError **error)
{
	gint64 begin_us = rig_clock_now(it->station->clock);
	gint64 item_us = it->options->pace ? rig_recording_info(it->recording)->item_us : 0;
	guint most = it->options->pace ? 1 : INFER_BLOCK;
	gboolean good = TRUE;
	it->requests = g_new(RigInferRequest, MIN(it->count, most));
	it->inputs = g_new(RigInput, MIN(it->count, most));
	for (guint size = 0; good && it->first < it->count; it->first += size) {
		gint64 due_us = begin_us + (gint64)it->first * item_us;
		size = MIN(it->count - it->first, most);
		good = (item_us == 0 || rig_station_wait(it->station, MIN(due_us, deadline_us), error)) &&
		       infer_block(it, size, deadline_us, error);
	}
	g_free(it->requests);
	g_free(it->inputs);
	return good;
}

gboolean rig_step_infer(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error)
{
	const RigStepInfer *options = step->options;
	g_autoptr(RigRecording) recording = rig_run_open_recording(options->recording, error);
	if (recording == NULL || rig_wiring_protocol(station->wiring, deadline_us, error) == NULL)
		return FALSE;
	const RigRecordingInfo *info = rig_recording_info(recording);
	rig_station_text(station, rig_step_as(step), "recording_sha256", info->sha256,
	                 RIG_INTEGRITY_CHECKED);
	if (options->pace && info->item_us <= 0) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_USAGE,
		    "recording %s states no rate, so that `pace` has no meaning; give its sensor a `rate`",
		    info->name);
		return FALSE;
	}
	InferStep it = {
	    .station = station,
	    .recording = recording,
	    .options = options,
	    .as = rig_step_as(step),
	    .count = rig_recording_picked(info->count, (guint)options->first, (guint)options->inputs)};
	return infer_all(&it, deadline_us, error);
}
