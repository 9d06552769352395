/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reply lines of firmware: text and numbers gathered in the caller's buffer, so that a reply
 * leaves in one write, and sealed with a chained CRC-32 on request (docs/protocol.md).
 * C99 without libc: no allocation, no stdio, no floating-point arithmetic.
 */
#ifndef TINYRIG_TARGET_REPLY_H
#define TINYRIG_TARGET_REPLY_H

#include "firmware.h"

typedef struct TinyrigReply {
	TinyrigWrite write;
	void *user;
	char *buffer; /* borrowed */
	size_t size;  /* of the buffer, >= 1; one reply's length saves writes, less is allowed */
	size_t used;
	uint32_t chain; /* CRC-32 over the command and all line texts so far */
	bool sealed;    /* lines end with * and the chain */
} TinyrigReply;

/* A reply to `command` begins: the chain starts with its CRC-32. */
void tinyrig_reply_begin(TinyrigReply *reply, const char *command, size_t size);

void tinyrig_reply_bytes(TinyrigReply *reply, const char *text, size_t size);
void tinyrig_reply_text(TinyrigReply *reply, const char *text); /* NUL-terminated */
void tinyrig_reply_unsigned(TinyrigReply *reply, uint64_t value);
void tinyrig_reply_signed(TinyrigReply *reply, int32_t value);
/* The last `digits` (1..8) hex digits of the value, lower case. */
void tinyrig_reply_hex(TinyrigReply *reply, uint32_t value, unsigned digits);
/* Exactly what printf("%0.3f", (double)value) prints, nan, inf and -0.000 included. */
void tinyrig_reply_float(TinyrigReply *reply, float value);

/* The seal where lines are sealed, then CR LF. */
void tinyrig_reply_end_line(TinyrigReply *reply);
/* tinyrig_reply_text and tinyrig_reply_end_line. */
void tinyrig_reply_line(TinyrigReply *reply, const char *text);
/* A line of text, a number, and text. */
void tinyrig_reply_number_line(TinyrigReply *reply, const char *before, uint32_t value,
                               const char *after);
/* Sends what is gathered. */
void tinyrig_reply_flush(TinyrigReply *reply);

#endif
