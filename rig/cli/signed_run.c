/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signed_run.h"

#include <stdio.h>

#include "cli/kept.h"
#include "release/evidence.h"
#include "report/report.h"

static void signed_say(RigSignedRuns *runs, const GError *error)
{
	if (!runs->gave_up)
		fprintf(stderr, "tinyrig: no evidence of this run yet: %s\n", error->message);
	runs->gave_up = TRUE;
}

static gboolean signed_open(RigSignedRuns *runs)
{
	g_autoptr(GError) error = NULL;
	if (runs->ledger == NULL && !runs->gave_up)
		runs->ledger = rig_ledger_open(TRUE, &error);
	if (error != NULL)
		signed_say(runs, error);
	return runs->ledger != NULL;
}

void rig_signed_begin(RigSignedRuns *runs, const RigRunReport *run)
{
	g_autoptr(GError) error = NULL;
	if (run->image_sha256 != NULL && signed_open(runs) &&
	    !rig_evidence_begin(runs->ledger, run, &error))
		signed_say(runs, error);
}

static char *signed_header(RigStore *store, const char *name, GError **error)
{
	g_autoptr(RigKeptFiles) kept = rig_kept_copy(store, name, "run.json", error);
	g_autofree char *path = kept == NULL ? NULL : g_build_filename(kept->folder, "run.json", NULL);
	char *text = NULL;
	return path != NULL && g_file_get_contents(path, &text, NULL, error) ? text : NULL;
}

static gboolean signed_sign(RigSignedRuns *runs, RigStore *store, const char *name, GError **error)
{
	g_autoptr(RigRunReport) run = rig_kept_report(store, name, error);
	g_autoptr(GPtrArray) files = run == NULL ? NULL : rig_store_files(store, name, error);
	g_autofree char *header = files == NULL ? NULL : signed_header(store, name, error);
	if (header == NULL)
		return FALSE;
	g_autofree char *report = rig_report_json_run(run);
	g_autofree RigStatementFile *list = g_new0(RigStatementFile, files->len + 1);
	for (guint i = 0; i < files->len; i++) {
		const RigStoredFile *file = files->pdata[i];
		list[i] = (RigStatementFile){file->name, file->sha256};
	}
	RigStatementRun more = {.report = report, .header = header, .files = list, .count = files->len};
	return rig_evidence_keep(runs->ledger, run, &more, error);
}

void rig_signed_keep(RigSignedRuns *runs, RigStore *store)
{
	g_autoptr(GError) error = NULL;
	if (runs->ledger == NULL)
		return;
	g_autoptr(GPtrArray) names = rig_evidence_open_runs(runs->ledger, &error);
	for (guint i = 0; names != NULL && error == NULL && i < names->len; i++) {
		/* Runs of other projects, and those at work, are not here. */
		if (rig_store_has(store, names->pdata[i]))
			(void)signed_sign(runs, store, names->pdata[i], &error);
	}
	if (error != NULL)
		signed_say(runs, error);
}

void rig_signed_clear(RigSignedRuns *runs)
{
	g_clear_pointer(&runs->ledger, rig_ledger_close);
}
