# SPDX-License-Identifier: Apache-2.0
# tinyrig: `make help` lists what this file can do.
VARIANT ?= release
CC      ?= gcc
BUILD   ?= build
B       := $(BUILD)/$(VARIANT)
MAKEFLAGS += --no-builtin-rules

PACKAGES := glib-2.0 yaml-0.1 jansson libelf
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
        -Wmissing-prototypes -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wformat=2
ifdef CI
WERROR ?= -Werror
endif
OPT_release  := -O2 -g
OPT_san      := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_coverage := -O0 -g --coverage
OPT_fuzz     := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

VERSION := 0.1.0
LIB_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIB_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
CFLAGS_ALL := -std=c11 -D_GNU_SOURCE -DTINYRIG_VERSION='"$(VERSION)"' $(OPT_$(VARIANT)) $(WARN) $(WERROR) \
              -ffile-prefix-map=$(CURDIR)=. -MMD -MP $(LIB_CFLAGS) $(CFLAGS)
LDFLAGS_ALL := $(OPT_$(VARIANT)) -Wl,--as-needed $(LDFLAGS)

RIG_SRC    := $(sort $(filter-out rig/main.c,$(wildcard rig/*.c rig/*/*.c)))
DRIVER_SRC := $(sort $(wildcard drivers/*.c drivers/*/*.c))
RIG_OBJ    := $(RIG_SRC:%.c=$(B)/%.o)
DRIVER_OBJ := $(DRIVER_SRC:%.c=$(B)/%.o)
LIB        := $(B)/libtinyrig.a
TEST_SRC   := $(sort $(wildcard tests/unit/test_*.c tests/driver/test_*.c))
TEST_BIN   := $(TEST_SRC:%.c=$(B)/%)
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(B)/%.o)
FUZZ_SRC   := $(sort $(wildcard tests/fuzz/fuzz_*.c))

# What runs on boards; here built for the host's tests, with the variant's sanitisers.
TARGET_SRC := $(sort $(wildcard include/tinyrig-target/*.c)) fixtures/firmware/digits_net.c \
              fixtures/firmware/sensor.c
TARGET_OBJ := $(TARGET_SRC:%.c=$(B)/%.o)
TARGET_LIB := $(B)/libtinyrig-target.a
TARGET_STD := -std=c99 -U_GNU_SOURCE
TEST_INCLUDES += -Iinclude/tinyrig-target -Ifixtures/firmware -Ifixtures/models

# The firmware as a host process: what a board runs, so never with a variant's flags.
FIRMWARE_DIR    := $(BUILD)/firmware
FIRMWARE_SRC    := $(TARGET_SRC) fixtures/firmware/main.c
FIRMWARE_NAMES  := digits-host digits-host-2bit digits-host-plain
FIRMWARE        := $(FIRMWARE_NAMES:%=$(FIRMWARE_DIR)/%)
FIRMWARE_CFLAGS := -O2 -g -fPIE $(WARN) $(WERROR) -ffile-prefix-map=$(CURDIR)=. -MMD -MP \
                   -Iinclude/tinyrig-target -Ifixtures/firmware -DFIRMWARE_REPLY_BYTES=16384u
FIRMWARE_LINK   := -pie -Wl,--build-id -Wl,-z,now -Wl,--as-needed
FIRMWARE_DEFINES_digits-host       :=
FIRMWARE_DEFINES_digits-host-2bit  := -DFIRMWARE_MODEL_2BIT
FIRMWARE_DEFINES_digits-host-plain := -DFIRMWARE_PLAIN

.PHONY: all
all: $(B)/tinyrig ## build tinyrig (VARIANT=release|san|coverage, BUILD=folder)

$(B)/tinyrig: $(B)/rig/main.o $(LIB)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIB_LIBS)

$(LIB): $(RIG_OBJ) $(DRIVER_OBJ)
	@rm -f $@
	ar rcsD $@ $^

# drivers/ sees include/ only, so it cannot reach the core.
$(B)/drivers/%.o: drivers/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Iinclude -c -o $@ $<
$(B)/rig/%.o: rig/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Iinclude -Irig -c -o $@ $<
$(B)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Iinclude -Irig -Itests/support $(TEST_INCLUDES) $(shell pkg-config --cflags check) -c -o $@ $<
$(TARGET_OBJ): $(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(TARGET_STD) -Iinclude/tinyrig-target -c -o $@ $<
$(TARGET_LIB): $(TARGET_OBJ)
	@rm -f $@
	ar rcsD $@ $^

.PHONY: firmware
firmware: $(FIRMWARE) ## build the firmware under test as host processes

# $(1): name of the image. The port alone knows the host.
define FIRMWARE_RULES
$(FIRMWARE_DIR)/$(1).o/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC) -std=$$(if $$(findstring port_host,$$<),gnu11,c99) $$(FIRMWARE_CFLAGS) $$(FIRMWARE_DEFINES_$(1)) -c -o $$@ $$<
$(FIRMWARE_DIR)/$(1): $(FIRMWARE_SRC:%.c=$(FIRMWARE_DIR)/$(1).o/%.o) $(FIRMWARE_DIR)/$(1).o/fixtures/firmware/port_host.o
	$$(CC) $$(FIRMWARE_LINK) -o $$@ $$^
endef
$(foreach name,$(FIRMWARE_NAMES),$(eval $(call FIRMWARE_RULES,$(name))))

$(B)/tests/%: $(B)/tests/%.o $(SUPPORT_OBJ) $(TARGET_LIB) $(LIB)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIB_LIBS) $(shell pkg-config --libs check)

-include $(shell find $(B) $(FIRMWARE_DIR) -name '*.d' 2>/dev/null)
