/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counts of a line's receive errors (TIOCGICOUNT, linux/serial.h). */
#include "serial_internal.h"

#include <linux/serial.h>
#include <sys/ioctl.h>

typedef enum { COUNTERS_LINE, COUNTERS_SPEED } CountersCause;

static const struct {
	const char *one, *many;
	CountersCause cause;
} counters_table[] = {
    {"framing error", "framing errors", COUNTERS_LINE},
    {"parity error", "parity errors", COUNTERS_LINE},
    {"break", "breaks", COUNTERS_LINE},
    {"overrun", "overruns", COUNTERS_SPEED},
    {"buffer overrun", "buffer overruns", COUNTERS_SPEED},
};

static const char *const counters_advice[] = {
    [COUNTERS_LINE] = "check baud, cable and ground",
    [COUNTERS_SPEED] = "bytes came faster than they were fetched: lower baud, or use flow: rts-cts",
};

static gboolean counters_fetch(int fd, guint32 counts[G_N_ELEMENTS(counters_table)])
{
	struct serial_icounter_struct told = {0};
	if (ioctl(fd, TIOCGICOUNT, &told) != 0)
		return FALSE;
	const int rows[G_N_ELEMENTS(counters_table)] = {told.frame, told.parity, told.brk, told.overrun,
	                                                told.buf_overrun};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		counts[i] = (guint32)rows[i];
	return TRUE;
}

/* NULL: nothing has grown; caller frees. */
static char *counters_tell(const SerialCounters *counters, const guint32 *counts, gint64 now_us)
{
	g_autoptr(GString) text = g_string_new(NULL);
	gboolean caused[G_N_ELEMENTS(counters_advice)] = {FALSE};
	for (gsize i = 0; i < G_N_ELEMENTS(counters_table); i++) {
		guint32 grown = counts[i] - counters->last[i]; /* right across a wrap-around as well */
		if (grown == 0)
			continue;
		g_string_append_printf(text, "%s%u %s", text->len == 0 ? "serial: " : ", ", grown,
		                       grown == 1 ? counters_table[i].one : counters_table[i].many);
		caused[counters_table[i].cause] = TRUE;
	}
	if (text->len == 0)
		return NULL;
	g_string_append_printf(text, " in the last %.3f s",
	                       (double)(now_us - counters->since_us) / G_USEC_PER_SEC);
	for (gsize i = 0; i < G_N_ELEMENTS(counters_advice); i++) {
		if (caused[i])
			g_string_append_printf(text, "; %s", counters_advice[i]);
	}
	return g_strdup(text->str);
}

char *serial_counters_read(SerialCounters *counters, int fd, gint64 now_us)
{
	guint32 counts[G_N_ELEMENTS(counters_table)];
	G_STATIC_ASSERT(G_N_ELEMENTS(counters->last) == G_N_ELEMENTS(counts));
	if (!counters_fetch(fd, counts))
		return NULL;
	char *text = counters->known ? counters_tell(counters, counts, now_us) : NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
		counters->last[i] = counts[i];
	counters->known = TRUE;
	counters->since_us = now_us;
	return text;
}
