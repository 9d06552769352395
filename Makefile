# SPDX-License-Identifier: Apache-2.0
# tinyrig: `make help` lists what this file can do.
VARIANT ?= release
BUILD   ?= build
PREFIX  ?= /usr/local
B       := $(BUILD)/$(VARIANT)
JOBS    ?= $(shell nproc)
MAKEFLAGS += --no-builtin-rules
SHELL   := /bin/bash
ifeq ($(origin CC),default)
CC := $(if $(filter fuzz,$(VARIANT)),clang,gcc)
endif

PACKAGES := glib-2.0 yaml-0.1 jansson libelf zlib libserialport libusb-1.0 libftdi1 sqlite3 libzstd sndfile
# libsndfile is loaded when the first WAV file is opened; only its header is needed here.
LINKED   := $(filter-out sndfile,$(PACKAGES))
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
        -Wmissing-prototypes -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wformat=2
ifdef CI
WERROR ?= -Werror
endif
# The folder's name without a slash at its end: debug information names the folder itself as well.
MAP          := -ffile-prefix-map=$(CURDIR)=.
OPT_release  := -O2 -g $(MAP)
OPT_san      := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer $(MAP)
OPT_coverage := -O0 -g --coverage -fprofile-update=atomic
OPT_fuzz     := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all $(MAP)
$(if $(OPT_$(VARIANT)),,$(error VARIANT is release, san, coverage or fuzz, not "$(VARIANT)"))

# Of the virtual bench and what tests it.
BENCH_PACKAGES := umockdev-1.0 gio-unix-2.0

VERSION := 0.1.0
# Headers of others are none of lint's business.
LIB_CFLAGS  := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
LIB_LIBS    := $(shell pkg-config --libs $(LINKED) 2>/dev/null) -lm
TEST_CFLAGS := $(shell pkg-config --cflags check $(BENCH_PACKAGES) 2>/dev/null)
TEST_LIBS   := $(shell pkg-config --libs check $(BENCH_PACKAGES) 2>/dev/null)
LANGUAGE    := -std=c11 -D_GNU_SOURCE -DTINYRIG_VERSION='"$(VERSION)"' $(WARN)
CFLAGS_ALL  := $(LANGUAGE) $(OPT_$(VARIANT)) $(WERROR) -MMD -MP $(LIB_CFLAGS) $(CFLAGS)
LDFLAGS_ALL := $(OPT_$(VARIANT)) -Wl,--as-needed $(LDFLAGS)

LIBEXEC_SRC := $(sort $(wildcard rig/libexec/*.c))
LIBEXEC     := $(LIBEXEC_SRC:rig/libexec/%.c=$(B)/libexec/tinyrig-%)
RIG_SRC     := $(sort $(filter-out rig/main.c rig/libexec/%,$(wildcard rig/*.c rig/*/*.c)))
DRIVER_SRC  := $(sort $(wildcard drivers/*.c drivers/*/*.c))
TEST_SRC    := $(sort $(wildcard tests/unit/test_*.c tests/driver/test_*.c))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
SYSTEM_SRC  := $(sort $(wildcard tests/system/*.c))
BENCH_SRC   := $(sort $(filter-out tests/bench/floor.c,$(wildcard tests/bench/*.c)))
FUZZ_SRC    := $(sort $(wildcard tests/fuzz/fuzz_*.c))
RIG_OBJ     := $(RIG_SRC:%.c=$(B)/%.o)
DRIVER_OBJ  := $(DRIVER_SRC:%.c=$(B)/%.o)
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(B)/%.o)
# The shipped target files, as text in the program.
TARGET_FILES := $(sort $(wildcard drivers/target/files/*.yaml))
TEXTS_OBJ    := $(B)/target_texts.o
LIB         := $(B)/libtinyrig.a
TEST_BIN    := $(TEST_SRC:%.c=$(B)/%)
SERIAL_TEST_SRC := tests/driver/tty_bed.c tests/driver/serial_bench.c
SERIAL_TEST_BIN := $(filter $(B)/tests/driver/test_serial%,$(TEST_BIN))
SYSTEM_BIN  := $(SYSTEM_SRC:%.c=$(B)/%)
BENCH_BIN   := $(BENCH_SRC:%.c=$(B)/%)
FUZZ_BIN    := $(FUZZ_SRC:%.c=$(B)/%)

# The virtual bench: its own program over the same library, tried by tests and installed with the rig.
VIRTUAL_SRC    := $(sort $(wildcard fixtures/virtual-bench/*.c fixtures/virtual-bench/*/*.c))
VIRTUAL_OBJ    := $(VIRTUAL_SRC:%.c=$(B)/%.o)
VIRTUAL_LIB    := $(B)/libvirtual-bench.a
VIRTUAL_CFLAGS := $(shell pkg-config --cflags $(BENCH_PACKAGES) 2>/dev/null)
VIRTUAL_LIBS   := $(shell pkg-config --libs $(BENCH_PACKAGES) 2>/dev/null)

