/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/cortex.h>

#define NAMES_ARM 0x41u

char *rig_cortex_name(guint32 cpuid)
{
	/* CPUID.PartNo of each core's reference manual. */
	static const struct {
		guint part;
		const char *name;
	} parts[] = {{0xc20, "Cortex-M0"},  {0xc21, "Cortex-M1"},   {0xc23, "Cortex-M3"},
	             {0xc24, "Cortex-M4"},  {0xc27, "Cortex-M7"},   {0xc60, "Cortex-M0+"},
	             {0xd20, "Cortex-M23"}, {0xd21, "Cortex-M33"},  {0xd22, "Cortex-M55"},
	             {0xd23, "Cortex-M85"}, {0xd31, "Cortex-M35P"}, {0xd24, "Cortex-M52"}};
	guint part = cpuid >> 4 & 0xfffu, variant = cpuid >> 20 & 0xfu, revision = cpuid & 0xfu;
	const char *name = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(parts) && cpuid >> 24 == NAMES_ARM; i++) {
		if (parts[i].part == part)
			name = parts[i].name;
	}
	if (name == NULL)
		return g_strdup_printf("unknown core (CPUID 0x%08x)", cpuid);
	return g_strdup_printf("%s r%up%u", name, variant, revision);
}
