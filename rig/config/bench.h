/* SPDX-License-Identifier: Apache-2.0 */
/* A bench file: a host with boards and instruments wired to it. Plain data, read-only once loaded.
 */
#ifndef RIG_CONFIG_BENCH_H
#define RIG_CONFIG_BENCH_H

#include "config/target.h"
#include "yaml/node.h"
#include <rig/drivers.h>

typedef struct RigBenchLink {
	RigPlace place;
	char *name;
	const RigLinkDriver *driver;
	gpointer options; /* driver->options_size bytes */
} RigBenchLink;

/* One way to reset, tried in order: all entries are done, one after the other. */
typedef struct RigResetEntry {
	char *link; /* name of a link of this board; NULL: one of the next two */
	char *line; /* rts, dtr; NULL: the driver's own way */
	gint64 pulse_us;
	char **argv; /* program of others */
	int probe;   /* RigBenchReset; RIG_BENCH_RESET_NONE: not by the probe */
} RigResetEntry;

/* How a probe resets. */
typedef enum { RIG_BENCH_RESET_NONE, RIG_BENCH_RESET_NSRST, RIG_BENCH_RESET_SYSTEM } RigBenchReset;

typedef struct RigBoard {
	RigPlace place;
	char *name;
	char *target;
	char **tags;
	char *unit_serial, *unit_revision; /* may be NULL */
	char *unit_silicon;                /* hex, as the chip tells it; NULL: not stated */
	GPtrArray *links;                  /* RigBenchLink */
	const RigProtocolDriver *protocol; /* NULL: none */
	gpointer protocol_options;
	char *protocol_link;
	const RigProbeDriver *probe; /* NULL: none */
	gpointer probe_options;
	const RigMeterDriver *meter; /* NULL: none */
	gpointer meter_options;
	gint64 meter_supply_uv;  /* what it supplies the board with; 0: others supply it */
	gint64 meter_voltage_uv; /* the board's supply by others; 0: not stated */
	int meter_marker;    /* digital input that the firmware's marker is wired to, from 1; 0: none */
	char *flasher_link;  /* the link that takes the image; NULL: flasher_argv or none */
	char **flasher_argv; /* program of others; ${image}, ${board}, ${target} */
	char *flasher_target; /* the target file by which the probe writes it; NULL: not by the probe */
	RigTarget *flash;     /* that file */
	GPtrArray *reset;     /* RigResetEntry; may be empty */
	int switch_driver;    /* 0: command, the only one */
	char **switch_argv;   /* ${state} is on or off; NULL: no switch */
} RigBoard;

typedef struct RigBench {
	RigPlace place;
	char *path;           /* absolute */
	char *name, *about;   /* about may be NULL */
	char **host_commands; /* programs a suite may run; resolved absolute where they hold a slash */
	GPtrArray *boards;    /* RigBoard */
} RigBench;

/*
 * As rig_suite_load, but a define that the bench does not know is no issue: it may be the
 * suite's. ${board}, ${target}, ${unit}, ${image} and ${state} stay in every text.
 */
RigBench *rig_bench_load(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues);
void rig_bench_free(RigBench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigBench, rig_bench_free)

/* TRUE: host_commands hold `program` (argv[0] of a suite's step or judge). */
gboolean rig_bench_allows(const RigBench *bench, const char *program);

/*
 * A link that no bench file names: its driver's defaults, and one option as a bench file would have
 * it. RIG_ERROR_USAGE: the option takes no such value.
 */
RigBenchLink *rig_bench_link_new(const RigLinkDriver *driver, const char *name, const char *key,
                                 const char *value, GError **error);
void rig_bench_link_free(RigBenchLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigBenchLink, rig_bench_link_free)

const RigBoard *rig_bench_board(const RigBench *bench, const char *name);
const RigBenchLink *rig_board_link(const RigBoard *board, const char *name);

#endif
