/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a run: in-toto statements (in-toto/attestation, Statement v1). Two of each run:
 * the standard's test result, for others, and tinyrig's own, with all that it takes to judge again.
 */
#ifndef RIG_RELEASE_STATEMENT_H
#define RIG_RELEASE_STATEMENT_H

#include "release/merkle.h"
#include "run/result.h"

#define RIG_STATEMENT_TYPE        "https://in-toto.io/Statement/v1"
#define RIG_STATEMENT_TEST_RESULT "https://in-toto.io/attestation/test-result/v0.1"
#define RIG_STATEMENT_HIL_RUN     "urn:tinyrig:hil-run:v1"
#define RIG_STATEMENT_SUBJECTS    64u

/* A file of the run, by digest. */
typedef struct RigStatementFile {
	const char *name; /* within the run's folder */
	RigHash sha256;
} RigStatementFile;

/*
 * tinyrig's own: the report as it is kept, and the files. report: its JSON. What says whether the
 * bytes on the board were read back is not in a report yet, so that it says `none`. Caller frees;
 * NULL: the run has no image, so that it says something of nobody (RIG_ERROR_USAGE).
 */
char *rig_statement_hil_run(const RigRunReport *run, const char *report,
                            const RigStatementFile *files, guint count, GError **error);
/*
 * The standard's: PASSED, WARNED (a case passed on a retry only) or FAILED. NULL without an error:
 * it has no words for what was skipped, inconclusive or an error.
 */
char *rig_statement_test_result(const RigRunReport *run);

/* What every statement has. */
typedef struct RigStatement {
	char *predicate_type;
	guint count;
	RigHash subjects[RIG_STATEMENT_SUBJECTS];
	char *run;     /* id, of tinyrig's own; NULL */
	char *verdict; /* of tinyrig's own, or the standard's result; NULL */
} RigStatement;

/* RIG_ERROR_USAGE: it is none. Cleared first, and due to rig_statement_clear. */
gboolean rig_statement_read(RigStatement *statement, const guint8 *data, gsize size,
                            GError **error);
void rig_statement_clear(RigStatement *statement);

#endif
