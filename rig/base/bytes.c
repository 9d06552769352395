/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/bytes.h>
#include <zlib.h>

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

guint32 rig_crc32(guint32 crc, const void *data, gsize size)
{
	/* zlib begins anew where there is no buffer. */
	if (size == 0)
		return crc;
	return (guint32)crc32_z(crc, data, size);
}
