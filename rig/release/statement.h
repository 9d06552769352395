/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a run: in-toto statements (in-toto/attestation, Statement v1). Two of each run:
 * the standard's test result, for others, and tinyrig's own, with all that it takes to judge again.
 */
#ifndef RIG_RELEASE_STATEMENT_H
#define RIG_RELEASE_STATEMENT_H

#include "release/json_text.h"
#include "release/merkle.h"
#include "run/result.h"

#define RIG_STATEMENT_TYPE        "https://in-toto.io/Statement/v1"
#define RIG_STATEMENT_TEST_RESULT "https://in-toto.io/attestation/test-result/v0.1"
#define RIG_STATEMENT_HIL_RUN     "urn:tinyrig:hil-run:v1"
#define RIG_STATEMENT_TALLY       "urn:tinyrig:tally:v1"
#define RIG_STATEMENT_APPROVAL    "urn:tinyrig:approval:v1"
#define RIG_STATEMENT_SUBJECTS    64u

/* A file of the run, by digest. */
typedef struct RigStatementFile {
	const char *name; /* within the run's folder */
	const char *sha256;
} RigStatementFile;

/* What tinyrig's own says beside the report. Numbers: of the rig's ledger, from 1. */
typedef struct RigStatementRun {
	gint64 number;
	gint64 previous;    /* run with the same image; 0: there was none */
	const char *report; /* JSON, as it is kept */
	const char *header; /* run.json: suite, bench, candidate and their files by digest */
	const char *rig;    /* id of the key that signs */
	const RigStatementFile *files;
	guint count;
} RigStatementRun;

/*
 * tinyrig's own. Caller frees; NULL: the run has no image, so that it says something of nobody
 * (RIG_ERROR_USAGE), or report or header is no JSON.
 */
char *rig_statement_hil_run(const RigRunReport *run, const RigStatementRun *more, GError **error);
/*
 * The standard's: PASSED, WARNED (a case passed on a retry only) or FAILED. NULL without an error:
 * it has no words for what was skipped, inconclusive or an error.
 */
char *rig_statement_test_result(const RigRunReport *run);
/* How many runs an image had: the number of the last, at a time (UTC seconds). */
char *rig_statement_tally(const char *image_sha256, gint64 last, const char *rig, gint64 unix_s);
/* A person lets a candidate (by digest) into a channel. why: may be NULL. */
char *rig_statement_approval(const char *candidate, const char *channel, const char *why,
                             gint64 unix_s);

/* What a statement says, for the index and the gate. Texts are borrowed from `root`; NULL: it does
 * not say. */
typedef struct RigStatement {
	json_t *root;            /* owned */
	const json_t *predicate; /* of it */
	const char *kind;        /* predicate type */
	guint count;
	RigHash subjects[RIG_STATEMENT_SUBJECTS]; /* an image comes first, then what is loaded */
	const char *run, *verdict, *suite, *target, *unit; /* verdict: or the standard's result */
	const char *time;                                  /* when it began, or was said */
	gint64 number, previous;                           /* of the run; of a tally: the last; -1 */
} RigStatement;

/* RIG_ERROR_USAGE: it is none. Cleared first, and due to rig_statement_clear. */
gboolean rig_statement_read(RigStatement *statement, const guint8 *data, gsize size,
                            GError **error);
void rig_statement_clear(RigStatement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigStatement, rig_statement_clear)

#endif
