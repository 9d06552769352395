/* SPDX-License-Identifier: Apache-2.0 */
/* flash, reset, identify, safe: what brings a board into a known state. */
#include <string.h>

#include "data/image.h"
#include "run/steps.h"

/* The image is read again, so that what reaches the board is what was planned. */
static RigImage *steps_load_image(RigStation *station, GError **error)
{
	const RigRunHeader *header = station->header;
	if (header->image == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "there is no image for target %s; give --image %s=FILE", header->target,
		            header->target);
		return NULL;
	}
	g_autoptr(RigImage) image = rig_image_load(header->image, header->image_address, error);
	if (image == NULL)
		return NULL;
	if (strcmp(image->sha256, header->image_sha256) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s changed since the run was planned; run again", header->image);
		return NULL;
	}
	return g_steal_pointer(&image);
}

/* How it is known that the board holds the image: evidence carries it. */
static void steps_leave_proof(RigStation *station, const RigFlashResult *result)
{
	rig_station_text(station, "image", "readback", rig_proof_words(result->proof),
	                 RIG_INTEGRITY_CHECKED);
	if (result->silicon != NULL)
		rig_station_text(station, "unit", "silicon", result->silicon, RIG_INTEGRITY_CHECKED);
}

gboolean rig_step_flash(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error)
{
	(void)step;
	g_autoptr(RigImage) image = steps_load_image(station, error);
	if (image == NULL)
		return FALSE;
	RigFlashOrder order = {.image = image};
	RigFlashResult result;
	gboolean good = rig_wiring_flash(station->wiring, &order, deadline_us, &result, error);
	if (good)
		steps_leave_proof(station, &result);
	rig_flash_result_clear(&result);
	if (!good)
		return FALSE;
	/* Read from the file, not from the board: nothing here can be wrong on a wire. */
	rig_station_number(station, "image", "flash_bytes", (double)image->load_bytes, "size",
	                   RIG_INTEGRITY_CHECKED);
	rig_station_number(station, "image", "ram_bytes", (double)image->ram_bytes, "size",
	                   RIG_INTEGRITY_CHECKED);
	rig_station_text(station, "image", "load_digest", image->load_digest, RIG_INTEGRITY_CHECKED);
	return TRUE;
}

gboolean rig_step_reset(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error)
{
	(void)step;
	g_hash_table_remove_all(station->unread);
	return rig_wiring_reset(station->wiring, deadline_us, error);
}

static gboolean steps_match(RigStation *station, const char *what, const char *pattern,
                            const char *got, GError **error)
{
	if (pattern == NULL)
		return TRUE;
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, error);
	if (regex == NULL)
		return FALSE;
	if (got != NULL && g_regex_match(regex, got, 0, NULL))
		return TRUE;
	station->step->expected = g_strdup_printf("%s like /%s/", what, pattern);
	station->step->got = g_strdup(got == NULL ? "nothing" : got);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "the firmware's %s is %s, which is not like /%s/", what,
	            got == NULL ? "not told" : got, pattern);
	return FALSE;
}

/* A build id that differs says that the image is not what runs: the bench's business. */
static gboolean steps_match_build(RigStation *station, const RigIdentity *identity, GError **error)
{
	const char *wanted = station->header->build_id;
	if (wanted == NULL || identity->build == NULL || strcmp(wanted, identity->build) == 0)
		return TRUE;
	station->step->expected = g_strdup_printf("build %s, as in the image", wanted);
	station->step->got = g_strdup_printf("build %s", identity->build);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the board runs another build than the image: flash it, or look at which board "
	            "hangs on this link (runs %.12s, image has %.12s)",
	            identity->build, wanted);
	return FALSE;
}

static void steps_leave_identity(RigStation *station, const char *as, const RigIdentity *identity)
{
	RigIntegrity integrity = identity->integrity;
	rig_station_text(station, as, "name", identity->name, integrity);
	rig_station_text(station, as, "profile", identity->profile, integrity);
	rig_station_text(station, as, "model", identity->model, integrity);
	rig_station_text(station, as, "build", identity->build, integrity);
	if (identity->stack_bytes >= 0)
		rig_station_number(station, as, "stack", (double)identity->stack_bytes, "size", integrity);
	if (identity->stack_used_bytes >= 0)
		rig_station_number(station, as, "stack_used", (double)identity->stack_used_bytes, "size",
		                   integrity);
}

gboolean rig_step_identify(RigStation *station, const RigStep *step, gint64 deadline_us,
                           GError **error)
{
	const RigStepIdentify *options = step->options;
	RigProtocol *protocol = rig_wiring_protocol(station->wiring, deadline_us, error);
	if (protocol == NULL)
		return FALSE;
	RigIdentity identity = {0};
	rig_identity_clear(&identity);
	gboolean good = protocol->driver->identify(protocol, &identity, deadline_us, error);
	if (good) {
		steps_leave_identity(station, rig_step_as(step), &identity);
		good = steps_match(station, "name", options->name, identity.name, error) &&
		       steps_match(station, "model", options->model, identity.model, error) &&
		       (!options->build || steps_match_build(station, &identity, error));
	}
	rig_identity_clear(&identity);
	return good;
}

gboolean rig_step_safe(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	(void)step;
	return rig_wiring_make_safe(station->wiring, deadline_us, error);
}
