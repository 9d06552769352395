/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols: how a board's firmware is asked to identify itself, infer and read its sensor.
 * A protocol talks over one open link, or through the board's probe, and is used from one thread.
 * Every call blocks
 * until its deadline at most. Damaged exchanges are repeated by the protocol itself where
 * repeating is safe; each repeat is told by `note`. Errors: RIG_ERROR_BOARD when the firmware is
 * wrong (silent after it had answered, restarted by itself, answered e-[…]), RIG_ERROR_DAMAGED when
 * bytes keep being lost or altered, RIG_ERROR_BENCH for the link.
 */
#ifndef RIG_PROTOCOL_H
#define RIG_PROTOCOL_H

#include <rig/inference.h>
#include <rig/link.h>

typedef struct RigProtocol RigProtocol;

typedef enum {
	RIG_OFFERS_IDENTIFY = 1 << 0,
	RIG_OFFERS_INFER = 1 << 1,
	RIG_OFFERS_SENSOR = 1 << 2,
} RigOffers;

/* What firmware says of itself. Strings are owned, NULL where it does not say. */
typedef struct RigIdentity {
	char *name;              /* vendor or device name */
	char *profile;           /* protocol or firmware profile text */
	char *model;             /* model id, as kws01 */
	char *build;             /* build id in lower-case hex (GNU build-id of its ELF) */
	gint64 stack_bytes;      /* size of the stack; -1 unknown */
	gint64 stack_used_bytes; /* high-water mark since reset; -1 unknown */
	RigIntegrity integrity;
} RigIdentity;

/* Frees the strings and makes every field unknown. */
void rig_identity_clear(RigIdentity *identity);

typedef struct RigInferRequest {
	const guint8 *input; /* bytes as the model wants them; borrowed */
	gsize input_bytes;   /* >= 1 */
	guint32 iterations;  /* >= 1 */
	guint32 warmups;     /* >= 0, always sent */
} RigInferRequest;

/*
 * Gets each record of one infer call, in order, while the call runs: at least one for each request,
 * by its index. seq, step, recording, input and label are the caller's business. `record` and its
 * outputs are borrowed for the call.
 */
typedef void (*RigInferenceSink)(gpointer user, gsize request, const RigInference *record);

/* Frames read from a board's sensor. */
typedef struct RigSensorFrames {
	char *identity;   /* as the sensor says; owned; NULL unknown */
	guint32 channels; /* values a frame */
	guint32 count;    /* frames */
	double *values;   /* shape (count, channels), row major; owned */
	gint64 *at_us;    /* shape (count): device clock of each frame; owned; NULL unknown */
	RigIntegrity integrity;
} RigSensorFrames;

void rig_sensor_frames_clear(RigSensorFrames *frames);

typedef struct RigProtocolDriver {
	const char *name;
	const char *about;
	const RigField *fields; /* options, without the keys `driver` and `link` */
	gsize options_size;
	gsize priv_size;
	guint offers;      /* RigOffers that this protocol can do at all */
	gboolean by_probe; /* it has no link: it reaches the board's memory by protocol->access */

	/*
	 * Reaches a defined state after the link was opened or the board was reset: drops stale
	 * bytes, waits for a boot banner when `booted`, asks the name, finds extensions.
	 * Called before any other slot, and again after each reset.
	 */
	gboolean (*sync)(RigProtocol *protocol, gboolean booted, gint64 deadline_us, GError **error);

	/* Fills *identity (cleared by the caller before). */
	gboolean (*identify)(RigProtocol *protocol, RigIdentity *identity, gint64 deadline_us,
	                     GError **error);

	/* The requests in their order; a protocol that can sends the next while the board computes. */
	gboolean (*infer)(RigProtocol *protocol, const RigInferRequest *requests, gsize count,
	                  RigInferenceSink sink, gpointer user, gint64 deadline_us, GError **error);

	/* Reads `count` frames into *frames (cleared by the caller before). NULL: no sensor. */
	gboolean (*sensor)(RigProtocol *protocol, guint32 count, RigSensorFrames *frames,
	                   gint64 deadline_us, GError **error);

	/* Ends the private part; safe at any time. The link is the caller's. */
	void (*close)(RigProtocol *protocol);
} RigProtocolDriver;

struct RigProtocol {
	const RigProtocolDriver *driver;
	const void *options; /* filled by driver->fields; borrowed */
	void *priv;          /* owned by the core */
	RigLink *link;       /* borrowed, open while slots run; NULL: by the probe */
	RigAccess *access;   /* borrowed; NULL: the board has no probe */
	/* A line for the journal (repeat, damage, banner). May be NULL. `text` is borrowed. */
	void (*note)(gpointer user, const char *text);
	gpointer user;
	guint64 repeats; /* exchanges that had to be repeated */
};

RigProtocol *rig_protocol_new(const RigProtocolDriver *driver, const void *options, RigLink *link);
void rig_protocol_free(RigProtocol *protocol);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigProtocol, rig_protocol_free)

/* Formats and hands a line to protocol->note. */
void rig_protocol_note(RigProtocol *protocol, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
