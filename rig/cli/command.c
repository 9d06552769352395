/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "report/printable.h"
#include "yaml/bind.h"
#include "yaml/quantity.h"

#define COMMAND_HELP_COLUMN 28u
#define COMMAND_HELP_WIDTH  80u

const RigOption rig_help_option[] = {
    {"help", 'h', RIG_OPTION_FLAG, 0, NULL, "print this help"},
    {.long_name = NULL},
};

const RigCommand *rig_command_find(const char *name)
{
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (strcmp(rig_commands[i]->name, name) == 0)
			return rig_commands[i];
	}
	return NULL;
}

int rig_command_usage(const RigCommand *command, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	const char *name = command == NULL ? "" : command->name;
	const char *space = command == NULL ? "" : " ";
	fprintf(stderr, "tinyrig%s%s: %s\n", space, name, text);
	fprintf(stderr, "Try `tinyrig%s%s --help`.\n", space, name);
	return RIG_EXIT_USAGE;
}

int rig_command_error(const RigCommand *command, const GError *error)
{
	static const int codes[] = {
	    [RIG_ERROR_BOARD] = RIG_EXIT_FAILED,      [RIG_ERROR_BENCH] = RIG_EXIT_BENCH,
	    [RIG_ERROR_DAMAGED] = RIG_EXIT_BENCH,     [RIG_ERROR_STOPPED] = RIG_EXIT_INTERRUPTED,
	    [RIG_ERROR_BUSY] = RIG_EXIT_BUSY,         [RIG_ERROR_USAGE] = RIG_EXIT_USAGE,
	    [RIG_ERROR_INTERNAL] = RIG_EXIT_INTERNAL,
	};
	fprintf(stderr, "tinyrig %s: %s\n", command->name, error->message);
	return error->domain == RIG_ERROR ? codes[error->code] : RIG_EXIT_BENCH;
}

/* `text` after `left`, wrapped, its lines beginning in the column of the help texts. */
static void command_print_row(const char *left, const char *text)
{
	guint used = rig_printable_columns(left);
	printf("%s", left);
	if (used + 1 > COMMAND_HELP_COLUMN) {
		putchar('\n');
		used = 0;
	}
	g_autoptr(GPtrArray) lines = rig_printable_wrap(text, COMMAND_HELP_WIDTH - COMMAND_HELP_COLUMN);
	for (guint i = 0; i < lines->len; i++) {
		printf("%*s%s\n", (int)(COMMAND_HELP_COLUMN - used), "",
		       (const char *)g_ptr_array_index(lines, i));
		used = 0;
	}
}

static void command_print_option(const RigOption *option)
{
	char letter[] = {'-', option->short_name, ',', '\0'};
	g_autofree char *left = g_strdup_printf(
	    "  %s --%s%s%s", option->short_name == '\0' ? "   " : letter, option->long_name,
	    option->argument == NULL ? "" : "=", option->argument == NULL ? "" : option->argument);
	command_print_row(left, option->help);
}

/* A paragraph is filled; lines that begin with a blank stay as they are. */
static void command_print_details(const char *details)
{
	g_autoptr(GString) paragraph = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(details, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		gboolean fills = **line != '\0' && **line != ' ';
		if (fills)
			g_string_append_printf(paragraph, "%s%s", paragraph->len > 0 ? " " : "", *line);
		if (paragraph->len > 0 && (!fills || line[1] == NULL)) {
			g_autoptr(GPtrArray) wrapped = rig_printable_wrap(paragraph->str, COMMAND_HELP_WIDTH);
			for (guint i = 0; i < wrapped->len; i++)
				puts(g_ptr_array_index(wrapped, i));
			g_string_truncate(paragraph, 0);
		}
		if (!fills)
			puts(*line);
	}
}

static void command_help_all(void)
{
	puts("Usage: tinyrig COMMAND [OPTION…] [ARGUMENT…]\n\n"
	     "Tests microcontroller boards that run machine-learning firmware.\n\nCommands:");
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			printf("  %-12s%s\n", rig_commands[i]->name, rig_commands[i]->about);
	}
	puts("\n`tinyrig COMMAND --help` tells more of one; `tinyrig --version` the version.\n\n"
	     "Exit codes: 0 all passed, 1 a case failed (the board is wrong), 2 interrupted,\n"
	     "3 internal error, 4 bad usage or bad file, 5 nothing selected or all skipped,\n"
	     "10 rig or bench error or inconclusive, 11 no board free.");
}

void rig_command_help(const RigCommand *command)
{
	if (command == NULL) {
		command_help_all();
		return;
	}
	gboolean bare = *command->arguments == '\0';
	printf("Usage: tinyrig %s [OPTION…]%s%s\n\n%c%s.\n", command->name, bare ? "" : " ",
	       command->arguments, g_ascii_toupper(command->about[0]), command->about + 1);
	if (command->details != NULL) {
		putchar('\n');
		command_print_details(command->details);
	}
	puts("\nOptions:");
	for (const RigOption *option = command->options; option != NULL && option->long_name != NULL;
	     option++)
		command_print_option(option);
	command_print_option(rig_help_option);
}

