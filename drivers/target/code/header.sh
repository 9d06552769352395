#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The bytes of a routine for a target's core, as a header: `make code` writes it with this, and a test
# compares. usage: header.sh FILE.S NAME
set -euo pipefail
object=$(mktemp) bytes=$(mktemp)
trap 'rm -f "$object" "$bytes"' EXIT
arm-none-eabi-gcc -c "$1" -o "$object"
arm-none-eabi-objcopy -O binary -j .text "$object" "$bytes"
cat <<TEXT
/* SPDX-License-Identifier: Apache-2.0 */
/* $(basename "$1") as arm-none-eabi-gcc 12.2 assembles it: written by \`make code\`, held by a test. */
#ifndef RIG_TARGET_${2^^}_CODE_H
#define RIG_TARGET_${2^^}_CODE_H

#include <glib.h>

/* clang-format off */
static const guint8 $2_code[] = {
$(od -An -v -tx1 -w16 "$bytes" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1, /g; s/, $/,/; s/^/\t/')
};
/* clang-format on */

#endif
TEXT
