/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of links, protocols, probes and meters: one alternative per driver, from the driver's
 * own rows. */
#include "config/bench_parts.h"
#include "config/schema.h"

#include <jansson.h>

/* {driver: {const: NAME}, further keys, the driver's own}: one alternative of a schema. */
static json_t *bench_schema_one(const char *name, const char *about, const RigField *fields,
                                gboolean has_link)
{
	static const RigField none[] = {{.key = NULL}};
	json_t *schema = rig_schema_of_rows(fields == NULL ? none : fields);
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");
	json_object_set_new(properties, "driver", json_pack("{s:s}", "const", name));
	if (has_link)
		json_object_set_new(properties, "link", json_pack("{s:s}", "type", "string"));
	if (required == NULL) {
		required = json_array();
		json_object_set_new(schema, "required", required);
	}
	json_array_append_new(required, json_string("driver"));
	json_object_set_new(schema, "description", json_string(about));
	return schema;
}

json_t *rig_bench_schema_links(const RigField *field)
{
	(void)field;
	json_t *choices = json_array();
	for (guint i = 0; rig_link_drivers[i] != NULL; i++)
		json_array_append_new(choices, bench_schema_one(rig_link_drivers[i]->name,
		                                                rig_link_drivers[i]->about,
		                                                rig_link_drivers[i]->fields, FALSE));
	return json_pack("{s:s, s:{s:s}, s:{s:o}}", "type", "object", "propertyNames", "pattern",
	                 "^[a-z0-9-]{1,64}$", "additionalProperties", "oneOf", choices);
}

json_t *rig_bench_schema_protocol(const RigField *field)
{
	(void)field;
	json_t *choices = json_array();
	for (guint i = 0; rig_protocol_drivers[i] != NULL; i++) {
		const RigProtocolDriver *driver = rig_protocol_drivers[i];
		json_t *one =
		    bench_schema_one(driver->name, driver->about, driver->fields, !driver->by_probe);
		if (!driver->by_probe)
			json_array_append_new(json_object_get(one, "required"), json_string("link"));
		json_array_append_new(choices, one);
	}
	return json_pack("{s:o}", "oneOf", choices);
}

json_t *rig_bench_schema_probe(const RigField *field)
{
	(void)field;
	json_t *choices = json_array();
	for (guint i = 0; rig_probe_drivers[i] != NULL; i++) {
		const RigProbeDriver *driver = rig_probe_drivers[i];
		json_array_append_new(choices,
		                      bench_schema_one(driver->name, driver->about, driver->fields, FALSE));
	}
	return json_pack("{s:o}", "oneOf", choices);
}

/* One alternative with the keys that all drivers of the kind have. */
static json_t *bench_schema_with(json_t *one, const RigField *common)
{
	json_t *shared = rig_schema_of_rows(common);
	json_object_update(json_object_get(one, "properties"), json_object_get(shared, "properties"));
	json_decref(shared);
	return one;
}

json_t *rig_bench_schema_meter(const RigField *field)
{
	(void)field;
	json_t *choices = json_array();
	for (guint i = 0; rig_meter_drivers[i] != NULL; i++) {
		const RigMeterDriver *driver = rig_meter_drivers[i];
		json_t *one = bench_schema_one(driver->name, driver->about, driver->fields, FALSE);
		json_array_append_new(choices, bench_schema_with(one, rig_meter_rows));
	}
	return json_pack("{s:o}", "oneOf", choices);
}

json_t *rig_target_schema_flash(const RigField *common)
{
	json_t *choices = json_array();
	for (guint i = 0; rig_flash_drivers[i] != NULL; i++) {
		const RigFlashDriver *driver = rig_flash_drivers[i];
		json_t *one = bench_schema_one(driver->name, driver->about, driver->fields, FALSE);
		json_array_append_new(choices, bench_schema_with(one, common));
	}
	return json_pack("{s:s, s:{s:o}, s:i}", "type", "array", "items", "oneOf", choices, "minItems",
	                 1);
}
