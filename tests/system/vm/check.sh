#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The virtual bench's devices here, over umockdev, and in a guest, over USB/IP with Linux's own
# vhci-hcd and ftdi_sio: tests and ports are to show the same. Called by `make check-vm`.
# usage: check.sh FOLDER   with TINYRIG, VIRTUAL_BENCH_PROGRAM, TTY_PROBE, FIRMWARE in the environment
set -uo pipefail

here=$(dirname "$(realpath "$0")")
folder=$(mkdir -p "$1" && realpath "$1")
bench=$(realpath "$VIRTUAL_BENCH_PROGRAM")
ROOT=$(realpath "$here/../../..")
TINYRIG=$(realpath "$TINYRIG") TTY_PROBE=$(realpath "$TTY_PROBE") FIRMWARE=$(realpath "$FIRMWARE")
export ROOT TINYRIG TTY_PROBE FIRMWARE
export LC_ALL=C.UTF-8 NO_COLOR=1
passed=0 failed=0

# check WHAT COMMAND…: what COMMAND prints is shown when it fails
check() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		echo "ok $what"
		passed=$((passed + 1))
	else
		printf 'FAILED %s\n%s\n' "$what" "$out"
		failed=$((failed + 1))
	fi
}

# Case, board and verdict of each line of the report.
verdicts() {
	jq -r '.runs[] | .board as $b | .cases[] | "\($b) \(.name) \(.verdict)"' "$1/report.json" | sort
}

# The differences that are known; differences.txt says why.
known() {
	diff <(grep '^[<>]' "$here/differences.txt") <(diff "$folder/here/port" "$folder/results/port" | grep '^[<>]')
}

"$here/kernel.sh" "$folder" || exit 3
mkdir -p "$folder/here"
check "the probe and the suite run here" env XDG_STATE_HOME="$folder" TINYRIG_LOCK_DIR="$folder" \
	"$bench" -- "$here/guest.sh" "$folder/here"
check "they run in the guest" "$bench" --usbip -- "$here/run.sh" "$folder" "$here/guest.sh" /run/results
check "the port ends well here" grep -q "^port: exit 0" "$folder/here/port"
check "the port ends well in the guest" grep -q "^port: exit 0" "$folder/results/port"
check "both ports show the same, but for what is known" known
check "the smoke suite passes here" grep -q "^smoke: exit 0" "$folder/here/smoke"
check "the smoke suite passes in the guest" grep -q "^smoke: exit 0" "$folder/results/smoke"
verdicts "$folder/here" >"$folder/here/verdicts"
verdicts "$folder/results" >"$folder/results/verdicts"
check "the report of the guest has verdicts" grep -q " pass$" "$folder/results/verdicts"
check "both runs come to the same verdicts" diff "$folder/here/verdicts" "$folder/results/verdicts"
check "the guest's kernel has nothing to complain of" bash -c "! grep -iE 'oops|BUG:|cannot find a urb' '$folder/results/console'"
echo "guest: up for $(cat "$folder/results/uptime") s; details in $folder"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
