/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device protocol of MLPerf Tiny, with tinyrig's extension where the firmware has it. Without
 * the extension nothing on the wire is protected: values are then `plausible` at most.
 */
#include "mlperf_tiny.h"

static const char *const tiny_framings[] = {"direct", "dut", NULL};
static const char *const tiny_extension_uses[] = {"auto", "off", "require", NULL};

static const RigField tiny_fields[] = {
    {.key = "framing",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(TinyOptions, framing),
     .fallback = "direct",
     .choices = tiny_framings,
     .help = "direct, or dut: through an interface board that passes `dut …` on"},
    {.key = "extension",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(TinyOptions, extension),
     .fallback = "auto",
     .choices = tiny_extension_uses,
     .help = "use of tinyrig's extension: when the firmware has it, never, or not without it"},
    {.key = "chunk",
     .type = RIG_FIELD_INTEGER,
     .offset = offsetof(TinyOptions, chunk_bytes),
     .max = TINY_CHUNK_MAX,
     .fallback = "0",
     .help = "bytes of input in one `db` command; 0: as many as the firmware takes"},
    {.key = "readback",
     .type = RIG_FIELD_BOOL,
     .offset = offsetof(TinyOptions, readback),
     .fallback = "false",
     .help = "without the extension: read each input back and compare it before it is used"},
    {0},
};

/* The private part, made usable; every slot starts here. */
static Tiny *tiny_of(RigProtocol *protocol)
{
	Tiny *t = protocol->priv;
	t->protocol = protocol;
	if (t->results == NULL) {
		t->results = g_string_new(NULL);
		t->laps = g_array_new(FALSE, FALSE, sizeof(gint64));
		t->values = g_array_new(FALSE, FALSE, sizeof(double));
	}
	return t;
}

static gboolean tiny_slot_sync(RigProtocol *protocol, gboolean booted, gint64 deadline_us,
                               GError **error)
{
	return tiny_sync(tiny_of(protocol), booted, deadline_us, error);
}

/* After a failure that left the state unknown the next job starts from there again. */
static Tiny *tiny_ready(RigProtocol *protocol, gint64 deadline_us, GError **error)
{
	Tiny *t = tiny_of(protocol);
	return t->synced || tiny_sync(t, FALSE, deadline_us, error) ? t : NULL;
}

/* What failed may have left half a job on the wire. */
static gboolean tiny_settle(Tiny *t, gboolean ok)
{
	t->synced = t->synced && ok;
	return ok;
}

static gboolean tiny_slot_identify(RigProtocol *protocol, RigIdentity *identity, gint64 deadline_us,
                                   GError **error)
{
	Tiny *t = tiny_ready(protocol, deadline_us, error);
	return t != NULL && tiny_settle(t, tiny_identify(t, identity, deadline_us, error));
}

static gboolean tiny_slot_infer(RigProtocol *protocol, const RigInferRequest *requests, gsize count,
                                RigInferenceSink sink, gpointer user, gint64 deadline_us,
                                GError **error)
{
	Tiny *t = tiny_ready(protocol, deadline_us, error);
	gboolean good = t != NULL;
	for (gsize i = 0; good && i < count; i++) {
		const TinySink one = {sink, user, i};
		good = tiny_settle(t, tiny_infer(t, &requests[i], &one, deadline_us, error));
	}
	return good;
}

static gboolean tiny_slot_sensor(RigProtocol *protocol, guint32 count, RigSensorFrames *frames,
                                 gint64 deadline_us, GError **error)
{
	Tiny *t = tiny_ready(protocol, deadline_us, error);
	return t != NULL && tiny_settle(t, tiny_sensor(t, count, frames, deadline_us, error));
}

static void tiny_slot_close(RigProtocol *protocol)
{
	Tiny *t = protocol->priv;
	if (t->results == NULL)
		return;
	tiny_reader_clear(&t->reader);
	g_array_unref(t->laps);
	g_array_unref(t->values);
	g_string_free(t->results, TRUE);
	t->results = NULL;
}

extern const RigProtocolDriver rig_protocol_mlperf_tiny;
const RigProtocolDriver rig_protocol_mlperf_tiny = {
    .name = "mlperf-tiny",
    .about = "the device protocol of MLPerf Tiny, with tinyrig's extension where firmware has it",
    .fields = tiny_fields,
    .options_size = sizeof(TinyOptions),
    .priv_size = sizeof(Tiny),
    .offers = RIG_OFFERS_IDENTIFY | RIG_OFFERS_INFER | RIG_OFFERS_SENSOR,
    .sync = tiny_slot_sync,
    .identify = tiny_slot_identify,
    .infer = tiny_slot_infer,
    .sensor = tiny_slot_sensor,
    .close = tiny_slot_close,
};
