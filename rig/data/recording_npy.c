/* SPDX-License-Identifier: Apache-2.0 */
/* NPY: "NEP 1 - A Simple File Format for NumPy Arrays", versions 1.0, 2.0 and 3.0. */
#include "data/recording_parts.h"

#include <rig/bytes.h>
#include <string.h>

#define NPY_RANK_MAX         8u
#define NPY_HEADER_BYTES_MAX 65536u
#define NPY_PREFIX_MAX       12u

/* The header is a Python literal, a dictionary of three keys: read by one pass without recursion.
 */
typedef struct NpyHeader {
	const char *at;
	char *descr;
	gboolean has_order, fortran;
	gboolean has_shape;
	guint64 dims[NPY_RANK_MAX];
	guint rank;
} NpyHeader;

static void npy_blanks(NpyHeader *header)
{
	while (g_ascii_isspace(*header->at))
		header->at++;
}

/* Takes `mark` and the blanks before it. */
static gboolean npy_mark(NpyHeader *header, char mark)
{
	npy_blanks(header);
	if (*header->at != mark)
		return FALSE;
	header->at++;
	return TRUE;
}

static char *npy_text(NpyHeader *header)
{
	npy_blanks(header);
	char quote = *header->at;
	if (quote != '\'' && quote != '"')
		return NULL;
	const char *begin = header->at + 1, *end = strchr(begin, quote);
	if (end == NULL)
		return NULL;
	header->at = end + 1;
	return g_strndup(begin, (gsize)(end - begin));
}

static gboolean npy_take_descr(NpyHeader *header)
{
	g_free(header->descr);
	header->descr = npy_text(header);
	return header->descr != NULL;
}

static gboolean npy_take_order(NpyHeader *header)
{
	npy_blanks(header);
	header->has_order = TRUE;
	header->fortran = g_str_has_prefix(header->at, "True");
	if (!header->fortran && !g_str_has_prefix(header->at, "False"))
		return FALSE;
	header->at += header->fortran ? 4 : 5;
	return TRUE;
}

static gboolean npy_take_shape(NpyHeader *header)
{
	if (!npy_mark(header, '('))
		return FALSE;
	header->has_shape = TRUE;
	header->rank = 0;
	while (!npy_mark(header, ')')) {
		char *end = NULL;
		if (header->rank == NPY_RANK_MAX || !g_ascii_isdigit(*header->at))
			return FALSE;
		header->dims[header->rank++] = g_ascii_strtoull(header->at, &end, 10);
		header->at = end;
		if (!npy_mark(header, ','))
			return npy_mark(header, ')');
	}
	return TRUE;
}

static const struct {
	const char *key;
	gboolean (*take)(NpyHeader *header);
} npy_keys[] = {
    {"descr", npy_take_descr},
    {"fortran_order", npy_take_order},
    {"shape", npy_take_shape},
};

static gboolean npy_item(NpyHeader *header)
{
	g_autofree char *key = npy_text(header);
	if (key == NULL || !npy_mark(header, ':'))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(npy_keys); i++)
		if (g_str_equal(key, npy_keys[i].key))
			return npy_keys[i].take(header);
	return FALSE;
}

static gboolean npy_dictionary(NpyHeader *header)
{
	if (!npy_mark(header, '{'))
		return FALSE;
	while (!npy_mark(header, '}')) {
		if (!npy_item(header))
			return FALSE;
		if (!npy_mark(header, ','))
			return npy_mark(header, '}');
	}
	return TRUE;
}

/* What numpy writes for each dtype, and what else means the same. */
static const struct {
	const char *descr;
	RigDtype dtype;
} npy_dtypes[] = {
    {"|u1", RIG_DTYPE_U8},  {"<u1", RIG_DTYPE_U8},  {"u1", RIG_DTYPE_U8},
    {"|i1", RIG_DTYPE_I8},  {"<i1", RIG_DTYPE_I8},  {"i1", RIG_DTYPE_I8},
    {"<i2", RIG_DTYPE_I16}, {"<i4", RIG_DTYPE_I32}, {"<f4", RIG_DTYPE_F32},
};

