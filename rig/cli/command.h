/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of tinyrig: one file each, one const struct each, listed in table.c. The table makes
 * --help, the completion and the man page.
 */
#ifndef RIG_CLI_COMMAND_H
#define RIG_CLI_COMMAND_H

#include <glib.h>

typedef enum {
	RIG_OPTION_FLAG,   /* gboolean */
	RIG_OPTION_COUNT,  /* guint: how often it was given (-v -v) */
	RIG_OPTION_TEXT,   /* char * */
	RIG_OPTION_FILE,   /* char *, as the shell names files */
	RIG_OPTION_TEXTS,  /* char **: may be given several times */
	RIG_OPTION_NUMBER, /* gint64 >= 0 */
	RIG_OPTION_SPAN,   /* gint64 microseconds: 30s, 500ms */
} RigOptionType;

/* A row of a command's options; the last has long_name NULL. */
typedef struct RigOption {
	const char *long_name;
	char short_name; /* 0: none */
	RigOptionType type;
	gsize offset;         /* of its member in the options struct */
	const char *argument; /* FILE, NAME=VALUE; NULL for flags */
	const char *help;
} RigOption;

typedef struct RigCommand RigCommand;

/* One call of a command. All is borrowed for the call. */
typedef struct RigInvocation {
	const RigCommand *command;
	const void *options; /* filled by command->options */
	char **words;        /* arguments that are no options; never NULL */
	guint count;         /* of words */
	char **argv;         /* the whole command line */
} RigInvocation;

struct RigCommand {
	const char *name;
	const char *arguments; /* SUITE [FILE…]; "" for none */
	const char *about;     /* one line */
	const char *details;   /* paragraphs for --help and the man page; NULL: none */
	const RigOption *options;
	gsize options_size;
	guint least, most;                           /* words; most G_MAXUINT: any number */
	gboolean hidden;                             /* for tinyrig itself */
	int (*run)(const RigInvocation *invocation); /* returns the exit code */
};

/* All commands in alphabetical order; ends with NULL. */
extern const RigCommand *const rig_commands[];
extern const RigOption rig_help_option[]; /* --help, which every command has */

/* The command of that name; NULL: none. */
const RigCommand *rig_command_find(const char *name);

/* Dispatches argv; returns the exit code. */
int rig_command_main(int argc, char **argv);

/* Prints the help of one command, or of all (NULL). */
void rig_command_help(const RigCommand *command);

/* "tinyrig NAME: …" on stderr; returns RIG_EXIT_USAGE. */
int rig_command_usage(const RigCommand *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Prints `error` on stderr and returns the exit code that its code stands for. */
int rig_command_error(const RigCommand *command, const GError *error);

#endif
