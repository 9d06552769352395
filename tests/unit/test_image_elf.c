/* SPDX-License-Identifier: Apache-2.0 */
/* ELF as other programs make it (as, ld, objcopy), and ELF made byte by byte where it is wrong. */
#include "test.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>

#include "data/image.h"

/* One program header and what it points to. */
typedef struct ElfPart {
	guint32 type, flags;
	guint64 address, file_size, memory_size;
} ElfPart;

typedef struct ElfKind {
	gboolean wide, big;
} ElfKind;

static const ElfKind kinds[] = {{FALSE, FALSE}, {FALSE, TRUE}, {TRUE, FALSE}, {TRUE, TRUE}};

static void put(GByteArray *bytes, ElfKind kind, guint size, guint64 value)
{
	for (guint i = 0; i < size; i++) {
		guint8 byte = (guint8)(value >> 8 * (kind.big ? size - 1 - i : i));
		g_byte_array_append(bytes, &byte, 1);
	}
}

static void put_header(GByteArray *elf, ElfKind kind, guint type, guint parts)
{
	guint word = kind.wide ? 8 : 4;
	const guint8 ident[EI_NIDENT] = {0x7f,
	                                 'E',
	                                 'L',
	                                 'F',
	                                 kind.wide ? ELFCLASS64 : ELFCLASS32,
	                                 kind.big ? ELFDATA2MSB : ELFDATA2LSB,
	                                 EV_CURRENT};
	g_byte_array_append(elf, ident, sizeof ident);
	put(elf, kind, 2, type);
	put(elf, kind, 2, kind.wide ? EM_AARCH64 : EM_ARM);
	put(elf, kind, 4, EV_CURRENT);
	put(elf, kind, word, 0x100);               /* entry */
	put(elf, kind, word, kind.wide ? 64 : 52); /* program headers follow */
	put(elf, kind, word, 0);                   /* no sections */
	put(elf, kind, 4, 0);
	put(elf, kind, 2, kind.wide ? 64 : 52);
	put(elf, kind, 2, kind.wide ? 56 : 32);
	put(elf, kind, 2, parts);
	put(elf, kind, 2, kind.wide ? 64 : 40);
	put(elf, kind, 2, 0);
	put(elf, kind, 2, 0);
}

static void put_part(GByteArray *elf, ElfKind kind, const ElfPart *part, guint64 offset)
{
	guint word = kind.wide ? 8 : 4;
	put(elf, kind, 4, part->type);
	if (kind.wide)
		put(elf, kind, 4, part->flags);
	put(elf, kind, word, offset);
	put(elf, kind, word, 0x20000000); /* virtual: must not matter */
	put(elf, kind, word, part->address);
	put(elf, kind, word, part->file_size);
	put(elf, kind, word, part->memory_size);
	if (!kind.wide)
		put(elf, kind, 4, part->flags);
	put(elf, kind, word, 4);
}

/* Bytes of all parts follow the headers, filled with 1, 2, 3, …; a note part is a build-id. */
static GByteArray *make_elf(ElfKind kind, guint type, const ElfPart *parts, guint count)
{
	GByteArray *elf = g_byte_array_new();
	put_header(elf, kind, type, count);
	guint64 offset = elf->len + (guint64)count * (kind.wide ? 56 : 32);
	for (guint i = 0; i < count; i++) {
		put_part(elf, kind, &parts[i], offset);
		offset += parts[i].file_size;
	}
	guint8 fill = 0;
	for (guint i = 0; i < count; i++) {
		if (parts[i].type == PT_NOTE) {
			put(elf, kind, 4, 4);
			put(elf, kind, 4, 4);
			put(elf, kind, 4, NT_GNU_BUILD_ID);
			g_byte_array_append(elf, (const guint8 *)"GNU\0\xde\xad\xbe\xef", 8);
			continue;
		}
		for (guint64 k = 0; k < parts[i].file_size; k++) {
			fill++;
			g_byte_array_append(elf, &fill, 1);
		}
	}
	return elf;
}

static RigImage *parse(const GByteArray *elf, GError **error)
{
	return rig_image_parse("t.elf", elf->data, elf->len, -1, error);
}