# What runs on boards; here built for the host's tests, with the variant's sanitisers.
TARGET_SRC := $(sort $(wildcard include/tinyrig-target/*.c)) fixtures/firmware/digits_net.c \
              fixtures/firmware/sensor.c
TARGET_OBJ := $(TARGET_SRC:%.c=$(B)/%.o)
TARGET_LIB := $(B)/libtinyrig-target.a
TARGET_STD := -std=c99 -U_GNU_SOURCE
TEST_INCLUDES += -Iinclude/tinyrig-target -Ifixtures -Ifixtures/virtual-bench -Ifixtures/firmware -Ifixtures/models

# The firmware as a host process: what a board runs, so never with a variant's flags.
FIRMWARE_DIR    := $(BUILD)/firmware
FIRMWARE_SRC    := $(filter-out %/mailbox.c %/rtt.c,$(TARGET_SRC)) fixtures/firmware/recogniser.c fixtures/firmware/main.c
FIRMWARE_NAMES  := digits-host digits-host-2bit digits-host-plain
FIRMWARE        := $(FIRMWARE_NAMES:%=$(FIRMWARE_DIR)/%)
FIRMWARE_CFLAGS := -O2 -g -fPIE $(WARN) $(WERROR) $(MAP) -MMD -MP \
                   -Iinclude/tinyrig-target -Ifixtures/firmware -DFIRMWARE_REPLY_BYTES=16384u
FIRMWARE_LINK   := -pie -Wl,--build-id -Wl,-z,now -Wl,--as-needed
FIRMWARE_DEFINES_digits-host       :=
FIRMWARE_DEFINES_digits-host-2bit  := -DFIRMWARE_MODEL_2BIT
FIRMWARE_DEFINES_digits-host-plain := -DFIRMWARE_PLAIN

# The same source for chips: nothing of newlib, so the cross compiler alone is enough.
BOARD_CC       ?= arm-none-eabi-gcc
BOARD_NAMES    := digits-mps2-an386 digits-mps2-an386-2bit digits-microbit digits-microbit-2bit digits-nrf52840
# Asked through the probe alone.
PROBE_NAMES    := $(foreach board,mps2-an386 microbit,digits-mailbox-$(board) digits-rtt-$(board))
BOARD_IMAGES   := $(patsubst %,$(FIRMWARE_DIR)/%.elf,$(BOARD_NAMES) $(PROBE_NAMES))
# For `make bench`: long inputs, at two rates.
WIDE_NAMES     := digits-microbit-wide digits-microbit-wide-fast
WIDE_IMAGES    := $(WIDE_NAMES:%=$(FIRMWARE_DIR)/%.elf)
BOARD_CORTEX   := $(sort $(wildcard fixtures/firmware/cortex_*.c))
BOARD_PORTS    := fixtures/firmware/port_mps2.c fixtures/firmware/port_microbit.c
BOARD_C        := $(BOARD_CORTEX) $(BOARD_PORTS) fixtures/firmware/main_mailbox.c
# What one is made of: the monitor on its UART, or in place of both what its name says.
BOARD_COMMON   := $(filter-out fixtures/firmware/main.c,$(FIRMWARE_SRC)) $(filter-out %_line.c %_rtt.c,$(BOARD_CORTEX))
BOARD_mailbox  := include/tinyrig-target/mailbox.c fixtures/firmware/main_mailbox.c
BOARD_rtt      := include/tinyrig-target/rtt.c fixtures/firmware/cortex_rtt.c fixtures/firmware/main.c
BOARD_line     := fixtures/firmware/cortex_line.c fixtures/firmware/main.c
board_src       = $(BOARD_COMMON) $(BOARD_$(or $(findstring mailbox,$(1)),$(findstring rtt,$(1)),line))
BOARD_INCLUDES := -Ifixtures/firmware/libc -Iinclude/tinyrig-target -Ifixtures/firmware
BOARD_CFLAGS   := -O2 -g -std=c99 -ffreestanding -ffunction-sections -fdata-sections \
                  -fno-tree-loop-distribute-patterns $(WARN) $(WERROR) $(MAP) -MMD -MP $(BOARD_INCLUDES)
BOARD_LINK     := -nostdlib -Lfixtures/firmware -Wl,--build-id -Wl,--gc-sections -Wl,--fatal-warnings
BOARD_CPU_mps2-an386  := -mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16
BOARD_CPU_microbit    := -mthumb -mcpu=cortex-m0
BOARD_PORT_mps2-an386 := fixtures/firmware/port_mps2.c
BOARD_PORT_microbit   := fixtures/firmware/port_microbit.c
# The virtual bench's: its core and its UART are those of mps2-an386.
BOARD_CPU_nrf52840    := $(BOARD_CPU_mps2-an386)
BOARD_PORT_nrf52840   := $(BOARD_PORT_mps2-an386)
# A flash algorithm as CMSIS-Packs have them.
FLM := $(FIRMWARE_DIR)/nrf51.flm

# Firmware with a defect in it (tests/defects): NAME.c stands before the product's objects by the
# linker's --wrap; NAME.flags are other flags for the same source.
DEFECTS_DIR   := $(BUILD)/defects
# What the test of post-mortems runs.
POSTMORTEMS   := $(foreach board,mps2-an386 microbit,$(foreach defect,hangs hard_fault interrupt_fault main_stack stack_overflow,$(DEFECTS_DIR)/firmware/$(defect)-$(board).elf)) \
                 $(foreach defect,hangs hard_fault,$(DEFECTS_DIR)/firmware/$(defect)-mailbox-mps2-an386.elf)
DEFECTS_SRC   := $(sort $(wildcard tests/defects/*.c tests/defects/firmware/*.c))
DEFECT_WRAPS   = $$(sed -n 's/.*\b__wrap_\([a-z_0-9]*\)(.*/-Wl,--wrap=\1/p' $< | sort -u)

# `make V=1` shows the commands, `make -s` nothing.
SILENT := $(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS))))
say = $(if $(V),,@$(if $(SILENT),,printf '  %-6s %s\n' $(1) $@;) )
# This file again, with another variant and on all cores.
SUB  = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
DEPS = BUILD=$(BUILD) tests/support/deps.sh

