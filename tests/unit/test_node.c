/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "yaml/node.h"

#include <string.h>

/* Parses a text as file /d/a.yaml; *told (if wanted) gets the issues' text. */
static RigNode *parse_bytes(const char *text, gsize size, char **told)
{
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(GBytes) bytes = g_bytes_new(text, size);
	rig_sources_put(sources, "/d/a.yaml", bytes);
	const RigSource *source = rig_sources_read(sources, "/d/a.yaml", NULL);
	ck_assert_ptr_nonnull(source);
	RigNode *node = rig_node_parse(source, issues);
	if (told != NULL)
		*told = rig_issues_text(issues);
	else
		ck_assert_uint_eq(issues->list->len, 0);
	return node;
}

static RigNode *parse(const char *text, char **told)
{
	return parse_bytes(text, strlen(text), told);
}

static void expect_issue(const char *text, const char *line)
{
	g_autofree char *told = NULL;
	rig_node_free(parse(text, &told));
	ck_assert_msg(strstr(told, line) != NULL, "\"%s\" is not in: %s", line, told);
}

START_TEST(keeps_values_and_places)
{
	g_autoptr(RigNode) root =
	    parse("suite: smoke\nlist:\n  - a\n  - {b: \"0007\", 'c': [x]}\n", NULL);
	ck_assert_int_eq(root->kind, RIG_NODE_MAP);
	ck_assert_uint_eq(root->items->len, 2);
	const RigNode *name = rig_node_get(root, "suite");
	ck_assert_str_eq(name->text, "smoke");
	ck_assert(!name->quoted);
	ck_assert_uint_eq(name->place.line, 1);
	ck_assert_uint_eq(name->place.column, 8);
	ck_assert_str_eq(name->place.file, "/d/a.yaml");
	ck_assert_ptr_null(rig_node_get(root, "nothing"));
	ck_assert_ptr_null(rig_node_get(name, "suite"));
}
END_TEST

START_TEST(knows_quotes_and_lists)
{
	g_autoptr(RigNode) root =
	    parse("- a\n- \"0007\"\n- 'x'\n- |\n  block\n- !!str 12\n- \n- [1, 2]\n- {k: v}\n", NULL);
	const gboolean quoted[] = {FALSE, TRUE, TRUE, TRUE, TRUE, FALSE};
	ck_assert_uint_eq(root->items->len, 8);
	for (guint i = 0; i < 6; i++)
		ck_assert_int_eq(((RigNode *)root->items->pdata[i])->quoted, quoted[i]);
	ck_assert_str_eq(((RigNode *)root->items->pdata[3])->text, "block\n");
	ck_assert_str_eq(((RigNode *)root->items->pdata[5])->text, "");
	ck_assert_uint_eq(((RigNode *)root->items->pdata[6])->items->len, 2);
	ck_assert_int_eq(((RigNode *)root->items->pdata[7])->kind, RIG_NODE_MAP);
}
END_TEST

START_TEST(reads_json)
{
	g_autoptr(RigNode) root = parse("{\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": true}}", NULL);
	ck_assert_str_eq(rig_node_get(rig_node_get(root, "b"), "c")->text, "true");
}
END_TEST

START_TEST(writes_aliases_out)
{
	g_autoptr(RigNode) root =
	    parse("one: &a {k: [x, \"y\"], s: t}\ntwo: *a\nthree: [*a, &b z, *b]\n", NULL);
	const RigNode *two = rig_node_get(root, "two");
	ck_assert_ptr_ne(two, rig_node_get(root, "one"));
	const RigNode *list = rig_node_get(two, "k");
	ck_assert_uint_eq(list->items->len, 2);
	ck_assert(((RigNode *)list->items->pdata[1])->quoted);
	ck_assert_str_eq(rig_node_get(two, "s")->text, "t");
	ck_assert_uint_eq(list->place.line, 1);
	const RigNode *three = rig_node_get(root, "three");
	ck_assert_str_eq(((RigNode *)three->items->pdata[2])->text, "z");
}
END_TEST

