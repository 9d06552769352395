/* SPDX-License-Identifier: Apache-2.0 */
#include "run/postmortem.h"

#include <jansson.h>
#include <rig/bytes.h>
#include <rig/postmortem.h>
#include <string.h>

#include "data/image.h"
#include "run/libexec.h"
#include "run/program.h"

#define POSTMORTEM_US      (3 * G_USEC_PER_SEC)
#define POSTMORTEM_CALLERS 8u /* that are told of a stack that has overflown */
#define POSTMORTEM_NEAREST 3u /* of another */

/* Where the main stack must end, as startup code names it (the first: CMSIS; the last: Atmel). */
static const char *const postmortem_limits[] = {"__StackLimit", "__stack_limit", "_sstack"};

/* "digits_net_infer+0x24 (fixtures/firmware/digits_net.c:112)"; caller frees. */
static char *postmortem_spot(guint32 address, const json_t *names, gsize index)
{
	const json_t *it = json_array_get(names, index);
	const char *symbol = json_string_value(json_object_get(it, "symbol"));
	const char *file = json_string_value(json_object_get(it, "file"));
	if (symbol == NULL)
		return g_strdup_printf("0x%08x", address);
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%s+0x%x", symbol,
	                       (guint)json_integer_value(json_object_get(it, "offset")));
	if (file != NULL)
		g_string_append_printf(text, " (%s:%u)", g_str_has_prefix(file, "./") ? file + 2 : file,
		                       (guint)json_integer_value(json_object_get(it, "line")));
	return g_string_free(text, FALSE);
}

/* The names of addresses, and behind them where the limits are; NULL: nobody knows them. Caller
 * frees with json_decref. */
static json_t *postmortem_names(RigStation *station, const guint32 *addresses, gsize count)
{
	g_autofree char *program = rig_libexec_find("tinyrig-symbols");
	g_autoptr(GError) error = NULL;
	if (program == NULL || station->header->image == NULL)
		return NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(argv, g_strdup(program));
	g_ptr_array_add(argv, g_strdup(station->header->image));
	for (gsize i = 0; i < count; i++)
		g_ptr_array_add(argv, g_strdup_printf("0x%x", addresses[i]));
	for (gsize i = 0; i < G_N_ELEMENTS(postmortem_limits); i++)
		g_ptr_array_add(argv, g_strdup(postmortem_limits[i]));
	g_ptr_array_add(argv, NULL);
	RigProgram run = {.argv = (char **)argv->pdata,
	                  .deadline_us = rig_clock_after(station->clock, POSTMORTEM_US),
	                  .clock = station->clock,
	                  .stop_fd = station->stop_fd};
	RigProgramResult result;
	json_t *names = NULL;
	if (rig_program_run(&run, &result, &error))
		names = json_incref(result.answer);
	rig_program_result_clear(&result);
	return names;
}

static gboolean postmortem_halfword(const RigImage *image, guint32 address, guint16 *value)
{
	for (guint i = 0; i < image->segments->len; i++) {
		const RigSegment *segment = image->segments->pdata[i];
		gsize size = 0;
		const guint8 *data = g_bytes_get_data(segment->bytes, &size);
		guint64 inside = address - segment->address;
		if (address < segment->address || inside + 2 > size)
			continue;
		*value = rig_get_le16(data + inside);
		return TRUE;
	}
	return FALSE;
}

/* A word that a call has left: it points behind a BL or a BLX (ARMv7-M ARM, A7.7.18 and 19). */
static gboolean postmortem_is_return(const RigImage *image, guint32 word)
{
	guint16 first = 0, second = 0;
	if ((word & 1u) == 0 || !postmortem_halfword(image, word - 3, &second))
		return FALSE;
	return (second & 0xff87u) == 0x4780u ||
	       (postmortem_halfword(image, word - 5, &first) && (first & 0xf800u) == 0xf000u &&
	        (second & 0xd000u) == 0xd000u);
}

