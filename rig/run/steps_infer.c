/* SPDX-License-Identifier: Apache-2.0 */
/* infer: recorded inputs go in, inference records come out. */
#include "run/recordings.h"
#include "run/steps.h"

typedef struct {
	RigStation *station;
	const char *recording;
	guint32 input;
	gint32 label;
} InferItem;

static void infer_take(gpointer user, const RigInference *record)
{
	const InferItem *item = user;
	RigInference whole = *record;
	whole.seq = item->station->seq++;
	whole.step = item->station->step->index;
	whole.recording = item->recording;
	whole.input = item->input;
	whole.label = item->label;
	rig_journal_inference(item->station->journal, &whole);
}

static gboolean infer_one(RigStation *station, RigRecording *recording, guint index,
                          const RigStepInfer *options, gint64 deadline_us, GError **error)
{
	RigInput input;
	if (!rig_recording_input(recording, index, &input, error))
		return FALSE;
	InferItem item = {.station = station,
	                  .recording = rig_recording_info(recording)->name,
	                  .input = index,
	                  .label = input.label};
	RigInferRequest request = {.input = input.data,
	                           .input_bytes = input.size,
	                           .iterations = (guint32)options->iterations,
	                           .warmups = (guint32)options->warmups};
	RigProtocol *protocol = station->wiring->protocol;
	if (protocol->driver->infer(protocol, &request, infer_take, &item, deadline_us, error))
		return TRUE;
	g_prefix_error(error, "input %u of recording %s: ", index, item.recording);
	return FALSE;
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
	guint first = (guint)options->first;
	guint wanted = (guint)options->inputs;
	guint count = rig_recording_picked(info->count, first, wanted);
	gint64 begin_us = rig_clock_now(station->clock);
	for (guint i = 0; i < count; i++) {
		guint index = rig_recording_pick(info->count, first, wanted, i);
		if (options->pace) {
			gint64 due_us = begin_us + (gint64)i * info->item_us;
			if (!rig_station_wait(station, MIN(due_us, deadline_us), error))
				return FALSE;
		}
		if (!infer_one(station, recording, index, options, deadline_us, error))
			return FALSE;
		rig_station_progress(station, i + 1, count);
	}
	return TRUE;
}
