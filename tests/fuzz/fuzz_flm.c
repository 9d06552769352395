/* SPDX-License-Identifier: Apache-2.0 */
/* Flash algorithms that vendors ship: ELF files with a description of the memory. */
#include "../../drivers/target/flm.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* What was taken must hang together, for a core will run it. */
static void fuzz_check(const Flm *flm)
{
	const guint32 functions[] = {flm->init, flm->uninit, flm->erase_sector, flm->program_page};
	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
		if (functions[i] >= flm->code->len)
			g_error("a function at 0x%x of %u bytes", functions[i], flm->code->len);
	for (guint i = 0; i < 64; i++) {
		guint32 address = flm->address + (guint32)((guint64)flm->bytes * i / 64);
		guint32 base = 0, bytes = 0;
		flm_sector(flm, address, &base, &bytes);
		if (bytes == 0 || address < base || address - base >= bytes)
			g_error("0x%x is not in its sector of %u bytes at 0x%x", address, bytes, base);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	Flm flm;
	g_autoptr(GError) error = NULL;
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree guint8 *file = g_memdup2(data, MAX(size, 1));
	gboolean good = flm_parse("fuzz", file, size, &flm, &error);
	if (good == (error != NULL))
		g_error("good %d, and an error %d", good, error != NULL);
	if (good)
		fuzz_check(&flm);
	flm_clear(&flm);
	return 0;
}
