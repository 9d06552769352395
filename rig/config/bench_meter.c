/* SPDX-License-Identifier: Apache-2.0 */
/* The key `meter` of a board: what all meters have, and the driver's own options. */
#include "config/bench_parts.h"

#define METER_VOLTAGE_MAX (60 * 1e6)

static const char *const meter_markers[] = {"none", "D0", "D1", "D2", "D3",
                                            "D4",   "D5", "D6", "D7", NULL};

#define BOARD(member) G_STRUCT_OFFSET(RigBoard, member)
const RigField rig_meter_rows[] = {
    {.key = "supply",
     .type = RIG_FIELD_QUANTITY,
     .offset = BOARD(meter_supply_uv),
     .unit = "voltage",
     .max = METER_VOLTAGE_MAX,
     .help = "the meter supplies the board, with this; default: the board is supplied by others"},
    {.key = "voltage",
     .type = RIG_FIELD_QUANTITY,
     .offset = BOARD(meter_voltage_uv),
     .unit = "voltage",
     .max = METER_VOLTAGE_MAX,
     .help = "what others supply the board with; without it no energy is known, only charge"},
    {.key = "marker",
     .type = RIG_FIELD_CHOICE,
     .offset = BOARD(meter_marker),
     .choices = meter_markers,
     .fallback = "none",
     .help = "digital input of the meter that is high while an inference runs"},
    {.key = NULL},
};

/* What the driver can do, beside what the bench file asks of it. */
static void meter_check(RigBinder *binder, const RigBoard *board, const RigNode *node)
{
	const RigMeterDriver *driver = board->meter;
	const RigNode *supply = rig_node_get(node, "supply"), *voltage = rig_node_get(node, "voltage");
	if (supply != NULL && voltage != NULL)
		rig_binder_issue(binder, voltage,
		                 "`voltage` is for a board that others supply; `supply` says it all");
	if (board->meter_supply_uv > 0 && driver->set_supply == NULL)
		rig_binder_issue(binder, supply, "a meter of the driver %s supplies nothing", driver->name);
	else if (board->meter_supply_uv > 0 && (board->meter_supply_uv < driver->supply_min_uv ||
	                                        board->meter_supply_uv > driver->supply_max_uv))
		rig_binder_issue(binder, supply, "the driver %s supplies %g to %g V", driver->name,
		                 (double)driver->supply_min_uv / 1e6, (double)driver->supply_max_uv / 1e6);
	else if (board->meter_supply_uv == 0 && driver->must_supply)
		rig_binder_issue(binder, node,
		                 "a meter of the driver %s measures only what it supplies: give it a "
		                 "`supply` of %g to %g V",
		                 driver->name, (double)driver->supply_min_uv / 1e6,
		                 (double)driver->supply_max_uv / 1e6);
	guint inputs = rig_meter_inputs(driver, board->meter_options);
	if (board->meter_marker > (int)inputs)
		rig_binder_issue(binder, rig_node_get(node, "marker"),
		                 "a meter of the driver %s has %u digital inputs%s", driver->name, inputs,
		                 inputs < driver->channels ? " with these options" : "");
	if (board->meter_supply_uv > 0 && board->switch_argv != NULL)
		rig_binder_issue(binder, supply,
		                 "the board has a `switch`, too: either that or the meter supplies it");
}

static gboolean meter_parse(RigBinder *binder, const RigField *field, const RigNode *node,
                            gpointer member)
{
	static const char *const known[] = {"driver", "supply", "voltage", "marker", NULL};
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - field->offset);
	const RigMeterDriver *driver = rig_drivers_find(binder, node, "meter", "a map with `driver`",
	                                                (gconstpointer const *)rig_meter_drivers);
	if (driver == NULL)
		return FALSE;
	board->meter = driver;
	board->meter_options = g_malloc0(driver->options_size);
	gboolean good = rig_drivers_bind_options(binder, node, driver->fields, board->meter_options,
	                                         known, driver->check);
	for (const RigField *row = rig_meter_rows; row->key != NULL; row++) {
		const RigNode *value = rig_node_get(node, row->key);
		gsize mark = rig_binder_enter(binder, row->key);
		good = (value == NULL || rig_bind_field(binder, row, value, board)) && good;
		rig_binder_leave(binder, mark);
	}
	if (good)
		meter_check(binder, board, node);
	return good;
}

/* `member` is the meter of a board; its options lie beside it. */
static void meter_free(gpointer member)
{
	RigBoard *board = (RigBoard *)(gpointer)((char *)member - BOARD(meter));
	if (board->meter != NULL)
		rig_fields_free(board->meter->fields, board->meter_options);
	board->meter = NULL;
	g_clear_pointer(&board->meter_options, g_free);
}

const RigFieldCustom rig_custom_meter = {
    .type = "map with driver, supply or voltage, marker and the driver's options",
    .parse = meter_parse,
    .schema = rig_bench_schema_meter,
    .free = meter_free,
};
