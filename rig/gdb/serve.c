/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gdb/packet.h"
#include "gdb/stub.h"

#define SERVE_BYTES    4096u
#define SERVE_CALL_US  (10 * G_USEC_PER_SEC)
#define SERVE_POLL_MIN 1  /* milliseconds; a core that runs is looked at so often at first, */
#define SERVE_POLL_MAX 20 /* and so seldom later */
#define SERVE_SEND_MS  5000

/* One client. */
typedef struct Serve {
	const RigGdbServer *server;
	int fd;
	RigGdbReader reader;
	RigGdbStub stub;
	int pause_ms;
} Serve;

/* The core behind the stub. Deadlines are of one call: a session has none. */

static RigCortex *serve_cortex(gpointer user)
{
	const RigGdbServer *server = user;
	RigDap *dap = rig_cortex_dap(server->cortex);
	rig_dap_set_deadline(dap, rig_clock_after(rig_dap_probe(dap)->clock, SERVE_CALL_US));
	return server->cortex;
}

static gboolean serve_read_registers(gpointer user, const guint8 *numbers, gsize count,
                                     guint32 *values, GError **error)
{
	return rig_cortex_read_registers(serve_cortex(user), numbers, count, values, error);
}

static gboolean serve_write_register(gpointer user, guint8 number, guint32 value, GError **error)
{
	return rig_cortex_write_register(serve_cortex(user), number, value, error);
}

static gboolean serve_read_memory(gpointer user, guint32 address, guint8 *data, gsize size,
                                  GError **error)
{
	return rig_dap_read_memory(rig_cortex_dap(serve_cortex(user)), address, data, size, RIG_DAP_ANY,
	                           error);
}

static gboolean serve_write_memory(gpointer user, guint32 address, const guint8 *data, gsize size,
                                   GError **error)
{
	return rig_dap_write_memory(rig_cortex_dap(serve_cortex(user)), address, data, size,
	                            RIG_DAP_ANY, error);
}

static gboolean serve_set_breakpoint(gpointer user, guint32 address, gboolean on, GError **error)
{
	return on ? rig_cortex_set_breakpoint(serve_cortex(user), address, error)
	          : rig_cortex_clear_breakpoint(serve_cortex(user), address, error);
}

static gboolean serve_resume(gpointer user, GError **error)
{
	return rig_cortex_resume(serve_cortex(user), error);
}

static gboolean serve_step(gpointer user, GError **error)
{
	return rig_cortex_step(serve_cortex(user), error);
}

static gboolean serve_halt(gpointer user, GError **error)
{
	return rig_cortex_halt(serve_cortex(user), error);
}

static gboolean serve_reset(gpointer user, GError **error)
{
	return rig_cortex_reset(serve_cortex(user), RIG_RESET_SYSTEM, 0, TRUE, error);
}

static RigGdbCore serve_core(const RigGdbServer *server)
{
	return (RigGdbCore){.read_registers = serve_read_registers,
	                    .write_register = serve_write_register,
	                    .read_memory = serve_read_memory,
	                    .write_memory = serve_write_memory,
	                    .set_breakpoint = serve_set_breakpoint,
	                    .resume = serve_resume,
	                    .step = serve_step,
	                    .halt = serve_halt,
	                    .reset = serve_reset,
	                    .user = (gpointer)(guintptr)server};
}

/* To the client. One that does not read, or has gone, is done with. */

static gboolean serve_put(Serve *serve, const guint8 *data, gsize size)
{
	while (size > 0) {
		struct pollfd polled[] = {{.fd = serve->fd, .events = POLLOUT},
		                          {.fd = serve->server->stop_fd, .events = POLLIN}};
		ssize_t put = send(serve->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put > 0) {
			data += put;
			size -= (gsize)put;
		} else if (put == 0 || (errno != EAGAIN && errno != EINTR) ||
		           poll(polled, 2, SERVE_SEND_MS) <= 0 || polled[1].revents != 0) {
			serve->stub.is_over = TRUE;
			return FALSE;
		}
	}
	return TRUE;
}

static void serve_answer(Serve *serve)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	rig_gdb_write(out, serve->stub.answer->str, serve->stub.answer->len);
	(void)serve_put(serve, out->data, out->len);
}

static gboolean serve_packet(Serve *serve, GError **error)
{
	gboolean answers = FALSE, was_quiet = serve->stub.is_quiet;
	if (!was_quiet && !serve_put(serve, (const guint8 *)"+", 1))
		return TRUE;
	if (!rig_gdb_stub_take(&serve->stub, serve->reader.payload->data, serve->reader.payload->len,
	                       &answers, error))
		return FALSE;
	serve->pause_ms = SERVE_POLL_MIN;
	if (answers)
		serve_answer(serve);
	return TRUE;
}

/* Ctrl-C at the client. */
static gboolean serve_break(Serve *serve, GError **error)
{
	if (!serve->stub.is_running)
		return TRUE;
	if (!serve_halt((gpointer)(guintptr)serve->server, error))
		return FALSE;
	rig_gdb_stub_stopped(&serve->stub, TRUE);
	serve_answer(serve);
	return TRUE;
}