.PHONY: all
all: $(B)/tinyrig $(LIBEXEC) ## build tinyrig (VARIANT=release|san|coverage|fuzz, BUILD=folder)
	@:

.PHONY: virtual-bench
virtual-bench: $(B)/virtual-bench ## build the virtual bench: QEMU boards behind virtual USB adapters
	@:

.PHONY: demo
demo: ## install what is missing, build, run the smoke suite on two boards, then on a bad image
	@$(DEPS) build boards
	+@$(SUB) VARIANT=release all virtual-bench firmware
	@TINYRIG=$(BUILD)/release/tinyrig FIRMWARE=$(FIRMWARE_DIR) \
	 VIRTUAL_BENCH_PROGRAM=$(BUILD)/release/virtual-bench tests/support/demo.sh

.PHONY: check
check: ## all quick tests under ASan and UBSan; last line: `N passed, M failed`
	@$(DEPS) build check boards
	+@$(SUB) VARIANT=san programs
	+@$(SUB) VARIANT=san run-checks

.PHONY: check-all
check-all: ## check, the long tests, and 60 s of fuzzing for each parser
	@$(DEPS) build check boards fuzz
	+@$(SUB) VARIANT=san programs
	+@$(SUB) VARIANT=san run-checks CHECK_LONG=yes
	+@$(SUB) fuzz

.PHONY: soak
soak: ## 200 clean runs on virtual boards, 200 of their energies, 3000 on host processes, 180 for equal laps, 400 faults on a line
	@$(DEPS) build check boards
	+@$(SUB) VARIANT=release all virtual-bench firmware
	@export TINYRIG=$(BUILD)/release/tinyrig FIRMWARE=$(FIRMWARE_DIR) VIRTUAL_BENCH_PROGRAM=$(BUILD)/release/virtual-bench; \
	 tests/system/long_soak.sh && tests/system/long_energy.sh && RUNS=20 tests/system/laps.sh && FAULTS=400 tests/system/line_sweep.sh

.PHONY: check-vm
check-vm: ## the serial tests in a QEMU guest with Linux's own USB drivers, beside the virtual bench's
	@$(DEPS) build check boards vm
	+@$(SUB) VARIANT=release all firmware vm-programs
	@TINYRIG=$(BUILD)/release/tinyrig FIRMWARE=$(FIRMWARE_DIR) TTY_PROBE=$(BUILD)/release/tests/system/tty_probe \
	 VIRTUAL_BENCH_PROGRAM=$(BUILD)/release/virtual-bench tests/system/vm/check.sh $(BUILD)/vm

