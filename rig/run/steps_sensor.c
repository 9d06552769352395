/* SPDX-License-Identifier: Apache-2.0 */
/* sensor, data: health figures of what a board's sensor reads and of a recording. */
#include <math.h>

#include "data/recording.h"
#include "data/statistics.h"
#include "run/recordings.h"
#include "run/steps.h"

static void sensor_leave(RigStation *station, const char *as, const RigStatistics *statistics,
                         RigIntegrity integrity)
{
	const struct {
		const char *name, *unit;
		double value;
	} rows[] = {
	    {"frames", "count", statistics->count},
	    {"channels", "count", statistics->channels},
	    {"not_finite", "count", (double)statistics->not_finite},
	    {"stuck", "count", statistics->stuck},
	    {"saturated", "count", statistics->saturated},
	    {"duplicates", "count", statistics->duplicates},
	    {"min", "value", statistics->min},
	    {"max", "value", statistics->max},
	    {"mean", "value", statistics->mean},
	    {"noise", "value", statistics->noise},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		rig_station_number(station, as, rows[i].name, rows[i].value, rows[i].unit, integrity);
}

gboolean rig_step_sensor(RigStation *station, const RigStep *step, gint64 deadline_us,
                         GError **error)
{
	const RigStepSensor *options = step->options;
	RigProtocol *protocol = rig_wiring_protocol(station->wiring, deadline_us, error);
	if (protocol == NULL)
		return FALSE;
	if (protocol->driver->sensor == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "protocol %s cannot read a sensor",
		            protocol->driver->name);
		return FALSE;
	}
	RigSensorFrames frames = {0};
	gboolean good =
	    protocol->driver->sensor(protocol, (guint32)options->frames, &frames, deadline_us, error);
	if (good) {
		const char *as = rig_step_as(step);
		RigStatistics statistics;
		rig_statistics_of(frames.values, frames.count, frames.channels, &statistics);
		rig_station_text(station, as, "identity", frames.identity, frames.integrity);
		sensor_leave(station, as, &statistics, frames.integrity);
		double rate_hz =
		    frames.at_us == NULL ? (double)NAN : rig_statistics_rate_hz(frames.at_us, frames.count);
		rig_station_number(station, as, "rate", rate_hz * 1000, "frequency", frames.integrity);
	}
	rig_sensor_frames_clear(&frames);
	return good;
}

static void data_leave_labels(RigStation *station, const char *as, RigRecording *recording,
                              GError **error)
{
	const RigRecordingInfo *info = rig_recording_info(recording);
	g_autofree guint *counts = g_new0(guint, MAX(info->classes, 1));
	guint labelled = 0;
	for (guint i = 0; i < info->count; i++) {
		RigInput input;
		if (!rig_recording_input(recording, i, &input, error))
			return;
		if (input.label < 0 || (guint)input.label >= info->classes)
			continue;
		counts[input.label]++;
		labelled++;
	}
	guint least = counts[0], most = counts[0];
	for (guint i = 1; i < info->classes; i++) {
		least = MIN(least, counts[i]);
		most = MAX(most, counts[i]);
	}
	double share = labelled == 0 ? (double)NAN : 1.0 / labelled;
	rig_station_number(station, as, "labelled",
	                   info->count == 0 ? 0 : (double)labelled / info->count, "ratio",
	                   RIG_INTEGRITY_CHECKED);
	rig_station_number(station, as, "label_share_min", least * share, "ratio",
	                   RIG_INTEGRITY_CHECKED);
	rig_station_number(station, as, "label_share_max", most * share, "ratio",
	                   RIG_INTEGRITY_CHECKED);
}

gboolean rig_step_data(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	(void)deadline_us;
	const RigStepData *options = step->options;
	const char *as = rig_step_as(step);
	g_autoptr(RigRecording) recording = rig_run_open_recording(options->recording, error);
	if (recording == NULL)
		return FALSE;
	RigTable table, reference = {0};
	if (!rig_run_table(recording, &table, error))
		return FALSE;
	RigStatistics statistics;
	rig_statistics_of(table.values, table.count, table.channels, &statistics);
	rig_station_number(station, as, "count", table.count, "count", RIG_INTEGRITY_CHECKED);
	sensor_leave(station, as, &statistics, RIG_INTEGRITY_CHECKED);
	GError *failure = NULL;
	data_leave_labels(station, as, recording, &failure);
	if (failure == NULL && options->reference != NULL) {
		g_autoptr(RigRecording) other = rig_run_open_recording(options->reference, &failure);
		if (other != NULL && rig_run_table(other, &reference, &failure)) {
			double drift = table.channels != reference.channels
			                   ? (double)NAN
			                   : rig_statistics_drift(table.values, table.count, reference.values,
			                                          reference.count, table.channels);
			rig_station_number(station, as, "drift", drift, "ratio", RIG_INTEGRITY_CHECKED);
		}
	}
	g_free(table.values);
	g_free(reference.values);
	if (failure == NULL)
		return TRUE;
	g_propagate_error(error, failure);
	return FALSE;
}
