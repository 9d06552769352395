/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/bytes.h>

static const char bytes_digits[] = "0123456789abcdef";

char *rig_hex_encode(char *text, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		*text++ = bytes_digits[data[i] >> 4];
		*text++ = bytes_digits[data[i] & 15];
	}
	return text;
}

gboolean rig_hex_decode(guint8 *data, const char *text, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
		if (low < 0)
			return FALSE;
		data[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

/* Half-byte table of the reflected polynomial 0xEDB88320: 64 bytes that stay in the cache. */
static const guint32 bytes_crc_table[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

guint32 rig_crc32(guint32 crc, const void *data, gsize size)
{
	const guint8 *byte = data;
	crc = ~crc;
	for (gsize i = 0; i < size; i++) {
		crc = bytes_crc_table[(crc ^ byte[i]) & 15] ^ crc >> 4;
		crc = bytes_crc_table[(crc ^ byte[i] >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}
