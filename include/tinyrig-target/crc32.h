/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 for firmware: 64 bytes of table, two look-ups a byte, no start-up. */
#ifndef TINYRIG_TARGET_CRC32_H
#define TINYRIG_TARGET_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32/ISO-HDLC (poly 0x04C11DB7 reflected, init and xorout 0xFFFFFFFF; the same as zlib's
 * crc32; check value of "123456789" is 0xCBF43926). Start with crc = 0; feed the last result
 * to go on.
 */
static inline uint32_t tinyrig_crc32(uint32_t crc, const void *data, size_t size)
{
	static const uint32_t nibbles[16] = {
	    0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u,
	    0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
	    0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
	};
	const uint8_t *bytes = data;

	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ nibbles[crc & 15u];
		crc = crc >> 4 ^ nibbles[crc & 15u];
	}
	return ~crc;
}

#endif
