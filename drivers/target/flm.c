/* SPDX-License-Identifier: Apache-2.0 */
#include "flm.h"

#include <gelf.h>
#include <rig/bytes.h>
#include <string.h>

#define FLM_CODE_MAX    (256u * 1024) /* no RAM that it must fit in is larger */
#define FLM_SYMBOLS_MAX 65536u

/* FlashDevice: where its members stand, all little endian. */
enum {
	FLM_DEVICE_NAME = 2,
	FLM_DEVICE_NAME_BYTES = 128,
	FLM_DEVICE_ADDRESS = 132,
	FLM_DEVICE_SIZE = 136,
	FLM_DEVICE_PAGE = 140,
	FLM_DEVICE_ERASED = 148,
	FLM_DEVICE_PROGRAM_MS = 152,
	FLM_DEVICE_ERASE_MS = 156,
	FLM_DEVICE_SECTORS = 160,
};

typedef struct FlmFile {
	const char *name;
	Elf *elf;
	Flm *flm;
	GError **error;
	guint32 device; /* address of FlashDevice; FLM_NONE: not seen */
	guint device_section;
} FlmFile;

static gboolean flm_failed(const FlmFile *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean flm_failed(const FlmFile *file, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(file->error, RIG_ERROR, RIG_ERROR_USAGE, "%s: %s", file->name, text);
	return FALSE;
}

void flm_clear(Flm *flm)
{
	g_clear_pointer(&flm->code, g_byte_array_unref);
	g_clear_pointer(&flm->name, g_free);
}

/* Grows the image with zeros, and puts bytes at `address`. */
static gboolean flm_place(const FlmFile *file, guint64 address, const guint8 *data, guint64 size)
{
	GByteArray *code = file->flm->code;
	if (address > FLM_CODE_MAX || size > FLM_CODE_MAX - address)
		return flm_failed(file, "its code and data are larger than %u KiB", FLM_CODE_MAX / 1024);
	guint end = (guint)(address + size), was = code->len;
	if (end > was) {
		g_byte_array_set_size(code, end);
		memset(code->data + was, 0, end - was);
	}
	if (data != NULL && size > 0)
		memcpy(code->data + address, data, size);
	return TRUE;
}

static gboolean flm_take_section(FlmFile *file, Elf_Scn *section, const GElf_Shdr *header,
                                 const char *name)
{
	gboolean is_code = strcmp(name, "PrgCode") == 0, is_data = strcmp(name, "PrgData") == 0;
	if (!is_code && !is_data)
		return TRUE;
	if (is_code && header->sh_addr != 0)
		return flm_failed(file,
		                  "its code begins at 0x%x, and must at 0: it is not position "
		                  "independent",
		                  (guint)header->sh_addr);
	if (is_data && file->flm->static_base == FLM_NONE)
		file->flm->static_base = (guint32)header->sh_addr;
	if (header->sh_type == SHT_NOBITS)
		return flm_place(file, header->sh_addr, NULL, header->sh_size);
	const Elf_Data *data = elf_rawdata(section, NULL);
	if (data == NULL || data->d_size < header->sh_size || data->d_buf == NULL)
		return header->sh_size == 0 || flm_failed(file, "its section %s is cut off", name);
	return flm_place(file, header->sh_addr, data->d_buf, header->sh_size);
}

/* A symbol that somebody looks for. */
static void flm_take_symbol(FlmFile *file, const GElf_Sym *symbol, const char *name)
{
	const struct {
		const char *name;
		guint32 *offset;
	} rows[] = {{"Init", &file->flm->init},
	            {"UnInit", &file->flm->uninit},
	            {"EraseChip", &file->flm->erase_chip},
	            {"EraseSector", &file->flm->erase_sector},
	            {"ProgramPage", &file->flm->program_page}};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (strcmp(name, rows[i].name) == 0 && symbol->st_shndx != SHN_UNDEF)
			*rows[i].offset = (guint32)symbol->st_value | 1u;
	if (strcmp(name, "FlashDevice") == 0 && symbol->st_shndx != SHN_UNDEF) {
		file->device = (guint32)symbol->st_value;
		file->device_section = symbol->st_shndx;
	}
}

static gboolean flm_take_symbols(FlmFile *file, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	if (data == NULL || header->sh_entsize == 0)
		return flm_failed(file, "its symbol table cannot be read");
	guint64 count = MIN(header->sh_size / header->sh_entsize, FLM_SYMBOLS_MAX);
	for (guint64 i = 0; i < count; i++) {
		GElf_Sym symbol;
		if (gelf_getsym(data, (int)i, &symbol) == NULL)
			break;
		const char *name = elf_strptr(file->elf, header->sh_link, symbol.st_name);
		if (name != NULL)
			flm_take_symbol(file, &symbol, name);
	}
	return TRUE;
}

static gboolean flm_take_sections(FlmFile *file)
{
	size_t names = 0;
	Elf_Scn *section = NULL;
	if (elf_getshdrstrndx(file->elf, &names) != 0)
		return flm_failed(file, "it has no section names");
	while ((section = elf_nextscn(file->elf, section)) != NULL) {
		GElf_Shdr header;
		if (gelf_getshdr(section, &header) == NULL)
			return flm_failed(file, "a section header is damaged");
		const char *name = elf_strptr(file->elf, names, header.sh_name);
		if (name != NULL && !flm_take_section(file, section, &header, name))
			return FALSE;
		if (header.sh_type == SHT_SYMTAB && !flm_take_symbols(file, section, &header))
			return FALSE;
	}
	return TRUE;
}

static gboolean flm_check_functions(const FlmFile *file)
{
	const Flm *flm = file->flm;
	const struct {
		const char *name;
		guint32 offset;
		gboolean is_needed;
	} rows[] = {{"Init", flm->init, TRUE},
	            {"UnInit", flm->uninit, TRUE},
	            {"EraseSector", flm->erase_sector, TRUE},
	            {"ProgramPage", flm->program_page, TRUE},
	            {"EraseChip", flm->erase_chip, FALSE}};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].offset == FLM_NONE && rows[i].is_needed)
			return flm_failed(file,
			                  "it has no function %s: is it a flash algorithm of a CMSIS-Pack?",
			                  rows[i].name);
		if (rows[i].offset != FLM_NONE && rows[i].offset >= flm->code->len)
			return flm_failed(file, "its function %s lies outside of its code", rows[i].name);
	}
	return TRUE;
}

