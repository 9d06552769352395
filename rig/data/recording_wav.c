/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WAV through libsndfile, loaded when the first WAV file is opened: linked in, it and the
 * eight codec libraries it brings cost every start of the program 0.5 ms.
 */
#include "data/recording_parts.h"

#include <dlfcn.h>
#include <rig/bytes.h>
#include <sndfile.h>
#include <string.h>

#define WAV_HEAD_BYTES  12u
#define WAV_CHUNK_BYTES 8u
#define WAV_CHUNKS_MAX  1000u
#define WAV_FORMAT_MAX  64u /* a fmt or fact chunk; the longest kind has 40 */

typedef struct WavLibrary {
	void *handle;
	SNDFILE *(*open)(SF_VIRTUAL_IO *io, int mode, SF_INFO *info, void *user);
	int (*close)(SNDFILE *sound);
	const char *(*text)(SNDFILE *sound);
	sf_count_t (*seek)(SNDFILE *sound, sf_count_t frames, int whence);
	sf_count_t (*read)(SNDFILE *sound, void *data, sf_count_t bytes);
} WavLibrary;

/*
 * libsndfile gets the chunks that make the samples and no others: its reading of notes and lists
 * loops for minutes over a wrong length. `head` goes before the bytes of the data chunk.
 */
typedef struct WavReader {
	WavLibrary library;
	SNDFILE *sound;
	RigRecordingFile *file; /* borrowed */
	GByteArray *head;
	guint64 data_at, data_bytes;
	sf_count_t at; /* in head and data */
} WavReader;

static gboolean wav_symbol(void *handle, const char *name, gpointer function)
{
	void *symbol = dlsym(handle, name);
	/* ISO C has no cast between data and functions; POSIX says their pointers are alike. */
	memcpy(function, &symbol, sizeof symbol);
	return symbol != NULL;
}

static gboolean wav_load_library(WavLibrary *library, const RigRecordingFile *file, GError **error)
{
	library->handle = dlopen("libsndfile.so.1", RTLD_NOW | RTLD_LOCAL);
	if (library->handle != NULL && wav_symbol(library->handle, "sf_open_virtual", &library->open) &&
	    wav_symbol(library->handle, "sf_close", &library->close) &&
	    wav_symbol(library->handle, "sf_strerror", &library->text) &&
	    wav_symbol(library->handle, "sf_seek", &library->seek) &&
	    wav_symbol(library->handle, "sf_read_raw", &library->read))
		return TRUE;
	return rig_recording_file_fail(
	    file, error, "WAV files need libsndfile (Debian: libsndfile1): %s", dlerror());
}

static sf_count_t wav_io_length(void *user)
{
	const WavReader *reader = user;
	return (sf_count_t)(reader->head->len + reader->data_bytes);
}

static sf_count_t wav_io_seek(sf_count_t offset, int whence, void *user)
{
	WavReader *reader = user;
	sf_count_t size = wav_io_length(user);
	sf_count_t base = whence == SEEK_CUR ? reader->at : whence == SEEK_END ? size : 0;
	reader->at = CLAMP(offset, -base, size - base) + base;
	return reader->at;
}

static sf_count_t wav_io_read(void *data, sf_count_t count, void *user)
{
	WavReader *reader = user;
	sf_count_t head = (sf_count_t)reader->head->len;
	sf_count_t size = CLAMP(count, 0, wav_io_length(user) - reader->at);
	sf_count_t first = CLAMP(head - reader->at, 0, size);
	if (first > 0)
		memcpy(data, reader->head->data + reader->at, (gsize)first);
	if (size > first && !rig_recording_file_read(
	                        reader->file, reader->data_at + (guint64)(reader->at + first - head),
	                        (gsize)(size - first), (guint8 *)data + first, NULL))
		return 0;
	reader->at += size;
	return size;
}