/* What GOption fills first: spans come as text, counts through a callback. */
typedef struct {
	const RigOption *rows;
	char *options;
	char **spans; /* parallel to rows */
	gboolean help;
} CommandParse;

/* As file names, texts come as they were typed, whatever the locale. */
static const struct {
	GOptionArg arg;
} command_types[] = {
    [RIG_OPTION_FLAG] = {G_OPTION_ARG_NONE},
    [RIG_OPTION_COUNT] = {G_OPTION_ARG_CALLBACK},
    [RIG_OPTION_TEXT] = {G_OPTION_ARG_FILENAME},
    [RIG_OPTION_FILE] = {G_OPTION_ARG_FILENAME},
    [RIG_OPTION_TEXTS] = {G_OPTION_ARG_FILENAME_ARRAY},
    [RIG_OPTION_NUMBER] = {G_OPTION_ARG_INT64},
    [RIG_OPTION_SPAN] = {G_OPTION_ARG_FILENAME},
};

static gboolean command_count(const char *name, const char *value, gpointer user, GError **error)
{
	(void)value;
	(void)error;
	CommandParse *parse = user;
	for (guint i = 0; parse->rows[i].long_name != NULL; i++) {
		gboolean is_it = name[1] == '-' ? strcmp(name + 2, parse->rows[i].long_name) == 0
		                                : name[1] == parse->rows[i].short_name;
		if (is_it)
			G_STRUCT_MEMBER(guint, parse->options, parse->rows[i].offset)++;
	}
	return TRUE;
}

static GArray *command_entries(CommandParse *parse)
{
	GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	for (guint i = 0; parse->rows != NULL && parse->rows[i].long_name != NULL; i++) {
		const RigOption *row = &parse->rows[i];
		GOptionEntry entry = {.long_name = row->long_name,
		                      .short_name = row->short_name,
		                      .arg = command_types[row->type].arg,
		                      .arg_data = parse->options + row->offset,
		                      .arg_description = row->argument};
		if (row->type == RIG_OPTION_COUNT) {
			entry.flags = G_OPTION_FLAG_NO_ARG;
			union {
				GOptionArgFunc function;
				gpointer data;
			} slot = {.function = command_count};
			entry.arg_data = slot.data;
		} else if (row->type == RIG_OPTION_SPAN) {
			entry.arg_data = &parse->spans[i];
		}
		g_array_append_val(entries, entry);
	}
	GOptionEntry help = {.long_name = "help", .short_name = 'h', .arg_data = &parse->help};
	g_array_append_val(entries, help);
	return entries;
}

static gboolean command_convert(const CommandParse *parse, GError **error)
{
	for (guint i = 0; parse->rows != NULL && parse->rows[i].long_name != NULL; i++) {
		const RigOption *row = &parse->rows[i];
		gint64 *number = &G_STRUCT_MEMBER(gint64, parse->options, row->offset);
		g_autofree char *why = NULL;
		if (parse->spans[i] != NULL &&
		    !rig_quantity_parse(rig_dimension_find("time"), parse->spans[i], number, &why)) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "--%s: %s", row->long_name, why);
			return FALSE;
		}
		if (row->type == RIG_OPTION_NUMBER && *number < 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "--%s: it cannot be negative",
			            row->long_name);
			return FALSE;
		}
	}
	return TRUE;
}

/* The option that is probably meant by the one in GOption's message. Caller frees. */
static char *command_hint(const RigCommand *command, char **argv)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (const RigOption *row = command->options; row != NULL && row->long_name != NULL; row++)
		g_ptr_array_add(names, (gpointer)(guintptr)row->long_name);
	g_ptr_array_add(names, NULL);
	for (guint i = 1; argv[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(argv[i], "=", 2);
		if (!g_str_has_prefix(argv[i], "--") ||
		    g_strv_contains((const char *const *)names->pdata, parts[0] + 2))
			continue;
		const char *near = rig_nearest(parts[0] + 2, (const char *const *)names->pdata);
		if (near != NULL)
			return g_strdup_printf("; did you mean --%s?", near);
	}
	return g_strdup("");
}

static int command_call(const RigCommand *command, CommandParse *parse, char **words, char **argv)
{
	RigInvocation invocation = {.command = command,
	                            .options = parse->options,
	                            .words = words + 1,
	                            .count = g_strv_length(words) - 1,
	                            .argv = argv};
	if (parse->help) {
		rig_command_help(command);
		return RIG_EXIT_PASSED;
	}
	if (invocation.count < command->least || invocation.count > command->most)
		return rig_command_usage(command, "%s; usage: tinyrig %s [OPTION…] %s",
		                         invocation.count < command->least ? "an argument is missing"
		                                                           : "too many arguments",
		                         command->name, command->arguments);
	return command->run(&invocation);
}

