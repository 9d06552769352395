/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb/stub.h"

#include <rig/bytes.h>
#include <rig/cortex.h>
#include <string.h>

#include "gdb/packet.h"
#include "gdb/registers.h"

#define STUB_REGISTERS_MAX 48u
#define STUB_MEMORY_MAX    (RIG_GDB_PACKET_MAX / 2 - 16)
#define STUB_REFUSED       "E01"
#define STUB_WRONG         "E22"

/* What is left of a packet that is read from its front. */
typedef struct StubText {
	const char *at;
	gsize left;
} StubText;

typedef gboolean (*StubServe)(RigGdbStub *stub, StubText text, GError **error);

static gboolean stub_say(RigGdbStub *stub, const char *text)
{
	g_string_assign(stub->answer, text);
	return TRUE;
}

/* A refusal is the client's to know; a probe that is gone ends the session. */
static gboolean stub_done(RigGdbStub *stub, gboolean good, GError **trouble, GError **error)
{
	if (good)
		return TRUE;
	if (g_error_matches(*trouble, RIG_ERROR, RIG_ERROR_BENCH) ||
	    g_error_matches(*trouble, RIG_ERROR, RIG_ERROR_STOPPED)) {
		g_propagate_error(error, g_steal_pointer(trouble));
		return FALSE;
	}
	g_clear_error(trouble);
	return stub_say(stub, STUB_REFUSED);
}

static gboolean stub_number(StubText *text, guint32 *number)
{
	gsize digits = 0;
	guint64 value = 0;
	while (digits < text->left && g_ascii_isxdigit(text->at[digits]) && digits <= 8) {
		value = value << 4 | (guint64)g_ascii_xdigit_value(text->at[digits]);
		digits++;
	}
	text->at += digits;
	text->left -= digits;
	*number = (guint32)value;
	return digits > 0 && digits <= 8;
}

static gboolean stub_char(StubText *text, char wanted)
{
	if (text->left == 0 || *text->at != wanted)
		return FALSE;
	text->at++;
	text->left--;
	return TRUE;
}

/* "ADDRESS,SIZE" */
static gboolean stub_range(StubText *text, guint32 *address, guint32 *size)
{
	return stub_number(text, address) && stub_char(text, ',') && stub_number(text, size);
}

static void stub_append_hex(GString *out, const guint8 *data, gsize size)
{
	gsize before = out->len;
	g_string_set_size(out, before + 2 * size);
	rig_hex_encode(out->str + before, data, size);
}

/* Registers. */

static void stub_append_register(GString *out, const RigGdbRegister *reg, guint32 low, guint32 high)
{
	guint8 bytes[8];
	rig_put_le32(bytes, low >> reg->shift);
	rig_put_le32(bytes + 4, high);
	stub_append_hex(out, bytes, reg->bits / 8);
}

