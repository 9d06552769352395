/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tinyrig-symbols IMAGE ADDRESS|NAME…: what stands at addresses (0x…) of an ELF file, and where its
 * symbols are, as JSON: an array of {"address", "symbol", "offset", "file", "line"}, null where it
 * is not known. A program of its own, because libdw is heavy to load and seldom needed.
 */
#include <elfutils/libdwfl.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

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

static json_t *symbols_named(Dwfl_Module *module, const char *name)
{
	json_t *found = json_pack("{s:s, s:n}", "symbol", name, "address");
	int count = dwfl_module_getsymtab(module);
	for (int i = 1; found != NULL && i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address = 0;
		const char *it = dwfl_module_getsym_info(module, i, &symbol, &address, NULL, NULL, NULL);
		if (it != NULL && strcmp(it, name) == 0 && symbol.st_shndx != SHN_UNDEF)
			json_object_set_new(found, "address", json_integer((json_int_t)address));
	}
	return found == NULL ? json_null() : found;
}

static int symbols_fail(const char *image, const char *why)
{
	fprintf(stderr, "tinyrig-symbols: %s: %s\n", image, why == NULL ? "it cannot be read" : why);
	return 1;
}

static int symbols_tell(Dwfl *dwfl, Dwfl_Module *module, int count, char **words)
{
	json_t *list = json_array();
	for (int i = 0; i < count; i++) {
		guint64 address = 0;
		if (!g_str_has_prefix(words[i], "0x")) {
			json_array_append_new(list, symbols_named(module, words[i]));
			continue;
		}
		if (!g_ascii_string_to_unsigned(words[i] + 2, 16, 0, G_MAXUINT32, &address, NULL)) {
			json_decref(list);
			return symbols_fail(words[i], "this is no address in hex");
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
		fputs("usage: tinyrig-symbols IMAGE ADDRESS|NAME…\n", stderr);
		return 4;
	}
	/* What libdw would ask for debug information: servers, which the image is no business of. */
	g_unsetenv("DEBUGINFOD_URLS");
	Dwfl *dwfl = dwfl_begin(&callbacks);
	if (dwfl == NULL)
		return symbols_fail(argv[1], dwfl_errmsg(-1));
	int status = 0;
	Dwfl_Module *module = dwfl_report_offline(dwfl, "", argv[1], -1);
	if (module == NULL || dwfl_report_end(dwfl, NULL, NULL) != 0)
		status = symbols_fail(argv[1], dwfl_errmsg(-1));
	else
		status = symbols_tell(dwfl, module, argc - 2, argv + 2);
	dwfl_end(dwfl);
	return status;
}
