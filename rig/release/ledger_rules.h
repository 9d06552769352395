/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from the ledger's entries. `entry` and `tree` are the ledger; every other table is
 * derived from the entries by one rule for each type, so that it can be derived again, and compared
 * (audit), or derived for an older size (replay of a decision).
 */
#ifndef RIG_RELEASE_LEDGER_RULES_H
#define RIG_RELEASE_LEDGER_RULES_H

#include "release/json_text.h"
#include "store/db.h"

/* `PRAGMA user_version` of a ledger that this program writes. */
#define RIG_LEDGER_VERSION 1

/* The tables, in an empty database. */
gboolean rig_ledger_tables_make(RigDb *db, GError **error);

/* Names of the derived tables; NULL-terminated. */
extern const char *const rig_ledger_derived[];

/* Applies the rule of the entry's type. RIG_ERROR_DAMAGED: no such type. */
gboolean rig_ledger_apply(RigDb *db, const json_t *entry, GError **error);

#endif
