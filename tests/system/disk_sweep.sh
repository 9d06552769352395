#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From the N-th write of a run on its disk is full, or read-only. After each: no crash and no hang,
# the end is `error` with the path, the cause and what to do, every verdict that was printed is
# found once there is room again, the store opens, the next run passes.
# usage: disk_sweep.sh [STRIDE]: every STRIDE-th write (default 29); long_disk_sweep.sh: all.
set -euo pipefail
stride=${1:-29}
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
disk_at=$(realpath "${TEST_PROGRAMS:-build/release/tests/system}/disk_at")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "${FIRMWARE:-build/firmware}/digits-host-2bit" "$work/board"
export TINYRIG_LOCK_DIR=$work/locks ASAN_OPTIONS=detect_leaks=0
mkdir "$work/locks"
cd "$work"
# One case passes, one fails.
run=("$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --board host-a
	--image "host=$work/board" --color never -k digits -k data)
points=0 bad=0 errors=0

wrong() {
	echo "not ok: $mode, write $n ($(grep disk_at: err)): $*"
	sed 's/^/    /' out err | tail -n 12
	bad=$((bad + 1))
}

# What is said is enough to know where, why, and what now.
check_words() {
	# The page of the terminal breaks lines between words, and long words anywhere.
	cat out err <(tr -s ' \n' ' ' <out) <(tr -d ' \n' <out) >said
	! grep -qE 'Sanitizer|runtime error|CRITICAL|\(null\)' said || wrong "it broke"
	case $code in
	# It hit nothing that matters, or came after the verdicts: then the folder of the run is left.
	0 | 1) compgen -G '.tinyrig/runs/*' >/dev/null || return 0 ;;
	10) errors=$((errors + 1)) ;;
	*) wrong "it ended with $code" && return ;;
	esac
	grep -qF "$work/.tinyrig" said || wrong "no path is named"
	case $mode in
	full) grep -qE 'No space left on device|disk is full' said && grep -qE 'free some space' said ;;
	*) grep -qE 'Read-only file system|readonly database' said && grep -qE 'writable' said ;;
	esac || wrong "the cause or the advice is not told"
}

# Every verdict that was printed is found; the room is back.
check_verdicts() {
	local verdict name status=0
	sed -nE 's/^(PASS|FAIL) *host-a *([a-z-]+) .*/\1 \2/p' out | sort -u >printed
	"$tinyrig" runs >list 2>&1 || status=$?
	[ $status -eq 0 ] || { [ $status -eq 5 ] && [ ! -s printed ]; } ||
		{ [ $status -eq 4 ] && [ ! -e .tinyrig/store.db ]; } ||
		wrong "runs ended with $status: $(tail -n 1 list)"
	[ -s printed ] || return 0
	"$tinyrig" show last --json >kept 2>>list || wrong "the run is not kept: $(tail -n 1 list)"
	"$tinyrig" judge last >again 2>&1 || true
	while read -r verdict name; do
		jq -e --arg name "$name" --arg verdict "${verdict,,}" \
			'.cases | any(.name == $name and .verdict == $verdict)' kept >/dev/null ||
			wrong "printed $verdict $name is not kept"
		grep -q "^$verdict *host-a *$name " again || wrong "judged again, $name is not $verdict"
	done <printed
}

check_next() {
	local status=0
	"${run[@]}" >next 2>&1 || status=$?
	[ $status -eq 1 ] || wrong "the next run ended with $status: $(tail -n 3 next | tr '\n' ' ')"
	[ "$("$tinyrig" show last --json | jq -r '[.cases[].verdict] | join(" ")')" = "fail pass" ] ||
		wrong "the next run is not the last that is kept"
}

for mode in full read-only; do
	for ((n = 1; ; n += stride)); do
		rm -rf .tinyrig
		code=0
		timeout -k 5 60 "$disk_at" "$mode" "$n" "$work/.tinyrig" "${run[@]}" >out 2>err || code=$?
		[ "$code" -ne 77 ] || { echo "system calls cannot be refused on this machine" && exit 77; }
		[ "$code" -ne 99 ] || break
		points=$((points + 1))
		check_words
		check_verdicts
		check_next
	done
done
echo "the disk failed at $points writes, $errors runs were errors, $bad wrong"
[ "$points" -ge 10 ] && [ "$errors" -ge 5 ] && [ "$bad" -eq 0 ]
