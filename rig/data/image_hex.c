/* SPDX-License-Identifier: Apache-2.0 */
/* Intel HEX: "Hexadecimal Object File Format Specification", Revision A, Intel 1988. */
#include "data/image_parts.h"

#include <rig/bytes.h>
#include <string.h>

#define HEX_HEAD     4u /* length, offset (2), type */
#define HEX_DATA_MAX 255u

typedef struct HexReader {
	RigImage *image;
	guint line;
	guint64 base;       /* added to the offset of data records */
	gboolean segmented; /* base is of record 02: offsets wrap at 64 KiB */
	gboolean ended;
	/* Bytes gathered while each record goes on where the last one ended. */
	GByteArray *run;
	guint64 run_address;
} HexReader;

typedef struct HexRecord {
	guint8 length, type;
	guint16 offset;
	guint8 bytes[HEX_HEAD + HEX_DATA_MAX + 1]; /* head, data, checksum */
	const guint8 *data;
} HexRecord;

typedef struct HexType {
	int length; /* of the data; -1: any */
	const char *what;
	gboolean (*take)(HexReader *reader, const HexRecord *record, GError **error);
} HexType;

static gboolean hex_fail(const HexReader *reader, GError **error, const char *what)
{
	return rig_image_fail(reader->image, error, NULL, "line %u: %s", reader->line, what);
}

static gboolean hex_flush(HexReader *reader, GError **error)
{
	g_autofree char *where = g_strdup_printf("line %u", reader->line);
	gboolean ok = rig_image_add(reader->image, reader->run_address, reader->run->data,
	                            reader->run->len, where, error);
	g_byte_array_set_size(reader->run, 0);
	return ok;
}

static gboolean hex_take_data(HexReader *reader, const HexRecord *record, GError **error)
{
	guint64 address = reader->base + record->offset;
	if (reader->segmented && (guint)record->offset + record->length > 0x10000)
		return hex_fail(reader, error, "the record runs over the end of its 64 KiB segment");
	if (address + record->length > G_GUINT64_CONSTANT(0x100000000))
		return hex_fail(reader, error, "the record runs over the end of 32-bit addresses");
	if (address != reader->run_address + reader->run->len) {
		if (!hex_flush(reader, error))
			return FALSE;
		reader->run_address = address;
	}
	g_byte_array_append(reader->run, record->data, record->length);
	return TRUE;
}

static gboolean hex_take_end(HexReader *reader, const HexRecord *record, GError **error)
{
	(void)record;
	reader->ended = TRUE;
	return hex_flush(reader, error);
}

static guint hex_get_be16(const guint8 *p)
{
	return (guint)p[0] << 8 | p[1];
}

static gboolean hex_take_segment(HexReader *reader, const HexRecord *record, GError **error)
{
	(void)error;
	reader->base = (guint64)hex_get_be16(record->data) << 4;
	reader->segmented = TRUE;
	return TRUE;
}

static gboolean hex_take_linear(HexReader *reader, const HexRecord *record, GError **error)
{
	(void)error;
	reader->base = (guint64)hex_get_be16(record->data) << 16;
	reader->segmented = FALSE;
	return TRUE;
}

/* Where the program begins is the target's business: its vector table says it. */
static gboolean hex_take_start(HexReader *reader, const HexRecord *record, GError **error)
{
	(void)reader;
	(void)record;
	(void)error;
	return TRUE;
}

static const HexType hex_types[] = {
    {-1, "data", hex_take_data},
    {0, "end of file", hex_take_end},
    {2, "extended segment address", hex_take_segment},
    {4, "start segment address", hex_take_start},
    {2, "extended linear address", hex_take_linear},
    {4, "start linear address", hex_take_start},
};

/* Turns the digits after the record mark into bytes and checks length and checksum. */
static gboolean hex_decode(const HexReader *reader, const char *digits, gsize count,
                           HexRecord *record, GError **error)
{
	if (count % 2 != 0 || count / 2 < HEX_HEAD + 1)
		return hex_fail(reader, error, "the record is cut short");
	if (count / 2 > sizeof record->bytes)
		return hex_fail(reader, error, "the record is longer than any record can be");
	if (!rig_hex_decode(record->bytes, digits, count / 2))
		return hex_fail(reader, error, "a character that is no hex digit");
	record->length = record->bytes[0];
	record->offset = (guint16)hex_get_be16(record->bytes + 1);
	record->type = record->bytes[3];
	record->data = record->bytes + HEX_HEAD;
	if (count / 2 != HEX_HEAD + record->length + 1u)
		return rig_image_fail(reader->image, error, NULL,
		                      "line %u: the record says %u data bytes but holds %d", reader->line,
		                      record->length, (int)(count / 2) - (int)HEX_HEAD - 1);
	guint8 sum = 0;
	for (gsize i = 0; i + 1 < count / 2; i++)
		sum = (guint8)(sum + record->bytes[i]);
	guint8 wanted = (guint8)-sum, found = record->bytes[count / 2 - 1];
	if (found != wanted)
		return rig_image_fail(reader->image, error, NULL,
		                      "line %u: checksum is %02X but its bytes give %02X: the file is "
		                      "damaged, build it again",
		                      reader->line, found, wanted);
	return TRUE;
}

static gboolean hex_line(HexReader *reader, const char *line, gsize length, GError **error)
{
	if (length == 0)
		return TRUE;
	if (reader->ended)
		return hex_fail(reader, error, "text after the end record");
	if (line[0] != ':')
		return hex_fail(reader, error, "a record begins with ':'");
	HexRecord record = {0};
	if (!hex_decode(reader, line + 1, length - 1, &record, error))
		return FALSE;
	if (record.type >= G_N_ELEMENTS(hex_types))
		return rig_image_fail(reader->image, error, NULL,
		                      "line %u: record type %02X, but Intel HEX has 00 to 05", reader->line,
		                      record.type);
	const HexType *type = &hex_types[record.type];
	if (type->length >= 0 && record.length != type->length)
		return rig_image_fail(reader->image, error, NULL,
		                      "line %u: a record \"%s\" holds %d data bytes, this one %u",
		                      reader->line, type->what, type->length, record.length);
	return type->take(reader, &record, error);
}

static gboolean hex_lines(HexReader *reader, const char *text, gsize size, GError **error)
{
	for (gsize begin = 0; begin < size;) {
		const char *newline = memchr(text + begin, '\n', size - begin);
		gsize end = newline == NULL ? size : (gsize)(newline - text);
		gsize length = end - begin;
		while (length > 0 && g_ascii_isspace(text[begin + length - 1]))
			length--;
		reader->line++;
		if (!hex_line(reader, text + begin, length, error))
			return FALSE;
		begin = end + 1;
	}
	return reader->ended ||
	       hex_fail(reader, error, "the file ends without an end record: it is cut short");
}

gboolean rig_image_read_hex(RigImage *image, const guint8 *data, gsize size, GError **error)
{
	HexReader reader = {.image = image, .run = g_byte_array_new()};
	gboolean ok = hex_lines(&reader, (const char *)data, size, error);
	g_byte_array_unref(reader.run);
	return ok;
}
