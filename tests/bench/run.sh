#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures the rig beside its limits: prints a table, writes $BENCH_JSON. `make bench`.
# Exit 1 when a limit does not hold.
set -euo pipefail
: "${TINYRIG:=build/release/tinyrig}" "${FIRMWARE:=build/firmware}"
: "${BENCH_PROGRAMS:=build/release/tests/bench}" "${BENCH_JSON:=build/bench.json}"
tinyrig=$(realpath "$TINYRIG")
firmware=$(realpath "$FIRMWARE")
programs=$(realpath "$BENCH_PROGRAMS")
virtual=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
. "$root/tests/support/many_boards.sh"
rows=$work/rows
: >"$rows"

# row NAME VALUE UNIT LIMIT; a LIMIT of null: the number is only told; of a share it is the least
row() {
	jq -cn --arg name "$1" --argjson value "$2" --arg unit "$3" --argjson limit "$4" \
		'{name: $name, value: $value, unit: $unit, limit: $limit,
		  holds: ($limit == null or if $unit == "share" then $value >= $limit else $value <= $limit end)}' >>"$rows"
}

median() {
	sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# Three rounds of 1000 interleaved exchanges of each side; the median round counts.
exchange() {
	for round in 1 2 3; do
		mkdir "$work/exchange$round"
		"$programs/exchange" process "$firmware/digits-host" "$work/exchange$round" 1000 2>>"$work/log"
	done >"$work/exchange"
	row exchange.over_floor "$(cut -d' ' -f1 "$work/exchange" | median)" ratio 1.05
	sed 's/^\(\S*\) \(\S*\) \(\S*\) \(\S*\) \(\S*\) .*/  round: median \1, p90 \2 of the floor; floor \3 us, rig \4 us, \5 exchanges/' \
		"$work/exchange"
}

# suite INPUTS: one case with so many inputs, three exchanges each.
suite() {
	cat >"$work/suite$1.yaml" <<-YAML
		suite: bench
		setup: [flash, reset, identify]
		cases:
		  - case: infer
		    about: inputs one after the other
		    covers: model
		    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: $1, as: r}}]
		    judge: {r.top1: {min: 0.9}}
	YAML
}

