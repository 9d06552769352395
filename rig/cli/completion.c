/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, made from the command table. */
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"

/* What stands behind an argument's name in the table. */
typedef enum {
	COMPLETION_NOTHING,
	COMPLETION_FILES,
	COMPLETION_FOLDERS,
	COMPLETION_BOARDS,
	COMPLETION_WORDS, /* a|b|c */
} CompletionKind;

static CompletionKind completion_kind_of_words(const char *arguments)
{
	if (*arguments == '\0')
		return COMPLETION_NOTHING;
	if (strchr(arguments, '|') != NULL)
		return COMPLETION_WORDS;
	return g_str_has_prefix(arguments, "BOARD") ? COMPLETION_BOARDS : COMPLETION_FILES;
}

static CompletionKind completion_kind_of_option(const RigOption *option)
{
	if (option->type == RIG_OPTION_FILE)
		return strcmp(option->argument, "DIR") == 0 ? COMPLETION_FOLDERS : COMPLETION_FILES;
	if (option->argument != NULL && g_str_has_suffix(option->argument, "=FILE"))
		return COMPLETION_FILES;
	return strcmp(option->long_name, "board") == 0 ? COMPLETION_BOARDS : COMPLETION_NOTHING;
}

/* Calls `each` for the options of a command, --help included. */
static void completion_each_option(const RigCommand *command,
                                   void (*each)(GString *script, const RigCommand *command,
                                                const RigOption *option),
                                   GString *script)
{
	for (const RigOption *option = command->options; option != NULL && option->long_name != NULL;
	     option++)
		each(script, command, option);
	each(script, command, rig_help_option);
}

static const char *const completion_bash_actions[] = {
    [COMPLETION_NOTHING] = "return",
    [COMPLETION_FILES] = "_tinyrig_reply -f",
    [COMPLETION_FOLDERS] = "_tinyrig_reply -d",
    [COMPLETION_BOARDS] = "_tinyrig_reply -W \"$(_tinyrig_boards)\"",
    [COMPLETION_WORDS] = "return",
};

static void completion_bash_value(GString *script, const RigCommand *command,
                                  const RigOption *option)
{
	if (option->argument == NULL)
		return;
	g_string_append_printf(script, "\t%s:--%s", command->name, option->long_name);
	if (option->short_name != 0)
		g_string_append_printf(script, " | %s:-%c", command->name, option->short_name);
	g_string_append_printf(script, ")\n\t\t%s\n\t\treturn ;;\n",
	                       completion_bash_actions[completion_kind_of_option(option)]);
}

static void completion_bash_option(GString *script, const RigCommand *command,
                                   const RigOption *option)
{
	(void)command;
	g_string_append_printf(script, " --%s", option->long_name);
	if (option->short_name != 0)
		g_string_append_printf(script, " -%c", option->short_name);
}

static void completion_bash_command(GString *script, const RigCommand *command)
{
	g_string_append_printf(script,
	                       "\t%s)\n\t\tif [[ $cur == -* ]]; then\n\t\t\t"
	                       "_tinyrig_reply -W '",
	                       command->name);
	completion_each_option(command, completion_bash_option, script);
	g_string_append(script, "'\n\t\telse\n\t\t\t");
	CompletionKind kind = completion_kind_of_words(command->arguments);
	if (kind == COMPLETION_WORDS) {
		g_auto(GStrv) words = g_strsplit(command->arguments, "|", -1);
		g_autofree char *list = g_strjoinv(" ", words);
		g_string_append_printf(script, "_tinyrig_reply -W '%s'", list);
	} else {
		g_string_append(script, completion_bash_actions[kind]);
	}
	g_string_append(script, "\n\t\tfi ;;\n");
}

