/* SPDX-License-Identifier: Apache-2.0 */
#include "floor.h"

#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Reads until a line that begins with m-ready has ended; a seal may follow the word. */
static void floor_read(Floor *board)
{
	board->size = 0;
	for (;;) {
		struct pollfd polled = {.fd = board->fd, .events = POLLIN};
		if (poll(&polled, 1, 5000) != 1)
			abort();
		ssize_t got =
		    read(board->fd, board->reply + board->size, sizeof board->reply - board->size);
		if (got <= 0)
			abort();
		board->size += (size_t)got;
		const char *end = board->reply + board->size;
		for (const char *at = end - 2; end[-1] == '\n' && at >= board->reply; at--) {
			if (at == board->reply || at[-1] == '\n') {
				if (strncmp(at, "m-ready", 7) == 0)
					return;
				break;
			}
		}
	}
}

void floor_open(Floor *board, const char *program)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	board->fd = pair[0];
	board->pid = fork();
	if (board->pid == 0) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	floor_read(board);
}

void floor_open_serial(Floor *board, const char *port, int baud)
{
	struct serial_struct serial;
	struct termios format;
	int rts = TIOCM_RTS;
	board->pid = -1;
	board->fd = open(port, O_RDWR | O_NOCTTY);
	if (board->fd < 0 || tcgetattr(board->fd, &format) != 0)
		abort();
	cfmakeraw(&format);
	cfsetspeed(&format, baud == 921600 ? B921600 : B115200);
	format.c_cflag |= CLOCAL;
	tcsetattr(board->fd, TCSANOW, &format);
	ioctl(board->fd, TIOCGSERIAL, &serial);
	serial.flags = (int)((unsigned)serial.flags | ASYNC_LOW_LATENCY);
	ioctl(board->fd, TIOCSSERIAL, &serial);
	ioctl(board->fd, TIOCMBIC, &rts);
	floor_read(board);
}

void floor_exchange(Floor *board, const char *command, size_t size)
{
	if (write(board->fd, command, size) != (ssize_t)size)
		abort();
	floor_read(board);
}

void floor_close(Floor *board)
{
	close(board->fd);
	if (board->pid > 0) {
		kill(board->pid, SIGKILL);
		waitpid(board->pid, NULL, 0);
	}
}
