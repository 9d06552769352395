/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tinyrig adds to an exchange: the same dialogue by its link, protocol and console log as in a
 * worker, and by the floor client, in turn. On a line both talk with the same board, as one virtual
 * board may be slower than another for as long as the host's scheduler leaves it where it is; each
 * client has a process of its own.
 * usage: exchange process FIRMWARE FOLDER CALLS
 *        exchange serial PORT FOLDER CALLS BAUD BYTES
 * prints "MEDIAN_RATIO P90_RATIO FLOOR_US RIG_US EXCHANGES LINE_RATIO"; the last: the rig's median
 * over the time that the bytes of both ways take on the line; 0 for a process.
 */
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rig/bytes.h>
#include <rig/drivers.h>

#include "floor.h"
#include "journal/console.h"
#include "yaml/bind.h"

#define EXCHANGE_INPUT 64u
#define EXCHANGE_MAX   3072u
#define EXCHANGE_CHUNK 126u /* bytes in a db command of 256 characters */
#define EXCHANGE_BITS  10.0 /* a character with start and stop bit */

/*
 * A call begins anywhere within this long: a few latency timers of an adapter, whose ticks let
 * answers through. A call that begins with a tick ends with one, so that its time is a whole number
 * of ticks, and a median of such times jumps by a tick where the mean moves by microseconds.
 */
#define EXCHANGE_PHASE_NS 4000000

/* What is measured. */
typedef struct Task {
	const char *driver, *place, *folder;
	guint calls;
	int baud; /* 0: a process */
	guint bytes;
} Task;

typedef struct Rig {
	gpointer link_options, protocol_options;
	RigConsole *console;
	RigLink *link;
	RigProtocol *protocol;
	guint records;
} Rig;

/* `error` by its place: what is in it is made by the call that gives `good`. */
static void exchange_check(gboolean good, GError *const *error)
{
	if (good)
		return;
	fprintf(stderr, "exchange: %s\n", *error == NULL ? "failed" : (*error)->message);
	exit(1);
}

static gpointer exchange_options(const RigField *rows, gsize size, const char *yaml)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(GBytes) text = g_bytes_new(yaml, strlen(yaml));
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	rig_sources_put(sources, "/options", text);
	g_autoptr(RigNode) node = rig_node_parse(rig_sources_read(sources, "/options", NULL), issues);
	gpointer options = g_malloc0(MAX(size, 1));
	if (rows != NULL && rig_bind(&binder, rows, node, options, NULL))
		return options;
	g_autofree char *wrong = rig_issues_text(issues);
	if (rows != NULL)
		fprintf(stderr, "exchange: %s\n", wrong);
	return options;
}

static const RigLinkDriver *exchange_link_driver(const char *name)
{
	guint i = 0;
	while (strcmp(rig_link_drivers[i]->name, name) != 0)
		i++;
	return rig_link_drivers[i];
}

static void exchange_open(Rig *rig, const Task *task)
{
	const RigLinkDriver *link = exchange_link_driver(task->driver);
	const RigProtocolDriver *protocol = rig_protocol_driver("mlperf-tiny");
	g_autoptr(GError) error = NULL;
	g_autofree char *log = g_build_filename(task->folder, "console.log", NULL);
	g_autofree char *yaml = task->baud == 0
	                            ? g_strdup_printf("argv: [%s]", task->place)
	                            : g_strdup_printf("{port: %s, baud: %d}", task->place, task->baud);
	rig->link_options = exchange_options(link->fields, link->options_size, yaml);
	rig->protocol_options = exchange_options(protocol->fields, protocol->options_size, "{}");
	rig->console = rig_console_new(log, NULL, NULL, &error);
	exchange_check(rig->console != NULL, &error);
	rig->link = rig_link_new(link, rig->link_options, "board", "console", &rig_clock_monotonic);
	rig->link->tap = rig_console_tap(rig->console, "console");
	rig->protocol = rig_protocol_new(protocol, rig->protocol_options, rig->link);
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, 10 * G_USEC_PER_SEC);
	exchange_check(rig_link_open(rig->link, deadline_us, &error), &error);
	exchange_check(protocol->sync(rig->protocol, TRUE, deadline_us, &error), &error);
}

static void exchange_close(Rig *rig)
{
	const RigField *link_rows = rig->link->driver->fields;
	const RigField *protocol_rows = rig->protocol->driver->fields;
	rig_protocol_free(rig->protocol);
	rig_link_free(rig->link);
	rig_console_free(rig->console);
	rig_fields_free(link_rows, rig->link_options);
	rig_fields_free(protocol_rows, rig->protocol_options);
	g_free(rig->link_options);
	g_free(rig->protocol_options);
}

static void exchange_take(gpointer user, gsize request, const RigInference *record)
{
	(void)request;
	(void)record;
	((Rig *)user)->records++;
}

static gint64 exchange_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void exchange_wait(gint64 ns)
{
	const struct timespec span = {.tv_sec = 0, .tv_nsec = ns};
	ppoll(NULL, 0, &span, NULL);
}

