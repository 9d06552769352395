/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "yaml/bind.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
	gint64 span_us;
	char *word;
} Inner;

typedef struct {
	char *text, *name, *path, *regex, *late, *sha256;
	gboolean flag;
	gint64 count, baud, clock_mhz;
	double ratio;
	int choice;
	char **texts, **names, **argv;
	Inner inner;
	GPtrArray *list;
} Outer;

static const char *const choices[] = {"red", "green", "blue", NULL};
#define INNER(member) G_STRUCT_OFFSET(Inner, member)
static const RigField inner_rows[] = {
    {.key = "span",
     .type = RIG_FIELD_QUANTITY,
     .offset = INNER(span_us),
     .unit = "time",
     .fallback = "5ms",
     .shorthand = TRUE,
     .min = 1,
     .max = 1e6},
    {.key = "word", .type = RIG_FIELD_STRING, .offset = INNER(word), .fallback = "none"},
    {.key = NULL},
};
static const RigField item_rows[] = {
    {.key = "word", .type = RIG_FIELD_STRING, .required = TRUE, .offset = INNER(word)},
    {.key = "span", .type = RIG_FIELD_QUANTITY, .offset = INNER(span_us), .unit = "time"},
    {.key = NULL},
};
#define OUTER(member) G_STRUCT_OFFSET(Outer, member)
static const RigField rows[] = {
    {.key = "text", .type = RIG_FIELD_STRING, .offset = OUTER(text), .fallback = "12"},
    {.key = "name", .type = RIG_FIELD_NAME, .offset = OUTER(name)},
    {.key = "path", .type = RIG_FIELD_PATH, .offset = OUTER(path)},
    {.key = "regex", .type = RIG_FIELD_REGEX, .offset = OUTER(regex), .late = TRUE},
    {.key = "late", .type = RIG_FIELD_STRING, .offset = OUTER(late), .late = TRUE},
    {.key = "sha256",
     .type = RIG_FIELD_CUSTOM,
     .offset = OUTER(sha256),
     .custom = &rig_custom_sha256},
    {.key = "flag", .type = RIG_FIELD_BOOL, .offset = OUTER(flag), .fallback = "true"},
    {.key = "count",
     .type = RIG_FIELD_INTEGER,
     .offset = OUTER(count),
     .fallback = "-1",
     .max = 100},
    {.key = "baud", .type = RIG_FIELD_QUANTITY, .offset = OUTER(baud), .unit = "baud"},
    {.key = "clock", .type = RIG_FIELD_QUANTITY, .offset = OUTER(clock_mhz), .unit = "frequency"},
    {.key = "ratio", .type = RIG_FIELD_NUMBER, .offset = OUTER(ratio), .min = -1, .max = 1},
    {.key = "choice",
     .type = RIG_FIELD_CHOICE,
     .offset = OUTER(choice),
     .choices = choices,
     .fallback = "green"},
    {.key = "texts", .type = RIG_FIELD_STRINGS, .offset = OUTER(texts), .fallback = "one"},
    {.key = "names", .type = RIG_FIELD_NAMES, .offset = OUTER(names), .choices = choices},
    {.key = "argv", .type = RIG_FIELD_ARGV, .offset = OUTER(argv)},
    {.key = "inner", .type = RIG_FIELD_STRUCT, .offset = OUTER(inner), .rows = inner_rows},
    {.key = "list",
     .type = RIG_FIELD_LIST,
     .offset = OUTER(list),
     .rows = item_rows,
     .size = sizeof(Inner)},
    {.key = "later", .type = RIG_FIELD_REFUSED, .help = "not yet"},
    {.key = NULL},
};

static GHashTable *variables(void)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(table, g_strdup("n"), g_strdup("7"));
	g_hash_table_insert(table, g_strdup("who"), g_strdup("world"));
	return table;
}

/* Binds a text; the issues' text is the caller's, "" when there are none. */
static char *bind(const char *text, Outer *outer, const char *const *late, GPtrArray *holes)
{
	static const char *const known[] = {"driver", NULL};
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	g_autoptr(GHashTable) table = variables();
	rig_sources_put(sources, "/d/a.yaml", bytes);
	g_autoptr(RigNode) root = rig_node_parse(rig_sources_read(sources, "/d/a.yaml", NULL), issues);
	ck_assert_ptr_nonnull(root);
	g_auto(RigBinder) binder;
	rig_binder_init(&binder, issues);
	binder.variables = table;
	binder.late = late;
	binder.holes = holes;
	*outer = (Outer){0};
	gboolean good = rig_bind(&binder, rows, root, outer, known);
	ck_assert_int_eq(good, issues->list->len == 0);
	return rig_issues_text(issues);
}

