/* SPDX-License-Identifier: Apache-2.0 */
/* Raw binary files, as MLPerf Tiny sends them to a board: one input after the other. */
#include "data/recording_parts.h"

static gboolean bin_open(RigRecordingFile *file, const RigRecordingSpec *spec, GError **error)
{
	gsize item = rig_recording_item_bytes(spec);
	file->offset = 0;
	/* A labels row with bytes and stride has set them: then inputs may overlap. */
	file->unit_bytes = file->length > 0 ? 1 : item;
	file->units = file->size / file->unit_bytes;
	if (file->size % file->unit_bytes == 0)
		return TRUE;
	g_autofree char *shape = rig_recording_shape_text(spec);
	return rig_recording_file_fail(file, error,
	                               "%" G_GUINT64_FORMAT " bytes are no whole number of inputs of "
	                               "%zu bytes (shape %s): the file is cut short, or shape or dtype "
	                               "is wrong",
	                               file->size, (size_t)item, shape);
}

const RigRecordingFormat rig_recording_bin = {.name = "bin", .open = bin_open};