START_TEST(refuses_what_is_not_plain)
{
	expect_issue("a: 1\nb: 2\na: 3\n",
	             "/d/a.yaml:3:1: a: duplicate key \"a\"; it is already in line 1");
	expect_issue("x: &m {a: 1}\ny:\n  <<: *m\n", "/d/a.yaml:3:3: y.<<: merge keys (<<)");
	expect_issue("a: !ruby/object x\n", "/d/a.yaml:1:4: a: tags are not supported");
	expect_issue("a: !!set {x, y}\n", "/d/a.yaml:1:4: a: tags are not supported");
	expect_issue("a: !!omap [x]\n", "tags are not supported");
	expect_issue("a: 1\n---\nb: 2\n", "/d/a.yaml:2:1: a second document");
	expect_issue("? [a, b]\n: c\nd: 1\n", "/d/a.yaml:1:3: a key must be a text");
	expect_issue("l: [ok, {k: [*nothing]}]\n", "/d/a.yaml:1:14: l[1].k[0]: an alias (*)");
	expect_issue("a: &a [*a]\n", "an alias to a list or map that holds it");
	expect_issue("a: \"x\\0y\"\n", "/d/a.yaml:1:4: a: a text cannot hold the character \\0");
	expect_issue("", "/d/a.yaml:1:1: the file is empty");
	expect_issue("# only a comment\n", "the file is empty");
	expect_issue("a: [1, 2\nb: 3\n", "/d/a.yaml:2:2: a[2]: not YAML");
	expect_issue("a: \"open\n", "not YAML");
	expect_issue("\tx: 1\n", "/d/a.yaml:1:1: not YAML");
	expect_issue("a: b\n c: d\n", "/d/a.yaml:2:3");
	expect_issue("a: \x07\n", "/d/a.yaml:1:4: not YAML: control characters");
}
END_TEST

START_TEST(keeps_the_first_of_duplicates)
{
	g_autofree char *told = NULL;
	g_autoptr(RigNode) root = parse("a: &x 1\na: &y [2, {z: 3}]\nb: *y\n", &told);
	ck_assert_uint_eq(root->items->len, 2);
	ck_assert_str_eq(rig_node_get(root, "a")->text, "1");
	ck_assert_uint_eq(rig_node_get(root, "b")->items->len, 2);
	ck_assert(strstr(told, ":2:1: a: duplicate") != NULL);
}
END_TEST

START_TEST(finds_duplicates_in_large_maps)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < 20000; i++)
		g_string_append_printf(text, "k%u: v\n", i);
	g_string_append(text, "k3: v\nk19999: v\nk3: v\n");
	g_autofree char *told = NULL;
	gint64 begin = g_get_monotonic_time();
	g_autoptr(RigNode) root = parse(text->str, &told);
	ck_assert_uint_eq(root->items->len, 20000);
	ck_assert(strstr(told, ":20001:1: k3: duplicate key \"k3\"; it is already in line 4") != NULL);
	ck_assert(strstr(told, ":20002:1: k19999: duplicate") != NULL);
	ck_assert_int_lt(g_get_monotonic_time() - begin, 5 * G_USEC_PER_SEC);
}
END_TEST

START_TEST(wants_utf8)
{
	g_autofree char *told = NULL, *utf16 = NULL, *zero = NULL;
	g_autoptr(RigNode) a = parse_bytes("é: 1\nab\xC3\x28", 10, &told);
	ck_assert_ptr_null(a);
	ck_assert_msg(strstr(told, "/d/a.yaml:2:3: not UTF-8 text (byte 0xC3)") != NULL, "%s", told);
	g_autoptr(RigNode) b = parse_bytes("\xFF\xFE"
	                                   "a\0",
	                                   4, &utf16);
	ck_assert_ptr_null(b);
	ck_assert(strstr(utf16, ":1:1: not UTF-8") != NULL);
	rig_node_free(parse_bytes("a: \0", 4, &zero));
	ck_assert(strstr(zero, ":1:4: not UTF-8 text (byte 0x00)") != NULL);
	g_autoptr(RigNode) marked = parse("\xEF\xBB\xBF"
	                                  "a: é\n",
	                                  NULL);
	ck_assert_str_eq(rig_node_get(marked, "a")->text, "é");
}
END_TEST

START_TEST(counts_columns_in_characters)
{
	expect_issue("{é: 1, ü: 2, é: 3}", "/d/a.yaml:1:14: é: duplicate");
}
END_TEST

static char *repeat(const char *piece, guint count)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < count; i++)
		g_string_append(text, piece);
	return g_string_free(text, FALSE);
}