static sf_count_t wav_io_write(const void *data, sf_count_t count, void *user)
{
	(void)data;
	(void)count;
	(void)user;
	return 0;
}

static sf_count_t wav_io_tell(void *user)
{
	const WavReader *reader = user;
	return reader->at;
}

/* libsndfile reads many formats and quietly mends a file that is cut short; a test must not. */
static gboolean wav_check_head(RigRecordingFile *file, GError **error)
{
	guint8 head[WAV_HEAD_BYTES];
	if (file->size < sizeof head || !rig_recording_file_read(file, 0, sizeof head, head, NULL) ||
	    memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
		return rig_recording_file_fail(file, error, "is no WAV file (RIFF … WAVE)");
	guint64 stated = (guint64)rig_get_le32(head + 4) + 8;
	if (stated > file->size)
		return rig_recording_file_fail(file, error,
		                               "says it is %" G_GUINT64_FORMAT
		                               " bytes but is %" G_GUINT64_FORMAT ": it is cut short",
		                               stated, file->size);
	return TRUE;
}

static gboolean wav_take_chunk(WavReader *reader, const guint8 *tag, guint64 at, guint32 size,
                               GError **error)
{
	if (memcmp(tag, "data", 4) == 0) {
		g_byte_array_append(reader->head, tag, WAV_CHUNK_BYTES);
		reader->data_at = at;
		reader->data_bytes = size;
		return TRUE;
	}
	if (memcmp(tag, "fmt ", 4) != 0 && memcmp(tag, "fact", 4) != 0)
		return TRUE;
	guint8 body[WAV_FORMAT_MAX];
	if (size > sizeof body || !rig_recording_file_read(reader->file, at, size, body, NULL))
		return rig_recording_file_fail(reader->file, error, "its %.4s chunk is damaged",
		                               (const char *)tag);
	g_byte_array_append(reader->head, tag, WAV_CHUNK_BYTES);
	g_byte_array_append(reader->head, body, size);
	if (size % 2 == 1)
		g_byte_array_append(reader->head, (const guint8 *)"", 1);
	return TRUE;
}

/* Walks the chunks up to the samples. */
static gboolean wav_find_samples(WavReader *reader, GError **error)
{
	RigRecordingFile *file = reader->file;
	guint64 at = WAV_HEAD_BYTES;
	reader->head = g_byte_array_new();
	g_byte_array_append(reader->head, (const guint8 *)"RIFF\377\377\377\177WAVE", WAV_HEAD_BYTES);
	for (guint i = 0; i < WAV_CHUNKS_MAX && reader->data_at == 0; i++) {
		guint8 head[WAV_CHUNK_BYTES];
		if (at + sizeof head > file->size ||
		    !rig_recording_file_read(file, at, sizeof head, head, NULL))
			break;
		guint32 size = rig_get_le32(head + 4);
		at += sizeof head;
		if (size > file->size - at)
			return rig_recording_file_fail(
			    file, error,
			    "has a chunk of %" G_GUINT32_FORMAT " bytes at byte %" G_GUINT64_FORMAT
			    ", but %" G_GUINT64_FORMAT " are left: it is cut short or damaged",
			    size, at - sizeof head, file->size - at);
		if (!wav_take_chunk(reader, head, at, size, error))
			return FALSE;
		at += (guint64)size + size % 2;
	}
	if (reader->data_at == 0)
		return rig_recording_file_fail(file, error, "has no data chunk: there are no samples");
	rig_put_le32(reader->head->data + 4, (guint32)(reader->head->len + reader->data_bytes - 8));
	return TRUE;
}

static const struct {
	int subtype;
	RigDtype dtype;
} wav_dtypes[] = {
    {SF_FORMAT_PCM_U8, RIG_DTYPE_U8},
    {SF_FORMAT_PCM_16, RIG_DTYPE_I16},
    {SF_FORMAT_PCM_32, RIG_DTYPE_I32},
    {SF_FORMAT_FLOAT, RIG_DTYPE_F32},
};

static gboolean wav_check_dtype(const RigRecordingFile *file, int format, RigDtype dtype,
                                GError **error)
{
	const char *found = "an encoding that is not 8, 16, 32-bit PCM or 32-bit float";
	for (gsize i = 0; i < G_N_ELEMENTS(wav_dtypes); i++) {
		if (wav_dtypes[i].subtype != (format & SF_FORMAT_SUBMASK))
			continue;
		if (wav_dtypes[i].dtype == dtype)
			return TRUE;
		found = rig_dtypes[wav_dtypes[i].dtype].name;
	}
	return rig_recording_file_fail(file, error,
	                               "holds %s, but dtype is %s: change dtype, or convert the file "
	                               "(sox, ffmpeg)",
	                               found, rig_dtypes[dtype].name);
}

static gboolean wav_open_sound(WavReader *reader, SF_INFO *info, GError **error)
{
	SF_VIRTUAL_IO io = {.get_filelen = wav_io_length,
	                    .seek = wav_io_seek,
	                    .read = wav_io_read,
	                    .write = wav_io_write,
	                    .tell = wav_io_tell};
	reader->sound = reader->library.open(&io, SFM_READ, info, reader);
	if (reader->sound == NULL)
		return rig_recording_file_fail(reader->file, error, "libsndfile: %s",
		                               reader->library.text(NULL));
	int type = info->format & SF_FORMAT_TYPEMASK;
	if ((type != SF_FORMAT_WAV && type != SF_FORMAT_WAVEX) || info->channels < 1 ||
	    info->frames < 0 || info->samplerate < 1)
		return rig_recording_file_fail(reader->file, error, "is no plain WAV file");
	return TRUE;
}

static gboolean wav_open(RigRecordingFile *file, const RigRecordingSpec *spec, GError **error)
{
	if (!wav_check_head(file, error))
		return FALSE;
	WavReader *reader = g_new0(WavReader, 1);
	reader->file = file;
	file->private = reader;
	SF_INFO info = {0};
	if (!wav_find_samples(reader, error) || !wav_load_library(&reader->library, file, error) ||
	    !wav_open_sound(reader, &info, error) ||
	    !wav_check_dtype(file, info.format, (RigDtype)spec->dtype, error))
		return FALSE;
	file->unit_bytes = (gsize)info.channels * rig_dtypes[spec->dtype].size;
	file->units = (guint64)info.frames;
	file->rate_mhz = (gint64)info.samplerate * 1000;
	return TRUE;
}

static gboolean wav_read(RigRecordingFile *file, guint64 unit, guint64 count, guint8 *data,
                         GError **error)
{
	const WavReader *reader = file->private;
	const WavLibrary *library = &reader->library;
	sf_count_t bytes = (sf_count_t)(count * file->unit_bytes);
	/* Raw, because what goes to the board is the file's own little-endian samples. */
	if (library->seek(reader->sound, (sf_count_t)unit, SEEK_SET) == (sf_count_t)unit &&
	    library->read(reader->sound, data, bytes) == bytes)
		return TRUE;
	return rig_recording_file_fail(file, error, "cannot read sample %" G_GUINT64_FORMAT ": %s",
	                               unit, library->text(reader->sound));
}

static void wav_close(RigRecordingFile *file)
{
	WavReader *reader = file->private;
	if (reader == NULL)
		return;
	if (reader->sound != NULL)
		reader->library.close(reader->sound);
	if (reader->library.handle != NULL)
		dlclose(reader->library.handle);
	g_byte_array_unref(reader->head);
	g_free(reader);
	file->private = NULL;
}

const RigRecordingFormat rig_recording_wav = {.name = "wav",
                                              .windows = TRUE,
                                              .whole = TRUE,
                                              .open = wav_open,
                                              .read = wav_read,
                                              .close = wav_close};
