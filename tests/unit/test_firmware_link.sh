#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The chips' firmware needs no C library, and a chip that is too small for it
# is told by the linker, not by the chip.
# usage: tests/unit/test_firmware_link.sh    (FIRMWARE: what `make check` sets)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
firmware=${FIRMWARE:-build/firmware}
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
failures=0

complain() {
	echo "test_firmware_link.sh: $*"
	failures=$((failures + 1))
}

# link_as BOARD FLAGS SED: links the board's objects anew, its scripts changed by SED
link_as() {
	local board=$1 flags=$2 change=$3 objects
	cp fixtures/firmware/*.ld "$own"
	sed -i "$change" "$own/$board.ld"
	mapfile -t objects < <(find "$firmware/digits-$board.o" -type f -name '*.o' | LC_ALL=C sort)
	# shellcheck disable=SC2086 # a list of flags
	arm-none-eabi-gcc -mthumb $flags -nostdlib -L"$own" -Wl,--gc-sections -Wl,--fatal-warnings \
		-T "$own/$board.ld" -o "$own/$board.elf" "${objects[@]}" -lgcc >"$own/log" 2>&1
}

# must_not_link WHY BOARD FLAGS SED
must_not_link() {
	if link_as "$2" "$3" "$4"; then
		complain "$2 with \`$4\` was linked"
	elif ! grep -q -- "$1" "$own/log"; then
		complain "$2 with \`$4\`: no \"$1\" in:"
		cat "$own/log"
	fi
}

m4="-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 -Wl,--build-id"
m0="-mcpu=cortex-m0 -Wl,--build-id"
for board in mps2-an386 microbit; do
	flags=$m0
	[ $board = microbit ] || flags=$m4
	link_as $board "$flags" '' || {
		complain "$board is not linked again"
		cat "$own/log"
	}
	must_not_link "region \`RAM' overflowed" $board "$flags" '/RAM /s/LENGTH = .*/LENGTH = 4K/'
	must_not_link "region \`CODE' overflowed" $board "$flags" '/CODE /s/LENGTH = .*/LENGTH = 8K/'
	must_not_link 'stacks are aligned' $board "$flags" 's/^cortex_stack_bytes = .*/cortex_stack_bytes = 1020;/'
	must_not_link 'no build-id' $board "${flags% *}" ''
	undefined=$(arm-none-eabi-nm --undefined-only "$firmware/digits-$board.elf")
	[ -z "$undefined" ] || complain "$board lacks $undefined"
	cmp -s "$firmware/digits-$board.elf" "$firmware/digits-$board-2bit.elf" &&
		complain "$board: the regressed candidate is the good one"
done
[ $failures -eq 0 ]
