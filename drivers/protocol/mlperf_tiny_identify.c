/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware says of itself. */
#include "mlperf_tiny_parse.h"

#include <string.h>

#define IDENTIFY_READS     4u /* two equal ones in a row are needed where nothing is sealed */
#define IDENTIFY_BUILD_MAX 128u

/* The answers; strings owned. */
typedef struct Card {
	char *name, *profile, *model, *build;
	gint64 stack_bytes, stack_used_bytes;
} Card;

static void identify_clear(Card *card)
{
	g_free(card->name);
	g_free(card->profile);
	g_free(card->model);
	g_free(card->build);
	*card = (Card){.stack_bytes = -1, .stack_used_bytes = -1};
}

static void identify_begin(gpointer state)
{
	identify_clear(state);
}

/* A bracketed text that comes once. */
static TinyTake identify_text(char **field, TinyText text)
{
	TinyText inside;
	if (*field != NULL || !tiny_parse_bracketed(text, &inside) || !tiny_parse_printable(inside))
		return TINY_WRONG;
	*field = g_strndup(inside.at, inside.size);
	return TINY_TAKEN;
}

static TinyTake identify_name_line(gpointer state, TinyText line)
{
	Card *card = state;
	if (!tiny_text_skip(&line, TINY_TEXT("m-name-")))
		return TINY_FOREIGN;
	const char *bracket = memchr(line.at, '[', line.size);
	if (bracket == NULL || bracket == line.at || bracket[-1] != '-')
		return TINY_WRONG;
	gsize head = (gsize)(bracket - line.at);
	return identify_text(&card->name, (TinyText){bracket, line.size - head});
}

static const char *identify_name_missing(gpointer state)
{
	const Card *card = state;
	return card->name != NULL ? NULL : "m-name-dut-[…]";
}

static TinyTake identify_profile_line(gpointer state, TinyText line)
{
	Card *card = state;
	if (tiny_text_skip(&line, TINY_TEXT("m-profile-")))
		return identify_text(&card->profile, line);
	if (tiny_text_skip(&line, TINY_TEXT("m-model-")))
		return identify_text(&card->model, line);
	return TINY_FOREIGN;
}

static const char *identify_profile_missing(gpointer state)
{
	const Card *card = state;
	if (card->profile == NULL)
		return "m-profile-[…]";
	return card->model != NULL ? NULL : "m-model-[…]";
}

static gboolean identify_same(const Card *a, const Card *b)
{
	return g_strcmp0(a->name, b->name) == 0 && g_strcmp0(a->profile, b->profile) == 0 &&
	       g_strcmp0(a->model, b->model) == 0;
}

/* Asks until two answers in a row agree; once where they are sealed. Fills *card, the state. */
static gboolean identify_agree(Tiny *t, TinyAsk *ask, Card *card, gint64 deadline_us,
                               GError **error)
{
	Card before = {0};
	gboolean ok = FALSE, asked = TRUE;
	ask->state = card;
	for (guint i = 0; i < IDENTIFY_READS && asked && !ok; i++) {
		identify_clear(&before);
		before = *card;
		*card = (Card){0};
		asked = tiny_ask(t, ask, deadline_us, error);
		ok = asked && (t->extended || (i > 0 && identify_same(&before, card)));
		if (i > 0 && asked && !ok)
			tiny_repeat(t, ask->command, "two answers differ");
	}
	identify_clear(&before);
	if (asked && !ok)
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
		            "the answers to `%s` keep differing: check cable, ground and baud rate",
		            ask->command);
	return ok;
}

static gboolean identify_is_build(TinyText text)
{
	if (text.size == 0 || text.size > IDENTIFY_BUILD_MAX)
		return FALSE;
	for (gsize i = 0; i < text.size; i++) {
		if (!g_ascii_isxdigit(text.at[i]) || g_ascii_isupper(text.at[i]))
			return FALSE;
	}
	return TRUE;
}

static TinyTake identify_id_line(gpointer state, TinyText line)
{
	Card *card = state;
	TinyText inside;
	if (tiny_text_skip(&line, TINY_TEXT("m-x-build-"))) {
		if (!tiny_parse_bracketed(line, &inside) || !identify_is_build(inside))
			return TINY_WRONG;
		return identify_text(&card->build, line);
	}
	if (!tiny_text_skip(&line, TINY_TEXT("m-x-stack-")))
		return TINY_FOREIGN;
	guint64 size = 0, used = 0;
	if (!tiny_parse_bracketed(line, &inside) || !tiny_parse_unsigned(&inside, G_MAXUINT32, &size) ||
	    !tiny_text_skip(&inside, TINY_TEXT(" ")) ||
	    !tiny_parse_unsigned(&inside, G_MAXUINT32, &used) || inside.size > 0)
		return TINY_WRONG;
	card->stack_bytes = (gint64)size;
	card->stack_used_bytes = (gint64)used;
	return TINY_TAKEN;
}

/* Build and stack, where the extension offers them. */
static gboolean identify_build(Tiny *t, RigIdentity *identity, gint64 deadline_us, GError **error)
{
	if (!t->extended)
		return TRUE;
	/* The first `help` was not sealed: what it lacks may have been lost. */
	if (!(t->extension.build && t->extension.stack) &&
	    !tiny_reread_extension(t, deadline_us, error))
		return FALSE;
	if (!t->extension.build && !t->extension.stack)
		return TRUE;
	Card card = {0};
	const TinyAsk ask = {.command = "x id",
	                     .length = 4,
	                     .state = &card,
	                     .begin = identify_begin,
	                     .line = identify_id_line};
	gboolean ok = tiny_ask(t, &ask, deadline_us, error);
	if (ok) {
		identity->build = g_steal_pointer(&card.build);
		identity->stack_bytes = card.stack_bytes;
		identity->stack_used_bytes = card.stack_used_bytes;
	}
	identify_clear(&card);
	return ok;
}

gboolean tiny_identify(Tiny *t, RigIdentity *identity, gint64 deadline_us, GError **error)
{
	TinyAsk name = {.command = "name",
	                .length = 4,
	                .begin = identify_begin,
	                .line = identify_name_line,
	                .missing = identify_name_missing};
	TinyAsk profile = {.command = "profile",
	                   .length = 7,
	                   .begin = identify_begin,
	                   .line = identify_profile_line,
	                   .missing = identify_profile_missing};
	Card named = {0}, profiled = {0};
	identity->stack_bytes = identity->stack_used_bytes = -1;
	gboolean ok = identify_agree(t, &name, &named, deadline_us, error) &&
	              identify_agree(t, &profile, &profiled, deadline_us, error) &&
	              identify_build(t, identity, deadline_us, error);
	if (ok) {
		identity->name = g_steal_pointer(&named.name);
		identity->profile = g_steal_pointer(&profiled.profile);
		identity->model = g_steal_pointer(&profiled.model);
		identity->integrity = t->extended ? RIG_INTEGRITY_CHECKED : RIG_INTEGRITY_PLAUSIBLE;
	}
	identify_clear(&named);
	identify_clear(&profiled);
	return ok;
}
