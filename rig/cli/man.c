/* SPDX-License-Identifier: Apache-2.0 */
/* tinyrig(1), made from the command table. */
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"

/* Text as roff takes it: no line is a request, a hyphen is the one people type. */
static void man_text(GString *page, const char *text)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_find_next_char(at, NULL)) {
		gunichar c = g_utf8_get_char(at);
		gboolean begins = page->len == 0 || page->str[page->len - 1] == '\n';
		if (begins && (c == '.' || c == '\''))
			g_string_append(page, "\\&");
		if (c == '\\')
			g_string_append(page, "\\e");
		else if (c == '-')
			g_string_append(page, "\\-");
		else if (c < 0x80)
			g_string_append_c(page, (char)c);
		else
			g_string_append_printf(page, "\\[u%04X]", c);
	}
}

/* Paragraphs are filled; lines that begin with a blank stay as they are. */
static void man_paragraphs(GString *page, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean verbatim = FALSE;
	for (char **line = lines; *line != NULL; line++) {
		gboolean is_verbatim = **line == ' ';
		if (is_verbatim != verbatim)
			g_string_append(page, is_verbatim ? ".nf\n" : ".fi\n");
		verbatim = is_verbatim;
		if (**line == '\0') {
			g_string_append(page, ".PP\n");
			continue;
		}
		man_text(page, *line);
		g_string_append_c(page, '\n');
	}
	if (verbatim)
		g_string_append(page, ".fi\n");
}

static void man_option(GString *page, const RigOption *option)
{
	g_string_append(page, ".TP\n");
	if (option->short_name != 0)
		g_string_append_printf(page, "\\fB\\-%c\\fR, ", option->short_name);
	g_string_append(page, "\\fB\\-\\-");
	man_text(page, option->long_name);
	g_string_append(page, "\\fR");
	if (option->argument != NULL) {
		g_string_append(page, "=\\fI");
		man_text(page, option->argument);
		g_string_append(page, "\\fR");
	}
	g_string_append_c(page, '\n');
	man_text(page, option->help);
	g_string_append_c(page, '\n');
}

static void man_command(GString *page, const RigCommand *command)
{
	g_string_append(page, ".SS tinyrig ");
	man_text(page, command->name);
	if (*command->arguments != '\0') {
		g_string_append(page, " \\fI");
		man_text(page, command->arguments);
		g_string_append(page, "\\fR");
	}
	g_string_append_c(page, '\n');
	g_autofree char *about =
	    g_strdup_printf("%c%s.", g_ascii_toupper(command->about[0]), command->about + 1);
	man_text(page, about);
	g_string_append_c(page, '\n');
	if (command->details != NULL) {
		g_string_append(page, ".PP\n");
		man_paragraphs(page, command->details);
	}
	for (const RigOption *option = command->options; option != NULL && option->long_name != NULL;
	     option++)
		man_option(page, option);
}

typedef struct {
	const char *name, *text;
} ManEntry;

static const ManEntry man_exits[] = {
    {"0", "all passed"},
    {"1", "a case failed: the board is wrong"},
    {"2", "interrupted"},
    {"3", "internal error"},
    {"4", "bad usage or bad file"},
    {"5", "nothing selected or all skipped"},
    {"10", "rig or bench error, inconclusive"},
    {"11", "no board free"},
    {"12", "the gate refuses"},
    {"13", "the gate is on hold: missing, stale or too thin"},
    {"14", "damage: what is signed or kept is not what it was"},
};

static const ManEntry man_environment[] = {
    {"TINYRIG_BENCH", "the bench file where --bench names none"},
    {"TINYRIG_PATH", "folders, parted by colons, in which files are looked for that are not beside "
                     "the file that names them"},
    {"TINYRIG_LOCK_DIR", "folder of the claims; else /run/lock, else the user's runtime folder. "
                         "All users of a bench need the same"},
    {"TINYRIG_STATE",
     "folder of reservations, keys and ledger; else tinyrig in the user's XDG state folder. All "
     "users of a lab need the same, as /var/lib/tinyrig"},
    {"TINYRIG_PASSPHRASE_FILE", "file whose first line opens keys that have a passphrase"},
    {"TINYRIG_HOLDER", "who reserves boards; else USER@HOST"},
    {"NO_COLOR", "when set, nothing is coloured"},
    {"GITHUB_ACTIONS", "when set, failures are told as annotations, too"},
    {"GITHUB_STEP_SUMMARY", "file that gets a summary of the session"},
};