static const ElfPart firmware[] = {
    {PT_LOAD, PF_R | PF_X, 0x08000000, 8, 8},
    {PT_LOAD, PF_R | PF_W, 0x08000008, 4, 100},
    {PT_LOAD, PF_R | PF_W, 0x20001000, 0, 1000},
    {PT_NOTE, PF_R, 0x0, 20, 20},
};

START_TEST(test_every_width_and_byte_order)
{
	g_autoptr(GByteArray) elf = make_elf(kinds[_i], ET_EXEC, firmware, 4);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigImage) image = parse(elf, &error);
	ck_assert_msg(image != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(image->format, "elf");
	ck_assert_uint_eq(image->segments->len, 1);
	const RigSegment *segment = image->segments->pdata[0];
	ck_assert_uint_eq(segment->address, 0x08000000);
	static const guint8 bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	gsize size;
	const guint8 *data = g_bytes_get_data(segment->bytes, &size);
	ck_assert_uint_eq(size, sizeof bytes);
	ck_assert_mem_eq(data, bytes, sizeof bytes);
	ck_assert_uint_eq(image->load_bytes, 12);
	ck_assert_uint_eq(image->ram_bytes, 1100);
	ck_assert_str_eq(image->build_id, "deadbeef");
	g_autoptr(RigImage) same = rig_image_parse("t.bin", bytes, sizeof bytes, 0x08000000, NULL);
	ck_assert_str_eq(image->load_digest, same->load_digest);
}
END_TEST

/* Whatever the place where a file ends: an image or a clear error, never more. */
START_TEST(test_cut_short_anywhere)
{
	g_autoptr(GByteArray) elf = make_elf(kinds[_i], ET_EXEC, firmware, 3);
	for (guint size = 4; size < elf->len; size++) {
		g_autoptr(GError) error = NULL;
		/* A copy of its own, so that a read beyond it is seen. */
		g_autofree guint8 *part = g_memdup2(elf->data, size);
		g_autoptr(RigImage) image = rig_image_parse("t.elf", part, size, -1, &error);
		ck_assert_ptr_null(image);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert_msg(g_str_has_prefix(error->message, "t.elf: "), "%s", error->message);
	}
}
END_TEST

static const struct {
	guint type, count;
	ElfPart parts[2];
	const char *why;
} refused[] = {
    {ET_REL, 1, {{PT_LOAD, PF_R, 0, 4, 4}}, "link it first"},
    {ET_CORE, 1, {{PT_LOAD, PF_R, 0, 4, 4}}, "no program"},
    {ET_EXEC, 1, {{PT_NOTE, PF_R, 0, 20, 20}}, "nothing to load"},
    {ET_EXEC, 1, {{PT_LOAD, PF_R | PF_W, 0, 0, 64}}, "nothing to load"},
    {ET_EXEC, 1, {{PT_LOAD, PF_R, 0, 4, 3}}, "segment 0: has more file bytes than memory"},
    {ET_EXEC, 2, {{PT_LOAD, PF_R, 0, 4, 4}, {PT_LOAD, PF_R, 3, 4, 4}}, "overlap"},
};

START_TEST(test_wrong_programs_are_refused)
{
	g_autoptr(GByteArray) elf =
	    make_elf(kinds[0], refused[_i].type, refused[_i].parts, refused[_i].count);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(parse(elf, &error));
	ck_assert_msg(strstr(error->message, refused[_i].why) != NULL, "%s", error->message);
}
END_TEST

START_TEST(test_address_beyond_64_bits)
{
	const ElfPart part = {PT_LOAD, PF_R | PF_W, G_MAXUINT64 - 2, 4, 4};
	g_autoptr(GByteArray) elf = make_elf(kinds[2], ET_EXEC, &part, 1);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(parse(elf, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "leave the address space"));
	/* The last byte of memory may be used. */
	const ElfPart last = {PT_LOAD, PF_R | PF_W, G_MAXUINT64 - 3, 4, G_MAXUINT64};
	g_autoptr(GByteArray) good = make_elf(kinds[2], ET_EXEC, &last, 1);
	g_autoptr(RigImage) image = parse(good, NULL);
	ck_assert_ptr_nonnull(image);
	ck_assert_uint_eq(image->ram_bytes, G_MAXUINT64);
}
END_TEST

