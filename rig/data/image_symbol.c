/* SPDX-License-Identifier: Apache-2.0 */
/* The symbol table of an ELF image, through libelf. */
#include "data/image.h"

#include <fcntl.h>
#include <gelf.h>
#include <rig/error.h>
#include <string.h>
#include <unistd.h>

#define SYMBOLS_MAX (1u << 20)

/* What is known of the symbol so far. */
typedef struct SymbolSearch {
	const char *name;
	guint count; /* with different values */
	guint64 address, bytes;
} SymbolSearch;

static void symbol_take(SymbolSearch *search, const GElf_Sym *symbol)
{
	if (search->count > 0 && search->address == symbol->st_value)
		return;
	search->count++;
	search->address = symbol->st_value;
	search->bytes = symbol->st_size;
}

static void symbol_search(SymbolSearch *search, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *table = elf_getdata(section, NULL);
	gsize count = header->sh_entsize == 0 ? 0 : header->sh_size / header->sh_entsize;
	for (gsize i = 0; table != NULL && i < MIN(count, SYMBOLS_MAX); i++) {
		GElf_Sym symbol;
		if (gelf_getsym(table, (int)i, &symbol) == NULL)
			return;
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name != NULL && symbol.st_shndx != SHN_UNDEF && strcmp(name, search->name) == 0)
			symbol_take(search, &symbol);
	}
}

static void symbol_search_file(SymbolSearch *search, int file)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return;
	Elf *elf = elf_begin(file, ELF_C_READ, NULL);
	Elf_Scn *section = NULL;
	while (elf != NULL && (section = elf_nextscn(elf, section)) != NULL) {
		GElf_Shdr header;
		if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB)
			symbol_search(search, elf, section, &header);
	}
	elf_end(elf);
}

gboolean rig_image_find_symbol(const char *path, const char *name, guint64 *address, guint64 *bytes,
                               GError **error)
{
	SymbolSearch search = {.name = name};
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		symbol_search_file(&search, file);
		close(file);
	}
	if (search.count != 1) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: it has %s symbol %s", path,
		            search.count == 0 ? "no" : "more than one", name);
		return FALSE;
	}
	*address = search.address;
	*bytes = search.bytes;
	return TRUE;
}