static void expect_good(const char *text, Outer *outer)
{
	g_autofree char *told = bind(text, outer, NULL, NULL);
	ck_assert_str_eq(told, "");
}

START_TEST(gives_defaults)
{
	Outer outer;
	expect_good("{}", &outer);
	ck_assert_str_eq(outer.text, "12");
	ck_assert_ptr_null(outer.name);
	ck_assert(outer.flag);
	ck_assert_int_eq(outer.count, -1);
	ck_assert_int_eq(outer.choice, 1);
	ck_assert_str_eq(outer.texts[0], "one");
	ck_assert_int_eq(outer.inner.span_us, 5000);
	ck_assert_str_eq(outer.inner.word, "none");
	ck_assert_ptr_null(outer.list);
	rig_fields_free(rows, &outer);
	ck_assert_ptr_null(outer.text);
	ck_assert_ptr_null(outer.inner.word);
	rig_fields_free(rows, &outer);
	rig_fields_free(NULL, NULL);
}
END_TEST

START_TEST(binds_every_type)
{
	Outer outer;
	expect_good("driver: x\ntext: hello ${who}, $${who}\nname: a-1\npath: ../x.bin\n"
	            "regex: '^a[0-9]+'\nflag: false\ncount: 0x40\nbaud: 115200\nclock: 7.5MHz\n"
	            "ratio: -0.5e0\nchoice: blue\ntexts: [a, \"1\", '']\nnames: [red, blue]\n"
	            "argv: [./tool, -x]\ninner: {span: 1s}\nlist: [{word: w}, {word: v, span: 2h}]\n",
	            &outer);
	ck_assert_str_eq(outer.text, "hello world, ${who}");
	ck_assert_str_eq(outer.name, "a-1");
	ck_assert_str_eq(outer.path, "/x.bin");
	ck_assert_str_eq(outer.regex, "^a[0-9]+");
	ck_assert(!outer.flag);
	ck_assert_int_eq(outer.count, 64);
	ck_assert_int_eq(outer.baud, 115200);
	ck_assert_int_eq(outer.clock_mhz, G_GINT64_CONSTANT(7500000000));
	ck_assert(outer.ratio < -0.49 && outer.ratio > -0.51);
	ck_assert_int_eq(outer.choice, 2);
	ck_assert_uint_eq(g_strv_length(outer.texts), 3);
	ck_assert_str_eq(outer.names[1], "blue");
	ck_assert_str_eq(outer.argv[0], "/d/tool");
	ck_assert_str_eq(outer.argv[1], "-x");
	ck_assert_int_eq(outer.inner.span_us, 1000000);
	ck_assert_uint_eq(outer.list->len, 2);
	ck_assert_int_eq(((Inner *)outer.list->pdata[1])->span_us, G_GINT64_CONSTANT(7200000000));
	rig_fields_free(rows, &outer);
}
END_TEST

START_TEST(takes_shorthand_and_variables)
{
	Outer outer;
	expect_good("inner: 20ms\ncount: \"${n}\"\nname: b-${n}\ntexts: single\nargv: tool\n", &outer);
	ck_assert_int_eq(outer.inner.span_us, 20000);
	ck_assert_str_eq(outer.inner.word, "none");
	ck_assert_int_eq(outer.count, 7);
	ck_assert_str_eq(outer.name, "b-7");
	ck_assert_uint_eq(g_strv_length(outer.texts), 1);
	ck_assert_str_eq(outer.argv[0], "tool");
	rig_fields_free(rows, &outer);
}
END_TEST

START_TEST(keeps_what_is_filled_later)
{
	static const char *const late[] = {"board", NULL};
	Outer outer;
	g_autoptr(GPtrArray) holes = rig_text_uses_new();
	g_autofree char *told =
	    bind("late: \"${who} ${x} $${y}\"\nregex: \"^${x}(a)\"\ntext: \"on ${board} $${z}\"\n",
	         &outer, late, holes);
	ck_assert_str_eq(told, "");
	ck_assert_str_eq(outer.late, "world ${x} $${y}");
	ck_assert_str_eq(outer.regex, "^${x}(a)");
	ck_assert_str_eq(outer.text, "on ${board} $${z}");
	ck_assert_uint_eq(holes->len, 2);
	const RigTextUse *use = holes->pdata[0];
	ck_assert_str_eq(use->key, "late");
	ck_assert_uint_eq(use->place.column, 7);
	rig_fields_free(rows, &outer);
}
END_TEST

typedef struct {
	const char *text, *told;
} Wrong;

