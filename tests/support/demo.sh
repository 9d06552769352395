#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What tinyrig is for, in two runs: a good firmware passes, a worse one is stopped. `make demo`.
set -uo pipefail

# demo_run SENTENCE IMAGE EXPECTED_EXIT_CODE
demo_run() {
	local code=0
	printf '\n%s\n$ tinyrig run suites/smoke.yaml --bench fixtures/benches/host.yaml --image host=%s\n\n' "$1" "$2"
	"$TINYRIG" run suites/smoke.yaml --bench fixtures/benches/host.yaml --image "host=$2" || code=$?
	[ "$code" -eq "$3" ] && return 0
	printf '\nThe demo itself failed: exit code %d came, %d was expected.\n' "$code" "$3" >&2
	exit 1
}

cat <<'TEXT'
Two boards run a handwritten-digit recogniser; here the boards are two processes of this computer.
tinyrig loads the firmware on both, feeds it recorded scans of real digits and judges the answers.
TEXT
demo_run "1. The firmware as it should be. All cases are expected to pass." \
	"$FIRMWARE/digits-host" 0
cat <<'TEXT'

Both boards passed (exit code 0): this firmware may go on.
TEXT
demo_run "2. The same firmware with its model squeezed to 2-bit weights. It still boots and still answers,
   but it reads digits worse. tinyrig is expected to stop it." "$FIRMWARE/digits-host-2bit" 1
cat <<'TEXT'

Stopped (exit code 1), as it should be: the lines above name the case, the number and the limit.
Next: suites/README.md tells how to write a suite, fixtures/benches/host.yaml shows a bench.
TEXT
