/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the mlperf-tiny protocol driver, inside its folder only. Command and reply
 * grammar: MLPerf Tiny's device monitor, and the tinyrig extension (docs/protocol.md).
 */
#ifndef DRIVERS_PROTOCOL_MLPERF_TINY_H
#define DRIVERS_PROTOCOL_MLPERF_TINY_H

#include "mlperf_tiny_lines.h"
#include <rig/protocol.h>

#define TINY_TRIES 3u
#define TINY_COMMAND_US                                                                            \
	((gint64)5 * G_USEC_PER_SEC) /* without a line, as EEMBC's runner allows                       \
	                              */
#define TINY_SYNC_US                                                                               \
	((gint64)2 * G_USEC_PER_SEC) /* for `name` when the board's state is unknown                   \
	                              */
#define TINY_QUIET_US        (G_USEC_PER_SEC / 10)
#define TINY_LOAD_BYTE_US    16000 /* as EEMBC's runner allows */
#define TINY_COMMAND_MAX     2100u /* characters, `dut ` and `%` included */
#define TINY_CHUNK_MAX       1024u
#define TINY_TEXT_MAX        200u /* of what a board said, kept for errors */
#define TINY_REPLY_BYTES_MAX (4u << 20)

typedef enum { TINY_FRAMING_DIRECT, TINY_FRAMING_DUT } TinyFraming;
typedef enum { TINY_EXTENSION_AUTO, TINY_EXTENSION_OFF, TINY_EXTENSION_REQUIRE } TinyExtensionUse;

typedef struct TinyOptions {
	int framing;   /* TinyFraming */
	int extension; /* TinyExtensionUse */
	gint64 chunk_bytes;
	gboolean readback;
} TinyOptions;

/* What `help` says of the extension. */
typedef struct TinyExtension {
	guint line; /* longest command in characters */
	guint all;  /* inferences of one call whose laps and results are kept */
	gboolean build, stack, sensor;
} TinyExtension;

typedef enum {
	TINY_WHOLE,   /* the reply came, complete and in order */
	TINY_REFUSED, /* whole, but the board says no: t->said */
	TINY_DAMAGED, /* something is lost or altered: t->reason */
	TINY_SILENT,  /* no end of the reply in its time */
	TINY_FAILED,  /* the error is set: link, restart, deadline */
} TinyOutcome;

typedef struct Tiny {
	RigProtocol *protocol; /* borrowed */
	TinyReader reader;
	gboolean synced;
	gboolean extended;       /* sealed replies are on */
	TinyExtension extension; /* valid while extended */
	gint64 lap_each_us;      /* of the last known inference; 0: none yet */
	gint64 sent_us;          /* the last command was written */
	gint64 last_line_us;     /* when the last of them came; 0: never */
	guint notes_left;        /* free text is told so many times */
	gboolean ever_answered;
	gboolean sealed;                /* the last line of the last lenient exchange was */
	gboolean energy;                /* the last boot banner was one of an energy build */
	char said[TINY_TEXT_MAX];       /* e-[…] or free text of the last reply */
	char reason[TINY_TEXT_MAX];     /* what is wrong with the last reply */
	char command[TINY_COMMAND_MAX]; /* scratch for the command on its way */
	char chunk[TINY_COMMAND_MAX];   /* a `db` command being made */
	GArray *laps;                   /* gint64: laps of each inference of one call */
	GArray *values;                 /* double: outputs of one call */
	GString *results;               /* text of the last m-results */
} Tiny;

/* How a handler of reply lines takes one. */
typedef enum {
	TINY_TAKEN,
	TINY_FOREIGN, /* not of this reply: free text is let through, m-… is damage */
	TINY_WRONG,   /* of this reply, but malformed or out of order */
} TinyTake;

