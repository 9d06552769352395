#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What tinyrig is for, in two runs: a good firmware passes, a worse one is stopped. `make demo`.
set -uo pipefail
PATH=$(dirname "$(realpath "$VIRTUAL_BENCH_PROGRAM")"):$PATH

here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(dirname "$FIRMWARE")/demo
rm -rf "$work" && mkdir -p "$work/policies"
# Keys, evidence and ledger of the demo are its own.
TINYRIG_STATE=$(realpath "$work")/state
export TINYRIG_STATE
# demo_candidate NAME VERSION SUFFIX_OF_THE_IMAGES
demo_candidate() {
	local image
	image=$(realpath "$FIRMWARE")/digits
	cat >"$work/$1.yaml" <<-YAML
		candidate: digits
		version: $2
		security_counter: 1
		images:
		  - {target: mps2-an386, file: $image-mps2-an386$3.elf}
		  - {target: microbit, file: $image-microbit$3.elf}
	YAML
}

demo_failed() {
	printf '\nThe demo itself failed: %s.\n' "$1" >&2
	exit 1
}

# demo_run SENTENCE CANDIDATE EXPECTED_EXIT_CODE
demo_run() {
	local code=0
	printf '\n%s\n$ virtual-bench fixtures/benches/virtual/power.yaml -- tinyrig run suites/smoke.yaml \\\n' "$1"
	printf '    --bench fixtures/benches/power.yaml --candidate %s\n\n' "$work/$2.yaml"
	virtual-bench fixtures/benches/virtual/power.yaml -- "$TINYRIG" run suites/smoke.yaml --bench fixtures/benches/power.yaml \
		--candidate "$work/$2.yaml" || code=$?
	[ "$code" -eq "$3" ] || demo_failed "exit code $code came, $3 was expected"
}

# demo_say EXPECTED_EXIT_CODE WORDS…: a command of tinyrig, with what it prints.
demo_say() {
	local code=0 expected=$1
	shift
	printf '$ tinyrig %s\n' "$*"
	(cd "$work" && "$here/$TINYRIG" "$@") || code=$?
	[ "$code" -eq "$expected" ] || demo_failed "exit code $code came, $expected was expected"
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
	demo_failed 'the board could not be flashed'
}

cat <<'TEXT'
Two boards run a handwritten-digit recogniser: a Cortex-M4 and a Cortex-M0. Both are virtual: QEMU
runs their firmware, and they are reached through virtual USB serial adapters by the same code that
drives real ones. A power meter supplies each. tinyrig flashes them over SWD, resets them, feeds
them recorded scans of real digits at 115200 baud and judges their answers, and what they cost.
TEXT
demo_candidate good 1.0.0 ""
demo_candidate worse 1.1.0 -2bit
demo_candidate later 1.0.1 ""
demo_flash
demo_run "2. The firmware as it should be. All cases are expected to pass." good 0
cat <<'TEXT'

Both boards passed (exit code 0): this firmware may go on.
TEXT
demo_run "3. The same firmware with its model squeezed to 2-bit weights. It still boots and still answers,
   but it reads digits worse. tinyrig is expected to stop it." worse 1
cat <<'TEXT'

Stopped (exit code 1), as it should be: the lines above name the case, the number and the limit.

4. The way to release: each run left signed evidence, and a gate decides by it. The good candidate
   goes to the smoke channel and from there to canary; the worse one is refused, with the reason.

TEXT
demo_say 0 key show
for policy in smoke canary; do
	sed "s|RIG_KEY|$("$TINYRIG" key export rig --format vkey)|" fixtures/policies/$policy.yaml >"$work/policies/$policy.yaml"
done
demo_say 0 promote good.yaml --to smoke
demo_say 0 promote good.yaml --to canary
demo_say 12 promote worse.yaml --to smoke
cat <<'TEXT'

5. A later version of the good one (the same images) goes the same way, and is taken back. What
   happened is in a ledger that only grows; the audit looks at all of it.

TEXT
demo_say 0 promote later.yaml --to smoke
demo_say 0 promote later.yaml --to canary
demo_say 0 rollback canary --why restarts
demo_say 0 status
demo_say 0 audit verify
cat <<TEXT

Keys, evidence and ledger of this demo are in $work.
Next: suites/README.md tells how to write a suite, fixtures/benches/power.yaml shows a bench,
docs/release.md tells of evidence, policies and channels, and fixtures/benches/host.yaml has boards
for quick trials: processes of this computer.
TEXT