/* A folder with what binutils made of a small firmware: data in RAM, its bytes in flash. */
static const char *const assembly = ".text\n.byte 1,2,3,4,5,6,7,8\n"
                                    ".data\n.byte 9,10,11,12\n"
                                    ".bss\n.skip 64\n";
static const char *const script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K\n"
                                  "         RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }\n"
                                  "PHDRS { code PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }\n"
                                  "SECTIONS { .text : { *(.text) } >FLASH :code\n"
                                  "  .note.gnu.build-id : { *(.note.gnu.build-id) } >FLASH :code\n"
                                  "  .data : { *(.data) } >RAM AT>FLASH :data\n"
                                  "  .bss : { *(.bss) } >RAM :data\n"
                                  "  /DISCARD/ : { *(*) } }\n";

static void run(const char *folder, const char *command)
{
	g_auto(GStrv) argv = g_strsplit(command, " ", -1);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int status = -1;
	gboolean ran = g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &text,
	                            &status, &error);
	ck_assert_msg(ran && g_spawn_check_wait_status(status, NULL), "%s: %s", command,
	              ran ? text : error->message);
}

static RigImage *load(const char *folder, const char *name, gint64 address)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) error = NULL;
	RigImage *image = rig_image_load(path, address, &error);
	ck_assert_msg(image != NULL, "%s", error != NULL ? error->message : "");
	return image;
}

static void write_text(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

static void remove_folder(const char *folder, const char *const *names)
{
	for (; *names != NULL; names++) {
		g_autofree char *path = g_build_filename(folder, *names, NULL);
		ck_assert_int_eq(g_unlink(path), 0);
	}
	ck_assert_int_eq(g_rmdir(folder), 0);
}

static const struct {
	const char *as, *ld;
} widths[] = {
    {"as --32 -o t.o t.s", "ld -n -m elf_i386 --build-id=0xfeedc0de -T t.ld -o t.elf t.o"},
    {"as --64 -o t.o t.s", "ld -n -m elf_x86_64 --build-id=0xfeedc0de -T t.ld -o t.elf t.o"},
};

START_TEST(test_elf_hex_and_binary_of_one_build_have_one_load_digest)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-elf-XXXXXX", NULL);
	write_text(folder, "t.s", assembly);
	write_text(folder, "t.ld", script);
	run(folder, widths[_i].as);
	run(folder, widths[_i].ld);
	run(folder, "objcopy -O ihex t.elf t.hex");
	run(folder, "objcopy -O binary t.elf t.bin");
	g_autoptr(RigImage) elf = load(folder, "t.elf", -1);
	g_autoptr(RigImage) hex = load(folder, "t.hex", -1);
	g_autoptr(RigImage) bin = load(folder, "t.bin", 0x08000000);
	ck_assert_str_eq(elf->format, "elf");
	ck_assert_str_eq(hex->format, "hex");
	ck_assert_str_eq(elf->load_digest, hex->load_digest);
	ck_assert_str_eq(elf->load_digest, bin->load_digest);
	ck_assert_uint_eq(elf->segments->len, 1);
	/* Code, the note (12 + 4 + 4), data; .data and .bss in memory. */
	ck_assert_uint_eq(elf->load_bytes, 8 + 20 + 4);
	ck_assert_uint_eq(elf->ram_bytes, 4 + 64);
	/* The script makes no PT_NOTE: the section tells it. */
	ck_assert_str_eq(elf->build_id, "feedc0de");
	remove_folder(folder,
	              (const char *const[]){"t.s", "t.ld", "t.o", "t.elf", "t.hex", "t.bin", NULL});
}
END_TEST

static Suite *image_elf_suite(void)
{
	Suite *suite = suite_create("image_elf");
	TCase *tests = tcase_create("image_elf");
	tcase_add_loop_test(tests, test_every_width_and_byte_order, 0, G_N_ELEMENTS(kinds));
	tcase_add_loop_test(tests, test_cut_short_anywhere, 0, G_N_ELEMENTS(kinds));
	tcase_add_loop_test(tests, test_wrong_programs_are_refused, 0, G_N_ELEMENTS(refused));
	tcase_add_test(tests, test_address_beyond_64_bits);
	tcase_add_loop_test(tests, test_elf_hex_and_binary_of_one_build_have_one_load_digest, 0,
	                    G_N_ELEMENTS(widths));
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(image_elf_suite)