static const Wrong wrong[] = {
    {"txet: a", ":1:1: txet: unknown key \"txet\"; did you mean \"text\"?"},
    {"drivr: a", "did you mean \"driver\"?"},
    {"quite-different: a", "known here: driver, text, name,"},
    {"later: x", ":1:1: later: not yet"},
    {"text: 0007", ":1:7: text: 0007 looks like a number to YAML; a text that does must be quoted"},
    {"text: 0x1F", "looks like a number"},
    {"text: 0o17", "looks like a number"},
    {"text: 0b101", "looks like a number"},
    {"text: +12", "looks like a number"},
    {"text: 1_000", "looks like a number"},
    {"text: 1.5e3", "looks like a number"},
    {"text: .5", "looks like a number"},
    {"text: -.inf", "looks like a number"},
    {"text: .NaN", "looks like a number"},
    {"text: 1:30", "looks like a number to base 60"},
    {"text: Yes", "looks like true or false"},
    {"text: ~", "looks like null"},
    {"text: NULL", "looks like null"},
    {"text: 2026-11-23", "looks like a date"},
    {"text: 2026-11-23 10:00", "looks like a date"},
    {"text:", ":1:6: text: found nothing, expected a text"},
    {"text: [a]", "found a list, expected a single text"},
    {"text: {a: b}", "found a map, expected a single text"},
    {"text: a ${whom}", "unknown variable ${whom}; did you mean \"${who}\"?"},
    {"text: a ${zzzzzzzz}", "unknown variable ${zzzzzzzz}; set it in `variables:`"},
    {"text: a ${who", "is no placeholder"},
    {"text: a ${}", "is no placeholder"},
    {"late: a ${x y}", "is no placeholder"},
    {"name: Upper", "\"Upper\" is no name"},
    {"name: 12", "looks like a number"},
    {"name: \"\"", "is no name"},
    {"path: \"\"", "a path cannot be empty"},
    {"regex: \"[a\"", "not a regular expression"},
    {"sha256: abc", "expected a SHA-256"},
    {"flag: on", "found on, which YAML programs read differently; write true"},
    {"flag: No", "write false"},
    {"flag: 1", "found \"1\", expected true or false"},
    {"flag: \"true\"", "expected true or false without quotes"},
    {"count: 101", "found 101, allowed is 0 to 100"},
    {"count: -1", "allowed is 0 to 100"},
    {"count: 1.0", "expected a whole number"},
    {"count: 010", "no leading zeros"},
    {"count: 0x", "expected a whole number"},
    {"count: 9223372036854775808", "too large"},
    {"count: many", "expected a whole number"},
    {"baud: 9600Hz", "expected a whole number"},
    {"ratio: .nan", "expected a finite number"},
    {"ratio: 1e999", "expected a finite number"},
    {"ratio: 1.5", "allowed is -1 to 1"},
    {"ratio: 1,5", "expected a finite number"},
    {"ratio:", "found nothing"},
    {"choice: grean", "did you mean \"green\"? (one of: red, green, blue)"},
    {"choice: violet", "expected one of: red, green, blue"},
    {"texts: {a: b}", "found a map, expected a list of texts"},
    {"texts: [a, 1]", ":1:12: texts[1]: 1 looks like a number"},
    {"names: [rad]", "names[0]: found \"rad\"; did you mean \"red\"?"},
    {"argv: []", "an argument list begins with a program"},
    {"inner: 5", "found 5 without a unit"},
    {"inner: 5s", "found 5s, allowed is 1us to 1s"},
    {"inner:", "found nothing, expected a map"},
    {"inner: {spam: 1}", ":1:9: inner.spam: unknown key \"spam\"; did you mean \"span\"?"},
    {"list: {word: x}", "found a map, expected a list of maps"},
    {"list: [{word: a}, {span: 1s}]", ":1:19: list[1]: the key \"word\" is missing"},
    {"list: [a]", "list[0]: found \"a\", expected a map"},
    {"[a]", "found a list, expected a map"},
};

START_TEST(says_what_is_wrong)
{
	Outer outer;
	g_autofree char *told = bind(wrong[_i].text, &outer, NULL, NULL);
	ck_assert_msg(strstr(told, wrong[_i].told) != NULL, "%s: \"%s\" is not in: %s", wrong[_i].text,
	              wrong[_i].told, told);
	ck_assert_msg(strchr(told, '\n') == told + strlen(told) - 1, "more than one issue: %s", told);
	rig_fields_free(rows, &outer);
}
END_TEST

