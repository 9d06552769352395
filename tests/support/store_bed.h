/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, and runs that come into it. */
#ifndef TESTS_SUPPORT_STORE_BED_H
#define TESTS_SUPPORT_STORE_BED_H

#include "sample_session.h"
#include "store/store.h"

typedef struct StoreBed {
	char *folder;
	RigStore *store;
	RigSessionReport *session; /* owns the runs */
} StoreBed;

/* An empty folder becomes the working folder; the store is in .tinyrig there. */
void store_bed_begin(StoreBed *bed);
void store_bed_end(StoreBed *bed);

/*
 * A run of suite digits-smoke on bench desk with its folder: run.json, verdicts.jsonl and
 * sources/0001, whose contents differ from run to run in run.json alone. Cases are put into it by
 * sample_case. Borrowed.
 */
RigRunReport *store_bed_run(StoreBed *bed, const char *id, const char *board);
/* Began so many seconds after the others. */
void store_bed_at(RigRunReport *run, guint seconds);
/* Replaces a text of a run. */
void store_bed_text(char **text, const char *value);
void store_bed_import(StoreBed *bed, const RigRunReport *run);
/* The three in one: a run with one case of that verdict. */
void store_bed_keep(StoreBed *bed, const char *id, const char *board, RigVerdict verdict);

/* One number from the store's file, read beside the program by a connection of its own. */
gint64 store_bed_count(const char *sql);
/* Runs statements on a file there. */
void store_bed_sql(const char *file, const char *sql);
/* Files below a folder, however deep. */
guint store_bed_files(const char *folder);

#endif
