/* SPDX-License-Identifier: Apache-2.0 */
/* Between bench.c and what shows its rows: schema and reference page. */
#ifndef RIG_CONFIG_BENCH_PARTS_H
#define RIG_CONFIG_BENCH_PARTS_H

#include "config/bench.h"
#include "yaml/bind.h"

extern const RigField rig_bench_rows[];
extern const RigField rig_board_rows[];

/* `links` of a board: a map of names to {driver, options}. */
extern const RigFieldCustom rig_custom_links;
/* `protocol` of a board: {driver, link, options}. */
extern const RigFieldCustom rig_custom_protocol;
/* `probe` of a board: {driver, options}. */
extern const RigFieldCustom rig_custom_probe;

/* `meter` of a board: {driver, supply, voltage, marker, options}. */
extern const RigFieldCustom rig_custom_meter;
/* The keys that all meters have; they fill a RigBoard. */
extern const RigField rig_meter_rows[];

/* Their schemas: new references. */
struct json_t *rig_bench_schema_links(const RigField *field);
struct json_t *rig_bench_schema_protocol(const RigField *field);
struct json_t *rig_bench_schema_probe(const RigField *field);
struct json_t *rig_bench_schema_meter(const RigField *field);
/* Of a target file's flash memories: `common` rows and each driver's own. */
struct json_t *rig_target_schema_flash(const RigField *common);

/*
 * The driver that the key `driver` of `node` names, in a list of drivers that ends with NULL; NULL
 * with an issue. what: its kind; expected: what `node` should be.
 */
gconstpointer rig_drivers_find(RigBinder *binder, const RigNode *node, const char *what,
                               const char *expected, gconstpointer const *drivers);
/*
 * The driver's own options, and what no row can say (check; NULL: nothing). known: keys that others
 * bind; NULL: only `driver`.
 */
gboolean rig_drivers_bind_options(RigBinder *binder, const RigNode *node, const RigField *fields,
                                  gpointer options, const char *const *known,
                                  gboolean (*check)(gconstpointer, GError **));

#endif
