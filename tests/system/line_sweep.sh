#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Damage on the way: a character of a session on the virtual line is dropped, has a bit turned over
# or gets a neighbour, both ways, at a sample of positions. No number may come out wrong: each run
# passes with the golden outputs, bit by bit, or is the bench's error. FAULTS says how many.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work root tinyrig firmware FAULTS=${FAULTS:-${CHECK_LONG:+40}}
FAULTS=${FAULTS:-20}
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
cd "$work" || exit 1

cat >sweep.yaml <<YAML
suite: sweep
setup: [reset, {identify: {build: true}}]
cases:
  - case: digits
    about: the golden outputs or none
    covers: model
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 2, as: r}}]
    judge:
      r.top1:    {min: 1}
      r.outputs: {golden: golden.csv, tolerance: 0}
YAML

cat >sweep.sh <<'SCRIPT'
run() {
	"$tinyrig" run sweep.yaml --bench "$root/fixtures/benches/virtual.yaml" --board microbit-a \
		--image "microbit=$firmware/digits-microbit.elf" "$@"
}
virtual-bench ctl load microbit-a "$firmware/digits-microbit.elf" >/dev/null || exit 9
virtual-bench ctl power microbit-a on >/dev/null
run --update-golden >golden.log 2>&1
run >clean.log 2>&1 || { cat golden.log clean.log; exit 8; }
"$tinyrig" show --files clean || exit 8
# length NAME: the most bytes that an attempt's link had counted at its end
length() {
	grep -o "\"$1\":[0-9]*" clean/journal.jsonl | tr -dc '0-9\n' | sort -n | tail -n 1
}
sent=$(length sent_bytes) received=$(length received_bytes)
[ "${sent:-0}" -gt 0 ] && [ "${received:-0}" -gt 0 ] || exit 6
echo "$sent bytes to the board, $received from it" >lengths
actions=("do=drop" "do=flip bit=0" "do=flip bit=4" "do=flip bit=6" "do=insert byte=55" "do=framing")
for ((i = 0; i < FAULTS; i++)); do
	towards=$([ $((i % 2)) -eq 0 ] && echo host || echo board)
	length=$([ "$towards" = host ] && echo "$received" || echo "$sent")
	# A step that has no divisor in common with the length comes to all places in turn.
	at=$((1 + i * 7919 % length))
	action=${actions[i / 2 % ${#actions[@]}]}
	rm -rf .tinyrig
	# shellcheck disable=SC2086 # two words
	virtual-bench ctl fault microbit-a $action "towards=$towards" "at=$at" >/dev/null || exit 7
	code=0
	run >log 2>&1 || code=$?
	virtual-bench ctl fault microbit-a none >/dev/null
	echo "$code $action towards=$towards at=$at, repeated: $(grep -c repeated log)"
	[ $code -eq 0 ] || [ $code -eq 10 ] || cat log >&2
done
SCRIPT
code=0
"$bench" -- bash sweep.sh >codes 2>wrong </dev/null || code=$?
passed=$(grep -c '^0 ' codes)
errors=$(grep -c '^10 ' codes)
repeated=$(grep -c 'repeated: 1' codes)
cat lengths
echo "$FAULTS faults on the line: $passed runs passed with the golden outputs, $errors were errors," \
	"$((FAULTS - passed - errors)) were wrong; $repeated runs repeated an exchange"
[ "$code" -eq 0 ] && [ $((passed + errors)) -eq "$FAULTS" ] && [ "$passed" -gt 0 ] && [ "$repeated" -gt 0 ] && exit 0
echo "the bench's exit code: $code"
grep -vE '^(0|10) ' codes
head -n 60 wrong
exit 1