static const char completion_bash_head[] =
    "# bash completion for tinyrig; made by `tinyrig completion bash`\n"
    "\n"
    "# Boards of the bench that the line names, or of $TINYRIG_BENCH.\n"
    "_tinyrig_boards() {\n"
    "\tlocal bench= i\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tif [[ ${COMP_WORDS[i]} == -b || ${COMP_WORDS[i]} == --bench ]]; then\n"
    "\t\t\tbench=${COMP_WORDS[i + 1]}\n"
    "\t\t\t[[ $bench == = ]] && bench=${COMP_WORDS[i + 2]}\n"
    "\t\tfi\n"
    "\tdone\n"
    "\t\"${COMP_WORDS[0]}\" boards ${bench:+--bench \"$bench\"} --json 2>/dev/null |\n"
    "\t\tsed -n 's/^ *\"board\": \"\\([a-z0-9-]*\\)\".*/\\1/p'\n"
    "}\n"
    "\n"
    "# Candidates for $cur by a compgen action.\n"
    "_tinyrig_reply() {\n"
    "\t[[ $1 == -[fd] ]] && compopt -o filenames 2>/dev/null\n"
    "\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_tinyrig() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "\tCOMPREPLY=()\n"
    "\tif ((COMP_CWORD == 1)); then\n"
    "\t\t_tinyrig_reply -W '";

static char *completion_bash(void)
{
	GString *script = g_string_new(completion_bash_head);
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			g_string_append_printf(script, "%s ", rig_commands[i]->name);
	}
	g_string_append(script, "help --help --version'\n\t\treturn\n\tfi\n"
	                        "\t# --name=value comes as three words\n"
	                        "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
	                        "\telif [[ $prev == = ]]; then\n"
	                        "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	                        "\t\t[[ $prev == -* ]] || prev=${COMP_WORDS[COMP_CWORD - 3]}\n\tfi\n"
	                        "\tcase ${COMP_WORDS[1]}:$prev in\n");
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			completion_each_option(rig_commands[i], completion_bash_value, script);
	}
	g_string_append(script, "\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			completion_bash_command(script, rig_commands[i]);
	}
	g_string_append(script, "\tesac\n}\n\ncomplete -F _tinyrig tinyrig\n");
	return g_string_free(script, FALSE);
}

/* Text inside '…' of a zsh specification, where : [ ] have a meaning. */
static void completion_zsh_text(GString *script, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			g_string_append(script, "'\\''");
			continue;
		}
		if (strchr(":[]\\", *text) != NULL)
			g_string_append_c(script, '\\');
		g_string_append_c(script, *text);
	}
}

static const char *const completion_zsh_actions[] = {
    [COMPLETION_NOTHING] = " ",         [COMPLETION_FILES] = "_files",
    [COMPLETION_FOLDERS] = "_files -/", [COMPLETION_BOARDS] = "_tinyrig_boards",
    [COMPLETION_WORDS] = " ",
};

static void completion_zsh_option(GString *script, const RigCommand *command,
                                  const RigOption *option)
{
	(void)command;
	const char *equals = option->argument == NULL ? "" : "=";
	gboolean again = option->type == RIG_OPTION_TEXTS || option->type == RIG_OPTION_COUNT;
	g_string_append(script, " \\\n\t\t\t\t");
	if (option->short_name != 0 && again)
		g_string_append_printf(script, "'*'{-%c,--%s%s}'[", option->short_name, option->long_name,
		                       equals);
	else if (option->short_name != 0)
		g_string_append_printf(script, "'(-%c --%s)'{-%c,--%s%s}'[", option->short_name,
		                       option->long_name, option->short_name, option->long_name, equals);
	else
		g_string_append_printf(script, "'%s--%s%s[", again ? "*" : "", option->long_name, equals);
	completion_zsh_text(script, option->help);
	g_string_append_c(script, ']');
	if (option->argument != NULL) {
		g_string_append_c(script, ':');
		completion_zsh_text(script, option->argument);
		g_string_append_printf(script, ":%s",
		                       completion_zsh_actions[completion_kind_of_option(option)]);
	}
	g_string_append_c(script, '\'');
}

