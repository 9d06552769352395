/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include "crc32.h"

#include <string.h>

#define REPLY_LIMBS 5u /* of 32 bits: the largest float, rounded up to whole limbs */

static const char reply_hex_digits[] = "0123456789abcdef";

/* Into the buffer, without the chain: line ends and seals are not part of a line's text. */
static void reply_raw(TinyrigReply *reply, const char *data, size_t size)
{
	while (size > 0) {
		size_t room = reply->size - reply->used;
		size_t part = size < room ? size : room;

		memcpy(reply->buffer + reply->used, data, part);
		reply->used += part;
		data += part;
		size -= part;
		if (reply->used == reply->size)
			tinyrig_reply_flush(reply);
	}
}

void tinyrig_reply_begin(TinyrigReply *reply, const char *command, size_t size)
{
	reply->chain = tinyrig_crc32(0, command, size);
}

void tinyrig_reply_bytes(TinyrigReply *reply, const char *text, size_t size)
{
	if (reply->sealed)
		reply->chain = tinyrig_crc32(reply->chain, text, size);
	reply_raw(reply, text, size);
}

void tinyrig_reply_text(TinyrigReply *reply, const char *text)
{
	tinyrig_reply_bytes(reply, text, strlen(text));
}

void tinyrig_reply_unsigned(TinyrigReply *reply, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;

	/* Small cores divide 64 bits slowly, and few numbers need it. */
	for (; value > UINT32_MAX; value /= 10u)
		digits[--at] = (char)('0' + value % 10u);
	uint32_t rest = (uint32_t)value;
	do {
		digits[--at] = (char)('0' + rest % 10u);
		rest /= 10u;
	} while (rest > 0);
	tinyrig_reply_bytes(reply, digits + at, sizeof digits - at);
}

void tinyrig_reply_signed(TinyrigReply *reply, int32_t value)
{
	uint32_t magnitude = (uint32_t)value;

	if (value < 0) {
		tinyrig_reply_text(reply, "-");
		magnitude = 0u - magnitude;
	}
	tinyrig_reply_unsigned(reply, magnitude);
}

static void reply_hex_text(char *text, uint32_t value, unsigned digits)
{
	for (unsigned i = digits; i > 0; i--) {
		text[i - 1] = reply_hex_digits[value & 15u];
		value >>= 4;
	}
}

void tinyrig_reply_hex(TinyrigReply *reply, uint32_t value, unsigned digits)
{
	char text[8];

	reply_hex_text(text, value, digits);
	tinyrig_reply_bytes(reply, text, digits);
}

/* mantissa * 2^exponent * 1000 for exponent < 0, rounded half to even as printf does. */
static uint64_t reply_thousandths(uint32_t mantissa, int exponent)
{
	uint64_t scaled = (uint64_t)mantissa * 1000u; /* < 2^34 */
	unsigned shift = (unsigned)-exponent;

	if (shift > 35) /* less than a half */
		return 0;
	uint64_t quotient = scaled >> shift;
	uint64_t remainder = scaled - (quotient << shift);
	uint64_t half = (uint64_t)1 << (shift - 1);
	if (remainder > half || (remainder == half && (quotient & 1u) != 0))
		quotient++;
	return quotient;
}

/* mantissa << exponent in limbs, least first. exponent is 0..104. */
static void reply_shift(uint32_t limbs[REPLY_LIMBS], uint32_t mantissa, int exponent)
{
	unsigned limb = (unsigned)exponent / 32u, bit = (unsigned)exponent % 32u;
	uint64_t wide = (uint64_t)mantissa << bit;

	memset(limbs, 0, REPLY_LIMBS * sizeof limbs[0]);
	limbs[limb] = (uint32_t)wide;
	limbs[limb + 1] = (uint32_t)(wide >> 32);
}

/* Divides by ten in place; returns the remainder. */
static unsigned reply_divide(uint32_t limbs[REPLY_LIMBS])
{
	uint64_t remainder = 0;

	for (unsigned i = REPLY_LIMBS; i > 0; i--) {
		uint64_t part = remainder << 32 | limbs[i - 1];
		limbs[i - 1] = (uint32_t)(part / 10u);
		remainder = part % 10u;
	}
	return (unsigned)remainder;
}

static bool reply_is_zero(const uint32_t limbs[REPLY_LIMBS])
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < REPLY_LIMBS; i++)
		bits |= limbs[i];
	return bits == 0;
}

void tinyrig_reply_float(TinyrigReply *reply, float value)
{
	uint32_t bits, limbs[REPLY_LIMBS];
	char digits[48];
	size_t at = sizeof digits;

	memcpy(&bits, &value, sizeof bits);
	if (bits >> 31)
		tinyrig_reply_text(reply, "-");
	uint32_t mantissa = bits & 0x7fffffu;
	int exponent = (int)(bits >> 23 & 255u);
	if (exponent == 255) {
		tinyrig_reply_text(reply, mantissa != 0 ? "nan" : "inf");
		return;
	}
	if (exponent > 0)
		mantissa |= 0x800000u;
	else
		exponent = 1; /* subnormal */
	exponent -= 150;  /* the value is mantissa * 2^exponent */

	uint64_t thousandths = 0;
	if (exponent < 0) {
		thousandths = reply_thousandths(mantissa, exponent);
		reply_shift(limbs, (uint32_t)(thousandths / 1000u), 0);
	} else {
		reply_shift(limbs, mantissa, exponent);
	}
	uint32_t fraction = (uint32_t)(thousandths % 1000u);
	for (unsigned i = 0; i < 3; i++) {
		digits[--at] = (char)('0' + fraction % 10u);
		fraction /= 10u;
	}
	digits[--at] = '.';
	do
		digits[--at] = (char)('0' + reply_divide(limbs));
	while (!reply_is_zero(limbs));
	tinyrig_reply_bytes(reply, digits + at, sizeof digits - at);
}

void tinyrig_reply_end_line(TinyrigReply *reply)
{
	char seal[9] = "*";

	if (reply->sealed) {
		reply_hex_text(seal + 1, reply->chain, 8);
		reply_raw(reply, seal, sizeof seal);
	}
	reply_raw(reply, "\r\n", 2);
}

void tinyrig_reply_line(TinyrigReply *reply, const char *text)
{
	tinyrig_reply_text(reply, text);
	tinyrig_reply_end_line(reply);
}

void tinyrig_reply_number_line(TinyrigReply *reply, const char *before, uint32_t value,
                               const char *after)
{
	tinyrig_reply_text(reply, before);
	tinyrig_reply_unsigned(reply, value);
	tinyrig_reply_line(reply, after);
}

void tinyrig_reply_flush(TinyrigReply *reply)
{
	if (reply->used > 0)
		reply->write(reply->user, reply->buffer, reply->used);
	reply->used = 0;
}
