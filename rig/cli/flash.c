/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/verdict.h"
#include "cli/probe_session.h"

#define FLASH_US       (10 * 60 * G_USEC_PER_SEC)
#define FLASH_RESET_US (30 * G_USEC_PER_SEC)
#define FLASH_TELL_US  (100 * 1000)

typedef struct {
	RigProbeOptions probe;
	char *address;
	gboolean erase_all, read_back, halt;
} FlashOptions;

#define FLASH_AT(member) offsetof(FlashOptions, member)

static const RigOption flash_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"address", 0, RIG_OPTION_TEXT, FLASH_AT(address), "ADDRESS", "where a raw binary goes"},
    {"erase-all", 0, RIG_OPTION_FLAG, FLASH_AT(erase_all), NULL,
     "by the probe: erase the whole chip first; opens one that is locked"},
    {"read-back", 0, RIG_OPTION_FLAG, FLASH_AT(read_back), NULL,
     "by the probe: compare by reading all of it, not by digests that the core makes"},
    {"halt", 0, RIG_OPTION_FLAG, FLASH_AT(halt), NULL,
     "by the probe: leave the core at its reset handler"},
    {0},
};

typedef struct FlashTell {
	gint64 told_us;
	gboolean is_open; /* a line on the terminal that is written over */
} FlashTell;

static void flash_tell(gpointer user, const char *doing, guint64 done, guint64 all)
{
	FlashTell *tell = user;
	gint64 now_us = g_get_monotonic_time();
	if (done < all && now_us - tell->told_us < FLASH_TELL_US)
		return;
	tell->told_us = now_us;
	tell->is_open = TRUE;
	fprintf(stderr, "\r\033[K%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " KiB", doing,
	        done / 1024, all / 1024);
	fflush(stderr);
}

static void flash_show(const RigHeldBoard *held, const RigFlashResult *result)
{
	g_autofree char *words = rig_flash_words(result);
	const char *board = held->board->name;
	if (held->board->flash == NULL) {
		printf("Board %s: its bench's flasher has ended well; what the board holds was not read "
		       "back.\n",
		       board);
		return;
	}
	printf("Board %s: %s.\n", board, words);
	if (result->programmed_bytes > 0)
		printf("  erased %" G_GUINT64_FORMAT " KiB, programmed %" G_GUINT64_FORMAT
		       " KiB in %.1f s, %.1f KiB/s\n",
		       result->erased_bytes / 1024, result->programmed_bytes / 1024,
		       (double)result->duration_us / 1e6,
		       (double)result->programmed_bytes / 1024 / ((double)result->duration_us / 1e6));
	printf("  load digest %s\n", held->image->load_digest);
	if (result->silicon != NULL)
		printf("  chip %s\n", result->silicon);
}

/* Runs what was flashed, as the bench resets it, or stands at its first instruction. */
static gboolean flash_start(RigHeldBoard *held, const FlashOptions *options, GError **error)
{
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, FLASH_RESET_US);
	if (held->board->reset->len > 0 && !options->halt)
		return rig_wiring_reset(held->wiring, deadline_us, error);
	if (!options->halt)
		return TRUE;
	RigCortex *cortex = rig_wiring_cortex(held->wiring, deadline_us, error);
	return cortex != NULL && rig_cortex_reset(cortex, RIG_RESET_SYSTEM, 0, TRUE, error);
}

static gboolean flash_do(RigHeldBoard *held, const FlashOptions *options, GError **error)
{
	FlashTell tell = {0};
	gboolean tells = isatty(STDERR_FILENO) == 1;
	RigFlashOrder order = {.image = held->image,
	                       .erase_all = options->erase_all,
	                       .reads_back = options->read_back,
	                       .halts = options->halt,
	                       .tell = tells ? flash_tell : NULL,
	                       .user = &tell};
	RigFlashResult result;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, FLASH_US);
	gboolean good = rig_wiring_flash(held->wiring, &order, deadline_us, &result, error);
	if (tell.is_open)
		fputs("\r\033[K", stderr);
	if (good)
		flash_show(held, &result);
	rig_flash_result_clear(&result);
	good = good && flash_start(held, options, error);
	if (held->wiring->dap != NULL && !(good && options->halt))
		rig_dap_disconnect(held->wiring->dap);
	return good;
}

static int flash_command(const RigInvocation *invocation)
{
	const FlashOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	guint32 address = 0;
	if (options->address != NULL &&
	    !rig_address_parse(options->address, "the address", &address, &error))
		return rig_command_error(invocation->command, error);
	RigHoldRequest request = {.board = invocation->words[0],
	                          .bench = options->probe.bench,
	                          .image = invocation->words[1],
	                          .image_address = options->address == NULL ? -1 : (gint64)address,
	                          .purpose = "tinyrig flash",
	                          .wait_us = options->probe.wait_us};
	g_autoptr(RigHeldBoard) held = rig_held_board_take(&request, &error);
	if (held == NULL)
		return rig_command_error(invocation->command, error);
	if (held->board->flash == NULL && (options->erase_all || options->read_back || options->halt))
		return rig_command_usage(invocation->command,
		                         "--erase-all, --read-back and --halt are for boards that their "
		                         "probe flashes; board %s has no `flasher: {target: …}`",
		                         held->board->name);
	return flash_do(held, options, &error) ? RIG_EXIT_PASSED
	                                       : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_flash = {
    .name = "flash",
    .arguments = "BOARD IMAGE",
    .about = "bring an image on a board, and prove that it is there",
    .details =
        "By the board's `flasher:`. Where that is its probe, pages that hold the image already "
        "are\nskipped, and in the end what the chip holds is compared with the image, by\n"
        "SHA-256 on the chip or by reading it. Then the board is reset and runs.",
    .options = flash_options,
    .options_size = sizeof(FlashOptions),
    .least = 2,
    .most = 2,
    .run = flash_command,
};
