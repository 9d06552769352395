#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tinyrig on the virtual bench: both boards pass; what breaks on a line, a port or a machine is the
# bench's fault and is told as such; what comes back is found again.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work root tinyrig work firmware
# A program with ASan runs under umockdev's preload; umockdev tells of killed clients by CRITICAL.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG NO_COLOR GITHUB_ACTIONS TINYRIG_BENCH
cd "$work" || exit 1
bad=0

# verdict CODE GOT PATTERN WHAT, over the file `out`
verdict() {
	if [ "$1" -eq "$2" ] && tr -s '[:space:]' ' ' <out | grep -qE -- "$3"; then
		echo "ok: $4"
	else
		echo "not ok: $4: exit $2, wanted $1 and \"$3\": $(head -c 1500 out)"
		bad=1
	fi
}

# want CODE PATTERN WHAT SCRIPT [DESCRIPTION]: bash runs SCRIPT on the virtual bench
want() {
	local got=0
	"$bench" ${5:+"$5"} -- bash -c "$4" >out 2>&1 </dev/null || got=$?
	verdict "$1" "$got" "$2" "$3"
}

cat >short.yaml <<YAML
suite: short
setup: [flash, reset, {identify: {build: true}}]
teardown: [safe]
cases:
  - case: digits
    about: knows its digits
    covers: model
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 10, as: r}}]
    judge: {r.top1: {min: 0.94}}
YAML
images="--image mps2-an386=$firmware/digits-mps2-an386.elf --image microbit=$firmware/digits-microbit.elf"
show="$tinyrig show --files files; cat files/journal.jsonl; rm -r files"
run="$tinyrig run short.yaml --bench $root/fixtures/benches/virtual.yaml $images"
export run

# A case whose fault comes in its middle.
at_work='at=1500 towards=host'

want 0 '2 passed on 2 boards' 'both boards, flashed' "$run"
want 1 'top1 0.* not at least' 'a bad image is stopped' \
	"$tinyrig run $root/suites/smoke.yaml -k digits --bench $root/fixtures/benches/virtual.yaml --board mps2-a --image mps2-an386=$firmware/digits-mps2-an386-2bit.elf"
printf ':020000040800F2\n:04000000DEADBEEFC4\n:00000001FF\n' >elsewhere.hex
want 10 'is it for another target' 'an image for another target' \
	"$tinyrig run short.yaml --bench $root/fixtures/benches/virtual.yaml --board microbit-a --image microbit=elsewhere.hex"
want 10 'the adapter was unplugged \(ttyUSB1, serial FT6A01\)' 'unplugged in the middle' \
	"virtual-bench ctl fault mps2-a do=unplug $at_work; $run --board mps2-a"
want 0 '1 passed on' 'plugged in again under another name' \
	"virtual-bench ctl fault mps2-a do=unplug $at_work; $run --board mps2-a >first; \
	 virtual-bench ctl fault mps2-a none; virtual-bench ctl replug mps2-a 6 && $run --board mps2-a"
want 0 'passed on' "adapters plugged in again, each under the other's names" \
	"for board in mps2-a microbit-a; do virtual-bench ctl unplug \$board; done; \
	 for board in microbit-a mps2-a; do virtual-bench ctl replug \$board || exit 9; done; $run --board mps2-a"
want 10 'no adapter has USB serial number' 'the adapter is not there' "virtual-bench ctl unplug mps2-a; $run --board mps2-a"
want 10 'QEMU ended by signal 9' 'a machine that dies' \
	"virtual-bench ctl fault mps2-a do=crash $at_work; $run --board mps2-a"
want 1 'restarted by itself' 'a board that loses its supply for a moment' \
	"virtual-bench ctl fault mps2-a do=power-cycle $at_work; $run --board mps2-a"
want 0 'repeated: bytes were damaged' 'damaged bytes are repeated, not judged' \
	"virtual-bench ctl fault mps2-a do=flip bit=2 $at_work; virtual-bench ctl fault mps2-a do=drop at=900 towards=board; \
	 $run --board mps2-a"
want 0 'framing error' 'framing errors are counted' \
	"virtual-bench ctl fault mps2-a do=framing count=3 $at_work; $run --board mps2-a; $show"
rm -rf .tinyrig
want 0 'overrun' 'overruns are counted' \
	"virtual-bench ctl fault mps2-a do=overrun count=2 $at_work; $run --board mps2-a; $show"

# A rate that the board does not have.
sed 's/baud: 115200/baud: 57600/' "$root/fixtures/benches/virtual.yaml" >slow.yaml
want 10 'check the baud rate' 'a wrong rate is the bench' "$tinyrig run short.yaml --bench slow.yaml $images --board mps2-a"

# Adapters without a serial number, told apart by their ports; the others have the same.
cat >four.yaml <<-YAML
	virtual-bench: four
	boards:
	  - {board: one, machine: microbit, port: 1-2, latency: stuck}
	  - {board: two, machine: microbit, port: 1-4.2}
	  - {board: three, machine: microbit, serial: SAME}
	  - {board: four, machine: microbit, serial: SAME}
YAML
# board NAME WHERE: an entry of a bench
board() {
	cat <<-YAML
		  - board: $1
		    target: microbit
		    links:    {console: {driver: serial, $2, baud: 115200}}
		    protocol: {driver: mlperf-tiny, link: console}
		    flasher:  {argv: [virtual-bench, ctl, load, "\${board}", "\${image}"]}
		    reset:    [{link: console, line: rts, pulse: 5ms}]
	YAML
}
{
	printf 'bench: four\nboards:\n'
	board one 'path: "usb-0:2:1.1"'
	board two 'path: "pci-0000:00:14.0-usb-0:4.2:1.1"'
	board three 'usb: {serial: SAME, interface: 1}'
} >ports.yaml
by_port="$tinyrig run short.yaml --bench ports.yaml --image microbit=$firmware/digits-microbit.elf"
rm -rf .tinyrig
want 0 '2 passed on 2 boards' 'adapters without a serial number, by port' "$by_port --board one --board two" four.yaml
"$tinyrig" show "$("$tinyrig" runs --board one --json | jq -r ".[0].id")" --files one
cat one/journal.jsonl >out
verdict 0 0 'latency timer .*16 ms|16 ms.*latency' 'a latency timer that cannot be set is told'
verdict 0 0 'udev|SUBSYSTEM' '... with its remedy'
want 10 'SAME' 'two adapters with one serial number' "$by_port --board three" four.yaml

exit "$bad"