static void completion_zsh_command(GString *script, const RigCommand *command)
{
	g_string_append_printf(script, "\t\t%s)\n\t\t\t_arguments -s", command->name);
	completion_each_option(command, completion_zsh_option, script);
	CompletionKind kind = completion_kind_of_words(command->arguments);
	if (kind == COMPLETION_WORDS) {
		g_auto(GStrv) words = g_strsplit(command->arguments, "|", -1);
		g_autofree char *list = g_strjoinv(" ", words);
		g_string_append_printf(script, " \\\n\t\t\t\t'1:what:(%s)'", list);
	} else if (kind != COMPLETION_NOTHING) {
		g_string_append_printf(script, " \\\n\t\t\t\t'*:%s:%s'", command->arguments,
		                       completion_zsh_actions[kind]);
	}
	g_string_append(script, " ;;\n");
}

static const char completion_zsh_head[] =
    "#compdef tinyrig\n"
    "# zsh completion for tinyrig; made by `tinyrig completion zsh`\n"
    "\n"
    "# Boards of the bench that the line names, or of $TINYRIG_BENCH.\n"
    "_tinyrig_boards() {\n"
    "\tlocal -a boards bench\n"
    "\tbench=${opt_args[--bench]:-${opt_args[-b]}}\n"
    "\tboards=(${(f)\"$(tinyrig boards ${bench:+--bench=$bench} --json 2>/dev/null |\n"
    "\t\tsed -n 's/^ *\"board\": \"\\([a-z0-9-]*\\)\".*/\\1/p')\"})\n"
    "\tcompadd -a boards\n"
    "}\n"
    "\n"
    "_tinyrig() {\n"
    "\tlocal curcontext=$curcontext state line\n"
    "\ttypeset -A opt_args\n"
    "\t_arguments -C '(-h --help)'{-h,--help}'[print help]' '--version[print the version]' \\\n"
    "\t\t'1:command:->command' '*::argument:->argument'\n"
    "\tcase $state in\n"
    "\tcommand)\n"
    "\t\tlocal -a commands=(\n";

static char *completion_zsh(void)
{
	GString *script = g_string_new(completion_zsh_head);
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (rig_commands[i]->hidden)
			continue;
		g_string_append_printf(script, "\t\t\t'%s:", rig_commands[i]->name);
		completion_zsh_text(script, rig_commands[i]->about);
		g_string_append(script, "'\n");
	}
	g_string_append(script, "\t\t)\n\t\t_describe command commands ;;\n"
	                        "\targument)\n\t\tcase $words[1] in\n");
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			completion_zsh_command(script, rig_commands[i]);
	}
	g_string_append(script, "\t\tesac ;;\n\tesac\n}\n\n"
	                        "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
	                        "\t_tinyrig \"$@\"\nelse\n\tcompdef _tinyrig tinyrig\nfi\n");
	return g_string_free(script, FALSE);
}

static const struct {
	const char *shell;
	char *(*make)(void);
} completion_shells[] = {
    {"bash", completion_bash},
    {"zsh", completion_zsh},
};

static int completion_command(const RigInvocation *invocation)
{
	for (guint i = 0; i < G_N_ELEMENTS(completion_shells); i++) {
		if (strcmp(invocation->words[0], completion_shells[i].shell) == 0) {
			g_autofree char *script = completion_shells[i].make();
			fputs(script, stdout);
			return RIG_EXIT_PASSED;
		}
	}
	return rig_command_usage(invocation->command, "there is no completion for %s, only for %s",
	                         invocation->words[0], invocation->command->arguments);
}

const RigCommand rig_command_completion = {
    .name = "completion",
    .arguments = "bash|zsh",
    .about = "print a completion script for a shell",
    .details = "For this shell only: source <(tinyrig completion bash). For good:\n\n"
               "  tinyrig completion bash >~/.local/share/bash-completion/completions/tinyrig\n"
               "  tinyrig completion zsh >DIR/_tinyrig, with DIR in $fpath",
    .least = 1,
    .most = 1,
    .run = completion_command,
};