START_TEST(takes_texts_that_only_resemble)
{
	static const char *const texts[] = {
	    "0bfc612c59094", "0b12", "0o8", "0x1g", "1.4.0",   "1-1",     "1e", "0x",       "-",
	    "yesterday",     "v1",   "5V",  "1..2", "nullify", "2026-1x", "-l", "10.0.0.1", "0b2z"};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		Outer outer;
		g_autofree char *yaml = g_strdup_printf("texts: [%s]", texts[i]);
		g_autofree char *told = bind(yaml, &outer, NULL, NULL);
		ck_assert_msg(*told == '\0', "%s: %s", texts[i], told);
		ck_assert_str_eq(outer.texts[0], texts[i]);
		rig_fields_free(rows, &outer);
	}
}
END_TEST

START_TEST(clips_what_it_quotes)
{
	Outer outer;
	g_autofree char *filler = g_strnfill(5000, 'x');
	g_autofree char *yaml =
	    g_strdup_printf("%s: 1\nchoice: %s\nflag: %s\n", filler, filler, filler);
	g_autofree char *told = bind(yaml, &outer, NULL, NULL);
	ck_assert_uint_lt(strlen(told), 1500);
	rig_fields_free(rows, &outer);
}
END_TEST

START_TEST(finds_the_nearest_word)
{
	static const char *const words[] = {"inputs", "first", "as", "recording", NULL};
	ck_assert_str_eq(rig_nearest("input", words), "inputs");
	ck_assert_str_eq(rig_nearest("ipnuts", words), "inputs");
	ck_assert_str_eq(rig_nearest("RECORDING", words), "recording");
	ck_assert_str_eq(rig_nearest("frist", words), "first");
	ck_assert_ptr_null(rig_nearest("xy", words));
	ck_assert_ptr_null(rig_nearest("tolerance", words));
	ck_assert_ptr_null(rig_nearest("", words));
	g_autofree char *long_word = g_strnfill(1000, 'a');
	ck_assert_ptr_null(rig_nearest(long_word, words));
}
END_TEST

START_TEST(expands_texts)
{
	g_autoptr(GHashTable) table = variables();
	char *unknown = NULL;
	g_autofree char *filled =
	    rig_text_expand("a ${n}$${n} $ $$ {x} ${who}", table, FALSE, &unknown);
	ck_assert_str_eq(filled, "a 7${n} $ $$ {x} world");
	ck_assert_ptr_null(rig_text_expand("${n} ${m}", table, FALSE, &unknown));
	ck_assert_str_eq(unknown, "m");
	g_clear_pointer(&unknown, g_free);
	g_autofree char *kept = rig_text_expand("${n} ${m} $${n}", table, TRUE, &unknown);
	ck_assert_str_eq(kept, "7 ${m} $${n}");
	ck_assert_ptr_null(rig_text_expand("x ${m", NULL, TRUE, &unknown));
	ck_assert_str_eq(unknown, "${m");
	g_clear_pointer(&unknown, g_free);
	g_autofree char *plain = rig_text_expand("", NULL, FALSE, &unknown);
	ck_assert_str_eq(plain, "");
}
END_TEST

START_TEST(searches_the_path)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "there.bin", NULL);
	g_autofree char *search = g_strdup_printf("/no-such-folder::%s", folder);
	ck_assert(g_file_set_contents(file, "x", 1, NULL));
	g_setenv("TINYRIG_PATH", search, TRUE);
	g_autofree char *found = rig_path_find("there.bin", "/d/a.yaml");
	g_autofree char *missing = rig_path_find("gone.bin", "/d/a.yaml");
	g_autofree char *absolute = rig_path_find("/there.bin", "/d/a.yaml");
	g_unsetenv("TINYRIG_PATH");
	g_autofree char *unset = rig_path_find("there.bin", "/d/a.yaml");
	g_unlink(file);
	g_rmdir(folder);
	ck_assert_str_eq(found, file);
	ck_assert_str_eq(missing, "/d/gone.bin");
	ck_assert_str_eq(absolute, "/there.bin");
	ck_assert_str_eq(unset, "/d/there.bin");
}
END_TEST

static Suite *bind_suite(void)
{
	Suite *suite = suite_create("bind");
	TCase *tests = tcase_create("bind");
	tcase_add_test(tests, gives_defaults);
	tcase_add_test(tests, binds_every_type);
	tcase_add_test(tests, takes_shorthand_and_variables);
	tcase_add_test(tests, keeps_what_is_filled_later);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, G_N_ELEMENTS(wrong));
	tcase_add_test(tests, takes_texts_that_only_resemble);
	tcase_add_test(tests, clips_what_it_quotes);
	tcase_add_test(tests, finds_the_nearest_word);
	tcase_add_test(tests, expands_texts);
	tcase_add_test(tests, searches_the_path);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(bind_suite)
