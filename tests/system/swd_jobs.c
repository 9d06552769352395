/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swd_jobs BOARD SERIAL direct|resistor CLOCK_HZ [ROUNDS]: jobs over SWD on the virtual bench, each
 * with what the bench has counted for it, as JSON lines {"job": …, "counted": …}; or, with ROUNDS,
 * 64 KiB written and read so often, and nothing printed. The board is not claimed.
 */
#include <rig/cortex.h>
#include <rig/drivers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../drivers/probe/ftdi_options.h"

#define SWD_RAM         0x21000000u /* of mps2-an386; its firmware leaves it alone */
#define SWD_BYTES       (64 * 1024)
#define SWD_SHORT       1024
#define SWD_STEPS       5
#define SWD_HIT_US      (5 * G_USEC_PER_SEC)
#define SWD_DEADLINE_US (60 * G_USEC_PER_SEC)

typedef struct {
	RigDap *dap;
	RigCortex *cortex;
	const char *board;
	guint8 *data, *back;
} Swd;

typedef gboolean (*SwdJob)(Swd *swd, GError **error);

static gboolean swd_connect(Swd *swd, GError **error)
{
	return rig_dap_connect(swd->dap, error);
}

static gboolean swd_halt(Swd *swd, GError **error)
{
	return rig_cortex_halt(swd->cortex, error);
}

static gboolean swd_registers(Swd *swd, GError **error)
{
	gsize count = 0;
	const guint8 *numbers = rig_cortex_registers(TRUE, &count);
	guint32 values[RIG_REG_END];
	return rig_cortex_read_registers(swd->cortex, numbers, count, values, error);
}

/* Some steps after its reset; after another reset it runs and stops there. */
static gboolean swd_breakpoint(Swd *swd, GError **error)
{
	static const guint8 number = RIG_REG_PC;
	RigCortex *cortex = swd->cortex;
	guint32 pc = 0, reached = 0;
	gboolean halted = FALSE;
	gboolean good = rig_cortex_reset(cortex, RIG_RESET_SYSTEM, 0, TRUE, error);
	for (guint i = 0; good && i < SWD_STEPS; i++)
		good = rig_cortex_step(cortex, error);
	gint64 until_us = rig_clock_after(&rig_clock_monotonic, SWD_HIT_US);
	if (!good || !rig_cortex_read_registers(cortex, &number, 1, &pc, error) ||
	    !rig_cortex_reset(cortex, RIG_RESET_SYSTEM, 0, TRUE, error) ||
	    !rig_cortex_set_breakpoint(cortex, pc, error) || !rig_cortex_resume(cortex, error) ||
	    !rig_cortex_wait_halted(cortex, until_us, &halted, error) ||
	    (halted && !rig_cortex_read_registers(cortex, &number, 1, &reached, error)) ||
	    !rig_cortex_release(cortex, error))
		return FALSE;
	if (halted && reached == pc)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "halted %d at 0x%08x, not at 0x%08x", halted,
	            reached, pc);
	return FALSE;
}

static gboolean swd_read_1k(Swd *swd, GError **error)
{
	return rig_dap_read_memory(swd->dap, SWD_RAM, swd->back, SWD_SHORT, RIG_DAP_ANY, error);
}

static gboolean swd_write_64k(Swd *swd, GError **error)
{
	return rig_dap_write_memory(swd->dap, SWD_RAM, swd->data, SWD_BYTES, RIG_DAP_ANY, error);
}

static gboolean swd_read_64k(Swd *swd, GError **error)
{
	if (!rig_dap_read_memory(swd->dap, SWD_RAM, swd->back, SWD_BYTES, RIG_DAP_ANY, error))
		return FALSE;
	if (memcmp(swd->data, swd->back, SWD_BYTES) == 0)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD, "what was read is not what was written");
	return FALSE;
}

/* Runs `virtual-bench ctl probe BOARD [reset]`; caller frees. */
static char *swd_ctl(const char *board, const char *more, GError **error)
{
	const char *argv[] = {g_getenv("VIRTUAL_BENCH_PROGRAM"), "ctl", "probe", board, more, NULL};
	char *text = NULL;
	int status = 0;
	if (!g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL,
	                  &status, error) ||
	    !g_spawn_check_wait_status(status, error))
		g_clear_pointer(&text, g_free);
	return text;
}

static gboolean swd_do(Swd *swd, const char *name, SwdJob job, GError **error)
{
	g_autofree char *cleared = swd_ctl(swd->board, "reset", error);
	if (cleared == NULL || !job(swd, error))
		return FALSE;
	g_autofree char *counted = swd_ctl(swd->board, NULL, error);
	if (counted == NULL)
		return FALSE;
	g_strstrip(counted);
	printf("{\"job\": \"%s\", \"counted\": %s}\n", name, counted);
	fflush(stdout);
	return TRUE;
}

static gboolean swd_run(Swd *swd, GError **error)
{
	static const struct {
		const char *name;
		SwdJob job;
	} jobs[] = {{"connect", swd_connect},     {"halt", swd_halt},
	            {"registers", swd_registers}, {"breakpoint", swd_breakpoint},
	            {"read_1k", swd_read_1k},     {"write_64k", swd_write_64k},
	            {"read_64k", swd_read_64k}};
	for (gsize i = 0; i < G_N_ELEMENTS(jobs); i++) {
		if (!swd_do(swd, jobs[i].name, jobs[i].job, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean swd_again(Swd *swd, guint64 rounds, GError **error)
{
	gboolean good = swd_connect(swd, error);
	for (guint64 i = 0; good && i < rounds; i++)
		good = swd_write_64k(swd, error) && swd_read_64k(swd, error);
	return good;
}

int main(int argc, char **argv)
{
	if ((argc != 5 && argc != 6) || g_getenv("VIRTUAL_BENCH_PROGRAM") == NULL) {
		fputs("usage: VIRTUAL_BENCH_PROGRAM=… swd_jobs BOARD SERIAL direct|resistor CLOCK_HZ "
		      "[ROUNDS]\n",
		      stderr);
		return 4;
	}
	FtdiOptions options = {.usb_serial = argv[2],
	                       .adapter = (char *)(guintptr) "plain",
	                       .wiring = strcmp(argv[3], "resistor") == 0 ? FTDI_WIRING_RESISTOR
	                                                                  : FTDI_WIRING_DIRECT,
	                       .clock_mhz = g_ascii_strtoll(argv[4], NULL, 10) * 1000};
	const RigClock *clock = &rig_clock_monotonic;
	g_autoptr(RigProbe) probe = rig_probe_new(rig_probe_drivers[0], &options, argv[1], clock);
	g_autoptr(RigDap) dap = rig_dap_new(probe);
	g_autoptr(RigCortex) cortex = rig_cortex_new(dap);
	Swd swd = {.dap = dap,
	           .cortex = cortex,
	           .board = argv[1],
	           .data = g_malloc(SWD_BYTES),
	           .back = g_malloc0(SWD_BYTES)};
	g_autoptr(GError) error = NULL;
	for (guint i = 0; i < SWD_BYTES; i++)
		swd.data[i] = (guint8)(i * 167 + i / 256);
	rig_dap_set_deadline(dap, rig_clock_after(clock, SWD_DEADLINE_US));
	gboolean good = argc == 5 ? swd_run(&swd, &error)
	                          : swd_again(&swd, g_ascii_strtoull(argv[5], NULL, 10), &error);
	if (!good)
		fprintf(stderr, "swd_jobs: %s\n", error->message);
	g_free(swd.data);
	g_free(swd.back);
	return good ? 0 : 1;
}