.PHONY: check-compilers
check-compilers: ## decisions that gcc's tinyrig made come again, byte for byte, by clang's
	@$(DEPS) build check lint
	+@$(SUB) VARIANT=release CC=gcc all firmware
	+@$(SUB) VARIANT=release CC=clang BUILD=$(BUILD)/clang $(BUILD)/clang/release/tinyrig
	@TINYRIG=$(BUILD)/release/tinyrig OTHER_TINYRIG=$(BUILD)/clang/release/tinyrig FIRMWARE=$(FIRMWARE_DIR) \
	 tests/system/release.sh

.PHONY: check-npm
check-npm: ## evidence by npm's @sigstore/verify, and theirs by ours (npm gets it)
	@$(DEPS) build npm
	+@$(SUB) VARIANT=release all firmware
	@TINYRIG=$(BUILD)/release/tinyrig FIRMWARE=$(FIRMWARE_DIR) tests/sigstore/check.sh $(BUILD)/npm

.PHONY: code
code: ## assemble anew what runs on targets' cores, as headers
	@$(DEPS) build boards
	@drivers/target/code/header.sh drivers/target/code/digest.S digest >drivers/target/digest_code.h

.PHONY: lint
lint: ## format, clang-tidy, cppcheck, gcc -fanalyzer, gcc and clang with -Werror, house rules
	@$(DEPS) build check boards lint
	@tests/support/rules.sh
	+@$(SUB) -k -O VARIANT=release lint-all
	@echo "lint: clean"

.PHONY: fuzz
FUZZ_SECONDS ?= 60
fuzz: ## fuzz each parser for FUZZ_SECONDS (60); what is found stays in build/fuzz/found
	@$(DEPS) build check fuzz
	+@$(SUB) VARIANT=fuzz fuzz-programs
	@JOBS=$(JOBS) SECONDS_EACH=$(FUZZ_SECONDS) tests/support/fuzz.sh $(BUILD)/fuzz $(FUZZ_SRC:tests/fuzz/%.c=%)

.PHONY: bench
bench: ## measure the rig beside its limits; writes build/bench.json
	@$(DEPS) build check boards
	+@$(SUB) VARIANT=release bench-programs
	@TINYRIG=$(BUILD)/release/tinyrig VIRTUAL_BENCH_PROGRAM=$(BUILD)/release/virtual-bench \
	 FIRMWARE=$(FIRMWARE_DIR) BENCH_PROGRAMS=$(BUILD)/release/tests/bench \
	 BENCH_JSON=$(BUILD)/bench.json tests/bench/run.sh

.PHONY: defects
defects: ## seeded defects: each must get its verdict from its case; prints the matrix
	@$(DEPS) build check boards
	+@$(SUB) VARIANT=release all virtual-bench firmware
	+@TINYRIG=$(BUILD)/release/tinyrig VIRTUAL_BENCH_PROGRAM=$(BUILD)/release/virtual-bench BUILD=$(BUILD) \
	 BENCH_JSON=$(BUILD)/bench.json JOBS=$(JOBS) tests/defects/run.sh

.PHONY: coverage
COVERAGE_MIN ?= 85
coverage: ## line coverage of rig/ and drivers/; fails under COVERAGE_MIN (85) percent
	@$(DEPS) build check boards coverage
	+@$(SUB) VARIANT=coverage programs
	@find $(BUILD)/coverage -name '*.gcda' -delete
	+@$(SUB) VARIANT=coverage run-checks
	@gcovr --root . --object-directory $(BUILD)/coverage --filter rig/ --filter drivers/ \
	 --sort-uncovered --txt --html-details $(BUILD)/coverage/index.html --fail-under-line $(COVERAGE_MIN) \
	 $(BUILD)/coverage

