#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What tinyrig is for, in two runs: a good firmware passes, a worse one is stopped. `make demo`.
set -uo pipefail
PATH=$(dirname "$(realpath "$VIRTUAL_BENCH_PROGRAM")"):$PATH

# demo_run SENTENCE SUFFIX_OF_THE_IMAGES EXPECTED_EXIT_CODE
demo_run() {
	local code=0 image=$FIRMWARE/digits
	printf '\n%s\n$ virtual-bench fixtures/benches/virtual/power.yaml -- tinyrig run suites/smoke.yaml \\\n' "$1"
	printf '    --bench fixtures/benches/power.yaml --image mps2-an386=%s --image microbit=%s\n\n' "$image-mps2-an386$2.elf" "$image-microbit$2.elf"
	virtual-bench fixtures/benches/virtual/power.yaml -- "$TINYRIG" run suites/smoke.yaml --bench fixtures/benches/power.yaml \
		--image "mps2-an386=$image-mps2-an386$2.elf" --image "microbit=$image-microbit$2.elf" || code=$?
	[ "$code" -eq "$3" ] && return 0
	printf '\nThe demo itself failed: exit code %d came, %d was expected.\n' "$code" "$3" >&2
	exit 1
}

# The same image twice: the second time there is nothing to do.
demo_flash() {
	local image=$FIRMWARE/digits-microbit.elf
	printf '\n1. An image through the debug probe, twice: what is there already is not written again.\n'
	printf '$ virtual-bench -- bash -c "tinyrig flash microbit-a %s; …the same…"\n\n' "$image"
	# shellcheck disable=SC2016 # the inner shell expands
	virtual-bench fixtures/benches/virtual/power.yaml -- bash -c '"$1" flash microbit-a "$2" --bench fixtures/benches/power.yaml &&
		"$1" flash microbit-a "$2" --bench fixtures/benches/power.yaml' - "$TINYRIG" "$image" 2>/dev/null &&
		return 0
	printf '\nThe demo itself failed: the board could not be flashed.\n' >&2
	exit 1
}

cat <<'TEXT'
Two boards run a handwritten-digit recogniser: a Cortex-M4 and a Cortex-M0. Both are virtual: QEMU
runs their firmware, and they are reached through virtual USB serial adapters by the same code that
drives real ones. A power meter supplies each. tinyrig flashes them over SWD, resets them, feeds
them recorded scans of real digits at 115200 baud and judges their answers, and what they cost.
TEXT
demo_flash
demo_run "2. The firmware as it should be. All cases are expected to pass." "" 0
cat <<'TEXT'

Both boards passed (exit code 0): this firmware may go on.
TEXT
demo_run "3. The same firmware with its model squeezed to 2-bit weights. It still boots and still answers,
   but it reads digits worse. tinyrig is expected to stop it." -2bit 1
cat <<'TEXT'

Stopped (exit code 1), as it should be: the lines above name the case, the number and the limit.
Next: suites/README.md tells how to write a suite, fixtures/benches/power.yaml shows a bench,
and fixtures/benches/host.yaml has boards for quick trials: processes of this computer.
TEXT