/* A command and what its reply looks like. */
typedef struct TinyAsk {
	const char *command; /* without `%` */
	gsize length;
	gpointer state;                                  /* handed to the functions below */
	void (*begin)(gpointer state);                   /* before each try; may be NULL */
	TinyTake (*line)(gpointer state, TinyText line); /* NULL: no lines are expected */
	const char *(*missing)(gpointer state);          /* what lacks at the end; NULL: nothing */
	gint64 (*patience_us)(gpointer state);           /* for the next line; NULL: the usual */
	gboolean refusal_ok;                             /* e-[…] is an answer like others */
	gboolean lenient; /* resync: anything may come before the reply, sealed or not */
} TinyAsk;

/* mlperf_tiny_exchange.c: one command and its reply. */

/* One try. TINY_FAILED has the error set; other outcomes have t->said and t->reason. */
TinyOutcome tiny_exchange(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error);
/* Keeps the first reason why a reply is damaged. */
void tiny_blame(Tiny *t, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* TRUE for a line of the boot banner; t->energy follows it. */
gboolean tiny_is_banner(Tiny *t, TinyText text);
/* Sets the error; TINY_FAILED. */
TinyOutcome tiny_restarted(Tiny *t, const TinyAsk *ask, GError **error);
/* `db 0011…`: a command as errors show it. Caller frees. */
char *tiny_show(const TinyAsk *ask);

/* mlperf_tiny_recover.c: repeating what went wrong. */

typedef struct TinyTries {
	guint count;
	char refusal[TINY_TEXT_MAX]; /* of the try before */
} TinyTries;

/*
 * After an outcome other than TINY_WHOLE: TRUE when the board is in step again and the job is to
 * be repeated; FALSE with the error that tells what is wrong.
 */
gboolean tiny_recover(Tiny *t, const TinyAsk *ask, TinyOutcome outcome, TinyTries *tries,
                      gint64 deadline_us, GError **error);
/* Exchanges until the reply is whole, at most TINY_TRIES times. */
gboolean tiny_ask(Tiny *t, const TinyAsk *ask, gint64 deadline_us, GError **error);
/* Asks `name` until the board answers it, alone. TINY_WHOLE, SILENT, DAMAGED or FAILED. */
TinyOutcome tiny_resync(Tiny *t, gint64 deadline_us, GError **error);
/* Counts and tells a repeat. */
void tiny_repeat(Tiny *t, const char *what, const char *why);

/* mlperf_tiny_sync.c: from an unknown state to a known one. */
gboolean tiny_sync(Tiny *t, gboolean booted, gint64 deadline_us, GError **error);
/* Reads the words of the extension again, sealed. */
gboolean tiny_reread_extension(Tiny *t, gint64 deadline_us, GError **error);

/* mlperf_tiny_identify.c */
gboolean tiny_identify(Tiny *t, RigIdentity *identity, gint64 deadline_us, GError **error);

/* mlperf_tiny_load.c */
gboolean tiny_load(Tiny *t, const RigInferRequest *request, gint64 deadline_us, GError **error);

/* mlperf_tiny_infer.c */

/* Who gets the records of a request, which is one of several. */
typedef struct TinySink {
	RigInferenceSink take;
	gpointer user;
	gsize request;
} TinySink;
gboolean tiny_infer(Tiny *t, const RigInferRequest *request, const TinySink *sink,
                    gint64 deadline_us, GError **error);

/* mlperf_tiny_sensor.c */
gboolean tiny_sensor(Tiny *t, guint32 count, RigSensorFrames *frames, gint64 deadline_us,
                     GError **error);

static inline const TinyOptions *tiny_options(const Tiny *t)
{
	return t->protocol->options;
}

static inline RigLink *tiny_link(const Tiny *t)
{
	return t->protocol->link;
}

static inline gint64 tiny_now(const Tiny *t)
{
	return rig_clock_now(tiny_link(t)->clock);
}

/* The earlier of the deadline and `span_us` from now. */
static inline gint64 tiny_until(const Tiny *t, gint64 span_us, gint64 deadline_us)
{
	return MIN(rig_clock_after(tiny_link(t)->clock, span_us), deadline_us);
}

#endif
