#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes each target for SECONDS_EACH, JOBS at once. New inputs go to BUILD/fuzz/corpus/NAME; what
# makes a target fail goes to BUILD/fuzz/found. Called by `make fuzz`.
# usage: tests/support/fuzz.sh BUILD_FOLDER TARGET…
set -euo pipefail

export FUZZ_FOLDER=$1
shift
export G_SLICE=always-malloc ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 LC_ALL=C.UTF-8
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer-14)}

fuzz_one() {
	local target=$1 name=${1#fuzz_} corpus log
	corpus=$FUZZ_FOLDER/corpus/$name
	log=$FUZZ_FOLDER/$name.log
	mkdir -p "$corpus" "$FUZZ_FOLDER/found"
	if "$FUZZ_FOLDER/tests/fuzz/$target" -max_total_time="$SECONDS_EACH" -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$FUZZ_FOLDER/found/$name-" "$corpus" \
		"tests/fuzz/corpus/$name" >"$log" 2>&1; then
		echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no finding"
	else
		tail -n 40 "$log"
		echo "FOUND $name: see $FUZZ_FOLDER/found and $log"
		return 1
	fi
}
export -f fuzz_one

# shellcheck disable=SC2016 # the inner shell expands; xargs ends with 123 when one of them failed.
printf '%s\0' "$@" | xargs -0 -P "$JOBS" -I{} bash -c 'fuzz_one "$1"' fuzz_one {}