static gboolean serve_bytes(Serve *serve, const guint8 *data, gsize size, GError **error)
{
	while (size > 0 && !serve->stub.is_over) {
		gsize used = 0;
		RigGdbEvent event = rig_gdb_read(&serve->reader, data, size, &used);
		gboolean good = TRUE;
		data += used;
		size -= used;
		if (event == RIG_GDB_PACKET)
			good = serve_packet(serve, error);
		else if (event == RIG_GDB_BREAK)
			good = serve_break(serve, error);
		else if (event == RIG_GDB_DAMAGED)
			good = serve_put(serve, (const guint8 *)"-", 1) || TRUE;
		if (!good)
			return FALSE;
	}
	return TRUE;
}

/* Whether a core that runs has come to a stop. */
static gboolean serve_look(Serve *serve, GError **error)
{
	gboolean halted = FALSE;
	if (!rig_cortex_wait_halted(serve_cortex((gpointer)(guintptr)serve->server), 0, &halted, error))
		return FALSE;
	serve->pause_ms = MIN(serve->pause_ms * 2, SERVE_POLL_MAX);
	if (halted) {
		rig_gdb_stub_stopped(&serve->stub, FALSE);
		serve_answer(serve);
	}
	return TRUE;
}

/* *stops: the server is to end, too. */
static gboolean serve_talk(Serve *serve, gboolean *stops, GError **error)
{
	while (!serve->stub.is_over) {
		guint8 bytes[SERVE_BYTES];
		struct pollfd polled[] = {{.fd = serve->fd, .events = POLLIN},
		                          {.fd = serve->server->stop_fd, .events = POLLIN}};
		int ready = poll(polled, 2, serve->stub.is_running ? serve->pause_ms : -1);
		if (ready > 0 && polled[1].revents != 0) {
			*stops = TRUE;
			return TRUE;
		}
		if (ready > 0 && polled[0].revents != 0) {
			ssize_t got = recv(serve->fd, bytes, sizeof bytes, MSG_DONTWAIT);
			if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
				return TRUE;
			if (got > 0 && !serve_bytes(serve, bytes, (gsize)got, error))
				return FALSE;
		} else if (ready <= 0 && serve->stub.is_running && !serve_look(serve, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean serve_client(const RigGdbServer *server, int fd, gboolean *stops, GError **error)
{
	Serve serve = {.server = server, .fd = fd, .pause_ms = SERVE_POLL_MIN};
	RigGdbCore core = serve_core(server);
	gboolean has_fpu = FALSE;
	if (!rig_cortex_halt(serve_cortex(core.user), error) ||
	    !rig_cortex_has_fpu(server->cortex, &has_fpu, error))
		return FALSE;
	rig_gdb_reader_init(&serve.reader);
	rig_gdb_stub_init(&serve.stub, &core, has_fpu);
	gboolean good = serve_talk(&serve, stops, error);
	rig_gdb_stub_clear(&serve.stub);
	rig_gdb_reader_clear(&serve.reader);
	return rig_cortex_release(serve_cortex(core.user), good ? error : NULL) && good;
}

/* -1 with an error. */
static int serve_listen(const RigGdbServer *server, guint16 *port, GError **error)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons(server->port),
	                              .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
		*port = ntohs(address.sin_port);
		return fd;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "cannot listen on port %u of this host: %s; take another with --port, or 0 for any",
	            server->port, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void serve_tell(const RigGdbServer *server, const char *text)
{
	if (server->told != NULL)
		server->told(server->user, text);
}

static gboolean serve_next(const RigGdbServer *server, int listening, gboolean *stops,
                           GError **error)
{
	int yes = 1;
	struct pollfd polled[] = {{.fd = listening, .events = POLLIN},
	                          {.fd = server->stop_fd, .events = POLLIN}};
	if (poll(polled, 2, -1) > 0 && polled[1].revents != 0) {
		*stops = TRUE;
		return TRUE;
	}
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return TRUE; /* it has gone again */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	serve_tell(server, "A debugger is here; the core stands.");
	gboolean good = serve_client(server, fd, stops, error);
	close(fd);
	if (good)
		serve_tell(server, "The debugger has left; the core runs.");
	*stops |= server->is_once;
	return good;
}

gboolean rig_gdb_serve(const RigGdbServer *server, GError **error)
{
	guint16 port = 0;
	gboolean stops = FALSE, good = TRUE;
	int listening = serve_listen(server, &port, error);
	if (listening < 0)
		return FALSE;
	g_autofree char *where =
	    g_strdup_printf("Listening at 127.0.0.1:%u; attach with\n"
	                    "  gdb-multiarch IMAGE.elf -ex 'target extended-remote 127.0.0.1:%u'",
	                    port, port);
	serve_tell(server, where);
	while (good && !stops)
		good = serve_next(server, listening, &stops, error);
	close(listening);
	return good;
}
