#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The mailbox on both boards of the virtual bench: the smoke suite unchanged, outputs as over the serial
# line, round trips, and what is said when the firmware hangs, faults or restarts, or a cable goes.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
defects=$(realpath "${DEFECTS:-build/defects}/firmware")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench TINYRIG_BENCH=$root/fixtures/benches/mailbox.yaml tinyrig defects firmware root work
unset G_DEBUG
cd "$work" || exit 1
cat >digits.yaml <<YAML
suite: digits
setup: [flash, reset, identify]
cases:
  - case: digits
    steps:
      - infer: {recording: $root/fixtures/recordings/digits, as: r}
        timeout: 40s
YAML
# The same inputs for long, so that something can happen meanwhile.
sed 's/as: r}/as: r, iterations: 20}/' digits.yaml >long.yaml
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr -s '\n ' ' ' <out | tail -c 700)"; }
run() { "$tinyrig" run "$@" --color never >out 2>&1; }
says() { if tr -s '\n ' ' ' <out | grep -qE -- "$1"; then ok "$2"; else no "$2 ($1)"; fi; }
mailbox=(--image "mps2-an386=$firmware/digits-mailbox-mps2-an386.elf" --image "microbit=$firmware/digits-mailbox-microbit.elf")
serial=(--image "mps2-an386=$firmware/digits-mps2-an386.elf" --image "microbit=$firmware/digits-microbit.elf")
kept() { sed -n 's/^kept as *//p' out | head -n 1; }

if run "$root/suites/smoke.yaml" "${mailbox[@]}"; then ok "the smoke suite passes on both boards"; else no "the smoke suite"; fi
if grep -q 'repeated' out; then no "exchanges were repeated"; else ok "and nothing was repeated"; fi

run digits.yaml "${serial[@]}" --bench "$root/fixtures/benches/virtual.yaml" || no "inferences by the line"
cp out line
for board in mps2-a microbit-a; do
	virtual-bench ctl probe $board reset >/dev/null
	run digits.yaml --board $board "${mailbox[@]}" || no "$board: inferences by the mailbox"
	trips=$(virtual-bench ctl probe $board | jq .probe.round_trips)
	"$tinyrig" show "$(kept)" --inferences csv >mailbox.csv
	"$tinyrig" show "$(grep -o "[0-9]\{8\}-[0-9]\{6\}-$board-[0-9a-f]\{4\}" line | head -n 1)" --inferences csv >serial.csv
	# The line prints thousandths; 256ths are told apart by them.
	count=$(wc -l <mailbox.csv)
	awk -F, 'NR > 1 { text = $6
		for (i = 19; i <= 28; i++) text = text sprintf(" %.3f", $i); print text }' mailbox.csv >ours
	awk -F, 'NR > 1 { text = $6
		for (i = 19; i <= 28; i++) text = text sprintf(" %.3f", $i); print text }' serial.csv >theirs
	exact=$(awk -F, 'NR > 1 { for (i = 19; i <= 28; i++) if ($i * 256 != int($i * 256)) print }' mailbox.csv | wc -l)
	if [ "$count" = 356 ] && [ "$exact" = 0 ] && cmp -s ours theirs; then ok "$board: 355 times the outputs of the line, and not rounded"; else
		no "$board: $count lines, $exact of them rounded: $(diff ours theirs | head -n 3)"
	fi
	if awk -F, 'NR > 1 && ($12 != "checked" || $13 != "checked")' mailbox.csv | grep -q .; then no "$board: integrity"; else ok "$board: all of it is checked"; fi
	# With what flashing and starting take.
	if [ "$trips" -lt $((3 * 355)) ]; then ok "$board: at most 3 round trips an inference"; else no "$board: $trips round trips"; fi
done

run digits.yaml --board mps2-a --image "mps2-an386=$defects/hard_fault-mailbox-mps2-an386.elf"
if [ $? = 1 ]; then ok "a fault is the board's failure"; else no "a fault"; fi
says 'input [0-9]+ of recording digits: the firmware has ended; its last words: e-\[fault 03' "and its last words are told"
says 'before that it was in __wrap_digits_net_infer.*hard_fault\.c:11' "and where it was"
sed -i 's/timeout: 40s/timeout: 3s/' digits.yaml
run digits.yaml --board mps2-a --image "mps2-an386=$defects/hangs-mailbox-mps2-an386.elf"
if [ $? = 1 ]; then ok "a hang is the board's failure"; else no "a hang"; fi
says 'input 29 of recording digits: board did not finish request [0-9]+ \(infer\) before the deadline' "and which input it was"

# midway WHAT COMMAND…: what happens while it infers.
midway() {
	local what=$1
	shift
	"$tinyrig" run long.yaml --board mps2-a "${mailbox[@]}" --color never >out 2>&1 &
	# It infers when the mailbox was written to for a while.
	until [ "$(virtual-bench ctl probe mps2-a | jq .probe.round_trips)" -gt $((before + 90)) ]; do :; done
	"$@" >/dev/null
	wait $!
	local status=$?
	echo "$what ends with $status" >>log
	return $status
}
before=$(virtual-bench ctl probe mps2-a | jq .probe.round_trips)
midway reset virtual-bench ctl reset mps2-a
if [ $? = 1 ]; then ok "a restart is the board's failure"; else no "a restart"; fi
says 'restarted by itself' "and told as one"
before=$(virtual-bench ctl probe mps2-a | jq .probe.round_trips)
midway unplug virtual-bench ctl unplug mps2-a
if [ $? = 10 ]; then ok "an adapter that goes is the bench's fault"; else no "an unplugged adapter"; fi
virtual-bench ctl replug mps2-a >/dev/null
if run "$root/suites/smoke.yaml" --board mps2-a "${mailbox[@]}" -k digits; then ok "and the next run passes"; else no "the next run"; fi
# Firmware that has no mailbox.
run "$root/suites/smoke.yaml" --board mps2-a "${serial[@]}" -k digits
says 'no mailbox: there (is none in its RAM|was no time to look at all of its RAM)' "firmware without a mailbox is told"
INSIDE
code=0
timeout 250 "$bench" -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
grep -E '^(not )?ok|Sanitizer|ERROR:' log
if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then
	tail -n 5 log
	exit 1
fi
