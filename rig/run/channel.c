/* SPDX-License-Identifier: Apache-2.0 */
#include "run/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHANNEL_LINE_MAX 4096u

struct RigChannel {
	int fd;
	GString *heard;
};

RigChannel *rig_channel_new(int fd)
{
	RigChannel *channel = g_new0(RigChannel, 1);
	channel->fd = fd;
	channel->heard = g_string_new(NULL);
	return channel;
}

void rig_channel_free(RigChannel *channel)
{
	if (channel == NULL)
		return;
	close(channel->fd);
	g_string_free(channel->heard, TRUE);
	g_free(channel);
}

int rig_channel_fd(const RigChannel *channel)
{
	return channel->fd;
}

gboolean rig_channel_say(RigChannel *channel, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_strdelimit(text, "\r\n", ' ');
	g_autofree char *line = g_strdup_printf("%.*s\n", (int)CHANNEL_LINE_MAX - 2, text);
	gsize left = strlen(line);
	for (const char *at = line; left > 0;) {
		ssize_t put = send(channel->fd, at, left, MSG_NOSIGNAL);
		if (put < 0 && errno != EINTR)
			return FALSE;
		if (put > 0) {
			at += put;
			left -= (gsize)put;
		}
	}
	return TRUE;
}

static char *channel_take_line(RigChannel *channel)
{
	char *newline = memchr(channel->heard->str, '\n', channel->heard->len);
	if (newline == NULL)
		return NULL;
	gssize size = newline - channel->heard->str;
	char *line = g_strndup(channel->heard->str, (gsize)size);
	g_string_erase(channel->heard, 0, size + 1);
	return line;
}

char *rig_channel_hear(RigChannel *channel, gboolean wait, gboolean *closed)
{
	*closed = FALSE;
	for (;;) {
		char *line = channel_take_line(channel);
		if (line != NULL)
			return line;
		char block[CHANNEL_LINE_MAX];
		ssize_t got = recv(channel->fd, block, sizeof block, wait ? 0 : MSG_DONTWAIT);
		if (got > 0) {
			g_string_append_len(channel->heard, block, got);
		} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
			*closed = TRUE;
			return NULL;
		} else if (errno == EAGAIN) {
			return NULL;
		}
	}
}
