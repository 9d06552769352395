/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board that greets, and writes down when the first byte of the host came.
 * usage: first_byte FILE, as a process board; FILE gets nanoseconds of the monotonic clock.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char banner[] = "m-timestamp-mode-performance\r\nm-init-done\r\nm-ready\r\n";
	char byte;
	struct timespec now;
	if (argc != 2 || write(1, banner, sizeof banner - 1) < 0 || read(0, &byte, 1) != 1)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	FILE *file = fopen(argv[1], "we");
	if (file == NULL)
		return 1;
	fprintf(file, "%lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
	return fclose(file) == 0 ? 0 : 1;
}