static gboolean stub_read_registers(RigGdbStub *stub, gsize first, gsize count, GError **error)
{
	gsize all = 0;
	guint8 numbers[2 * STUB_REGISTERS_MAX];
	guint32 values[2 * STUB_REGISTERS_MAX] = {0};
	g_autoptr(GError) trouble = NULL;
	const RigGdbRegister *list = rig_gdb_registers(stub->has_fpu, &all);
	gsize asked = 0;
	for (gsize i = first; i < first + count; i++) {
		numbers[asked++] = list[i].number;
		if (list[i].bits == 64)
			numbers[asked++] = (guint8)(list[i].number + 1);
	}
	if (!stub->core.read_registers(stub->core.user, numbers, asked, values, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	gsize at = 0;
	for (gsize i = first; i < first + count; i++) {
		gboolean wide = list[i].bits == 64;
		stub_append_register(stub->answer, &list[i], values[at], wide ? values[at + 1] : 0);
		at += wide ? 2 : 1;
	}
	return TRUE;
}

static gboolean stub_write_register(RigGdbStub *stub, const RigGdbRegister *reg,
                                    const guint8 *bytes, GError **error)
{
	guint8 whole[8] = {0};
	guint32 kept = 0;
	memcpy(whole, bytes, reg->bits / 8);
	guint32 value = rig_get_le32(whole);
	if (reg->bits < 32) {
		guint32 mask = ((1u << reg->bits) - 1) << reg->shift;
		if (!stub->core.read_registers(stub->core.user, &reg->number, 1, &kept, error))
			return FALSE;
		value = (kept & ~mask) | (value << reg->shift & mask);
	}
	return stub->core.write_register(stub->core.user, reg->number, value, error) &&
	       (reg->bits < 64 || stub->core.write_register(stub->core.user, (guint8)(reg->number + 1),
	                                                    rig_get_le32(whole + 4), error));
}

static gboolean stub_get_all(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	gsize count = 0;
	(void)rig_gdb_registers(stub->has_fpu, &count);
	return stub_read_registers(stub, 0, count, error);
}

static gboolean stub_get_one(RigGdbStub *stub, StubText text, GError **error)
{
	gsize count = 0;
	guint32 index = 0;
	(void)rig_gdb_registers(stub->has_fpu, &count);
	if (!stub_number(&text, &index) || index >= count)
		return stub_say(stub, STUB_WRONG);
	return stub_read_registers(stub, index, 1, error);
}

/* The hex digits of registers from `index` on, as many as there are. */
static gboolean stub_put(RigGdbStub *stub, gsize index, StubText text, GError **error)
{
	gsize count = 0;
	const RigGdbRegister *list = rig_gdb_registers(stub->has_fpu, &count);
	g_autoptr(GError) trouble = NULL;
	for (; text.left > 0; index++) {
		guint8 bytes[8];
		gsize size = index < count ? list[index].bits / 8 : 0;
		if (size == 0 || text.left < 2 * size || !rig_hex_decode(bytes, text.at, size))
			return stub_say(stub, STUB_WRONG);
		if (!stub_write_register(stub, &list[index], bytes, &trouble))
			return stub_done(stub, FALSE, &trouble, error);
		text.at += 2 * size;
		text.left -= 2 * size;
	}
	return stub_say(stub, "OK");
}

static gboolean stub_put_all(RigGdbStub *stub, StubText text, GError **error)
{
	return stub_put(stub, 0, text, error);
}

static gboolean stub_put_one(RigGdbStub *stub, StubText text, GError **error)
{
	guint32 index = 0;
	if (!stub_number(&text, &index) || !stub_char(&text, '=') || text.left == 0 || text.left > 16)
		return stub_say(stub, STUB_WRONG);
	return stub_put(stub, index, text, error);
}

/* Memory. */

static gboolean stub_get_memory(RigGdbStub *stub, StubText text, GError **error)
{
	guint32 address = 0, size = 0;
	g_autoptr(GError) trouble = NULL;
	if (!stub_range(&text, &address, &size) || size > STUB_MEMORY_MAX)
		return stub_say(stub, STUB_WRONG);
	g_autofree guint8 *data = g_malloc(MAX(size, 1));
	if (!stub->core.read_memory(stub->core.user, address, data, size, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	stub_append_hex(stub->answer, data, size);
	return TRUE;
}

static gboolean stub_store(RigGdbStub *stub, guint32 address, const guint8 *data, gsize size,
                           GError **error)
{
	g_autoptr(GError) trouble = NULL;
	if (!stub->core.write_memory(stub->core.user, address, data, size, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	return stub_say(stub, "OK");
}

static gboolean stub_put_memory(RigGdbStub *stub, StubText text, GError **error)
{
	guint32 address = 0, size = 0;
	if (!stub_range(&text, &address, &size) || !stub_char(&text, ':') || size > STUB_MEMORY_MAX ||
	    text.left != 2 * (gsize)size)
		return stub_say(stub, STUB_WRONG);
	g_autofree guint8 *data = g_malloc(MAX(size, 1));
	if (!rig_hex_decode(data, text.at, size))
		return stub_say(stub, STUB_WRONG);
	return stub_store(stub, address, data, size, error);
}

static gboolean stub_put_binary(RigGdbStub *stub, StubText text, GError **error)
{
	guint32 address = 0, size = 0;
	if (!stub_range(&text, &address, &size) || !stub_char(&text, ':') || text.left != size)
		return stub_say(stub, STUB_WRONG);
	return stub_store(stub, address, (const guint8 *)text.at, size, error);
}

/* Stopping and going. */

static gboolean stub_go(RigGdbStub *stub, gboolean (*go)(gpointer user, GError **error),
                        gboolean runs, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	if (!go(stub->core.user, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	stub->is_running = runs;
	if (!runs)
		rig_gdb_stub_stopped(stub, FALSE);
	return TRUE;
}

/* An address to go on from: the PC is set first. */
static gboolean stub_at(RigGdbStub *stub, StubText text, GError **error)
{
	guint32 address = 0;
	return text.left == 0 || !stub_number(&text, &address) ||
	       stub->core.write_register(stub->core.user, RIG_REG_PC, address, error);
}

static gboolean stub_continue(RigGdbStub *stub, StubText text, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	if (!stub_at(stub, text, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	return stub_go(stub, stub->core.resume, TRUE, error);
}

static gboolean stub_step(RigGdbStub *stub, StubText text, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	if (!stub_at(stub, text, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	return stub_go(stub, stub->core.step, FALSE, error);
}

/* "c" or "s" with anything behind: there is one thread. */
static gboolean stub_vcont(RigGdbStub *stub, StubText text, GError **error)
{
	const StubText nothing = {"", 0};
	if (stub_char(&text, 's') || stub_char(&text, 'S'))
		return stub_step(stub, nothing, error);
	return stub_continue(stub, nothing, error);
}

static gboolean stub_why(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	(void)error;
	rig_gdb_stub_stopped(stub, FALSE);
	return TRUE;
}

static gboolean stub_restart(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	return stub_go(stub, stub->core.reset, FALSE, error);
}

static gboolean stub_leave(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	(void)error;
	stub->is_over = TRUE;
	return stub_say(stub, "OK");
}

/* "1,ADDRESS,KIND": breakpoints of the core, whatever kind is asked for. */
static gboolean stub_break(RigGdbStub *stub, StubText text, gboolean on, GError **error)
{
	guint32 kind = 0, address = 0;
	g_autoptr(GError) trouble = NULL;
	if (!stub_number(&text, &kind) || !stub_char(&text, ',') || !stub_number(&text, &address))
		return stub_say(stub, STUB_WRONG);
	if (kind > 1)
		return TRUE; /* watchpoints: the empty answer says that there are none */
	if (!stub->core.set_breakpoint(stub->core.user, address, on, &trouble))
		return stub_done(stub, FALSE, &trouble, error);
	return stub_say(stub, "OK");
}

static gboolean stub_set_break(RigGdbStub *stub, StubText text, GError **error)
{
	return stub_break(stub, text, TRUE, error);
}

static gboolean stub_clear_break(RigGdbStub *stub, StubText text, GError **error)
{
	return stub_break(stub, text, FALSE, error);
}

/* Questions about the stub. */

static gboolean stub_supported(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	(void)error;
	g_string_printf(stub->answer,
	                "PacketSize=%x;qXfer:features:read+;QStartNoAckMode+;vContSupported+;hwbreak+",
	                RIG_GDB_PACKET_MAX);
	return TRUE;
}

static gboolean stub_features(RigGdbStub *stub, StubText text, GError **error)
{
	(void)error;
	guint32 offset = 0, size = 0;
	gsize all = strlen(stub->description);
	if (!stub_range(&text, &offset, &size) || offset > all)
		return stub_say(stub, STUB_WRONG);
	gsize part = MIN(MIN((gsize)size, all - offset), STUB_MEMORY_MAX);
	g_string_append_c(stub->answer, offset + part < all ? 'm' : 'l');
	g_string_append_len(stub->answer, stub->description + offset, (gssize)part);
	return TRUE;
}

static gboolean stub_be_quiet(RigGdbStub *stub, StubText text, GError **error)
{
	(void)text;
	(void)error;
	stub->is_quiet = TRUE;
	return stub_say(stub, "OK");
}

#define STUB_SAYS(name, words)                                                                     \
	static gboolean name(RigGdbStub *stub, StubText text, GError **error)                          \
	{                                                                                              \
		(void)text;                                                                                \
		(void)error;                                                                               \
		return stub_say(stub, words);                                                              \
	}
STUB_SAYS(stub_ok, "OK")
STUB_SAYS(stub_attached, "1")
STUB_SAYS(stub_thread, "QC1")
STUB_SAYS(stub_threads, "m1")
STUB_SAYS(stub_no_more, "l")
STUB_SAYS(stub_actions, "vCont;c;C;s;S")

static gboolean stub_monitor(RigGdbStub *stub, StubText text, GError **error)
{
	static const char help[] = "monitor reset: reset, and stop at the reset handler\n"
	                           "monitor halt: stop\n";
	static const char done[] = "The core stands at its reset handler.\n";
	char words[64] = "";
	const char *said = help;
	g_autoptr(GError) trouble = NULL;
	gsize size = text.left / 2;
	if (text.left % 2 != 0 || size >= sizeof words ||
	    !rig_hex_decode((guint8 *)words, text.at, size))
		return stub_say(stub, STUB_WRONG);
	if (g_str_has_prefix(words, "reset")) {
		if (!stub->core.reset(stub->core.user, &trouble))
			return stub_done(stub, FALSE, &trouble, error);
		said = done;
	} else if (strcmp(words, "halt") == 0) {
		if (!stub->core.halt(stub->core.user, &trouble))
			return stub_done(stub, FALSE, &trouble, error);
		return stub_say(stub, "OK");
	}
	stub_append_hex(stub->answer, (const guint8 *)said, strlen(said));
	return TRUE;
}

/* By the beginning of the packet; the first that fits serves it. Others get the empty answer. */
static const struct {
	const char *begin;
	StubServe serve;
} stub_table[] = {
    {"qSupported", stub_supported},
    {"qXfer:features:read:target.xml:", stub_features},
    {"QStartNoAckMode", stub_be_quiet},
    {"qAttached", stub_attached},
    {"qC", stub_thread},
    {"qfThreadInfo", stub_threads},
    {"qsThreadInfo", stub_no_more},
    {"qSymbol", stub_ok},
    {"qRcmd,", stub_monitor},
    {"vCont?", stub_actions},
    {"vCont;", stub_vcont},
    {"vKill", stub_leave},
    {"?", stub_why},
    {"!", stub_ok},
    {"H", stub_ok},
    {"T", stub_ok},
    {"g", stub_get_all},
    {"G", stub_put_all},
    {"p", stub_get_one},
    {"P", stub_put_one},
    {"m", stub_get_memory},
    {"M", stub_put_memory},
    {"X", stub_put_binary},
    {"c", stub_continue},
    {"s", stub_step},
    {"Z", stub_set_break},
    {"z", stub_clear_break},
    {"D", stub_leave},
    {"k", stub_leave},
    {"R", stub_restart},
};

gboolean rig_gdb_stub_take(RigGdbStub *stub, const guint8 *payload, gsize size, gboolean *answers,
                           GError **error)
{
	g_string_truncate(stub->answer, 0);
	gboolean good = TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(stub_table); i++) {
		gsize begin = strlen(stub_table[i].begin);
		if (size < begin || memcmp(payload, stub_table[i].begin, begin) != 0)
			continue;
		good = stub_table[i].serve(stub, (StubText){(const char *)payload + begin, size - begin},
		                           error);
		break;
	}
	*answers = good && !stub->is_running;
	return good;
}

void rig_gdb_stub_stopped(RigGdbStub *stub, gboolean was_asked)
{
	stub->is_running = FALSE;
	stub_say(stub, was_asked ? "T02thread:1;" : "T05thread:1;");
}

void rig_gdb_stub_init(RigGdbStub *stub, const RigGdbCore *core, gboolean has_fpu)
{
	*stub = (RigGdbStub){.core = *core,
	                     .has_fpu = has_fpu,
	                     .description = rig_gdb_description(has_fpu),
	                     .answer = g_string_new(NULL)};
}

void rig_gdb_stub_clear(RigGdbStub *stub)
{
	g_free(stub->description);
	g_string_free(stub->answer, TRUE);
}
