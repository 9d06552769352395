/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes on a wire: explicit endian reads and writes, hex, CRC-32. Pure functions. */
#ifndef RIG_BYTES_H
#define RIG_BYTES_H

#include <glib.h>

static inline guint16 rig_get_le16(const guint8 *p)
{
	return (guint16)(p[0] | (guint16)(p[1] << 8));
}

static inline guint32 rig_get_le32(const guint8 *p)
{
	return (guint32)p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 | (guint32)p[3] << 24;
}

static inline void rig_put_le32(guint8 *p, guint32 value)
{
	p[0] = (guint8)value;
	p[1] = (guint8)(value >> 8);
	p[2] = (guint8)(value >> 16);
	p[3] = (guint8)(value >> 24);
}

static inline guint64 rig_get_le64(const guint8 *p)
{
	return (guint64)rig_get_le32(p) | (guint64)rig_get_le32(p + 4) << 32;
}

static inline void rig_put_le64(guint8 *p, guint64 value)
{
	rig_put_le32(p, (guint32)value);
	rig_put_le32(p + 4, (guint32)(value >> 32));
}

/* Writes 2*size lower-case hex digits and no NUL to `text`; returns the byte after them. */
char *rig_hex_encode(char *text, const guint8 *data, gsize size);

/* Reads 2*size hex digits of either case. FALSE (data undefined) on any other character. */
gboolean rig_hex_decode(guint8 *data, const char *text, gsize size);

/*
 * CRC-32/ISO-HDLC (poly 0x04C11DB7 reflected, init and xorout 0xFFFFFFFF; check value
 * of "123456789" is 0xCBF43926). Start with crc = 0; feed the last result to go on.
 */
guint32 rig_crc32(guint32 crc, const void *data, gsize size);

#endif
