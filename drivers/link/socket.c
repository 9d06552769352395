/* SPDX-License-Identifier: Apache-2.0 */
/* A byte stream over TCP or a unix socket, as ser2net or an emulator offers it. */
#include <rig/link.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct SocketOptions {
	char *address;
} SocketOptions;

typedef struct Socket {
	gboolean opened;
	int fd;
} Socket;

static const RigField socket_fields[] = {
    {.key = "address",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = offsetof(SocketOptions, address),
     .help = "where to connect: tcp:HOST:PORT or unix:PATH"},
    {0},
};

static gboolean socket_wrong_address(const char *address, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "address `%s` is not understood: write tcp:HOST:PORT or unix:PATH", address);
	return FALSE;
}

static gboolean socket_failed(const SocketOptions *options, const char *why, GError **error)
{
	g_set_error(
	    error, RIG_ERROR, RIG_ERROR_BENCH,
	    "cannot connect to %s: %s; is the server running there, and does it accept one more "
	    "client?",
	    options->address, why);
	return FALSE;
}

/* Waits until the connection is made; 0 or an errno; ETIMEDOUT at the deadline, ECANCELED: stop. */
static int socket_wait(RigLink *link, int fd, gint64 deadline_us)
{
	for (;;) {
		struct pollfd polled[2] = {{.fd = fd, .events = POLLOUT},
		                           {.fd = link->stop_fd, .events = POLLIN}};
		gint64 left_us = MAX(deadline_us - rig_clock_now(link->clock), 0);
		struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
		                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
		int ready = ppoll(polled, 2, deadline_us == RIG_FOREVER ? NULL : &span, NULL);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return errno;
		if (polled[1].revents != 0)
			return ECANCELED;
		if (ready == 0)
			return ETIMEDOUT;
		int number = 0;
		socklen_t size = sizeof number;
		return getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0 ? errno : number;
	}
}

/* One try: a connected descriptor, or -1 with *number the errno. */
static int socket_connect(RigLink *link, const struct sockaddr *address, socklen_t size,
                          gint64 deadline_us, int *number)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		*number = errno;
		return -1;
	}
	*number = connect(fd, address, size) == 0 ? 0 : errno;
	if (*number == EINPROGRESS)
		*number = socket_wait(link, fd, deadline_us);
	if (*number == 0)
		return fd;
	close(fd);
	return -1;
}

static gboolean socket_report(const SocketOptions *options, int number, GError **error)
{
	if (number == ECANCELED) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
		return FALSE;
	}
	return socket_failed(options, g_strerror(number), error);
}

static gboolean socket_open_unix(RigLink *link, const char *path, gint64 deadline_us,
                                 GError **error)
{
	const SocketOptions *options = link->options;
	Socket *self = link->priv;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (*path == '\0' || strlen(path) >= sizeof address.sun_path)
		return socket_wrong_address(options->address, error);
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	int number = 0;
	self->fd = socket_connect(link, (const struct sockaddr *)&address, sizeof address, deadline_us,
	                          &number);
	return self->fd >= 0 || socket_report(options, number, error);
}

/* A board's bytes are few and urgent; a peer that vanished must be noticed. */
static void socket_tune(int fd)
{
	const int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static gboolean socket_open_tcp(RigLink *link, const char *place, gint64 deadline_us,
                                GError **error)
{
	const SocketOptions *options = link->options;
	Socket *self = link->priv;
	const char *colon = strrchr(place, ':');
	if (colon == NULL || colon == place || colon[1] == '\0')
		return socket_wrong_address(options->address, error);
	gboolean bracketed = place[0] == '[' && colon[-1] == ']';
	g_autofree char *host = bracketed ? g_strndup(place + 1, (gsize)(colon - place) - 2)
	                                  : g_strndup(place, (gsize)(colon - place));
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int status = getaddrinfo(host, colon + 1, &hints, &found);
	if (status != 0)
		return socket_failed(options, gai_strerror(status), error);
	int number = 0;
	for (struct addrinfo *at = found; at != NULL && self->fd < 0 && number != ECANCELED;
	     at = at->ai_next)
		self->fd = socket_connect(link, at->ai_addr, at->ai_addrlen, deadline_us, &number);
	freeaddrinfo(found);
	if (self->fd < 0)
		return socket_report(options, number, error);
	socket_tune(self->fd);
	return TRUE;
}

static gboolean socket_open(RigLink *link, gint64 deadline_us, GError **error)
{
	const SocketOptions *options = link->options;
	Socket *self = link->priv;
	self->opened = TRUE;
	self->fd = -1;
	/* A server that went away must be an error of write, not the end of the rig. */
	signal(SIGPIPE, SIG_IGN);
	if (g_str_has_prefix(options->address, "tcp:"))
		return socket_open_tcp(link, options->address + 4, deadline_us, error);
	if (g_str_has_prefix(options->address, "unix:"))
		return socket_open_unix(link, options->address + 5, deadline_us, error);
	return socket_wrong_address(options->address, error);
}

static void socket_close(RigLink *link)
{
	Socket *self = link->priv;
	if (self->opened && self->fd >= 0)
		close(self->fd);
	self->opened = FALSE;
}

/* The reason from the core, and what to do about it. */
static void socket_hint(RigLink *link, GError **error)
{
	const SocketOptions *options = link->options;
	if (error == NULL || !g_error_matches(*error, RIG_ERROR, RIG_ERROR_BENCH))
		return;
	GError *told =
	    g_error_new(RIG_ERROR, RIG_ERROR_BENCH,
	                "%s: %s; see whether the server at that address still runs, or whether "
	                "another client took the board over",
	                options->address, (*error)->message);
	g_clear_error(error);
	*error = told;
}

static gssize socket_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                          GError **error)
{
	const Socket *self = link->priv;
	gssize got = rig_fd_read(self->fd, link->stop_fd, link->clock, data, size, deadline_us, error);
	if (got < 0)
		socket_hint(link, error);
	return got;
}

static gboolean socket_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                             GError **error)
{
	const Socket *self = link->priv;
	if (rig_fd_write(self->fd, link->stop_fd, link->clock, data, size, deadline_us, error))
		return TRUE;
	socket_hint(link, error);
	return FALSE;
}

extern const RigLinkDriver rig_link_socket;
const RigLinkDriver rig_link_socket = {
    .name = "socket",
    .about = "a TCP or unix socket, as ser2net or an emulator offers it",
    .fields = socket_fields,
    .options_size = sizeof(SocketOptions),
    .priv_size = sizeof(Socket),
    .open = socket_open,
    .close = socket_close,
    .read = socket_read,
    .write = socket_write,
};
