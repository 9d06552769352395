/* SPDX-License-Identifier: Apache-2.0 */
/* The inference record: the spine of every number. Protocols fill it; judge and reports read it. */
#ifndef RIG_INFERENCE_H
#define RIG_INFERENCE_H

#include <glib.h>

/* How far a captured value can be trusted; a limit may ask for one. Ordered. */
typedef enum {
	RIG_INTEGRITY_UNKNOWN,   /* nothing vouches for it */
	RIG_INTEGRITY_PLAUSIBLE, /* grammar and host clock agree */
	RIG_INTEGRITY_CHECKED,   /* CRC, or read twice and equal */
} RigIntegrity;

/* "unknown", "plausible", "checked" */
const char *rig_integrity_name(RigIntegrity integrity);
/* FALSE, *integrity untouched, where `name` is none of them. */
gboolean rig_integrity_parse(const char *name, RigIntegrity *integrity);

#define RIG_LABEL_NONE  (-1)
#define RIG_OUTPUTS_MAX 1024u

typedef struct RigInference {
	guint32 seq;                /* 0.. within the attempt */
	guint32 step;               /* index of the step in the attempt */
	const char *recording;      /* name; borrowed from the attempt or request; NULL: none */
	guint32 input;              /* index of the item in the recording */
	gint32 label;               /* class 0.., or RIG_LABEL_NONE */
	guint32 iterations;         /* inferences that this record covers (>= 1) */
	gint64 sent_us;             /* host clock: the command was written */
	gint64 done_us;             /* host clock: its last reply byte was read */
	gint64 lap_us;              /* device clock, over all iterations; -1: unknown */
	gint64 request_us;          /* the same, over all iterations of its request */
	gint64 told_us;             /* host clock: the end of these was told; 0: it was not */
	gint64 board_us;            /* device clock at that end, modulo 2^32; -1: unknown */
	double *outputs;            /* shape (outputs_count); owned by the record */
	guint32 outputs_count;      /* 0..RIG_OUTPUTS_MAX; values may be NaN or infinite as printed */
	RigIntegrity integrity;     /* of outputs */
	RigIntegrity lap_integrity; /* of lap_us: never `checked` unless CRC-protected */
	/* Power fills these; -1 / G_MININT64 while unmeasured. */
	gint64 marker_first, marker_last;
	gint64 charge_pc, energy_pj, uncertainty_pj;
} RigInference;

/* A record with every field unknown. */
#define RIG_INFERENCE_INIT                                                                         \
	{                                                                                              \
		.label = RIG_LABEL_NONE, .iterations = 1, .lap_us = -1, .request_us = -1, .board_us = -1,  \
		.marker_first = -1, .marker_last = -1, .charge_pc = G_MININT64, .energy_pj = G_MININT64,   \
		.uncertainty_pj = G_MININT64                                                               \
	}

#endif
