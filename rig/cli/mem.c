/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/probe_session.h"

#define MEM_DEFAULT_BYTES 256u
#define MEM_MOST_BYTES    (64u << 20)
#define MEM_A_LINE        16u

typedef struct {
	RigProbeOptions probe;
	char *output, *from;
	gint64 width;
	gboolean verify;
} MemOptions;

#define MEM_AT(member) offsetof(MemOptions, member)

static const RigOption mem_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"output", 'o', RIG_OPTION_FILE, MEM_AT(output), "FILE", "read: the bytes go there"},
    {"from", 0, RIG_OPTION_FILE, MEM_AT(from), "FILE", "write: the bytes come from there"},
    {"width", 0, RIG_OPTION_NUMBER, MEM_AT(width), "BITS",
     "8, 16 or 32 bits an access; else words, and bytes at ragged ends"},
    {"verify", 0, RIG_OPTION_FLAG, MEM_AT(verify), NULL, "write: read back and compare"},
    {0},
};

static RigDapWidth mem_width(const MemOptions *options)
{
	return (RigDapWidth)(options->width / 8);
}

static void mem_dump_line(guint32 address, const guint8 *data, gsize size)
{
	printf("%08x ", address);
	for (gsize i = 0; i < MEM_A_LINE; i++) {
		if (i < size)
			printf("%s%02x", i % 8 == 0 ? "  " : " ", data[i]);
		else
			fputs(i % 8 == 0 ? "    " : "   ", stdout);
	}
	fputs("  |", stdout);
	for (gsize i = 0; i < size; i++)
		putchar(g_ascii_isprint((char)data[i]) ? data[i] : '.');
	puts("|");
}

static gboolean mem_save(const char *path, const guint8 *data, gsize size, GError **error)
{
	g_autoptr(GError) trouble = NULL;
	if (g_file_set_contents(path, (const char *)data, (gssize)size, &trouble)) {
		fprintf(stderr, "%" G_GSIZE_FORMAT " bytes are in %s.\n", size, path);
		return TRUE;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s", trouble->message);
	return FALSE;
}

static gboolean mem_read_job(RigProbeSession *session, GError **error)
{
	const MemOptions *options = session->invocation->options;
	char **words = session->invocation->words;
	guint32 address = 0;
	gsize size = MEM_DEFAULT_BYTES;
	if (!rig_address_parse(words[2], "the address", &address, error) ||
	    (words[3] != NULL && !rig_size_parse(words[3], MEM_MOST_BYTES, &size, error)) ||
	    !rig_dap_connect(session->dap, error))
		return FALSE;
	g_autofree guint8 *data = g_malloc(size);
	if (!rig_dap_read_memory(session->dap, address, data, size, mem_width(options), error))
		return FALSE;
	if (options->output != NULL)
		return mem_save(options->output, data, size, error);
	for (gsize at = 0; at < size; at += MEM_A_LINE)
		mem_dump_line(address + (guint32)at, data + at, MIN(size - at, MEM_A_LINE));
	return TRUE;
}

/* What is to be written: words of the command line, or a file. Caller frees. */
static GBytes *mem_source(const RigInvocation *invocation, GError **error)
{
	const MemOptions *options = invocation->options;
	if (options->from != NULL) {
		char *data = NULL;
		gsize size = 0;
		g_autoptr(GError) trouble = NULL;
		if (g_file_get_contents(options->from, &data, &size, &trouble))
			return g_bytes_new_take(data, size);
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", trouble->message);
		return NULL;
	}
	guint unit = options->width == 0 ? 4 : (guint)options->width / 8;
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	for (char **word = invocation->words + 3; *word != NULL; word++) {
		guint32 value = 0;
		if (!rig_address_parse(*word, "the value", &value, error))
			return NULL;
		if (unit < 4 && value >> 8 * unit != 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
			            "the value \"%.40s\" does not fit in %u bits", *word, 8 * unit);
			return NULL;
		}
		const guint8 le[] = {(guint8)value, (guint8)(value >> 8), (guint8)(value >> 16),
		                     (guint8)(value >> 24)};
		g_byte_array_append(bytes, le, unit);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static gboolean mem_verify(RigProbeSession *session, guint32 address, const guint8 *data,
                           gsize size, RigDapWidth width, GError **error)
{
	g_autofree guint8 *back = g_malloc(MAX(size, 1));
	if (!rig_dap_read_memory(session->dap, address, back, size, width, error))
		return FALSE;
	gsize at = 0;
	while (at < size && back[at] == data[at])
		at++;
	if (at == size)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "board %s: at 0x%08x stands 0x%02x where 0x%02x was written; is it RAM?",
	            session->held->board->name, address + (guint32)at, back[at], data[at]);
	return FALSE;
}

static gboolean mem_write_job(RigProbeSession *session, GError **error)
{
	const MemOptions *options = session->invocation->options;
	guint32 address = 0;
	gsize size = 0;
	if (!rig_address_parse(session->invocation->words[2], "the address", &address, error))
		return FALSE;
	g_autoptr(GBytes) source = mem_source(session->invocation, error);
	if (source == NULL || !rig_dap_connect(session->dap, error))
		return FALSE;
	RigDapWidth width =
	    options->from == NULL && options->width == 0 ? RIG_DAP_WORDS : mem_width(options);
	const guint8 *data = g_bytes_get_data(source, &size);
	if (!rig_dap_write_memory(session->dap, address, data, size, width, error) ||
	    (options->verify && !mem_verify(session, address, data, size, width, error)))
		return FALSE;
	printf("%" G_GSIZE_FORMAT " bytes written at 0x%08x%s.\n", size, address,
	       options->verify ? ", read back equal" : "");
	return TRUE;
}

static int mem_command(const RigInvocation *invocation)
{
	const MemOptions *options = invocation->options;
	const RigCommand *command = invocation->command;
	gboolean reads = strcmp(invocation->words[0], "read") == 0;
	if (!reads && strcmp(invocation->words[0], "write") != 0)
		return rig_command_usage(command, "read or write, not \"%.40s\"", invocation->words[0]);
	if (options->width != 0 && options->width != 8 && options->width != 16 && options->width != 32)
		return rig_command_usage(command, "--width: 8, 16 or 32");
	if (reads && (options->from != NULL || options->verify))
		return rig_command_usage(command, "--from and --verify are for `mem write`");
	if (reads && invocation->count > 4)
		return rig_command_usage(command, "too many arguments");
	if (!reads && options->output != NULL)
		return rig_command_usage(command, "--output is for `mem read`");
	if (!reads && (invocation->count > 3) == (options->from != NULL))
		return rig_command_usage(command, "give either values or --from FILE");
	return rig_probe_session(invocation, invocation->words[1],
	                         reads ? mem_read_job : mem_write_job);
}

const RigCommand rig_command_mem = {
    .name = "mem",
    .arguments = "read|write BOARD ADDRESS [SIZE|VALUE…]",
    .about = "read or write a board's memory while it runs",
    .details = "mem read BOARD ADDRESS [SIZE] shows SIZE bytes (256; 64KiB is a size, too).\n"
               "mem write BOARD ADDRESS VALUE… writes words, least significant byte first; with\n"
               "--width halfwords or bytes. The core is not halted.",
    .options = mem_options,
    .options_size = sizeof(MemOptions),
    .least = 3,
    .most = G_MAXUINT,
    .run = mem_command,
};