static gboolean npy_check_dtype(const RigRecordingFile *file, const NpyHeader *header,
                                RigDtype dtype, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(npy_dtypes); i++)
		if (npy_dtypes[i].dtype == dtype && g_str_equal(header->descr, npy_dtypes[i].descr))
			return TRUE;
	g_autofree char *shown = g_strescape(header->descr, NULL);
	return rig_recording_file_fail(file, error,
	                               "holds values of NumPy type '%.40s', but dtype is %s: save it "
	                               "with .astype('%s')",
	                               shown, rig_dtypes[dtype].name,
	                               (const char *[]){"u1", "i1", "<i2", "<i4", "<f4"}[dtype]);
}

/* Sets units and unit_bytes; the data must fill the file to its end. */
static gboolean npy_take_layout(RigRecordingFile *file, const NpyHeader *header, gsize value_bytes,
                                GError **error)
{
	if (header->fortran && header->rank > 1)
		return rig_recording_file_fail(file, error,
		                               "is in Fortran order: save numpy.ascontiguousarray of it");
	if (header->rank == 0)
		return rig_recording_file_fail(file, error,
		                               "holds a single number; the first axis counts the inputs");
	guint64 unit = value_bytes, left = file->size - file->offset;
	for (guint i = 1; i < header->rank; i++) {
		if (header->dims[i] == 0 || header->dims[i] > RIG_RECORDING_ITEM_BYTES_MAX ||
		    unit * header->dims[i] > RIG_RECORDING_ITEM_BYTES_MAX)
			return rig_recording_file_fail(file, error,
			                               "axis %u has %" G_GUINT64_FORMAT
			                               " elements; one row is 1 byte to 16 MiB",
			                               i, header->dims[i]);
		unit *= header->dims[i];
	}
	if (left / unit != header->dims[0] || left % unit != 0)
		return rig_recording_file_fail(file, error,
		                               "says %" G_GUINT64_FORMAT " rows of %" G_GUINT64_FORMAT
		                               " bytes, but %" G_GUINT64_FORMAT
		                               " bytes follow: it is cut short or damaged",
		                               header->dims[0], unit, left);
	file->unit_bytes = (gsize)unit;
	file->units = header->dims[0];
	return TRUE;
}

/* Finds the header's text; sets the file's offset to what follows. NULL: error. */
static char *npy_read_header(RigRecordingFile *file, GError **error)
{
	guint8 prefix[NPY_PREFIX_MAX];
	if (file->size < NPY_PREFIX_MAX ||
	    !rig_recording_file_read(file, 0, sizeof prefix, prefix, NULL) ||
	    memcmp(prefix, "\x93NUMPY", 6) != 0) {
		rig_recording_file_fail(file, error, "is no NPY file: it does not begin with \\x93NUMPY");
		return NULL;
	}
	guint8 major = prefix[6];
	if (major < 1 || major > 3) {
		rig_recording_file_fail(file, error, "is NPY version %u; 1 to 3 are known", major);
		return NULL;
	}
	gsize begin = major == 1 ? 10 : 12;
	guint32 length = major == 1 ? rig_get_le16(prefix + 8) : rig_get_le32(prefix + 8);
	if (length > NPY_HEADER_BYTES_MAX || length > file->size - begin) {
		rig_recording_file_fail(file, error, "its header of %u bytes is cut short or damaged",
		                        length);
		return NULL;
	}
	g_autofree char *text = g_malloc0((gsize)length + 1);
	if (!rig_recording_file_read(file, begin, length, (guint8 *)text, error))
		return NULL;
	file->offset = begin + length;
	return g_steal_pointer(&text);
}

static gboolean npy_open(RigRecordingFile *file, const RigRecordingSpec *spec, GError **error)
{
	g_autofree char *text = npy_read_header(file, error);
	if (text == NULL)
		return FALSE;
	NpyHeader header = {.at = text};
	gboolean ok = npy_dictionary(&header);
	g_autofree char *descr = header.descr;
	if (!ok || descr == NULL || !header.has_order || !header.has_shape)
		return rig_recording_file_fail(
		    file, error,
		    "its header is not {'descr': …, 'fortran_order': …, 'shape': …}: only plain arrays can "
		    "be read");
	RigDtype dtype = (RigDtype)spec->dtype;
	return npy_check_dtype(file, &header, dtype, error) &&
	       npy_take_layout(file, &header, rig_dtypes[dtype].size, error);
}

const RigRecordingFormat rig_recording_npy = {.name = "npy", .windows = TRUE, .open = npy_open};
