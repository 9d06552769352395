#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs test programs, corpora and scripts, several at once, and sums up honestly: the checks that
# Check counted, one for each script and corpus, and one failure for whatever ended in any other
# way. Called by `make check`.
# usage: tests/support/check.sh LOG_FOLDER ITEM…
# A script's exit status 77 means: cannot be tested here; it says why in its last line.
set -euo pipefail

logs=$1
shift
ITEM_SECONDS=${ITEM_SECONDS:-280}
[ "$VARIANT" != coverage ] || ITEM_SECONDS=560
export ITEM_SECONDS
# A make that a script starts is its own.
unset MAKEFLAGS MAKELEVEL MFLAGS
export CK_FORK=yes CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60} G_SLICE=always-malloc
export G_DEBUG=fatal-warnings LC_ALL=C.UTF-8 NO_COLOR=1
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# Names of the rig's own folders and of a runner's world do not leak into tests.
unset TINYRIG_PATH TINYRIG_LOCK_DIR TINYRIG_HOLDER GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# check_one LOG_FOLDER ITEM: leaves LOG_FOLDER/NAME.log and NAME.sum: passed failed skipped seconds
check_one() {
	local logs=$1 item=$2 name status=0 passed=0 failed=0 skipped=0 begin=$SECONDS
	name=${item//\//_}
	local log=$logs/$name.log command=("$item")
	[[ $item == */fuzz/fuzz_* ]] && command+=("tests/fuzz/corpus/${item##*/fuzz_}")
	timeout -k 5 "$ITEM_SECONDS" "${command[@]}" >"$log" 2>&1 </dev/null || status=$?
	local counts
	counts=$(sed -nE 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\1 \2 \3/p' "$log")
	if [[ $item == */test_* && $item != *.sh && -n $counts ]]; then
		local all failures errors
		while read -r all failures errors; do
			failed=$((failed + failures + errors))
			passed=$((passed + all - failures - errors))
		done <<<"$counts"
		# All checks passed, yet the program did not end well: a leak, or worse.
		[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
	elif [[ $status -eq 77 && $item == *.sh ]]; then
		skipped=1
	elif [ "$status" -eq 0 ] && { [[ $item == *.sh || $item == */fuzz/* ]]; }; then
		passed=1
	else
		failed=1
	fi
	[ "$status" -ne 124 ] || echo "check: ended after $ITEM_SECONDS s" >>"$log"
	echo "$passed $failed $skipped $((SECONDS - begin))" >"$logs/$name.sum"
	if [ "$failed" -gt 0 ]; then
		printf '%s\n' "FAILED $item (exit $status, log $log)" "$(tail -n 40 "$log" | sed 's/^/    /')"
	elif [ "$skipped" -gt 0 ]; then
		echo "skipped $item: $(tail -n 1 "$log")"
	else
		echo "ok $item ($passed)"
	fi
}
export -f check_one

rm -rf "$logs"
mkdir -p "$logs"
# Nobody's reservations are looked at.
TINYRIG_STATE=$(realpath "$logs")/state
export TINYRIG_STATE
# shellcheck disable=SC2016 # the inner shell expands
printf '%s\0' "$@" | xargs -0 -P "$JOBS" -I{} bash -c 'check_one "$@"' check_one "$logs" {}

passed=0 failed=0 skipped=0
for item in "$@"; do
	sum=$logs/${item//\//_}.sum
	# No sum: the runner itself was ended.
	read -r a b c _ <"$sum" 2>/dev/null || { a=0 b=1 c=0; }
	passed=$((passed + a)) failed=$((failed + b)) skipped=$((skipped + c))
done
[ "$skipped" -eq 0 ] || echo "$skipped could not be tested here"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
