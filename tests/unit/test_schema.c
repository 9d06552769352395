/* SPDX-License-Identifier: Apache-2.0 */
/* What the schema says of the rows. That it judges files as the parser does:
 * tests/system/schema.py. */
#include "config/bench_parts.h"
#include "config/candidate_parts.h"
#include "config/reference.h"
#include "config/suite_parts.h"
#include "data/kinds.h"
#include "test.h"

#include <jansson.h>
#include <string.h>

static char *test_schema(const char *what, GError **error)
{
	const RigFileKind *kind = rig_file_kind_find(what, error);
	return kind == NULL ? NULL : rig_schema_json(kind);
}

static json_t *schema_of(const char *what)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = test_schema(what, &error);
	ck_assert_msg(text != NULL, "%s", error == NULL ? "" : error->message);
	json_t *schema = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(schema);
	return schema;
}

static const char *text_at(const json_t *schema, const char *path)
{
	g_auto(GStrv) keys = g_strsplit(path, "/", -1);
	for (guint i = 0; keys[i] != NULL; i++)
		schema = g_ascii_isdigit(*keys[i]) ? json_array_get(schema, (size_t)atoi(keys[i]))
		                                   : json_object_get(schema, keys[i]);
	return json_string_value(schema);
}

START_TEST(every_kind_has_one)
{
	const RigFileKind *kind = &rig_file_kinds[_i];
	json_t *schema = schema_of(kind->name);
	ck_assert_str_eq(text_at(schema, "title"), kind->name);
	ck_assert_str_eq(text_at(schema, "$schema"), "http://json-schema.org/draft-07/schema#");
	ck_assert(json_is_false(json_object_get(schema, "additionalProperties")));
	const json_t *properties = json_object_get(schema, "properties");
	for (const RigField *row = kind->rows; row->key != NULL; row++) {
		const json_t *property = json_object_get(properties, row->key);
		ck_assert_msg((property == NULL) == (row->type == RIG_FIELD_REFUSED), "%s", row->key);
		if (property != NULL)
			ck_assert_str_eq(text_at(property, "description"), row->help);
	}
	json_decref(schema);
}
END_TEST

START_TEST(suite_has_steps_and_measures)
{
	json_t *schema = schema_of("suite");
	const json_t *step = json_object_get(json_object_get(schema, "definitions"), "step");
	const json_t *verbs =
	    json_object_get(json_array_get(json_object_get(step, "anyOf"), 1), "properties");
	for (guint i = 0; i < RIG_STEP_KINDS; i++)
		ck_assert_ptr_nonnull(json_object_get(verbs, rig_step_rows[i].verb));
	const json_t *judge = json_object_get(json_object_get(schema, "definitions"), "judge");
	const json_t *patterns = json_object_get(judge, "patternProperties");
	const char *pattern;
	json_t *limit;
	for (const RigMeasureRow *row = rig_measure_rows; row->name != NULL; row++) {
		g_autofree char *stem = g_strndup(row->name, strcspn(row->name, "#"));
		g_autofree char *name = g_strconcat("r.", stem, strchr(row->name, '#') ? "5" : "", NULL);
		guint matches = 0;
		json_object_foreach((json_t *)(gintptr)patterns, pattern, limit) matches +=
		    g_regex_match_simple(pattern, name, 0, 0) ? 1 : 0;
		ck_assert_msg(matches == 1, "%s matches %u patterns", name, matches);
	}
	json_decref(schema);
}
END_TEST

START_TEST(says_what_there_is)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(test_schema("firmware", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_str_eq(error->message, "there is no kind of file \"firmware\"; there are: suite, "
	                                 "bench, candidate, policy, recording, target");
	ck_assert_ptr_null(rig_file_kind_find("firmware", NULL));
}
END_TEST

static void expect_keys(const char *page, const RigField *rows)
{
	for (const RigField *row = rows; row->key != NULL; row++) {
		g_autofree char *cell = g_strdup_printf("%s` | ", row->key);
		ck_assert_msg(strstr(page, cell) != NULL, "the page has no key %s", row->key);
	}
}

START_TEST(reference_has_every_key)
{
	const RigFileKind *kind = &rig_file_kinds[_i];
	g_autofree char *page = rig_reference_markdown(kind);
	ck_assert_ptr_nonnull(page);
	expect_keys(page, kind->rows);
	g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) pieces = g_strsplit(lines[i], "\\|", -1);
		g_autofree char *plain = g_strjoinv("", pieces);
		guint bars = 0;
		for (const char *at = plain; *at != '\0'; at++)
			bars += *at == '|' ? 1 : 0;
		ck_assert_msg(bars == 0 || bars == 5, "not four cells: %s", lines[i]);
	}
}
END_TEST

START_TEST(reference_has_steps_measures_and_drivers)
{
	g_autofree char *suite = rig_reference_markdown(rig_file_kind_find("suite", NULL));
	g_autofree char *bench = rig_reference_markdown(rig_file_kind_find("bench", NULL));
	expect_keys(suite, rig_case_rows);
	expect_keys(suite, rig_limit_rows);
	expect_keys(bench, rig_board_rows);
	for (guint i = 0; i < RIG_STEP_KINDS; i++) {
		g_autofree char *head = g_strdup_printf("### %s\n", rig_step_rows[i].verb);
		ck_assert_ptr_nonnull(strstr(suite, head));
	}
	ck_assert_ptr_nonnull(strstr(suite, "| `latency_p#` | infer | time |"));
	for (guint i = 0; rig_link_drivers[i] != NULL; i++) {
		g_autofree char *head = g_strdup_printf("### Link driver %s\n", rig_link_drivers[i]->name);
		ck_assert_ptr_nonnull(strstr(bench, head));
	}
}
END_TEST

static Suite *schema_suite(void)
{
	Suite *suite = suite_create("schema");
	TCase *tests = tcase_create("schema");
	tcase_add_loop_test(tests, every_kind_has_one, 0, 4);
	tcase_add_test(tests, suite_has_steps_and_measures);
	tcase_add_test(tests, says_what_there_is);
	tcase_add_loop_test(tests, reference_has_every_key, 0, 4);
	tcase_add_test(tests, reference_has_steps_measures_and_drivers);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(schema_suite)
