/* SPDX-License-Identifier: Apache-2.0 */
#include "base/shell.h"

#include <string.h>

void rig_shell_append(GString *line, const char *word)
{
	gboolean plain = *word != '\0' && strpbrk(word, " \t\n\"'$`\\*?[]{}()<>|&;#~!") == NULL;
	g_autofree char *quoted = plain ? g_strdup(word) : g_shell_quote(word);
	g_string_append_c(line, ' ');
	g_string_append(line, quoted);
}
