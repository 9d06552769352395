/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/held_board.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "config/candidate.h"
#include "report/printable.h"
#include "run/reservation.h"
#include "yaml/bind.h"

#define HELD_NOTE_MAX 4096u
#define HELD_FLASH_US (120 * G_USEC_PER_SEC)
#define HELD_RESET_US (30 * G_USEC_PER_SEC)
#define HELD_SAFE_US  (2 * G_USEC_PER_SEC)

RigBench *rig_bench_of_option(RigSources *sources, const char *path, GError **error)
{
	if (path == NULL)
		path = g_getenv("TINYRIG_BENCH");
	if (path == NULL) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    "no bench is named: give --bench FILE or set TINYRIG_BENCH");
		return NULL;
	}
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigBench) bench = rig_bench_load(sources, path, NULL, issues);
	if (bench != NULL && issues->list->len == 0)
		return g_steal_pointer(&bench);
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", g_strchomp(text));
	return NULL;
}

const RigBoard *rig_bench_named_board(const RigBench *bench, const char *name, GError **error)
{
	const RigBoard *board = rig_bench_board(bench, name);
	if (board != NULL)
		return board;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < bench->boards->len; i++)
		g_ptr_array_add(names, ((const RigBoard *)g_ptr_array_index(bench->boards, i))->name);
	g_ptr_array_add(names, NULL);
	const char *near = rig_nearest(name, (const char *const *)names->pdata);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "there is no board %s on bench %s%s%s; `tinyrig boards` lists them", name,
	            bench->name, near == NULL ? "" : "; did you mean ", near == NULL ? "" : near);
	return NULL;
}

/* The image for the board's target, read once to see that it is one. */
static gboolean held_load_image(RigHeldBoard *held, const RigHoldRequest *request, GError **error)
{
	if (request->images == NULL && request->image == NULL)
		return TRUE;
	if (held->board->flasher_link == NULL && held->board->flasher_argv == NULL &&
	    held->board->flash == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s takes no image: it has no `flasher:` in its bench file",
		            held->board->name);
		return FALSE;
	}
	if (request->image != NULL) {
		held->image = rig_image_load(request->image, request->image_address, error);
		return held->image != NULL;
	}
	g_autoptr(RigCandidate) candidate = rig_candidate_from_images(request->images, error);
	if (candidate == NULL)
		return FALSE;
	const RigCandidateImage *wanted = rig_candidate_image(candidate, held->board->target);
	if (wanted == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "no image is for board %s: its target is %s; give --image %s=FILE",
		            held->board->name, held->board->target, held->board->target);
		return FALSE;
	}
	held->image = rig_image_load(wanted->path, wanted->address, error);
	return held->image != NULL;
}

static void held_signals(sigset_t *set)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigemptyset(set);
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
		sigaddset(set, numbers[i]);
}

static gboolean held_catch_signals(RigHeldBoard *held, GError **error)
{
	sigset_t set;
	held_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	held->stop_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (held->stop_fd < 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "signalfd: %s", g_strerror(errno));
	return held->stop_fd >= 0;
}

/* What the protocol has to tell, and the last words of a firmware process. */
static void held_note(gpointer user, const char *text)
{
	const RigHeldBoard *held = user;
	g_autofree char *clean = rig_printable(text, HELD_NOTE_MAX, RIG_PRINTABLE_LINES);
	fprintf(stderr, "board %s: %s\n", held->board->name, clean);
}

static gboolean held_open_log(RigHeldBoard *held, const RigHoldRequest *request, GError **error)
{
	if (request->log == NULL)
		return TRUE;
	held->log = request->log(request->user, held->board, error);
	held->console = held->log == NULL ? NULL : rig_console_new(held->log, held_note, held, error);
	return held->console != NULL;
}

/* A board that a run left as it was is not made safe by looking at it. */
static gboolean held_look_kept(RigHeldBoard *held, GError **error)
{
	g_autoptr(RigReservation) own = NULL;
	if (!rig_reservation_read(held->bench->name, held->board->name, g_get_real_time(), &own, error))
		return FALSE;
	held->is_kept = own != NULL && own->held != NULL;
	return TRUE;
}

RigHeldBoard *rig_held_board_take(const RigHoldRequest *request, GError **error)
{
	g_autoptr(RigHeldBoard) held = g_new0(RigHeldBoard, 1);
	held->stop_fd = -1;
	held->sources = rig_sources_new();
	held->bench = rig_bench_of_option(held->sources, request->bench, error);
	if (held->bench == NULL)
		return NULL;
	held->board = rig_bench_named_board(held->bench, request->board, error);
	if (held->board == NULL || !held_load_image(held, request, error) ||
	    !held_catch_signals(held, error))
		return NULL;
	const RigClock *clock = &rig_clock_monotonic;
	held->claim = rig_claim_take(held->bench->name, held->board->name, request->purpose, clock,
	                             rig_clock_after(clock, request->wait_us), held->stop_fd, error);
	if (held->claim == NULL || !held_look_kept(held, error) || !held_open_log(held, request, error))
		return NULL;
	RigWiringEvents events = {.note = held_note, .user = held};
	held->wiring = rig_wiring_new(held->board, held->image == NULL ? NULL : held->image->path,
	                              clock, held->stop_fd, held->console, &events);
	return g_steal_pointer(&held);
}

gboolean rig_held_board_bring_up(RigHeldBoard *held, gboolean reset, GError **error)
{
	const RigClock *clock = &rig_clock_monotonic;
	RigFlashOrder order = {.image = held->image};
	RigFlashResult result = {0};
	gboolean good = held->image == NULL ||
	                rig_wiring_flash(held->wiring, &order, rig_clock_after(clock, HELD_FLASH_US),
	                                 &result, error);
	rig_flash_result_clear(&result);
	if (!good)
		return FALSE;
	if ((!reset && held->image == NULL) || held->board->reset->len == 0)
		return TRUE;
	return rig_wiring_reset(held->wiring, rig_clock_after(clock, HELD_RESET_US), error);
}

gboolean rig_held_board_make_safe(RigHeldBoard *held, GError **error)
{
	if (held->is_kept) {
		fprintf(stderr, "Board %s stays as it is, held; `tinyrig unlock %s` lets go of it.\n",
		        held->board->name, held->board->name);
		return TRUE;
	}
	return rig_wiring_make_safe(held->wiring, rig_clock_after(&rig_clock_monotonic, HELD_SAFE_US),
	                            error);
}

void rig_held_board_free(RigHeldBoard *held)
{
	if (held == NULL)
		return;
	rig_wiring_free(held->wiring);
	rig_console_free(held->console);
	rig_claim_release(held->claim);
	rig_image_free(held->image);
	rig_bench_free(held->bench);
	rig_sources_free(held->sources);
	g_free(held->log);
	if (held->stop_fd >= 0) {
		/* A signal that was heard already must not strike when it is unblocked. */
		struct signalfd_siginfo heard;
		while (read(held->stop_fd, &heard, sizeof heard) == sizeof heard)
			continue;
		close(held->stop_fd);
		sigset_t set;
		held_signals(&set);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	g_free(held);
}
