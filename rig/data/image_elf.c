/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF through libelf: what is loaded is each PT_LOAD's file bytes at its physical address,
 * because initialised data is kept in flash and copied to its virtual address at start.
 */
#include "data/image_parts.h"

#include <gelf.h>
#include <rig/bytes.h>
#include <string.h>

#define ELF_HEADERS_MAX  4096u
#define ELF_BUILD_ID_MAX 64u

typedef struct ElfReader {
	RigImage *image;
	Elf *elf;
	gsize size; /* of the file */
} ElfReader;

static gboolean elf_fail(const ElfReader *reader, GError **error, const char *what)
{
	return rig_image_fail(reader->image, error, NULL, "%s", what);
}

static gboolean elf_inside(const ElfReader *reader, guint64 offset, guint64 size)
{
	return offset <= reader->size && size <= reader->size - offset;
}

static gboolean elf_check_header(const ElfReader *reader, GError **error)
{
	GElf_Ehdr header;
	if (elf_kind(reader->elf) != ELF_K_ELF || gelf_getehdr(reader->elf, &header) == NULL)
		return elf_fail(reader, error, "the ELF header is cut short or damaged");
	if (header.e_type == ET_REL)
		return elf_fail(reader, error, "is an object file: link it first");
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return elf_fail(reader, error, "is no program (a core dump?)");
	return TRUE;
}

static gboolean elf_take_load(ElfReader *reader, guint index, const GElf_Phdr *header,
                              const guint8 *data, GError **error)
{
	g_autofree char *where = g_strdup_printf("segment %u", index);
	if (!elf_inside(reader, header->p_offset, header->p_filesz))
		return rig_image_fail(reader->image, error, where,
		                      "its bytes at offset 0x%" G_GINT64_MODIFIER "x (%" G_GUINT64_FORMAT
		                      " of them) are beyond the file's end: the file is cut short",
		                      (guint64)header->p_offset, (guint64)header->p_filesz);
	if (header->p_filesz > header->p_memsz)
		return rig_image_fail(reader->image, error, where, "has more file bytes than memory");
	if ((header->p_flags & PF_W) != 0) {
		guint64 ram = reader->image->ram_bytes;
		reader->image->ram_bytes =
		    header->p_memsz > G_MAXUINT64 - ram ? G_MAXUINT64 : ram + header->p_memsz;
	}
	return rig_image_add(reader->image, header->p_paddr, data + header->p_offset, header->p_filesz,
	                     where, error);
}

/* Looks through the notes at `offset` for the build-id; keeps the first. */
static void elf_take_notes(ElfReader *reader, guint64 offset, guint64 size, guint64 align)
{
	if (reader->image->build_id != NULL || size == 0 || !elf_inside(reader, offset, size))
		return;
	Elf_Data *notes = elf_getdata_rawchunk(reader->elf, (gint64)offset, (size_t)size,
	                                       align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	GElf_Nhdr note;
	size_t at = 0, name, desc;
	while (notes != NULL && (at = gelf_getnote(notes, at, &note, &name, &desc)) > 0) {
		const char *bytes = notes->d_buf;
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(bytes + name, "GNU", 4) != 0 || note.n_descsz == 0 ||
		    note.n_descsz > ELF_BUILD_ID_MAX)
			continue;
		char *text = g_malloc0(2 * (gsize)note.n_descsz + 1);
		rig_hex_encode(text, (const guint8 *)bytes + desc, note.n_descsz);
		reader->image->build_id = text;
		return;
	}
}

static gboolean elf_read_segments(ElfReader *reader, const guint8 *data, GError **error)
{
	size_t count;
	if (elf_getphdrnum(reader->elf, &count) != 0 || count > ELF_HEADERS_MAX)
		return elf_fail(reader, error, "the table of segments is damaged");
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;
		if (gelf_getphdr(reader->elf, (int)i, &header) == NULL)
			return elf_fail(reader, error, "the table of segments is cut short");
		if (header.p_type == PT_LOAD && !elf_take_load(reader, (guint)i, &header, data, error))
			return FALSE;
		if (header.p_type == PT_NOTE)
			elf_take_notes(reader, header.p_offset, header.p_filesz, header.p_align);
	}
	return TRUE;
}

/* Linker scripts of firmware often keep the note but make no PT_NOTE for it. */
static void elf_read_note_sections(ElfReader *reader)
{
	Elf_Scn *section = NULL;
	for (guint i = 0; i < ELF_HEADERS_MAX && reader->image->build_id == NULL; i++) {
		GElf_Shdr header;
		section = elf_nextscn(reader->elf, section);
		if (section == NULL)
			return;
		if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_NOTE)
			elf_take_notes(reader, header.sh_offset, header.sh_size, header.sh_addralign);
	}
}

gboolean rig_image_read_elf(RigImage *image, const guint8 *data, gsize size, GError **error)
{
	ElfReader reader = {.image = image, .size = size};
	if (elf_version(EV_CURRENT) == EV_NONE)
		return elf_fail(&reader, error, "this libelf is too old to read it");
	/* libelf wants `char *` but only reads: the descriptor is never written or updated. */
	reader.elf = elf_memory((char *)(guintptr)data, size);
	if (reader.elf == NULL)
		return elf_fail(&reader, error, "the ELF header is cut short or damaged");
	gboolean ok = elf_check_header(&reader, error) && elf_read_segments(&reader, data, error);
	if (ok)
		elf_read_note_sections(&reader);
	elf_end(reader.elf);
	return ok;
}