/* {size, offset}, until both are all ones. Entries out of order are left out: real files have them.
 */
static gboolean flm_take_groups(const FlmFile *file, const guint8 *at, gsize size)
{
	Flm *flm = file->flm;
	for (; size >= 8 && flm->groups < FLM_SECTORS_MAX; at += 8, size -= 8) {
		FlmSectors group = {rig_get_le32(at + 4), rig_get_le32(at)};
		if (group.bytes == G_MAXUINT32 && group.offset == G_MAXUINT32)
			break;
		guint32 least = flm->groups == 0 ? 0 : flm->sectors[flm->groups - 1].offset + 1;
		if (group.offset < least || group.offset >= flm->bytes)
			continue;
		if (group.bytes < 4 || (group.bytes & (group.bytes - 1)) != 0 ||
		    group.bytes % flm->page_bytes != 0)
			return flm_failed(file, "its sectors of %u bytes are no multiple of its pages of %u",
			                  group.bytes, flm->page_bytes);
		flm->sectors[flm->groups++] = group;
	}
	return (flm->groups > 0 && flm->sectors[0].offset == 0) ||
	       flm_failed(file, "it describes no sectors");
}

static gboolean flm_take_device(FlmFile *file)
{
	Flm *flm = file->flm;
	GElf_Shdr header;
	Elf_Scn *section =
	    file->device == FLM_NONE ? NULL : elf_getscn(file->elf, file->device_section);
	const Elf_Data *data = section == NULL || gelf_getshdr(section, &header) == NULL
	                           ? NULL
	                           : elf_rawdata(section, NULL);
	if (data == NULL || data->d_buf == NULL || header.sh_type == SHT_NOBITS)
		return flm_failed(file, "it has no FlashDevice: is it a flash algorithm of a CMSIS-Pack?");
	guint64 inside = file->device - header.sh_addr;
	if (file->device < header.sh_addr || inside > data->d_size ||
	    data->d_size - inside < FLM_DEVICE_SECTORS + 8)
		return flm_failed(file, "its FlashDevice is cut off");
	const guint8 *device = (const guint8 *)data->d_buf + inside;
	flm->name = g_strndup((const char *)device + FLM_DEVICE_NAME, FLM_DEVICE_NAME_BYTES);
	flm->address = rig_get_le32(device + FLM_DEVICE_ADDRESS);
	flm->bytes = rig_get_le32(device + FLM_DEVICE_SIZE);
	flm->page_bytes = rig_get_le32(device + FLM_DEVICE_PAGE);
	flm->erased = device[FLM_DEVICE_ERASED];
	flm->program_ms = rig_get_le32(device + FLM_DEVICE_PROGRAM_MS);
	flm->erase_ms = rig_get_le32(device + FLM_DEVICE_ERASE_MS);
	if (flm->bytes == 0 || flm->bytes - 1 > G_MAXUINT32 - flm->address)
		return flm_failed(file, "its memory of %u bytes at 0x%08x is impossible", flm->bytes,
		                  flm->address);
	if (flm->page_bytes < 4 || flm->page_bytes > 65536 ||
	    (flm->page_bytes & (flm->page_bytes - 1)) != 0)
		return flm_failed(file, "its pages of %u bytes are impossible", flm->page_bytes);
	return flm_take_groups(file, device + FLM_DEVICE_SECTORS,
	                       data->d_size - inside - FLM_DEVICE_SECTORS);
}

