/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 for firmware that has 4 KiB of flash to spare for it: a word a step, about 4 instructions
 * a byte on a Cortex-M4, a quarter of what crc32.h takes. ("Slicing-by-4": Kounavis and Berry,
 * 2005.)
 */
#ifndef TINYRIG_TARGET_CRC32_WORDS_H
#define TINYRIG_TARGET_CRC32_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A CRC is linear: each entry is the sum of those of its bits. */
#define TINYRIG_CRC_BIT(n, bit, value) (((n) >> (bit)&1u) != 0 ? (value) : 0u)
#define TINYRIG_CRC_OF(n, b0, b1, b2, b3, b4, b5, b6, b7)                                          \
	(TINYRIG_CRC_BIT(n, 0, b0) ^ TINYRIG_CRC_BIT(n, 1, b1) ^ TINYRIG_CRC_BIT(n, 2, b2) ^           \
	 TINYRIG_CRC_BIT(n, 3, b3) ^ TINYRIG_CRC_BIT(n, 4, b4) ^ TINYRIG_CRC_BIT(n, 5, b5) ^           \
	 TINYRIG_CRC_BIT(n, 6, b6) ^ TINYRIG_CRC_BIT(n, 7, b7))
/* Of a byte, and of one that 1, 2 or 3 zero bytes follow. */
#define TINYRIG_CRC_0(n)                                                                           \
	TINYRIG_CRC_OF(n, 0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u,             \
	               0x3b6e20c8u, 0x76dc4190u, 0xedb88320u)
#define TINYRIG_CRC_1(n)                                                                           \
	TINYRIG_CRC_OF(n, 0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u,             \
	               0x958424a2u, 0xf0794f05u, 0x3b83984bu)
#define TINYRIG_CRC_2(n)                                                                           \
	TINYRIG_CRC_OF(n, 0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u,             \
	               0x384d46e0u, 0x709a8dc0u, 0xe1351b80u)
#define TINYRIG_CRC_3(n)                                                                           \
	TINYRIG_CRC_OF(n, 0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu,             \
	               0xa032af3eu, 0x9b14583du, 0xed59b63bu)
#define TINYRIG_CRC_X4(of, n) of(n), of((n) + 1), of((n) + 2), of((n) + 3)
#define TINYRIG_CRC_X16(of, n)                                                                     \
	TINYRIG_CRC_X4(of, n), TINYRIG_CRC_X4(of, (n) + 4), TINYRIG_CRC_X4(of, (n) + 8),               \
	    TINYRIG_CRC_X4(of, (n) + 12)
#define TINYRIG_CRC_X64(of, n)                                                                     \
	TINYRIG_CRC_X16(of, n), TINYRIG_CRC_X16(of, (n) + 16), TINYRIG_CRC_X16(of, (n) + 32),          \
	    TINYRIG_CRC_X16(of, (n) + 48)
#define TINYRIG_CRC_X256(of)                                                                       \
	{                                                                                              \
		TINYRIG_CRC_X64(of, 0u), TINYRIG_CRC_X64(of, 64u), TINYRIG_CRC_X64(of, 128u),              \
		    TINYRIG_CRC_X64(of, 192u)                                                              \
	}

/* The CRC of crc32.h. `data` is aligned to 4; a little-endian core. */
static inline uint32_t tinyrig_crc32_words(uint32_t crc, const void *data, size_t size)
{
	/* Not one array: each has a base register of its own. */
	static const uint32_t last[256] = TINYRIG_CRC_X256(TINYRIG_CRC_0);
	static const uint32_t third[256] = TINYRIG_CRC_X256(TINYRIG_CRC_1);
	static const uint32_t second[256] = TINYRIG_CRC_X256(TINYRIG_CRC_2);
	static const uint32_t first[256] = TINYRIG_CRC_X256(TINYRIG_CRC_3);
	const uint32_t *words = data;

	crc = ~crc;
#pragma GCC unroll 4
	for (; size >= 4; size -= 4) {
		crc ^= *words++;
		crc =
		    first[crc & 255u] ^ second[crc >> 8 & 255u] ^ third[crc >> 16 & 255u] ^ last[crc >> 24];
	}
	const uint8_t *rest = (const uint8_t *)words;
	for (; size > 0; size--)
		crc = crc >> 8 ^ last[(crc ^ *rest++) & 255u];
	return ~crc;
}

#endif