# System calls of the worker alone, with N and with 2N inputs: the difference is the exchanges'.
syscalls() {
	local total=()
	for inputs in 100 200; do
		suite $inputs
		(cd "$work" && strace -f -qq -o "$work/trace$inputs" "$tinyrig" run "suite$inputs.yaml" \
			--bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host" --board host-a >/dev/null)
		worker=$(awk '/execve\("\/proc\/self\/exe"/ {print $1; exit}' "$work/trace$inputs")
		total+=("$(awk -v pid="$worker" '$1 == pid && /\(/ && !/resumed>/ {n++} END {print n}' "$work/trace$inputs")")
	done
	row exchange.syscalls "$(jq -n "(${total[1]} - ${total[0]}) / 300")" count 3
}

# From exec of `tinyrig run` to the first byte that reaches a board.
first_byte() {
	cat >"$work/first.yaml" <<-YAML
		suite: first
		setup: [reset, {identify: {as: who}}]
		cases: [{case: none, about: not reached, covers: code, steps: [{wait: 1ms}]}]
	YAML
	cat >"$work/board.yaml" <<-YAML
		bench: first
		boards:
		  - board: first
		    target: host
		    links:    {console: {driver: process, argv: [$programs/first_byte, $work/stamp]}}
		    protocol: {driver: mlperf-tiny, link: console}
		    reset:    [{link: console}]
	YAML
	for _ in $(seq 23); do
		rm -f "$work/stamp"
		# shellcheck disable=SC2015 # a run that fails has begun, too
		begin=$(cd "$work" && "$programs/start" "$tinyrig" run first.yaml --bench board.yaml || true)
		echo "$(($(cat "$work/stamp") - ${begin%% *}))"
	done | tail -n 20 | median | awk '{printf "%.2f\n", $1 / 1e6}' >"$work/first"
	row start.first_byte "$(cat "$work/first")" ms 20
}

# A whole run of one case. The peak is twice the larger process: supervisor and worker together.
one_case() {
	for _ in $(seq 13); do
		(cd "$work" && "$programs/start" "$tinyrig" run "$root/suites/smoke.yaml" -k digits --board host-a \
			--bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host")
	done | tail -n 10 >"$work/one"
	row start.cpu "$(cut -d' ' -f2 "$work/one" | median)" ms 60
	row start.rss "$(cut -d' ' -f3 "$work/one" | median | awk '{print 2 * $1}')" MB 25
}

# serial BAUD IMAGE_SUFFIX BYTES:CALLS…: the rig and the floor client in turn on one board.
serial() {
	for size in "${@:3}"; do
		bytes=${size%:*} calls=${size#*:}
		mkdir "$work/serial$1-$bytes"
		"$virtual" "$work/boards1/virtual.yaml" -- bash -c "
			virtual-bench ctl load b1 $firmware/digits-microbit-$2.elf >/dev/null
			exec $programs/exchange serial /dev/ttyUSB1 $work/serial$1-$bytes $calls $1 $bytes" \
			>"$work/serial"
		row "serial.over_floor.$1.$bytes" "$(cut -d' ' -f1 "$work/serial")" ratio 1.05
		row "serial.over_line.$1.$bytes" "$(cut -d' ' -f6 "$work/serial")" ratio null
	done
}

# Eight boards at once beside one, over lines of 115200 baud.
parallel() {
	suite 60
	for count in 1 8; do
		mkdir -p "$work/boards$count"
		many_boards $count "$work/boards$count" microbit
		(cd "$work" && "$virtual" "boards$count/virtual.yaml" -- bash -c "
			begin=\$(date +%s%N)
			$tinyrig run suite60.yaml --bench boards$count/bench.yaml --image microbit=$firmware/digits-microbit.elf >&2
			echo \$((\$(date +%s%N) - begin))" >"took$count" 2>>"$work/log")
	done
	row parallel.8 "$(jq -n "$(cat "$work/took8") / $(cat "$work/took1")")" ratio 1.3
}

# rows SCRIPT ARGUMENT…: what it measures, "NAME VALUE UNIT LIMIT" a line.
rows() {
	"$@" >"$work/answers"
	while read -r name value unit limit; do
		row "$name" "$value" "$unit" "$limit"
	done <"$work/answers"
}

exchange
rows "$root/tests/bench/store.sh" "$tinyrig" "$firmware" "$work" # with many runs in it
rows "$root/tests/bench/swd.sh" "$programs/../system" "$virtual" "$firmware" "$work"
rows "$root/tests/bench/flash.sh" "$tinyrig" "$virtual" "$work"
rows "$root/tests/bench/mailbox.sh" "$tinyrig" "$virtual" "$firmware" "$work"
rows "$programs/power" "$work" 6
TINYRIG_STATE=$work/ledger rows "$programs/release" "$firmware/digits-host" "$work"
rows "$root/tests/bench/capture.sh" "$tinyrig" "$virtual" "$firmware" "$work"
syscalls
first_byte
one_case
mkdir "$work/boards1"
many_boards 1 "$work/boards1" microbit
serial 115200 wide 64:60 490:20 3072:6
serial 921600 wide-fast 64:200 490:100 3072:40
parallel
# Rows of `make defects` stay.
old=$(jq -c 'map(select(.name | startswith("defects.")))' "$BENCH_JSON" 2>/dev/null || echo '[]')
jq -s --argjson old "$old" '. + $old' "$rows" >"$BENCH_JSON.new"
mv "$BENCH_JSON.new" "$BENCH_JSON"
jq -r '.[] | [.name, .value, .unit, .limit, (if .holds then "holds" else "DOES NOT HOLD" end)] | @tsv' "$BENCH_JSON" |
	awk -F'\t' 'BEGIN {printf "%-36s %10s %-6s %8s\n", "name", "value", "unit", "limit"}
	            {printf "%-36s %10.3f %-6s %8s  %s\n", $1, $2, $3, $4, $5}'
jq -e 'all(.holds)' "$BENCH_JSON" >/dev/null