static gboolean flm_read(FlmFile *file)
{
	GElf_Ehdr header;
	if (elf_kind(file->elf) != ELF_K_ELF || gelf_getehdr(file->elf, &header) == NULL)
		return flm_failed(file, "it is no ELF file");
	if (gelf_getclass(file->elf) != ELFCLASS32 || header.e_machine != EM_ARM ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB)
		return flm_failed(file, "it is an ELF file, but not for a little-endian Arm core");
	if (!flm_take_sections(file) || !flm_check_functions(file))
		return FALSE;
	if (file->flm->static_base == FLM_NONE)
		file->flm->static_base = file->flm->code->len;
	return flm_take_device(file);
}

gboolean flm_parse(const char *name, const guint8 *data, gsize size, Flm *flm, GError **error)
{
	*flm = (Flm){.code = g_byte_array_new(),
	             .static_base = FLM_NONE,
	             .init = FLM_NONE,
	             .uninit = FLM_NONE,
	             .erase_chip = FLM_NONE,
	             .erase_sector = FLM_NONE,
	             .program_page = FLM_NONE};
	FlmFile file = {.name = name, .flm = flm, .error = error, .device = FLM_NONE};
	(void)elf_version(EV_CURRENT);
	/* libelf reads what it is given, and writes nothing without being asked to. */
	file.elf = elf_memory((char *)(guintptr)data, size);
	if (file.elf == NULL)
		return flm_failed(&file, "it is no ELF file");
	gboolean good = flm_read(&file);
	elf_end(file.elf);
	return good;
}

void flm_sector(const Flm *flm, guint32 address, guint32 *base, guint32 *bytes)
{
	guint32 offset = address - flm->address;
	guint i = flm->groups - 1;
	while (i > 0 && flm->sectors[i].offset > offset)
		i--;
	*bytes = flm->sectors[i].bytes;
	*base =
	    flm->address + flm->sectors[i].offset + (offset - flm->sectors[i].offset) / *bytes * *bytes;
}
