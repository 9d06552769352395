/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded sensor data with labels: a folder with recording.yaml beside raw .bin files
 * and y_labels.csv (MLPerf Tiny's layout), CSV, WAV or NPY. Opened lazily: items are read
 * when asked for.
 */
#ifndef RIG_DATA_RECORDING_H
#define RIG_DATA_RECORDING_H

#include "yaml/node.h"
#include <rig/inference.h>

typedef enum { RIG_DTYPE_U8, RIG_DTYPE_I8, RIG_DTYPE_I16, RIG_DTYPE_I32, RIG_DTYPE_F32 } RigDtype;

typedef struct RigRecording RigRecording;

/* One labelled item. */
typedef struct RigInput {
	const guint8
	    *data; /* as it goes to the board, little endian; borrowed until the recording is freed */
	gsize size;
	gint32 label; /* 0.., or RIG_LABEL_NONE */
} RigInput;

typedef struct RigRecordingInfo {
	const char *name, *about, *sensor, *origin, *licence; /* NULL where not stated */
	gint64 rate_mhz; /* items or samples a second, in 1/1000 Hz; 0: not stated */
	gint64 item_us;  /* real time from one input to the next; 0: unknown */
	RigDtype dtype;
	guint dims[4], rank; /* shape of one input */
	double scale;        /* value = (raw - zero_point) * scale */
	gint64 zero_point;
	guint classes;      /* 0: unlabelled */
	guint count;        /* inputs */
	const char *sha256; /* of recording.yaml, which names every file with a digest that holds */
} RigRecordingInfo;

/*
 * `path`: the folder or its recording.yaml. All that is wrong with the YAML goes to `issues`;
 * what is wrong with data files (missing, size not a multiple of the shape, digest differs,
 * label out of range, wrong dtype) too, with the file's name and what to do. NULL then.
 */
RigRecording *rig_recording_open(const char *path, RigIssues *issues);
void rig_recording_free(RigRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigRecording, rig_recording_free)
/* Appends the files (absolute; g_free) that it is made of, as far as they can be told; they need
 * not be there. */
void rig_recording_files(const char *path, GPtrArray *files);
const RigRecordingInfo *rig_recording_info(const RigRecording *recording);

/* Item `index` < info->count. Error: the file changed or cannot be read (RIG_ERROR_BENCH). */
gboolean rig_recording_input(RigRecording *recording, guint index, RigInput *input, GError **error);

/*
 * Which items a step of `wanted` inputs (0: all) from `first` on takes, spread evenly over
 * first .. count - 1: the i-th, rising with i. G_MAXUINT where i >= rig_recording_picked.
 */
guint rig_recording_pick(guint count, guint first, guint wanted, guint i);
/* How many that are. */
guint rig_recording_picked(guint count, guint first, guint wanted);

/* Values of one item as doubles, scale and zero point applied; values: shape (product of dims). */
gboolean rig_recording_values(RigRecording *recording, guint index, double *values, GError **error);

/*
 * Writes a new recording: bin + y_labels.csv + recording.yaml, the last one last. `path` must
 * not exist or be empty. Values go as raw numbers (scale 1); classes are the highest label + 1.
 */
typedef struct RigRecordingMaker {
	const char *name, *about, *sensor, *origin, *licence;
	gint64 rate_mhz;
	RigDtype dtype;
	guint dims[4], rank;
} RigRecordingMaker;
/*
 * values: shape (count, product of dims), rounded and range-checked to dtype; labels: each
 * >= 0; NULL: none. Errors: RIG_ERROR_USAGE, or RIG_ERROR_BENCH of writing.
 */
gboolean rig_recording_write(const char *path, const RigRecordingMaker *maker, const double *values,
                             guint count, const gint32 *labels, GError **error);

#endif
