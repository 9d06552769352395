/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: audit_flip STEP FILE…: turns a bit of every STEP-th byte of each file, one after the
 * other, and asks the audit ($TINYRIG_STATE). Prints what it does not find; the last line counts.
 */
#include "release/audit.h"

#include <stdio.h>
#include <stdlib.h>

static gboolean flip_at(FILE *file, long at)
{
	int byte = fseek(file, at, SEEK_SET) == 0 ? fgetc(file) : EOF;
	return byte != EOF && fseek(file, at, SEEK_SET) == 0 &&
	       fputc(byte ^ (1 << at % 7), file) != EOF && fflush(file) == 0;
}

static gboolean flip_is_found(void)
{
	RigAudit audit = {0};
	g_autoptr(GError) error = NULL;
	gboolean found = !rig_audit_verify(&audit, NULL, &error) || audit.damage->len > 0;
	rig_audit_clear(&audit);
	return found;
}

int main(int argc, char **argv)
{
	long step = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	guint tried = 0, missed = 0;
	if (step < 1 || flip_is_found())
		return 4;
	for (int i = 2; i < argc; i++) {
		FILE *file = fopen(argv[i], "r+b");
		for (long at = i % step; file != NULL && flip_at(file, at); at += step) {
			tried++;
			if (!flip_is_found()) {
				missed++;
				printf("not found: byte %ld of %s\n", at, argv[i]);
			}
			if (!flip_at(file, at))
				return 4;
		}
		if (file == NULL || fclose(file) != 0)
			return 4;
	}
	printf("%u turned, %u not found\n", tried, missed);
	return missed == 0 ? 0 : 1;
}
