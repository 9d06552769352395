#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: swd.sh PROGRAMS VIRTUAL_BENCH FIRMWARE WORK: prints "NAME VALUE UNIT LIMIT" for the same jobs over
# SWD at 10 MHz, by tinyrig's own engine and by OpenOCD, on the same virtual device, which counts.
# Efficiency is of what the wire can do in the time that the device says it took: 48 clocks a word where
# a resistor lets the host stream, 46 (the least that the protocol allows) in a direct tie.
set -euo pipefail
programs=$1 virtual=$2 firmware=$3 work=$4
support=$(cd "$(dirname "$0")/../support/openocd" && pwd)
export VIRTUAL_BENCH_PROGRAM=$virtual programs firmware support
cd "$work"
cat >swd.yaml <<'YAML'
virtual-bench: swd
boards:
  - {board: resistor, machine: mps2-an386, serial: FT6A01}
  - {board: direct, machine: mps2-an386, serial: FT6A02, probe: {wiring: direct}}
YAML
head -c 65536 /dev/urandom >random.bin
cat >swd.cfg <<'CFG'
adapter serial FT6A01
source [find mps2.cfg]
proc job {name body} {
	exec virtual-bench ctl probe resistor reset
	eval $body
	puts "{\"job\": \"$name\", \"counted\": [exec virtual-bench ctl probe resistor]}"
}
job connect init
job registers halt
job read_1k {dump_image 1k.bin 0x21000000 1024}
job write_64k {load_image random.bin 0x21000000 bin}
job read_64k {dump_image 64k.bin 0x21000000 65536}
shutdown
CFG
# shellcheck disable=SC2016 # the inner shell expands
"$virtual" swd.yaml -- bash -c '
	for board in resistor direct; do
		virtual-bench ctl load $board "$firmware/digits-mps2-an386.elf" >/dev/null
		virtual-bench ctl power $board on >/dev/null
	done
	"$programs/swd_jobs" resistor FT6A01 resistor 10000000 >resistor.json
	"$programs/swd_jobs" direct FT6A02 direct 10000000 >direct.json
	openocd -s "$support" -f adapter.cfg -f swd.cfg >openocd.log 2>&1 || { tail openocd.log; exit 1; }
	grep "^{\"job\"" openocd.log >openocd.json' >&2
cmp random.bin 64k.bin >&2

# row NAME FILE JOB FILTER UNIT LIMIT
row() {
	echo "$1 $(jq -r "select(.job == \"$3\") | .counted.probe | $4" "$2") $5 $6"
}
# efficiency FILTER'S CLOCKS: of 4 f / clocks, with f = 10 MHz; 65536 bytes
efficiency() { echo "65536 / .virtual_us / (4 * 10 / $1) * 10000 | round / 10000"; }
for job in connect registers read_1k; do
	limit=1
	[ $job != connect ] || limit=3
	row swd.roundtrips.$job resistor.json $job .round_trips count $limit
done
row swd.efficiency.write_64k.resistor resistor.json write_64k "$(efficiency 48)" share 0.97
row swd.efficiency.read_64k.resistor resistor.json read_64k "$(efficiency 48)" share 0.97
row swd.efficiency.write_64k.direct direct.json write_64k "$(efficiency 46)" share 0.75
row swd.efficiency.read_64k.direct direct.json read_64k "$(efficiency 46)" share null
for job in connect registers read_1k; do
	row openocd.roundtrips.$job openocd.json $job .round_trips count null
done
row openocd.efficiency.write_64k.resistor openocd.json write_64k "$(efficiency 48)" share null
row openocd.efficiency.read_64k.resistor openocd.json read_64k "$(efficiency 48)" share null
