/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the monitor: the words of a command, and the commands that have a file of their own. */
#ifndef TINYRIG_TARGET_COMMAND_H
#define TINYRIG_TARGET_COMMAND_H

#include "monitor.h"

#include <string.h>

/* Text inside the monitor's line: a word, or all that is left of a command. */
typedef struct TinyrigWord {
	const char *text;
	size_t size;
} TinyrigWord;

typedef struct TinyrigCommand {
	const char *name;
	void (*run)(TinyrigMonitor *monitor, TinyrigWord *arguments);
} TinyrigCommand;

/* The next word, taken from *rest; size 0 at the end. */
static inline TinyrigWord tinyrig_word_next(TinyrigWord *rest)
{
	size_t begin = 0;
	while (begin < rest->size && rest->text[begin] == ' ')
		begin++;
	size_t end = begin;
	while (end < rest->size && rest->text[end] != ' ')
		end++;

	TinyrigWord word = {rest->text + begin, end - begin};
	rest->text += end;
	rest->size -= end;
	return word;
}

static inline bool tinyrig_word_is(TinyrigWord word, const char *name)
{
	return word.size == strlen(name) && memcmp(word.text, name, word.size) == 0;
}

/* As atoi: digits up to the first other character, 0 without any; stops at the largest int32_t. */
static inline int32_t tinyrig_word_decimal(TinyrigWord word)
{
	bool negative = word.size > 0 && word.text[0] == '-';
	size_t at = negative || (word.size > 0 && word.text[0] == '+') ? 1 : 0;
	int32_t value = 0;

	for (; at < word.size && word.text[at] >= '0' && word.text[at] <= '9'; at++) {
		int32_t digit = word.text[at] - '0';
		if (value > (INT32_MAX - digit) / 10)
			value = INT32_MAX;
		else
			value = value * 10 + digit;
	}
	return negative ? -value : value;
}

/* e-[Unknown command: A B]; B may be empty. */
void tinyrig_command_unknown(TinyrigMonitor *monitor, TinyrigWord a, TinyrigWord b);

void tinyrig_command_infer(TinyrigMonitor *monitor, TinyrigWord *arguments);
void tinyrig_command_results(TinyrigMonitor *monitor, TinyrigWord *arguments);
void tinyrig_command_x(TinyrigMonitor *monitor, TinyrigWord *arguments);

#endif
