/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one command costs: runs it and prints "BEGIN_NS CPU_MS RSS_MB" — when exec was called on
 * the monotonic clock, user and system time of it and all its children, and the peak of the
 * largest process.
 * usage: start COMMAND…; its output goes to /dev/null. The exit code is the command's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double start_ms(const struct timeval *time)
{
	return (double)time->tv_sec * 1000 + (double)time->tv_usec / 1000;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	struct timespec begin;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 1);
		dup2(null, 2);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	int status = 0;
	struct rusage usage;
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 2;
	printf("%lld %.3f %.3f\n", (long long)begin.tv_sec * 1000000000 + begin.tv_nsec,
	       start_ms(&usage.ru_utime) + start_ms(&usage.ru_stime), (double)usage.ru_maxrss / 1024);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
