/* SPDX-License-Identifier: Apache-2.0 */
#include "probe_bed.h"

#include "test.h"
#include <string.h>

static gboolean bed_reach(guint32 address, guint size)
{
	return address >= PROBE_BED_RAM && address - PROBE_BED_RAM <= PROBE_BED_BYTES - size;
}

static gboolean bed_read(gpointer user, guint32 address, guint size, guint32 *value)
{
	ProbeBed *bed = user;

	ck_assert_uint_eq(address % size, 0);
	*value = 0;
	if (!bed_reach(address, size))
		return FALSE;
	for (guint i = 0; i < size; i++)
		*value |= (guint32)bed->memory[address - PROBE_BED_RAM + i] << 8 * i;
	return TRUE;
}

static gboolean bed_write(gpointer user, guint32 address, guint size, guint32 value)
{
	ProbeBed *bed = user;

	ck_assert_uint_eq(address % size, 0);
	if (!bed_reach(address, size))
		return FALSE;
	bed->writes++;
	for (guint i = 0; i < size; i++)
		bed->memory[address - PROBE_BED_RAM + i] = (guint8)(value >> 8 * i);
	return TRUE;
}

static gboolean bed_read_ap(gpointer user, guint select, guint address, guint32 *value)
{
	ProbeBed *bed = user;

	return memap_read(bed->memap, select, address, value);
}

static gboolean bed_write_ap(gpointer user, guint select, guint address, guint32 value)
{
	ProbeBed *bed = user;

	return memap_write(bed->memap, select, address, value);
}

static guint bed_trouble(gpointer user)
{
	ProbeBed *bed = user;

	gint at = (gint)++bed->transfers;
	gboolean meets =
	    bed->trouble_at > 0 && at >= bed->trouble_at && at - bed->trouble_at <= bed->trouble_count;
	return meets ? bed->trouble : 0;
}

static WiringDrive bed_rise(gpointer user, gboolean level)
{
	ProbeBed *bed = user;

	return swdp_rise(bed->swdp, level);
}

static void bed_reset(gpointer user, gboolean is_low)
{
	ProbeBed *bed = user;

	bed->is_reset = is_low;
}

void probe_bed_begin(ProbeBed *bed, WiringKind wiring, const MemapKind *kind)
{
	static const MemapKind usual = {
	    .idr = 0x24770011, .base = 0xe00ff003, .has_packed = TRUE, .increment_span = 1024};
	const MemapBus bus = {bed_read, bed_write, bed};
	const SwdpAp ap = {bed_read_ap, bed_write_ap, bed_trouble, bed};
	const WiringTarget target = {bed_rise, bed_reset, NULL, bed};
	/* The divider off, 30 MHz, TDI high, SWCLK and TDI outputs. */
	const guint8 begin[] = {0x8a, 0x86, 0, 0, 0x80, 0x02, 0x0b};

	memset(bed, 0, sizeof *bed);
	bed->memap = memap_new(kind == NULL ? &usual : kind, &bus);
	bed->swdp = swdp_new(PROBE_BED_DPIDR, TRUE, &ap);
	bed->wiring = wiring_new(wiring, &target);
	const MpsseBus pins = {wiring_set_pins, wiring_get_pins, bed->wiring};
	bed->mpsse = mpsse_new(&pins);
	mpsse_set_on(bed->mpsse, TRUE);
	probe_bed_send(bed, begin, sizeof begin);
}

void probe_bed_end(ProbeBed *bed)
{
	mpsse_free(bed->mpsse);
	wiring_free(bed->wiring);
	swdp_free(bed->swdp);
	memap_free(bed->memap);
}

void probe_bed_send(ProbeBed *bed, const guint8 *data, gsize size)
{
	ck_assert_uint_ge(mpsse_room(bed->mpsse), size);
	mpsse_write(bed->mpsse, data, size);
}

gsize probe_bed_take(ProbeBed *bed, guint8 *data, gsize max)
{
	return mpsse_read(bed->mpsse, data, max);
}

void probe_bed_connect(ProbeBed *bed)
{
	static const guint8 sequence[] = {0x19, 16,   0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                                  0x9e, 0xe7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

	probe_bed_send(bed, sequence, sizeof sequence);
}

guint probe_bed_transfer(ProbeBed *bed, guint header, guint32 *value)
{
	guint64 word = header, in = 0;
	guint8 bytes[9] = {0x39, 5, 0};

	if ((header & 4) != 0)
		word |= ((G_GUINT64_CONSTANT(1) << 38) - 1) << 8;
	else
		word |= (guint64)0x1f << 8 | (guint64)*value << 13 |
		        (guint64)(guint)__builtin_parity(*value) << 45;
	for (guint i = 0; i < 6; i++)
		bytes[3 + i] = (guint8)(word >> 8 * i);
	probe_bed_send(bed, bytes, sizeof bytes);
	ck_assert_uint_eq(probe_bed_take(bed, bytes, sizeof bytes), 6);
	for (guint i = 0; i < 6; i++)
		in |= (guint64)bytes[i] << 8 * i;
	guint ack = (guint)(in >> 9) & 7U;
	if ((header & 4) == 0)
		return ack;
	*value = (guint32)(in >> 12);
	return ack == 1 && (guint)__builtin_parity(*value) != ((guint)(in >> 44) & 1U) ? 8 : ack;
}

guint probe_bed_read(ProbeBed *bed, guint header, guint32 *value)
{
	return probe_bed_transfer(bed, header, value);
}

guint probe_bed_write(ProbeBed *bed, guint header, guint32 value)
{
	return probe_bed_transfer(bed, header, &value);
}

void probe_bed_idle(ProbeBed *bed, guint clocks)
{
	for (guint i = 0; i < clocks; i++) {
		const guint8 bit[] = {0x1b, 0, 0};
		probe_bed_send(bed, bit, sizeof bit);
	}
}

void probe_bed_power_up(ProbeBed *bed, guint32 stat, guint32 csw)
{
	guint32 value = 0;

	probe_bed_connect(bed);
	ck_assert_uint_eq(probe_bed_read(bed, PROBE_READ_DPIDR, &value), 1);
	ck_assert_uint_eq(value, PROBE_BED_DPIDR);
	ck_assert_uint_eq(probe_bed_write(bed, PROBE_WRITE_STAT, stat), 1);
	ck_assert_uint_eq(probe_bed_read(bed, PROBE_READ_STAT, &value), 1);
	ck_assert_uint_eq(value, stat | 0xa0000000u);
	ck_assert_uint_eq(probe_bed_write(bed, PROBE_WRITE_CSW, csw), 1);
}
