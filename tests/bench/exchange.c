/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tinyrig adds to an exchange: the same dialogue by its process link, protocol and console
 * log as in a worker, and by the floor client, in turn, each on a board process of its own.
 * usage: exchange FIRMWARE FOLDER CALLS; prints "MEDIAN_RATIO P90_RATIO FLOOR_US RIG_US EXCHANGES".
 */
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
#define EXCHANGE_EACH  3u /* db load, db, infer */

typedef struct Rig {
	gpointer link_options, protocol_options;
	RigConsole *console;
	RigLink *link;
	RigProtocol *protocol;
	guint records;
} Rig;

static void exchange_check(gboolean good, GError *error)
{
	if (good)
		return;
	fprintf(stderr, "exchange: %s\n", error == NULL ? "failed" : error->message);
	exit(1);
}

static gpointer exchange_options(const RigField *rows, gsize size, const char *program)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	gpointer options = g_malloc0(MAX(size, 1));
	rig_bind_defaults(&binder, rows, options);
	for (; rows != NULL && rows->key != NULL; rows++) {
		if (program != NULL && strcmp(rows->key, "argv") == 0)
			G_STRUCT_MEMBER(char **, options, rows->offset) = g_strsplit(program, "\n", -1);
	}
	return options;
}

static const RigLinkDriver *exchange_link_driver(void)
{
	guint i = 0;
	while (strcmp(rig_link_drivers[i]->name, "process") != 0)
		i++;
	return rig_link_drivers[i];
}

static void exchange_open(Rig *rig, const char *program, const char *folder)
{
	const RigLinkDriver *link = exchange_link_driver();
	const RigProtocolDriver *protocol = rig_protocol_drivers[0];
	g_autoptr(GError) error = NULL;
	g_autofree char *log = g_build_filename(folder, "console.log", NULL);
	rig->link_options = exchange_options(link->fields, link->options_size, program);
	rig->protocol_options = exchange_options(protocol->fields, protocol->options_size, NULL);
	rig->console = rig_console_new(log, NULL, NULL, &error);
	exchange_check(rig->console != NULL, error);
	rig->link = rig_link_new(link, rig->link_options, "board", "console", &rig_clock_monotonic);
	rig->link->tap = rig_console_tap(rig->console, "console");
	rig->protocol = rig_protocol_new(protocol, rig->protocol_options, rig->link);
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, 10 * G_USEC_PER_SEC);
	exchange_check(rig_link_open(rig->link, deadline_us, &error), error);
	exchange_check(protocol->sync(rig->protocol, TRUE, deadline_us, &error), error);
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

static void exchange_take(gpointer user, const RigInference *record)
{
	(void)record;
	((Rig *)user)->records++;
}

static gint64 exchange_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static gint64 exchange_by_rig(Rig *rig, const guint8 *input)
{
	const RigInferRequest request = {
	    .input = input, .input_bytes = EXCHANGE_INPUT, .iterations = 1, .warmups = 0};
	g_autoptr(GError) error = NULL;
	gint64 begin = exchange_ns();
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, 10 * G_USEC_PER_SEC);
	gboolean good = rig->protocol->driver->infer(rig->protocol, &request, exchange_take, rig,
	                                             deadline_us, &error);
	gint64 span = exchange_ns() - begin;
	exchange_check(good, error);
	return span;
}

static gint64 exchange_by_floor(Floor *board, const char *hex)
{
	gint64 begin = exchange_ns();
	floor_exchange(board, "db load 64%", 11);
	floor_exchange(board, hex, strlen(hex));
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

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	guint calls = (guint)strtoul(argv[3], NULL, 10);
	exchange_pin(1);
	Rig rig = {0};
	Floor board;
	exchange_open(&rig, argv[1], argv[2]);
	floor_open(&board, argv[1]);
	floor_exchange(&board, "x on%", 5);
	g_autofree gint64 *by_rig = g_new(gint64, calls);
	g_autofree gint64 *by_floor = g_new(gint64, calls);
	exchange_pin(0);
	guint8 input[EXCHANGE_INPUT];
	char hex[2 * EXCHANGE_INPUT + 8] = "db ";
	for (guint i = 0; i < calls; i++) {
		for (guint k = 0; k < EXCHANGE_INPUT; k++)
			input[k] = (guint8)((i + k) % 17);
		memcpy(rig_hex_encode(hex + 3, input, sizeof input), "%", 2);
		/* Who comes first changes, so that neither finds the warmer machine. */
		if (i % 2 == 0)
			by_rig[i] = exchange_by_rig(&rig, input);
		by_floor[i] = exchange_by_floor(&board, hex);
		if (i % 2 != 0)
			by_rig[i] = exchange_by_rig(&rig, input);
	}
	gboolean whole = rig.records == calls;
	exchange_close(&rig);
	floor_close(&board);
	qsort(by_rig, calls, sizeof *by_rig, exchange_compare);
	qsort(by_floor, calls, sizeof *by_floor, exchange_compare);
	guint half = calls / 2, most = calls * 9 / 10;
	printf("%.4f %.4f %.3f %.3f %u\n", (double)by_rig[half] / (double)by_floor[half],
	       (double)by_rig[most] / (double)by_floor[most],
	       (double)by_floor[half] / (1000.0 * EXCHANGE_EACH),
	       (double)by_rig[half] / (1000.0 * EXCHANGE_EACH), calls * EXCHANGE_EACH);
	return whole ? 0 : 1;
}
