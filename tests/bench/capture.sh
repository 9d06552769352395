#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: capture.sh TINYRIG VIRTUAL_BENCH FIRMWARE WORK: prints "NAME VALUE UNIT LIMIT" for four PPK2s that
# measure four boards for a minute while their suites run. cpu: what the threads that read and keep take
# of a core, the busiest of the four; lost: samples of all four that are missing or came twice by the word of
# their ledgers.
set -euo pipefail
export tinyrig=$1 VIRTUAL_BENCH_PROGRAM=$2 firmware=$3 work=$4 TINYRIG_LOCK_DIR=$4 TINYRIG_STATE=$4/state
root=$(cd "$(dirname "$0")/../.." && pwd)
export root
cd "$work"
{
	echo "virtual-bench: four"
	echo "boards:"
	for i in 1 2 3 4; do echo "  - {board: mps2-$i, machine: mps2-an386, serial: FT$i, meter: {serial: METER$i}}"; done
} >four.yaml
{
	echo "bench: four"
	echo "boards:"
	for i in 1 2 3 4; do
		cat <<-YAML
			  - board: mps2-$i
			    target: mps2-an386
			    links:    {console: {driver: serial, usb: {serial: FT$i, interface: 1}, baud: 115200}}
			    probe:    {driver: ftdi, usb: {serial: FT$i, interface: 0}, wiring: resistor, clock: 10MHz}
			    protocol: {driver: mlperf-tiny, link: console}
			    flasher:  {target: mps2-an386}
			    reset:    [{link: console, line: rts, pulse: 5ms}]
			    meter:    {driver: ppk2, usb: {serial: METER$i}, supply: 3.0V, marker: D0}
		YAML
	done
} >bench.yaml
cat >minute.yaml <<YAML
suite: minute
setup: [flash, reset, identify]
cases:
  - case: minute
    timeout: 200s
    steps:
      - measure:
          as: p
          steps:
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: a}, timeout: 60s}
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: b}, timeout: 60s}
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: c}, timeout: 60s}
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: d}, timeout: 60s}
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: e}, timeout: 60s}
            - {infer: {recording: $root/fixtures/recordings/digits, inputs: 150, as: f}, timeout: 60s}
            - wait: 1s
    judge: {p.lost: {max: 1000000}, p.windows: {min: 900}}
YAML
# shellcheck disable=SC2016 # the inner shell expands
"$2" four.yaml -- bash -c '
	"$tinyrig" run minute.yaml -b bench.yaml --image "mps2-an386=$firmware/digits-mps2-an386.elf" -v >out 2>&1 &
	main=$!
	: >cpu
	while kill -0 $main 2>/dev/null; do
		sleep 1
		for worker in $(pgrep -P $main); do
			cat /proc/$worker/task/*/stat 2>/dev/null | awk -v worker=$worker "
				/\\((meter|trace)\\)/ { used += \$14 + \$15; begin = \$22 }
				END { getline up <\"/proc/uptime\"; split(up, now, \" \"); if (begin) print worker, used, now[1] * 100 - begin }" >>cpu
		done
	done
	wait $main || { cat out; exit 1; }
' >log 2>&1 || { tail -n 20 log >&2; exit 1; }
# The last look at each worker that lasted half a minute at least.
awk '$3 > 3000 { share[$1] = $2 / $3 } END { for (w in share) { n++; if (share[w] > most) most = share[w] }
	if (n < 4) exit 1; printf "ppk2.capture_4.cpu %.4f core 0.05\n", most }' cpu
sed -n 's/.*p\.lost  *\([0-9]*\),.*/\1/p' out | awk '{ n++; sum += $1 } END { if (n < 4) exit 1; print "ppk2.capture_4.lost", sum, "count 0" }'
