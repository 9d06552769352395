/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tinyrig-symbols IMAGE ADDRESS…: what stands at addresses of an ELF file, as JSON: an array of
 * {"address", "symbol", "offset", "file", "line"}, null where it is not known. A program of its
 * own, because libdw is heavy to load and seldom needed.
 */
#include <elfutils/libdwfl.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>

static json_t *symbols_at(Dwfl *dwfl, guint64 address)
{
	json_t *found = json_object();
	GElf_Off offset = 0;
	GElf_Sym symbol;
	int line = 0;
	Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
	const char *name = module == NULL ? NULL
	                                  /* Symbols of Thumb code have their lowest bit set. */
	                                  : dwfl_module_addrinfo(module, address | 1, &offset, &symbol,
	                                                         NULL, NULL, NULL);
	Dwfl_Line *at = module == NULL ? NULL : dwfl_module_getsrc(module, address);
	const char *file = at == NULL ? NULL : dwfl_lineinfo(at, NULL, &line, NULL, NULL, NULL);
	json_object_set_new(found, "address", json_integer((json_int_t)address));
	json_object_set_new(found, "symbol", name == NULL ? json_null() : json_string(name));
	json_object_set_new(found, "offset",
	                    name == NULL ? json_null() : json_integer((json_int_t)offset));
	json_object_set_new(found, "file", file == NULL ? json_null() : json_string(file));
	json_object_set_new(found, "line", file == NULL ? json_null() : json_integer(line));
	return found;
}

static int symbols_fail(const char *image, const char *why)
{
	fprintf(stderr, "tinyrig-symbols: %s: %s\n", image, why == NULL ? "it cannot be read" : why);
	return 1;
}

static int symbols_tell(Dwfl *dwfl, int count, char **addresses)
{
	json_t *list = json_array();
	for (int i = 0; i < count; i++) {
		guint64 address = 0;
		if (!g_ascii_string_to_unsigned(addresses[i] +
		                                    (g_str_has_prefix(addresses[i], "0x") ? 2 : 0),
		                                16, 0, G_MAXUINT32, &address, NULL)) {
			json_decref(list);
			return symbols_fail(addresses[i], "this is no address in hex");
		}
		json_array_append_new(list, symbols_at(dwfl, address));
	}
	json_dumpf(list, stdout, JSON_COMPACT);
	json_decref(list);
	return putchar('\n') == EOF ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
	                                         .find_debuginfo = dwfl_standard_find_debuginfo,
	                                         .section_address = dwfl_offline_section_address};
	if (argc < 3) {
		fputs("usage: tinyrig-symbols IMAGE ADDRESS…\n", stderr);
		return 4;
	}
	Dwfl *dwfl = dwfl_begin(&callbacks);
	if (dwfl == NULL)
		return symbols_fail(argv[1], dwfl_errmsg(-1));
	int status = 0;
	if (dwfl_report_offline(dwfl, "", argv[1], -1) == NULL)
		status = symbols_fail(argv[1], dwfl_errmsg(-1));
	else if (dwfl_report_end(dwfl, NULL, NULL) == 0)
		status = symbols_tell(dwfl, argc - 2, argv + 2);
	dwfl_end(dwfl);
	return status;
}