START_TEST(bounds_depth)
{
	g_autofree char *open = repeat("[", 32), *close = repeat("]", 32);
	g_autofree char *fits = g_strconcat(open, close, NULL);
	g_autoptr(RigNode) root = parse(fits, NULL);
	ck_assert_ptr_nonnull(root);
	g_autofree char *deep = g_strconcat("[", open, close, "]", NULL);
	expect_issue(deep, "/d/a.yaml:1:33: ");
	expect_issue(deep, "nested deeper than 32");
	g_autofree char *many = repeat("[", 200000);
	expect_issue(many, "nested deeper than 32");
	g_autofree char *maps = repeat("{a: ", 40);
	expect_issue(maps, "nested deeper than 32");
	expect_issue(
	    "a: &a [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]\nb: [[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]\n",
	    "nested deeper than 32");
}
END_TEST

START_TEST(bounds_count_and_aliases)
{
	g_autofree char *many = repeat("x,", 100001);
	g_autofree char *list = g_strconcat("[", many, "]", NULL);
	expect_issue(list, "more than 100000 values");
	GString *laughs = g_string_new("a: &a0 [x, x, x, x, x, x, x, x]\n");
	for (guint i = 1; i < 9; i++) {
		g_string_append_printf(laughs, "b%u: &a%u [", i, i);
		for (guint j = 0; j < 8; j++)
			g_string_append_printf(laughs, "*a%u,", i - 1);
		g_string_append(laughs, "]\n");
	}
	g_autofree char *billion = g_string_free(laughs, FALSE);
	expect_issue(billion, "aliases expand to more than 10000");
	g_autofree char *filler = repeat("0123456789", 2000);
	g_autofree char *copies = repeat("*a,", 60);
	g_autofree char *big = g_strconcat("[&a ", filler, ",", copies, "]", NULL);
	expect_issue(big, "or 1 MiB");
}
END_TEST

START_TEST(bounds_size)
{
	g_autofree char *filler = g_strnfill(RIG_SOURCE_BYTES_MAX + 1, ' ');
	expect_issue(filler, "/d/a.yaml: larger than 4 MiB");
}
END_TEST

START_TEST(tells_issues_in_order)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autofree char *here = g_get_current_dir();
	g_autofree char *file = g_build_filename(here, "z.yaml", NULL);
	RigPlace late = {file, 9, 1}, early = {file, 2, 30}, first = {file, 2, 4}, other = {"/a", 1, 1};
	rig_issues_add(issues, &late, "a.b", "late %d", 1);
	rig_issues_add(issues, &early, "", "early");
	rig_issues_add(issues, &first, "c", "first");
	rig_issues_add(issues, &first, "c", "first");
	rig_issues_add(issues, &first, "c", "also \xC3");
	rig_issues_add(issues, &other, "", "other file");
	rig_issues_add(issues, NULL, "", "nowhere");
	g_autofree char *text = rig_issues_text(issues);
	ck_assert_str_eq(text, "nowhere\n/a:1:1: other file\nz.yaml:2:4: c: also \xEF\xBF\xBD\n"
	                       "z.yaml:2:4: c: first\nz.yaml:2:30: early\nz.yaml:9:1: a.b: late 1\n");
	rig_issues_free(NULL);
	rig_node_free(NULL);
}
END_TEST

static Suite *node_suite(void)
{
	Suite *suite = suite_create("node");
	TCase *tests = tcase_create("node");
	tcase_set_timeout(tests, 30);
	tcase_add_test(tests, keeps_values_and_places);
	tcase_add_test(tests, knows_quotes_and_lists);
	tcase_add_test(tests, reads_json);
	tcase_add_test(tests, writes_aliases_out);
	tcase_add_test(tests, refuses_what_is_not_plain);
	tcase_add_test(tests, keeps_the_first_of_duplicates);
	tcase_add_test(tests, finds_duplicates_in_large_maps);
	tcase_add_test(tests, wants_utf8);
	tcase_add_test(tests, counts_columns_in_characters);
	tcase_add_test(tests, bounds_depth);
	tcase_add_test(tests, bounds_count_and_aliases);
	tcase_add_test(tests, bounds_size);
	tcase_add_test(tests, tells_issues_in_order);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(node_suite)
