#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Guest time repeats: every run of one image on mps2-an386 gives the same laps in the same order,
# alone and beside seven other boards. RUNS of each (3); 20 in `make soak`.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
runs=${RUNS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work tinyrig firmware runs
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
. "$root/tests/support/many_boards.sh"
cd "$work" || exit 1
bad=0

cat >laps.yaml <<YAML
suite: laps
setup: [flash, reset, identify]
cases:
  - case: laps
    about: takes the same time for the same input, each time
    covers: code
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 5, iterations: 3, as: r}}]
    judge: {r.top1: {min: 0.5}}
YAML
many_boards 8 . mps2-an386

# laps WHERE BOARDS ARGUMENTS…: so many runs, each of which must have given the laps of the first
laps() {
	local where=$1 boards=$2 run count=0 differ=0
	shift 2
	# shellcheck disable=SC2016 # the bench's shell expands it
	"$bench" virtual.yaml -- bash -c 'for _ in $(seq "$runs"); do
		"$tinyrig" run laps.yaml --bench bench.yaml --image "mps2-an386=$firmware/digits-mps2-an386.elf" "$@"
	done' laps "$@" >log 2>&1 </dev/null
	for run in $("$tinyrig" runs --all --json | jq -r '.[].id'); do
		"$tinyrig" show "$run" --inferences csv | awk -F, 'NR > 1 {print $6, $11}' >laps
		[ "$(wc -l <laps)" -eq 15 ] || continue
		[ -e first ] || cp laps first
		cmp -s first laps || differ=$((differ + 1))
		count=$((count + 1))
	done
	rm -rf .tinyrig
	if [ "$count" -eq $((runs * boards)) ] && [ "$differ" -eq 0 ]; then
		echo "ok: $count runs $where gave the same 15 laps"
	else
		echo "not ok: of $((runs * boards)) runs $where, $count gave 15 laps, $differ of them others"
		grep -v '^PASS' log | head -n 40
		bad=1
	fi
}

laps alone 1 --board b1
laps 'eight at a time' 8
exit "$bad"