.PHONY: docs
docs: $(B)/tinyrig ## man page, reference pages, schemas and completions, in build/docs
	@mkdir -p $(BUILD)/docs
	$(B)/tinyrig man >$(BUILD)/docs/tinyrig.1
	$(B)/tinyrig completion bash >$(BUILD)/docs/tinyrig.bash
	$(B)/tinyrig completion zsh >$(BUILD)/docs/_tinyrig
	@set -e; for what in suite bench candidate recording policy; do \
	 $(B)/tinyrig reference $$what >$(BUILD)/docs/$$what.md; \
	 $(B)/tinyrig schema $$what >$(BUILD)/docs/$$what.schema.json; done
	cp -p docs/* $(BUILD)/docs/

.PHONY: install
SHARE = $(DESTDIR)$(PREFIX)/share
install: all virtual-bench docs ## install under PREFIX (/usr/local), below DESTDIR where it is given
	install -D -m 755 $(B)/tinyrig $(DESTDIR)$(PREFIX)/bin/tinyrig
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/libexec/tinyrig $(LIBEXEC)
	install -D -m 755 $(B)/virtual-bench $(DESTDIR)$(PREFIX)/bin/virtual-bench
	install -D -m 644 $(BUILD)/docs/tinyrig.1 $(SHARE)/man/man1/tinyrig.1
	install -D -m 644 $(BUILD)/docs/tinyrig.bash $(SHARE)/bash-completion/completions/tinyrig
	install -D -m 644 $(BUILD)/docs/_tinyrig $(SHARE)/zsh/site-functions/_tinyrig
	install -d $(SHARE)/doc/tinyrig $(SHARE)/tinyrig $(DESTDIR)$(PREFIX)/include
	install -m 644 README.md LICENSE $(BUILD)/docs/*.md $(BUILD)/docs/*.json $(SHARE)/doc/tinyrig
	cp -R suites $(SHARE)/tinyrig
	mkdir -p $(SHARE)/tinyrig/fixtures && cp -R $(wildcard fixtures/benches fixtures/recordings fixtures/golden) \
	 $(SHARE)/tinyrig/fixtures
	cp -R include/tinyrig-target $(DESTDIR)$(PREFIX)/include

.PHONY: uninstall
uninstall: ## take away what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/tinyrig $(DESTDIR)$(PREFIX)/bin/virtual-bench $(SHARE)/man/man1/tinyrig.1 \
	 $(SHARE)/bash-completion/completions/tinyrig $(SHARE)/zsh/site-functions/_tinyrig
	rm -rf $(SHARE)/doc/tinyrig $(SHARE)/tinyrig $(DESTDIR)$(PREFIX)/include/tinyrig-target $(DESTDIR)$(PREFIX)/libexec/tinyrig

.PHONY: deps
FOR ?= build check boards
deps: ## install Debian packages; FOR="build check boards lint fuzz coverage models npm vm" (build check boards)
	@tests/support/deps.sh $(FOR)

.PHONY: clean
clean: ## take away what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

# Parts of the targets above, each in the variant at hand.
.PHONY: vm-programs
vm-programs: $(B)/virtual-bench $(B)/tests/system/tty_probe
	@:
.PHONY: programs fuzz-programs bench-programs run-checks lint-all FORCE
programs: $(POSTMORTEMS) $(B)/tinyrig $(LIBEXEC) $(B)/virtual-bench firmware $(TEST_BIN) $(SYSTEM_BIN) $(FUZZ_BIN)
	@:
fuzz-programs: $(FUZZ_BIN)
	@:
bench-programs: $(B)/tinyrig $(B)/virtual-bench firmware $(WIDE_IMAGES) $(BENCH_BIN) $(B)/tests/system/swd_jobs
	@:

CHECK_SCRIPTS := $(sort $(wildcard tests/unit/*.sh)) \
                 $(sort $(filter-out tests/system/long_%,$(wildcard tests/system/*.sh)))
CHECK_LONG_SCRIPTS := $(if $(CHECK_LONG),$(sort $(filter-out %/long_soak.sh,$(wildcard tests/system/long_*.sh))))
run-checks: programs
	@VARIANT=$(VARIANT) BUILD=$(BUILD) JOBS=$(JOBS) CC=$(CC) TINYRIG=$(B)/tinyrig FIRMWARE=$(FIRMWARE_DIR) \
	 VIRTUAL_BENCH_PROGRAM=$(B)/virtual-bench DEFECTS=$(DEFECTS_DIR) TEST_PROGRAMS=$(B)/tests/system tests/support/check.sh $(B)/check \
	 $(CHECK_LONG_SCRIPTS) $(CHECK_SCRIPTS) $(FUZZ_BIN) $(TEST_BIN)

# Flags that change make everything anew; a library that is missing is told before the first file.
MISSING := $(shell for p in $(PACKAGES) libdw libcurl; do pkg-config --exists $$p 2>/dev/null || echo $$p; done)
$(B)/flags: FORCE
	$(if $(MISSING),$(error cannot find $(MISSING) (by pkg-config): run `make deps`))
	@$(shell mkdir -p $(@D))$(file >$@.new,$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL)) cmp -s $@.new $@ && rm $@.new || mv -f $@.new $@

$(B)/tinyrig: $(B)/rig/main.o $(LIB)
	$(call say,LINK)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIB_LIBS)

# Heavy to load, seldom needed: a program of its own.
$(B)/libexec/tinyrig-symbols: LIBEXEC_PACKAGES := libdw jansson glib-2.0
$(B)/libexec/tinyrig-post: LIBEXEC_PACKAGES := libcurl glib-2.0
$(LIBEXEC): $(B)/libexec/tinyrig-%: rig/libexec/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(CFLAGS_ALL) -MF $@.d -MT $@ $(shell pkg-config --cflags $(LIBEXEC_PACKAGES) 2>/dev/null) $(LDFLAGS_ALL) -o $@ $< $(shell pkg-config --libs $(LIBEXEC_PACKAGES) 2>/dev/null)

$(B)/virtual-bench: $(B)/fixtures/virtual-bench/main.o $(VIRTUAL_LIB) $(LIB)
	$(call say,LINK)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIB_LIBS) $(VIRTUAL_LIBS)
$(VIRTUAL_LIB): $(filter-out %/main.o,$(VIRTUAL_OBJ))
	@rm -f $@
	$(call say,AR)ar rcsD $@ $^
$(VIRTUAL_OBJ): $(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -Iinclude -Irig -Ifixtures/virtual-bench $(VIRTUAL_CFLAGS) -c -o $@ $<

$(B)/target_texts.c: drivers/target/files/texts.sh $(TARGET_FILES)
	@mkdir -p $(@D)
	@drivers/target/files/texts.sh $(TARGET_FILES) >$@
$(TEXTS_OBJ): $(B)/target_texts.c $(B)/flags
	$(call say,CC)$(CC) $(CFLAGS_ALL) -Iinclude -Irig -c -o $@ $<
$(LIB): $(RIG_OBJ) $(DRIVER_OBJ) $(TEXTS_OBJ)
	@rm -f $@
	$(call say,AR)ar rcsD $@ $^

# drivers/ sees include/ only, so it cannot reach the core.
$(B)/drivers/%.o: drivers/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -Iinclude -c -o $@ $<
$(B)/rig/%.o: rig/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -Iinclude -Irig -c -o $@ $<
$(B)/tests/%.o: tests/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -Iinclude -Irig -Itests/support $(TEST_INCLUDES) $(TEST_CFLAGS) -c -o $@ $<
$(TARGET_OBJ): $(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) $(TARGET_STD) -Iinclude/tinyrig-target -c -o $@ $<
$(TARGET_LIB): $(TARGET_OBJ)
	@rm -f $@
	$(call say,AR)ar rcsD $@ $^
$(B)/tests/%: $(B)/tests/%.o $(SUPPORT_OBJ) $(TARGET_LIB) $(VIRTUAL_LIB) $(LIB)
	$(call say,LINK)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIB_LIBS) $(TEST_LIBS)
$(B)/tests/bench/exchange: $(B)/tests/bench/floor.o
$(SERIAL_TEST_BIN): $(SERIAL_TEST_SRC:%.c=$(B)/%.o)
# A fuzz target is a libFuzzer program, or (in other variants, without clang) runs its corpus.
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(if $(filter fuzz,$(VARIANT)),,$(B)/tests/fuzz/corpus_main.o) \
                        $(SUPPORT_OBJ) $(TARGET_LIB) $(VIRTUAL_LIB) $(LIB)
	$(call say,LINK)$(CC) $(LDFLAGS_ALL) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) -o $@ $^ $(LIB_LIBS) $(TEST_LIBS)

.PHONY: firmware
firmware: $(FIRMWARE) $(BOARD_IMAGES) $(FLM) ## build the firmware under test: host processes, Cortex-M boards
	@:

# $(1): name of the image. The port alone knows the host.
define FIRMWARE_RULES
$(FIRMWARE_DIR)/$(1).o/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC) -std=$$(if $$(findstring port_host,$$<),gnu11,c99) $$(FIRMWARE_CFLAGS) $$(FIRMWARE_DEFINES_$(1)) -c -o $$@ $$<
$(FIRMWARE_DIR)/$(1): $(FIRMWARE_SRC:%.c=$(FIRMWARE_DIR)/$(1).o/%.o) $(FIRMWARE_DIR)/$(1).o/fixtures/firmware/port_host.o
	$$(call say,LINK)$$(CC) $$(FIRMWARE_LINK) -o $$@ $$^
endef
$(foreach name,$(FIRMWARE_NAMES),$(eval $(call FIRMWARE_RULES,$(name))))

.PHONY: board-compiler
board-compiler:
	@command -v $(BOARD_CC) >/dev/null || { echo "cannot find $(BOARD_CC): run \`make deps FOR=boards\`" >&2; exit 1; }

# $(1): name of the image, $(2): its board.
define BOARD_RULES
$(FIRMWARE_DIR)/$(1).o/%.o: %.c | board-compiler
	@mkdir -p $$(@D)
	$$(call say,CC)$$(BOARD_CC) $$(BOARD_CPU_$(2)) $$(BOARD_CFLAGS) $(if $(findstring 2bit,$(1)),-DFIRMWARE_MODEL_2BIT) $(if $(findstring wide,$(1)),-DFIRMWARE_WIDE -DFIRMWARE_INPUT_BYTES=3072u) \
	 $(if $(findstring fast,$(1)),-DFIRMWARE_FAST) $(if $(findstring microbit,$(1)),-DFIRMWARE_SLOTS=4u) -c -o $$@ $$<
$(FIRMWARE_DIR)/$(1).elf: $(patsubst %.c,$(FIRMWARE_DIR)/$(1).o/%.o,$(call board_src,$(1)) $(BOARD_PORT_$(2))) fixtures/firmware/$(2).ld fixtures/firmware/cortex.ld
	$$(call say,LINK)$$(BOARD_CC) $$(BOARD_CPU_$(2)) $$(BOARD_LINK) -T fixtures/firmware/$(2).ld -o $$@ $$(filter %.o,$$^) -lgcc
endef
$(foreach name,$(BOARD_NAMES) $(PROBE_NAMES),$(eval $(call BOARD_RULES,$(name),$(patsubst digits-%,%,$(patsubst digits-rtt-%,digits-%,$(patsubst digits-mailbox-%,digits-%,$(name:%-2bit=%)))))))
$(foreach name,$(WIDE_NAMES),$(eval $(call BOARD_RULES,$(name),microbit)))

$(FLM): fixtures/firmware/flm_nrf51.c fixtures/firmware/flm.ld | board-compiler
	@mkdir -p $(@D)
	$(call say,LINK)$(BOARD_CC) $(BOARD_CPU_microbit) -Os -std=c99 -ffreestanding $(WARN) $(WERROR) -nostdlib -nostartfiles \
	 -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--entry=0 -T fixtures/firmware/flm.ld -o $@ $<

DEFECT_HOST_OBJ = $(FIRMWARE_SRC:%.c=$(FIRMWARE_DIR)/digits-host.o/%.o) $(FIRMWARE_DIR)/digits-host.o/fixtures/firmware/port_host.o
DEFECT_HOST_CC  = $(CC) -std=gnu11 $(filter-out -MMD -MP,$(FIRMWARE_CFLAGS)) $(FIRMWARE_LINK)
$(DEFECTS_DIR)/firmware/%-host: tests/defects/firmware/%.c tests/defects/firmware/wrap.h $(FIRMWARE_DIR)/digits-host
	@mkdir -p $(@D)
	$(call say,LINK)$(DEFECT_HOST_CC) $(DEFECT_WRAPS) -o $@ $< $(DEFECT_HOST_OBJ)
$(DEFECTS_DIR)/firmware/%-host: tests/defects/firmware/%.flags $(FIRMWARE_DIR)/digits-host
	@mkdir -p $(@D)
	$(call say,LINK)$(DEFECT_HOST_CC) $$(cat $<) -o $@ $(FIRMWARE_SRC) fixtures/firmware/port_host.c
# $(1): a board.
define DEFECT_RULES
DEFECT_CC_$(1)  = $$(BOARD_CC) $$(BOARD_CPU_$(1)) $$(filter-out -MMD -MP,$$(BOARD_CFLAGS)) $$(BOARD_LINK) -T fixtures/firmware/$(1).ld
DEFECT_SRC_$(1) = $$(call board_src,digits) $$(BOARD_PORT_$(1))
$(DEFECTS_DIR)/firmware/%-$(1).elf: tests/defects/firmware/%.c tests/defects/firmware/wrap.h $(FIRMWARE_DIR)/digits-$(1).elf
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(DEFECT_CC_$(1)) $$(DEFECT_WRAPS) -o $$@ $$< $$(DEFECT_SRC_$(1):%.c=$(FIRMWARE_DIR)/digits-$(1).o/%.o) -lgcc
$(DEFECTS_DIR)/firmware/%-mailbox-$(1).elf: tests/defects/firmware/%.c tests/defects/firmware/wrap.h $(FIRMWARE_DIR)/digits-mailbox-$(1).elf
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(DEFECT_CC_$(1)) $$(DEFECT_WRAPS) -o $$@ $$< \
	 $$(patsubst %.c,$(FIRMWARE_DIR)/digits-mailbox-$(1).o/%.o,$$(call board_src,digits-mailbox) $$(BOARD_PORT_$(1))) -lgcc
$(DEFECTS_DIR)/firmware/%-$(1).elf: tests/defects/firmware/%.flags $(FIRMWARE_DIR)/digits-$(1).elf
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(DEFECT_CC_$(1)) $$$$(cat $$<) -o $$@ $$(DEFECT_SRC_$(1)) -lgcc
endef
$(foreach board,mps2-an386 microbit,$(eval $(call DEFECT_RULES,$(board))))
$(DEFECTS_DIR)/clock_step.so: tests/defects/clock_step.c
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(LANGUAGE) $(WERROR) -O2 -g $(MAP) -fPIC -shared -o $@ $<

# Lint: one stamp for each tool and file, so that only what changed is read again.
L         := $(BUILD)/lint
PRODUCT_C := rig/main.c $(LIBEXEC_SRC) $(RIG_SRC) $(DRIVER_SRC) $(FIRMWARE_SRC) fixtures/firmware/port_host.c \
             $(BOARD_C) $(VIRTUAL_SRC)
TEST_C    := $(TEST_SRC) $(SERIAL_TEST_SRC) $(SUPPORT_SRC) $(SYSTEM_SRC) $(BENCH_SRC) $(FUZZ_SRC) tests/fuzz/corpus_main.c \
             $(DEFECTS_SRC)
FORMATTED := $(PRODUCT_C) $(TEST_C) $(wildcard tests/defects/firmware/*.h include/*/*.h rig/*/*.h drivers/*/*.h tests/*/*.h fixtures/firmware/*.h \
             fixtures/firmware/libc/*.h fixtures/virtual-bench/*.h fixtures/virtual-bench/*/*.h)