static void command_free_options(const CommandParse *parse)
{
	for (guint i = 0; parse->rows != NULL && parse->rows[i].long_name != NULL; i++) {
		gpointer *member = &G_STRUCT_MEMBER(gpointer, parse->options, parse->rows[i].offset);
		RigOptionType type = parse->rows[i].type;
		if (type == RIG_OPTION_TEXT || type == RIG_OPTION_FILE)
			g_free(*member);
		else if (type == RIG_OPTION_TEXTS)
			g_strfreev(*member);
		g_free(parse->spans[i]);
	}
}

/* The row of an option as written: -k, --case; NULL: none. */
static const RigOption *command_row(const RigCommand *command, const char *word, gsize length)
{
	for (const RigOption *row = command->options; row != NULL && row->long_name != NULL; row++) {
		if (length == 2 && word[0] == '-' && word[1] == row->short_name)
			return row;
		if (length == strlen(row->long_name) + 2 && g_str_has_prefix(word, "--") &&
		    strncmp(word + 2, row->long_name, length - 2) == 0)
			return row;
	}
	return NULL;
}

/* GOption knows `-D x` but not `-Dx`: makes two words of the latter. Free with g_strfreev. */
static char **command_split_words(const RigCommand *command, char **words)
{
	GPtrArray *split = g_ptr_array_new();
	gboolean is_value = FALSE, ended = FALSE;
	for (; *words != NULL; words++) {
		const char *word = *words;
		ended = ended || (!is_value && strcmp(word, "--") == 0);
		gboolean short_form = word[0] == '-' && word[1] != '-' && word[1] != '\0';
		const RigOption *row = short_form ? command_row(command, word, 2) : NULL;
		if (!is_value && !ended && row != NULL && row->argument != NULL && word[2] != '\0') {
			g_ptr_array_add(split, g_strndup(word, 2));
			g_ptr_array_add(split, g_strdup(word + 2));
			continue;
		}
		g_ptr_array_add(split, g_strdup(word));
		row = is_value || ended ? NULL : command_row(command, word, strlen(word));
		is_value = row != NULL && row->argument != NULL;
	}
	g_ptr_array_add(split, NULL);
	return (char **)g_ptr_array_free(split, FALSE);
}

static int command_parse_and_run(const RigCommand *command, char **words, char **argv)
{
	guint rows = 0;
	while (command->options != NULL && command->options[rows].long_name != NULL)
		rows++;
	g_autofree char **spans = g_new0(char *, rows + 1);
	g_autofree char *options = g_malloc0(MAX(command->options_size, 1));
	CommandParse parse = {.rows = command->options, .options = options, .spans = spans};
	g_autoptr(GArray) entries = command_entries(&parse);
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("tinyrig", "", "", &parse, NULL);
	g_option_group_add_entries(group, (const GOptionEntry *)(gpointer)entries->data);
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, FALSE);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) rest = command_split_words(command, words);
	int code;
	if (!g_option_context_parse_strv(context, &rest, &error)) {
		g_autofree char *hint = command_hint(command, words);
		code = rig_command_usage(command, "%s%s", error->message, hint);
	} else if (!command_convert(&parse, &error)) {
		code = rig_command_usage(command, "%s", error->message);
	} else {
		code = command_call(command, &parse, rest, argv);
	}
	command_free_options(&parse);
	return code;
}

static int command_unknown(const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			g_ptr_array_add(names, (gpointer)(guintptr)rig_commands[i]->name);
	}
	g_ptr_array_add(names, NULL);
	const char *near = rig_nearest(name, (const char *const *)names->pdata);
	return rig_command_usage(NULL, "there is no %s %s%s%s", *name == '-' ? "option" : "command",
	                         name, near == NULL ? "" : "; did you mean ", near == NULL ? "" : near);
}

/* `tinyrig --help [COMMAND]` */
static int command_main_help(const char *name)
{
	const RigCommand *command = name == NULL ? NULL : rig_command_find(name);
	if (name != NULL && command == NULL)
		return command_unknown(name);
	rig_command_help(command);
	return RIG_EXIT_PASSED;
}

int rig_command_main(int argc, char **argv)
{
	static const char *const helps[] = {"--help", "-h", "help", NULL};
	if (argc < 2)
		return rig_command_usage(NULL, "a command is missing");
	if (g_strv_contains(helps, argv[1]))
		return command_main_help(argc > 2 ? argv[2] : NULL);
	if (strcmp(argv[1], "--version") == 0) {
		puts("tinyrig " TINYRIG_VERSION);
		return RIG_EXIT_PASSED;
	}
	const RigCommand *command = rig_command_find(argv[1]);
	if (command == NULL)
		return command_unknown(argv[1]);
	return command_parse_and_run(command, argv + 1, argv);
}
