/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a debugger sends: bytes into packets, packets into answers, in front of a core that has some
 * memory. The first byte says whether that core has a floating-point unit, and what it refuses.
 */
#include "gdb/packet.h"
#include "gdb/stub.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define FUZZ_MEMORY 4096u

typedef struct {
	guint8 memory[FUZZ_MEMORY];
	guint32 registers[96];
	guint calls, refuse_at;
} Fuzz;

static gboolean fuzz_may(Fuzz *fuzz, GError **error)
{
	if (++fuzz->calls != fuzz->refuse_at)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, fuzz->calls % 2 == 0 ? RIG_ERROR_BOARD : RIG_ERROR_BENCH,
	                    "refused");
	return FALSE;
}

static gboolean fuzz_read_registers(gpointer user, const guint8 *numbers, gsize count,
                                    guint32 *values, GError **error)
{
	Fuzz *fuzz = user;
	for (gsize i = 0; i < count; i++)
		values[i] = fuzz->registers[numbers[i]];
	return fuzz_may(fuzz, error);
}

static gboolean fuzz_write_register(gpointer user, guint8 number, guint32 value, GError **error)
{
	Fuzz *fuzz = user;
	fuzz->registers[number] = value;
	return fuzz_may(fuzz, error);
}

static gboolean fuzz_has(Fuzz *fuzz, guint32 address, gsize size, GError **error)
{
	if (address <= FUZZ_MEMORY && size <= FUZZ_MEMORY - address)
		return fuzz_may(fuzz, error);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD, "no memory there");
	return FALSE;
}

static gboolean fuzz_read_memory(gpointer user, guint32 address, guint8 *data, gsize size,
                                 GError **error)
{
	Fuzz *fuzz = user;
	if (!fuzz_has(fuzz, address, size, error))
		return FALSE;
	memcpy(data, fuzz->memory + address, size);
	return TRUE;
}

static gboolean fuzz_write_memory(gpointer user, guint32 address, const guint8 *data, gsize size,
                                  GError **error)
{
	Fuzz *fuzz = user;
	if (!fuzz_has(fuzz, address, size, error))
		return FALSE;
	memcpy(fuzz->memory + address, data, size);
	return TRUE;
}

static gboolean fuzz_break(gpointer user, guint32 address, gboolean on, GError **error)
{
	(void)address;
	(void)on;
	return fuzz_may(user, error);
}

static gboolean fuzz_do(gpointer user, GError **error)
{
	return fuzz_may(user, error);
}

/* What is sent comes back as it was, whatever its bytes are. */
static void fuzz_check_answer(const GString *answer)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	RigGdbReader reader;
	gsize used = 0;
	if (answer->len > RIG_GDB_PACKET_MAX)
		g_error("an answer of %zu bytes", (size_t)answer->len);
	rig_gdb_write(out, answer->str, answer->len);
	rig_gdb_reader_init(&reader);
	if (rig_gdb_read(&reader, out->data, out->len, &used) != RIG_GDB_PACKET || used != out->len ||
	    reader.payload->len != answer->len ||
	    (answer->len > 0 && memcmp(reader.payload->data, answer->str, answer->len) != 0))
		g_error("the answer does not come back");
	rig_gdb_reader_clear(&reader);
}

static void fuzz_talk(RigGdbStub *stub, RigGdbReader *reader, const guint8 *data, gsize size)
{
	while (size > 0 && !stub->is_over) {
		gsize used = 0;
		gboolean answers = FALSE;
		g_autoptr(GError) error = NULL;
		RigGdbEvent event = rig_gdb_read(reader, data, size, &used);
		data += used;
		size -= used;
		if (event == RIG_GDB_BREAK && stub->is_running)
			rig_gdb_stub_stopped(stub, TRUE);
		if (event != RIG_GDB_PACKET)
			continue;
		if (!rig_gdb_stub_take(stub, reader->payload->data, reader->payload->len, &answers,
		                       &error)) {
			if (error == NULL)
				g_error("failed without a word");
			return;
		}
		if (answers)
			fuzz_check_answer(stub->answer);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size == 0)
		return 0;
	Fuzz fuzz = {.refuse_at = data[0] >> 1};
	RigGdbCore core = {fuzz_read_registers,
	                   fuzz_write_register,
	                   fuzz_read_memory,
	                   fuzz_write_memory,
	                   fuzz_break,
	                   fuzz_do,
	                   fuzz_do,
	                   fuzz_do,
	                   fuzz_do,
	                   &fuzz};
	RigGdbReader reader;
	RigGdbStub stub;
	rig_gdb_reader_init(&reader);
	rig_gdb_stub_init(&stub, &core, (data[0] & 1) != 0);
	fuzz_talk(&stub, &reader, data + 1, size - 1);
	rig_gdb_stub_clear(&stub);
	rig_gdb_reader_clear(&reader);
	return 0;
}
