/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between recording.c and its parts: the YAML (spec), the labels, the files and their
 * formats. A file is a row of `units` of equal size; an input is `length` of them, the next
 * one begins `stride` units later.
 */
#ifndef RIG_DATA_RECORDING_PARTS_H
#define RIG_DATA_RECORDING_PARTS_H

#include "data/recording.h"
#include <rig/field.h>

#define RIG_RECORDING_RANK_MAX       4u
#define RIG_RECORDING_ITEM_BYTES_MAX (16u << 20)
#define RIG_RECORDING_INPUTS_MAX     10000000u
#define RIG_RECORDING_CLASSES_MAX    65536
/* Files up to this size are kept in memory as they are read for their digest anyway … */
#define RIG_RECORDING_KEEP_FILE_BYTES (1u << 20)
/* … until this many bytes of a recording are kept; what is beyond is read on demand. */
#define RIG_RECORDING_KEEP_ALL_BYTES (4u << 20)

/* Values of a dtype, little endian. */
typedef struct RigDtypeRow {
	const char *name;
	gsize size;
	double min, max; /* of what can be written; whole numbers but for f32 */
} RigDtypeRow;
extern const RigDtypeRow rig_dtypes[];        /* by RigDtype */
extern const char *const rig_dtype_choices[]; /* names, NULL-terminated */

double rig_dtype_get(RigDtype dtype, const guint8 *data);
/* FALSE, nothing written: not a whole number (integers), out of range. f32 takes NaN and
 * infinities. */
gboolean rig_dtype_put(RigDtype dtype, guint8 *data, double value);

typedef struct RigRecordingShape {
	guint dims[RIG_RECORDING_RANK_MAX], rank;
} RigRecordingShape;

/* One entry of `files`. */
typedef struct RigRecordingEntry {
	char *file, *sha256;
} RigRecordingEntry;

/* recording.yaml as written. */
typedef struct RigRecordingSpec {
	char *name, *about, *origin, *licence, *labels;
	struct {
		char *name;
		gint64 rate_mhz;
	} sensor;
	int format; /* index into rig_recording_formats */
	int dtype;  /* RigDtype */
	RigRecordingShape shape;
	double scale;
	gint64 zero_point, classes;
	struct {
		gint64 length, stride; /* in samples; length 0: no window; stride 0: as length */
	} window;
	GPtrArray *files;  /* RigRecordingEntry */
	GPtrArray *places; /* RigPlace of each entry of files, parallel */
	RigPlace place;    /* of the whole file */
	char *path;        /* of recording.yaml, absolute */
	char *sha256;      /* of recording.yaml; it names every file with its digest */
} RigRecordingSpec;

extern const RigField rig_recording_fields[]; /* of recording.yaml */

/* NULL when anything is wrong with the YAML. Every entry of `files` has a digest, paths are as
 * written. */
RigRecordingSpec *rig_recording_spec_load(const char *path, RigIssues *issues);
void rig_recording_spec_free(RigRecordingSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigRecordingSpec, rig_recording_spec_free)
gsize rig_recording_item_bytes(const RigRecordingSpec *spec);
/* "[8, 8] of u8"; caller frees. */
char *rig_recording_shape_text(const RigRecordingSpec *spec);

/* One row of y_labels.csv. */
typedef struct RigRecordingLabel {
	RigPlace place;
	char *path; /* absolute */
	gint32 label;
	gint64 bytes, stride; /* 0: three columns */
} RigRecordingLabel;

/* Rows of the labels file in order (RigRecordingLabel); sets *classes. NULL: issues were added. */
GPtrArray *rig_recording_labels_load(const RigRecordingSpec *spec, guint *classes,
                                     RigIssues *issues);

typedef struct RigRecordingFormat RigRecordingFormat;

typedef struct RigRecordingFile {
	const RigRecordingFormat *format;
	char *path;        /* absolute */
	const char *name;  /* as the YAML has it; borrowed */
	RigPlace place;    /* of its entry */
	guint64 size;      /* bytes */
	gint64 changed_ns; /* mtime when the digest was taken */
	guint8 *bytes;     /* size + 1, NUL at the end; NULL: read on demand */
	int fd;            /* -1: closed */

	/* Set by the format's open. */
	guint64 units, offset; /* offset: of the first unit, for formats without read */
	gsize unit_bytes;
	guint8 *table;    /* units decoded ahead; NULL: read */
	gint32 *labels;   /* per unit; NULL: `label` holds for all */
	gint64 rate_mhz;  /* that the file states; 0: none */
	gpointer private; /* of the format; freed by its close */

	/* Set by the cut. */
	guint64 length, stride;
	guint first_input, inputs;
	gint32 label;
} RigRecordingFile;

struct RigRecordingFormat {
	const char *name;
	gboolean windows;    /* takes `window` */
	gboolean whole;      /* without a window a file is one input */
	gboolean needs_text; /* open wants file->bytes, whatever the size (bounded by the format) */
	guint64 size_max;    /* bytes of a file; 0: no bound of its own */
	/* Reads what is needed to know units, unit_bytes and where they are. */
	gboolean (*open)(RigRecordingFile *file, const RigRecordingSpec *spec, GError **error);
	/* NULL: units lie in the file from `offset` on. */
	gboolean (*read)(RigRecordingFile *file, guint64 unit, guint64 count, guint8 *data,
	                 GError **error);
	void (*close)(RigRecordingFile *file); /* NULL: nothing; safe after a failed open */
};
extern const RigRecordingFormat rig_recording_bin, rig_recording_csv, rig_recording_npy,
    rig_recording_wav;
extern const RigRecordingFormat *const rig_recording_formats[]; /* by the choices of `format` */

/*
 * Opens the file and compares its digest; keeps its bytes when they are at most *keep, which
 * shrinks by them. The result may be half-made: free it in both cases.
 */
gboolean rig_recording_file_load(RigRecordingFile *file, const char *sha256, gsize *keep,
                                 GError **error);
void rig_recording_file_free(RigRecordingFile *file);
/* Reads `size` bytes at `offset`; the file stays open until rig_recording_file_rest. */
gboolean rig_recording_file_read(RigRecordingFile *file, guint64 offset, gsize size, guint8 *data,
                                 GError **error);
void rig_recording_file_rest(RigRecordingFile *file);
/* Sets RIG_ERROR_BENCH "NAME: text"; always FALSE. */
gboolean rig_recording_file_fail(const RigRecordingFile *file, GError **error, const char *format,
                                 ...) G_GNUC_PRINTF(3, 4);

#endif
