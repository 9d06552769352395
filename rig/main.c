/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, ""); /* numbers stay as the C locale has them */
	int code = rig_command_main(argc, argv);
	/* A full disk or a closed pipe must not look like a success. */
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		perror("tinyrig: standard output");
		return code == RIG_EXIT_PASSED ? RIG_EXIT_BENCH : code;
	}
	return code;
}
