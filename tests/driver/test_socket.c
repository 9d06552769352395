/* SPDX-License-Identifier: Apache-2.0 */
/* The socket link against real sockets of this process: ephemeral ports, a socket in a folder. */
#include "test.h"
#include <rig/drivers.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOON_US (10 * G_USEC_PER_SEC)

/* As drivers/link/socket.c: its field rows tell the layout. */
typedef struct Options {
	char *address;
} Options;

static const RigLinkDriver *socket_driver(void)
{
	for (gsize i = 0; rig_link_drivers[i] != NULL; i++) {
		if (strcmp(rig_link_drivers[i]->name, "socket") == 0)
			return rig_link_drivers[i];
	}
	ck_abort_msg("no socket driver");
	return NULL;
}

static gint64 soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, SOON_US);
}

static RigLink *socket_link(const Options *options)
{
	ck_assert_uint_eq(socket_driver()->options_size, sizeof *options);
	return rig_link_new(socket_driver(), options, "b", "console", &rig_clock_monotonic);
}

/* Listens on a free port of 127.0.0.1. */
static int listen_tcp(char *address, gsize size)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	g_snprintf(address, size, "tcp:127.0.0.1:%u", ntohs(at.sin_port));
	return fd;
}

static int listen_unix(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	g_strlcpy(at.sun_path, path, sizeof at.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* Bytes both ways, then the peer goes. */
static void talk(RigLink *link, int listener)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(rig_link_open(link, soon(), &error), "%s", error != NULL ? error->message : "");
	int peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(peer, 0);
	ck_assert(rig_link_write(link, "name%", 5, soon(), NULL));
	char text[8] = "";
	ck_assert_int_eq(recv(peer, text, 5, MSG_WAITALL), 5);
	ck_assert_str_eq(text, "name%");
	ck_assert_int_eq(send(peer, "ok", 2, 0), 2);
	guint8 data[8];
	ck_assert_int_eq(rig_link_read(link, data, sizeof data, soon(), NULL), 2);
	ck_assert_int_eq(rig_link_read(link, data, sizeof data, 0, NULL), 0);
	close(peer);
	ck_assert_int_eq(rig_link_read(link, data, sizeof data, soon(), &error), -1);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert(strstr(error->message, "closed by the other side") != NULL);
	ck_assert(strstr(error->message, "whether the server") != NULL);
	g_clear_error(&error);
	/* No signal, but an error. */
	while (rig_link_write(link, "x", 1, soon(), &error))
		continue;
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	g_clear_error(&error);
	ck_assert(!rig_link_reset(link, NULL, 0, soon(), &error));
	g_clear_error(&error);
	ck_assert(!rig_link_load(link, "x", &error));
}

START_TEST(tcp)
{
	char address[64];
	int listener = listen_tcp(address, sizeof address);
	Options options = {address};
	g_autoptr(RigLink) link = socket_link(&options);
	talk(link, listener);
	rig_link_close(link);
	close(listener);
}
END_TEST

START_TEST(unix_socket)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	g_autofree char *address = g_strconcat("unix:", path, NULL);
	int listener = listen_unix(path);
	Options options = {address};
	g_autoptr(RigLink) link = socket_link(&options);
	talk(link, listener);
	close(listener);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(nobody_listens)
{
	char address[64];
	close(listen_tcp(address, sizeof address));
	static const char *const rows[] = {NULL, "unix:/nonexistent/socket", "tcp:127.0.0.1:no-port"};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *copy = g_strdup(rows[i] != NULL ? rows[i] : address);
		Options options = {copy};
		g_autoptr(RigLink) link = socket_link(&options);
		g_autoptr(GError) error = NULL;
		ck_assert(!rig_link_open(link, soon(), &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
		ck_assert_msg(strstr(error->message, "cannot connect to") != NULL, "%s", error->message);
		ck_assert(strstr(error->message, copy) != NULL);
	}
}
END_TEST

START_TEST(wrong_addresses)
{
	static const char *const rows[] = {"",        "127.0.0.1:80", "tcp:",      "tcp:host",
	                                   "tcp::80", "unix:",        "tcp:host:", "udp:x:1"};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *copy = g_strdup(rows[i]);
		Options options = {copy};
		g_autoptr(RigLink) link = socket_link(&options);
		g_autoptr(GError) error = NULL;
		ck_assert(!rig_link_open(link, soon(), &error));
		ck_assert_msg(strstr(error->message, "write tcp:HOST:PORT or unix:PATH") != NULL, "%s: %s",
		              rows[i], error->message);
	}
	g_autofree char *filler = g_strnfill(200, 'x');
	g_autofree char *endless = g_strconcat("unix:/", filler, NULL);
	Options options = {endless};
	g_autoptr(RigLink) link = socket_link(&options);
	ck_assert(!rig_link_open(link, soon(), NULL));
}
END_TEST

START_TEST(connecting_keeps_to_deadline_and_stop)
{
	/* A unix listener whose queue is full refuses at once; a TCP one lets the next wait. */
	char address[64];
	int listener = listen_tcp(address, sizeof address);
	Options options = {address};
	RigLink *links[16] = {NULL};
	g_autoptr(GError) error = NULL;
	guint count = 0;
	do {
		links[count] = socket_link(&options);
	} while (rig_link_open(links[count], rig_clock_after(&rig_clock_monotonic, 50000), &error) &&
	         ++count < G_N_ELEMENTS(links) - 1);
	ck_assert_uint_lt(count, G_N_ELEMENTS(links) - 1);
	ck_assert(strstr(error->message, "timed out") != NULL);
	g_clear_error(&error);
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "", 1), 1);
	links[count]->stop_fd = ends[0];
	ck_assert(!rig_link_open(links[count], soon(), &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
	for (guint i = 0; i <= count; i++)
		rig_link_free(links[i]);
	close(listener);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static Suite *socket_suite(void)
{
	Suite *suite = suite_create("socket link");
	TCase *socket_case = tcase_create("socket");
	tcase_set_timeout(socket_case, 60);
	tcase_add_test(socket_case, tcp);
	tcase_add_test(socket_case, unix_socket);
	tcase_add_test(socket_case, nobody_listens);
	tcase_add_test(socket_case, wrong_addresses);
	tcase_add_test(socket_case, connecting_keeps_to_deadline_and_stop);
	suite_add_tcase(suite, socket_case);
	return suite;
}

RIG_TEST_MAIN(socket_suite)