# gcc 12's analyzer does not see that g_autofree's cast in its cleanup reads what `= NULL` wrote.
ANALYZER  := -Wno-analyzer-use-of-uninitialized-value
CPPCHECK  := --enable=warning,performance,portability --inline-suppr --std=c11 --library=gtk --error-exitcode=1 \
             --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -Iinclude -Irig
# What each folder may see, as in the rules above; what only a chip can run is read for the chip.
LINT_BOARD := -std=c99 -ffreestanding $(WARN) $(BOARD_INCLUDES)
lint_gcc   = $(if $(filter $(BOARD_C),$<),$(BOARD_CC) $(BOARD_CPU_mps2-an386),gcc)
lint_clang = $(if $(filter $(BOARD_C),$<),--target=thumbv7em-none-eabihf -mcpu=cortex-m4)
lint_flags = $(if $(filter $(BOARD_C),$<),$(LINT_BOARD),$(lint_host))
lint_host  = $(LANGUAGE) $(LIB_CFLAGS) $(if $(filter include/% fixtures/firmware/%,$<),-DFIRMWARE_REPLY_BYTES=16384u \
             $(TEST_INCLUDES),-Iinclude $(if $(filter-out drivers/%,$<),-Irig) \
             $(if $(filter fixtures/%,$<),-Ifixtures/virtual-bench $(VIRTUAL_CFLAGS)) \
             $(if $(filter tests/%,$<),-Itests/support $(TEST_INCLUDES) $(TEST_CFLAGS)))