static gint64 exchange_by_rig(Rig *rig, const guint8 *input, guint bytes)
{
	const RigInferRequest request = {
	    .input = input, .input_bytes = bytes, .iterations = 1, .warmups = 0};
	g_autoptr(GError) error = NULL;
	gint64 begin = exchange_ns();
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, 10 * G_USEC_PER_SEC);
	gboolean good = rig->protocol->driver->infer(rig->protocol, &request, 1, exchange_take, rig,
	                                             deadline_us, &error);
	gint64 span = exchange_ns() - begin;
	exchange_check(good, &error);
	return span;
}

static gint64 exchange_by_floor(Floor *board, const char *hex, guint bytes)
{
	char command[2 * EXCHANGE_CHUNK + 8] = "db ";
	gint64 begin = exchange_ns();
	size_t size = (size_t)sprintf(command, "db load %u%%", bytes);
	floor_exchange(board, command, size);
	for (guint at = 0; at < bytes; at += EXCHANGE_CHUNK) {
		guint chunk = MIN(bytes - at, EXCHANGE_CHUNK);
		floor_exchange(
		    board, command,
		    (size_t)sprintf(command, "db %.*s%%", (int)(2 * chunk), hex + (size_t)2 * at));
	}
	floor_exchange(board, "infer 1 0%", 10);
	return exchange_ns() - begin;
}

static int exchange_compare(const void *a, const void *b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
	return (x > y) - (x < y);
}

/*
 * The client on one processor and the boards on another, as a board is a processor of its own.
 * Left alone, the scheduler puts a board now beside its client and now away from it, which
 * changes an exchange by a factor of four, and not for both boards at the same time.
 */
static void exchange_pin(size_t processor)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	sched_setaffinity(0, sizeof one, &one);
}

static void exchange_measure(const Task *task, Rig *rig, Floor *board, gint64 *by_rig,
                             gint64 *by_floor)
{
	guint8 input[EXCHANGE_MAX];
	char hex[2 * EXCHANGE_MAX + 1];
	g_autoptr(GRand) phases = g_rand_new_with_seed(1);
	for (guint i = 0; i < task->calls; i++) {
		for (guint k = 0; k < task->bytes; k++)
			input[k] = (guint8)((i + k) % 17);
		rig_hex_encode(hex, input, task->bytes);
		/* Who comes first changes, so that neither finds the warmer machine. */
		gint64 phase_ns = task->baud == 0 ? 0 : g_rand_int_range(phases, 0, EXCHANGE_PHASE_NS);
		for (guint k = 0; k < 2; k++) {
			exchange_wait(phase_ns);
			if (i % 2 == k)
				by_rig[i] = exchange_by_rig(rig, input, task->bytes);
			else
				by_floor[i] = exchange_by_floor(board, hex, task->bytes);
		}
	}
}

static gboolean exchange_task(int argc, char **argv, Task *task)
{
	if (argc != 5 && argc != 7)
		return FALSE;
	*task = (Task){.driver = argv[1],
	               .place = argv[2],
	               .folder = argv[3],
	               .calls = (guint)strtoul(argv[4], NULL, 10),
	               .bytes = EXCHANGE_INPUT};
	if (argc == 7) {
		task->baud = atoi(argv[5]);
		task->bytes = (guint)strtoul(argv[6], NULL, 10);
	}
	return task->calls > 0 && task->bytes <= EXCHANGE_MAX;
}

int main(int argc, char **argv)
{
	Task task;
	if (!exchange_task(argc, argv, &task))
		return 2;
	gboolean on_line = task.baud != 0;
	Rig rig = {0};
	Floor board;
	if (!on_line)
		exchange_pin(1);
	/* First on a line, as the rig lets nobody in behind it; it also turns the extension on. */
	if (on_line)
		floor_open_serial(&board, task.place, task.baud);
	exchange_open(&rig, &task);
	if (!on_line) {
		floor_open(&board, task.place);
		floor_exchange(&board, "x on%", 5);
	}
	if (!on_line)
		exchange_pin(0);
	g_autofree gint64 *by_rig = g_new(gint64, task.calls);
	g_autofree gint64 *by_floor = g_new(gint64, task.calls);
	guint64 before = rig.link->sent_bytes + rig.link->received_bytes;
	exchange_measure(&task, &rig, &board, by_rig, by_floor);
	double bytes = (double)(rig.link->sent_bytes + rig.link->received_bytes - before) / task.calls;
	gboolean whole = rig.records == task.calls;
	exchange_close(&rig);
	floor_close(&board);
	qsort(by_rig, task.calls, sizeof *by_rig, exchange_compare);
	qsort(by_floor, task.calls, sizeof *by_floor, exchange_compare);
	guint half = task.calls / 2, most = task.calls * 9 / 10;
	guint each = 2 + (task.bytes + EXCHANGE_CHUNK - 1) / EXCHANGE_CHUNK;
	printf("%.4f %.4f %.3f %.3f %u %.4f\n", (double)by_rig[half] / (double)by_floor[half],
	       (double)by_rig[most] / (double)by_floor[most], (double)by_floor[half] / (1000.0 * each),
	       (double)by_rig[half] / (1000.0 * each), task.calls * each,
	       on_line ? (double)by_rig[half] * task.baud / (bytes * EXCHANGE_BITS * 1e9) : 0.0);
	return whole ? 0 : 1;
}