static const ManEntry man_files[] = {
    {".tinyrig/store.db", "the index of the kept runs (SQLite)"},
    {".tinyrig/objects/", "their files by SHA-256 (zstd): journals, console logs, sources"},
    {".tinyrig/runs/", "a folder for each run at work, and for what a killed session left"},
    {".tinyrig/console/", "logs of tinyrig console"},
    {"/run/lock/tinyrig-BENCH.BOARD.lock", "the claim of a board; it dies with its holder"},
    {"$TINYRIG_STATE/keys/NAME.pem", "keys, for their owner alone"},
    {"$TINYRIG_STATE/release/", "the ledger (SQLite), and what it names by SHA-256"},
    {"$TINYRIG_STATE/ledger/", "the ledger as others read it: signed checkpoint and tiles"},
    {"$TINYRIG_STATE/reservations/BENCH.BOARD.json", "the reservation of a board, until its end"},
};

static void man_entries(GString *page, const char *title, const ManEntry *entries, guint count)
{
	g_string_append_printf(page, ".SH %s\n", title);
	for (guint i = 0; i < count; i++) {
		g_string_append(page, ".TP\n\\fB");
		man_text(page, entries[i].name);
		g_string_append(page, "\\fR\n");
		man_text(page, entries[i].text);
		g_string_append_c(page, '\n');
	}
}

static int man_command_run(const RigInvocation *invocation)
{
	(void)invocation;
	g_autoptr(GString) page = g_string_new(
	    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
	    ".TH TINYRIG 1 \"\" \"tinyrig " TINYRIG_VERSION "\" \"User Commands\"\n"
	    ".SH NAME\ntinyrig \\- test microcontroller boards that run machine\\-learning firmware\n"
	    ".SH SYNOPSIS\n\\fBtinyrig\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
	    "[\\fIARGUMENT\\fR...]\n.br\n"
	    "\\fBtinyrig\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR\n.br\n"
	    "\\fBtinyrig\\fR \\fB\\-\\-version\\fR\n"
	    ".SH DESCRIPTION\n"
	    "tinyrig reads a suite, takes the boards of a bench, flashes them, feeds them recorded "
	    "sensor data and judges what comes. Suites, benches and candidates are YAML files; "
	    "\\fBtinyrig check\\fR tells all that is wrong with one, and \\fBtinyrig schema\\fR "
	    "prints what an editor wants to know.\n"
	    ".SH COMMANDS\n");
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		if (!rig_commands[i]->hidden)
			man_command(page, rig_commands[i]);
	}
	g_string_append(page, ".SH OPTIONS\nEvery command has\n");
	man_option(page, rig_help_option);
	g_string_append(page, ".PP\nA time is a number with its unit: 500ms, 30s, 5min, 2h.\n");
	man_entries(page, "EXIT STATUS", man_exits, G_N_ELEMENTS(man_exits));
	g_string_append(page, ".PP\nWhere several apply: 4, 3, 2, 1, 10, 11, 5, 0.\n");
	man_entries(page, "ENVIRONMENT", man_environment, G_N_ELEMENTS(man_environment));
	man_entries(page, "FILES", man_files, G_N_ELEMENTS(man_files));
	g_string_append(page, ".SH SEE ALSO\n\\fBbash\\fR(1), \\fBzsh\\fR(1), \\fBopenocd\\fR(1), "
	                      "\\fBser2net\\fR(8)\n");
	fputs(page->str, stdout);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_man = {
    .name = "man",
    .arguments = "",
    .about = "print the man page, as roff",
    .hidden = TRUE,
    .run = man_command_run,
};