lint-all: $(PRODUCT_C:%.c=$(L)/gcc/%.o) $(TEST_C:%.c=$(L)/gcc/%.o) $(PRODUCT_C:%.c=$(L)/clang/%.o) \
          $(TEST_C:%.c=$(L)/clang/%.o) $(PRODUCT_C:%.c=$(L)/tidy/%) $(TEST_C:%.c=$(L)/tidy/%) \
          $(PRODUCT_C:%.c=$(L)/cppcheck/%) $(L)/format
$(L)/gcc/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(lint_gcc) $(lint_flags) -O2 -g -Werror $(if $(filter tests/%,$<),,-fanalyzer $(ANALYZER)) -MMD -MP -c -o $@ $<
$(L)/clang/%.o: %.c Makefile
	@mkdir -p $(@D)
	@clang $(lint_clang) $(lint_flags) -Werror $(if $(filter tests/%,$<),-Wno-unused-variable) -MMD -MP -MF $(@:.o=.d) -MT $@ -fsyntax-only $< && touch $@
$(L)/tidy/%: %.c .clang-tidy tests/.clang-tidy $(L)/clang/%.o
	@mkdir -p $(@D)
	@clang-tidy --quiet --warnings-as-errors='*' $< -- $(lint_clang) $(lint_flags) 2>$@.log || { cat $@.log; false; }
	@touch $@
$(L)/cppcheck/%: %.c Makefile $(L)/gcc/%.o
	@mkdir -p $(@D)
	@cppcheck --quiet $(CPPCHECK) $< && touch $@
$(L)/format: .clang-format $(FORMATTED)
	@clang-format --dry-run -Werror $(FORMATTED)
	@mkdir -p $(@D) && touch $@

.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(B) $(FIRMWARE_DIR) $(if $(filter lint-all,$(MAKECMDGOALS)),$(L)) -name '*.d' 2>/dev/null)