/* Who has called, as far as LR and the stack tell; the address of each call. */
static gsize postmortem_callers(const RigImage *image, const RigPostmortem *found,
                                guint32 callers[POSTMORTEM_CALLERS])
{
	guint32 lr = found->has_frame ? found->frame_lr : found->registers[RIG_REG_LR];
	gsize count = 0, most = found->has_overflown ? POSTMORTEM_CALLERS : POSTMORTEM_NEAREST;
	/* Of a stack that has overflown no frame is left, and LR is the handler's. */
	if (!found->has_overflown && postmortem_is_return(image, lr))
		callers[count++] = (lr & ~1u) - 2;
	for (gsize i = 0; i < found->stack_words; i++) {
		guint32 at = (found->stack[i] & ~1u) - 2;
		if (!postmortem_is_return(image, found->stack[i]) ||
		    (count > 0 && callers[count - 1] == at))
			continue;
		if (count == most && !found->has_overflown)
			break;
		/* What lies lowest on a stack that has overflown is what was there before. */
		if (count == most)
			memmove(callers, callers + 1, --count * sizeof *callers);
		callers[count++] = at;
	}
	return count;
}

/* Where it was when the exception came, and how deep its stack was. */
static void postmortem_tell_before(RigStation *station, const RigPostmortem *found,
                                   const char *came, const char *callers)
{
	g_autofree char *within = rig_postmortem_exception(found->frame_xpsr);
	if (found->has_overflown)
		rig_station_note(
		    station,
		    "the stack has overflown: its pointer 0x%08x lies below its RAM; calls on it: %s",
		    found->registers[rig_postmortem_number(found->registers[RIG_REG_XPSR]) != 0
		                         ? RIG_REG_PSP
		                         : RIG_REG_SP],
		    *callers == '\0' ? "none" : callers);
	else if (found->has_frame)
		rig_station_note(station, "before that it was in %s%s%s%s%s", came,
		                 within == NULL ? "" : ", in ", within == NULL ? "" : within,
		                 *callers == '\0' ? "" : ", maybe called from ", callers);
	else if (rig_postmortem_number(found->registers[RIG_REG_XPSR]) != 0)
		rig_station_note(station,
		                 "what it did before is not known: there is no frame at 0x%08x "
		                 "or 0x%08x",
		                 found->registers[RIG_REG_PSP], found->registers[RIG_REG_MSP]);
}

static void postmortem_tell(RigStation *station, const RigPostmortem *found, const char *stood,
                            const char *came, const char *callers)
{
	g_autofree char *exception = rig_postmortem_exception(found->registers[RIG_REG_XPSR]);
	g_autofree char *faults = rig_postmortem_faults(found);
	if (exception == NULL)
		rig_station_note(station, "the core (%s) stood in %s%s%s",
		                 rig_core_state_word(found->state), stood,
		                 *callers == '\0' ? "" : ", maybe called from ", callers);
	else
		rig_station_note(station, "the core stood in %s, in %s%s%s", stood, exception,
		                 faults == NULL ? "" : ": ", faults == NULL ? "" : faults);
	postmortem_tell_before(station, found, came, callers);
}

static void postmortem_tell_limit(RigStation *station, const RigPostmortem *found,
                                  const json_t *names, gsize first)
{
	guint32 msp = found->registers[RIG_REG_MSP];
	for (gsize i = 0; i < G_N_ELEMENTS(postmortem_limits); i++) {
		json_int_t limit =
		    json_integer_value(json_object_get(json_array_get(names, first + i), "address"));
		if ((json_int_t)msp < limit && limit <= G_MAXUINT32) {
			rig_station_note(station, "stack overflow: SP 0x%08x is %u bytes below its limit %s",
			                 msp, (guint32)limit - msp, postmortem_limits[i]);
			return;
		}
	}
}

