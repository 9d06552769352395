/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines that people copy from the terminal. */
#ifndef RIG_BASE_SHELL_H
#define RIG_BASE_SHELL_H

#include <glib.h>

/* Appends a blank and the word, quoted where a shell would not take it as it is. */
void rig_shell_append(GString *line, const char *word);

#endif
