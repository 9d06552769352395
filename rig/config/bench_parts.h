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

/* Their schemas: new references. */
struct json_t *rig_bench_schema_links(const RigField *field);
struct json_t *rig_bench_schema_protocol(const RigField *field);
struct json_t *rig_bench_schema_probe(const RigField *field);

#endif