static void postmortem_note(RigStation *station, const RigImage *image, const RigPostmortem *found)
{
	guint32 spots[2 + POSTMORTEM_CALLERS] = {
	    found->registers[RIG_REG_PC] & ~1u,
	    (found->has_frame ? found->frame_pc : found->registers[RIG_REG_PC]) & ~1u};
	gsize count = image == NULL ? 0 : postmortem_callers(image, found, spots + 2);
	json_t *names = postmortem_names(station, spots, 2 + count);
	g_autofree char *stood = postmortem_spot(spots[0], names, 0);
	g_autofree char *came = postmortem_spot(spots[1], names, 1);
	g_autoptr(GString) callers = g_string_new(NULL);
	for (gsize i = 0; i < count; i++) {
		g_autofree char *caller = postmortem_spot(spots[2 + i], names, 2 + i);
		g_string_append_printf(callers, "%s%s", i == 0 ? "" : ", ", caller);
	}
	postmortem_tell(station, found, stood, came, callers->str);
	postmortem_tell_limit(station, found, names, 2 + count);
	json_decref(names);
}

static json_t *postmortem_frame_json(const RigPostmortem *found)
{
	json_t *words = json_array();
	for (gsize i = 0; i < RIG_POSTMORTEM_FRAME; i++)
		json_array_append_new(words, json_integer(found->frame[i]));
	return json_pack("{s:I, s:o}", "address", (json_int_t)found->frame_address, "words", words);
}

static json_t *postmortem_json(const RigPostmortem *found)
{
	json_t *registers = json_object(), *stack = json_array();
	gsize count = 0;
	const guint8 *numbers = rig_cortex_registers(FALSE, &count);
	for (gsize i = 0; i < count; i++)
		json_object_set_new(registers, rig_register_name(numbers[i]),
		                    json_integer(found->registers[numbers[i]]));
	for (gsize i = 0; i < found->stack_words; i++)
		json_array_append_new(stack, json_integer(found->stack[i]));
	json_t *whole =
	    json_pack("{s:s, s:o, s:I, s:o}", "state", rig_core_state_word(found->state), "registers",
	              registers, "stack_address", (json_int_t)found->stack_address, "stack", stack);
	if (found->has_status)
		json_object_set_new(
		    whole, "status",
		    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "icsr", (json_int_t)found->icsr,
		              "shcsr", (json_int_t)found->shcsr, "cfsr", (json_int_t)found->cfsr, "hfsr",
		              (json_int_t)found->hfsr, "dfsr", (json_int_t)found->dfsr, "mmfar",
		              (json_int_t)found->mmfar, "bfar", (json_int_t)found->bfar));
	if (found->has_frame)
		json_object_set_new(whole, "frame", postmortem_frame_json(found));
	return whole;
}

static void postmortem_keep(RigStation *station, const RigPostmortem *found)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = g_strdup_printf("postmortem-%s-%u.json", station->attempt->case_name,
	                                        station->attempt->number);
	g_autofree char *path = g_build_filename(station->folder, name, NULL);
	json_t *whole = postmortem_json(found);
	g_autofree char *text = json_dumps(whole, JSON_INDENT(1));
	json_decref(whole);
	if (g_file_set_contents(path, text, -1, &error))
		rig_station_note(station, "registers and stack are in %s", name);
	else
		rig_station_note(station, "registers and stack could not be kept: %s", error->message);
}

void rig_postmortem(RigStation *station)
{
	RigPostmortem found;
	g_autoptr(GError) error = NULL;
	const RigTarget *target = station->board->flash;
	const RigTargetRam *ram = target == NULL || target->ram == NULL || target->ram->len == 0
	                              ? NULL
	                              : target->ram->pdata[0];
	if (station->wiring->probe == NULL)
		return;
	RigCortex *cortex =
	    rig_wiring_cortex(station->wiring, rig_clock_after(station->clock, POSTMORTEM_US), &error);
	gboolean is_known =
	    cortex != NULL &&
	    rig_cortex_examine(cortex, ram == NULL ? 0 : (guint32)ram->address, &found, &error);
	if (cortex != NULL)
		(void)rig_cortex_release(cortex, NULL);
	if (!is_known) {
		rig_station_note(station, "its core could not be looked at: %s", error->message);
		return;
	}
	const RigRunHeader *header = station->header;
	g_autoptr(RigImage) image =
	    header->image == NULL ? NULL : rig_image_load(header->image, header->image_address, NULL);
	postmortem_note(station, image, &found);
	postmortem_keep(station, &found);
}
