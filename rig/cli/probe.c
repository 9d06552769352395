/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/probe_session.h"

typedef struct {
	RigProbeOptions probe;
	gboolean json;
} ProbeOptions;

static const RigOption probe_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"json", 0, RIG_OPTION_FLAG, offsetof(ProbeOptions, json), NULL, "print JSON"},
    {0},
};

/* All that is found out; owned. */
typedef struct {
	RigCoreState state;
	char *core;
	GArray *aps, *components;
} ProbeFacts;

static void probe_clear(ProbeFacts *facts)
{
	g_free(facts->core);
	g_clear_pointer(&facts->aps, g_array_unref);
	g_clear_pointer(&facts->components, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProbeFacts, probe_clear)

/* IDR: C2.6.6. */
static const char *probe_ap_kind(guint32 idr)
{
	static const char *const memory[] = {
	    [1] = "AHB3-AP", [2] = "APB-AP", [4] = "AXI-AP", [5] = "AHB5-AP", [6] = "APB4-AP"};
	guint type = idr & 0xfU;
	if ((idr >> 13 & 0xfU) != 8)
		return "no memory (a vendor's own)";
	return type < G_N_ELEMENTS(memory) && memory[type] != NULL ? memory[type] : "memory";
}

static void probe_print(const RigProbeSession *session, const ProbeFacts *facts)
{
	const RigProbe *probe = session->held->wiring->probe;
	const RigDapIdentity *identity = rig_dap_identity(session->dap);
	printf("probe   %s, SWCLK %u.%03u MHz\n", probe->identity, probe->clock_hz / 1000000,
	       probe->clock_hz / 1000 % 1000);
	printf("DPIDR   0x%08x: version %u, designer 0x%03x, part 0x%02x\n", identity->dpidr,
	       identity->dpidr >> 12 & 0xfU, identity->dpidr >> 1 & 0x7ffU,
	       identity->dpidr >> 20 & 0xffU);
	printf("core    %s, %s\n", facts->core, rig_core_state_word(facts->state));
	for (guint i = 0; i < facts->aps->len; i++) {
		const RigDapAp *ap = &g_array_index(facts->aps, RigDapAp, i);
		printf("AP %-3u  0x%08x: %s, ROM table 0x%08x\n", ap->number, ap->idr,
		       probe_ap_kind(ap->idr), ap->base & ~0xfffU);
	}
	for (guint i = 0; i < facts->components->len; i++) {
		const RigDapComponent *each = &g_array_index(facts->components, RigDapComponent, i);
		printf("%*s0x%08x  ", 8 + 2 * (int)each->depth, "", each->address);
		if (!each->is_readable)
			puts("cannot be read");
		else if (each->name != NULL)
			puts(each->name);
		else
			printf("part 0x%03x, class %u\n", (guint)(each->pidr & 0xfff), each->component_class);
	}
}

static json_t *probe_json_components(const GArray *components)
{
	json_t *list = json_array();
	for (guint i = 0; i < components->len; i++) {
		const RigDapComponent *each = &g_array_index(components, RigDapComponent, i);
		json_array_append_new(list, json_pack("{s:I, s:i, s:b, s:i, s:I, s:s?}", "address",
		                                      (json_int_t)each->address, "depth", (int)each->depth,
		                                      "readable", each->is_readable, "class",
		                                      (int)each->component_class, "pidr",
		                                      (json_int_t)each->pidr, "name", each->name));
	}
	return list;
}

static void probe_print_json(const RigProbeSession *session, const ProbeFacts *facts)
{
	const RigProbe *probe = session->held->wiring->probe;
	const RigDapIdentity *identity = rig_dap_identity(session->dap);
	json_t *aps = json_array();
	for (guint i = 0; i < facts->aps->len; i++) {
		const RigDapAp *ap = &g_array_index(facts->aps, RigDapAp, i);
		json_array_append_new(aps, json_pack("{s:i, s:I, s:I, s:s}", "number", (int)ap->number,
		                                     "idr", (json_int_t)ap->idr, "base",
		                                     (json_int_t)ap->base, "kind", probe_ap_kind(ap->idr)));
	}
	json_t *root = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:o, s:o}", "board",
	                         session->held->board->name, "probe", probe->identity, "swclk_hz",
	                         (json_int_t)probe->clock_hz, "dpidr", (json_int_t)identity->dpidr,
	                         "cpuid", (json_int_t)identity->cpuid, "core", facts->core, "state",
	                         rig_core_state_word(facts->state), "aps", aps, "components",
	                         probe_json_components(facts->components));
	char *text = json_dumps(root, JSON_INDENT(2));
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(root);
}

static gboolean probe_job(RigProbeSession *session, GError **error)
{
	const ProbeOptions *options = session->invocation->options;
	g_auto(ProbeFacts) facts = {0};
	if (!rig_cortex_state(session->cortex, &facts.state, error))
		return FALSE;
	facts.core = rig_cortex_name(rig_dap_identity(session->dap)->cpuid);
	facts.aps = rig_dap_scan_aps(session->dap, error);
	facts.components = facts.aps == NULL ? NULL : rig_dap_walk_rom(session->dap, error);
	if (facts.components == NULL)
		return FALSE;
	(options->json ? probe_print_json : probe_print)(session, &facts);
	return TRUE;
}

static int probe_command(const RigInvocation *invocation)
{
	return rig_probe_session(invocation, invocation->words[0], probe_job);
}

const RigCommand rig_command_probe = {
    .name = "probe",
    .arguments = "BOARD",
    .about = "show what a board's debug probe finds: port, core, components",
    .details = "The core is not halted.",
    .options = probe_options,
    .options_size = sizeof(ProbeOptions),
    .least = 1,
    .most = 1,
    .run = probe_command,
};
