#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Clean runs, many of them: 200 on virtual boards, eight at a time, and 3000 on host processes, two
# at a time. Each must pass, without an exchange that was repeated. `make soak`.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
virtual_rounds=${VIRTUAL_ROUNDS:-25} host_rounds=${HOST_ROUNDS:-1500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work root tinyrig firmware virtual_rounds
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
. "$root/tests/support/many_boards.sh"
cd "$work" || exit 1
bad=0

cat >soak.yaml <<YAML
suite: soak
setup: [flash, reset, {identify: {build: true}}]
cases:
  - case: digits
    about: knows its digits
    covers: model
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 10, as: r}}]
    judge: {r.top1: {min: 0.94}}
YAML
many_boards 8 . mps2-an386 microbit

# count WHAT BOARDS ROUNDS: rounds in the file `log` that passed on all boards without a repeat
count() {
	local passed repeated wanted=$3
	passed=$(grep -c "^$2 passed on $2 boards" log)
	repeated=$(grep -c 'repeated' log)
	echo "$1: $((passed * $2)) of $((wanted * $2)) runs passed, $repeated with a repeated exchange"
	if [ "$passed" -ne "$wanted" ] || [ "$repeated" -ne 0 ]; then
		grep -vE "^(PASS|kept|soak on| |$|$2 passed)" log | head -n 40
		bad=1
	fi
}

# shellcheck disable=SC2016 # the bench's shell expands it
"$bench" virtual.yaml -- bash -c 'for _ in $(seq "$virtual_rounds"); do
	"$tinyrig" run soak.yaml --bench bench.yaml --image "mps2-an386=$firmware/digits-mps2-an386.elf" \
		--image "microbit=$firmware/digits-microbit.elf"
	rm -rf kept; mv .tinyrig kept
done' >log 2>&1 </dev/null
count 'virtual boards' 8 "$virtual_rounds"

for _ in $(seq "$host_rounds"); do
	"$tinyrig" run soak.yaml --bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host"
	rm -rf .tinyrig
done >log 2>&1 </dev/null
count 'host processes' 2 "$host_rounds"
exit "$bad"
