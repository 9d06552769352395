#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: mailbox.sh TINYRIG VIRTUAL_BENCH FIRMWARE WORK: prints "NAME VALUE UNIT LIMIT" for 1000 inferences
# through the mailbox on the virtual mps2-an386 at 10 MHz. over_compute: from the first request to the
# last reply, by the host's clock, over the sum of the board's own laps; the guest runs in real time. Of
# five rounds the one that this computer's other work has disturbed least counts. OpenOCD moves the same
# words for one inference at a time, and computes no check sums.
set -euo pipefail
export tinyrig=$1 VIRTUAL_BENCH_PROGRAM=$2 firmware=$3 work=$4 TINYRIG_LOCK_DIR=$4 TINYRIG_STATE=$4/state
root=$(cd "$(dirname "$0")/../.." && pwd)
export root TINYRIG_BENCH=$root/fixtures/benches/mailbox.yaml
cd "$work"
mkdir thousand
for _ in 1 2 3; do cat "$root"/fixtures/recordings/digits/digit_?.bin; done >thousand/all.bin
truncate -s 64000 thousand/all.bin
cat >thousand/recording.yaml <<YAML
recording: thousand
about: The digits, again and again
sensor: {name: optical-8x8, rate: 10Hz}
format: bin
dtype: u8
shape: [8, 8]
files: [{file: all.bin, sha256: $(sha256sum thousand/all.bin | cut -d' ' -f1)}]
YAML
cat >thousand.yaml <<'YAML'
suite: thousand
setup: [flash, reset, identify]
cases:
  - case: thousand
    covers: code
    steps: [{infer: {recording: thousand, as: r}}]
    judge: {r.inferences: {min: 1000}}
YAML
sed '/- {infer/d; s/steps: .*/steps: [{wait: 1ms}]/; /judge:/d' thousand.yaml >none.yaml
cat >mailbox.cfg <<'CFG'
adapter serial FT6A01
source [find mps2.cfg]
init
exec virtual-bench ctl probe mps2-a reset
set request [lrepeat 21 0]
for {set i 0} {$i < 100} {incr i} {
	write_memory 0x21000104 32 $request
	write_memory 0x21000100 32 1
	read_memory 0x21000000 32 18
}
puts "counted [exec virtual-bench ctl probe mps2-a]"
shutdown
CFG
# shellcheck disable=SC2016 # the inner shell expands
"$2" -- bash -c '
	run() {
		virtual-bench ctl probe mps2-a reset >/dev/null
		"$tinyrig" run "$1" --board mps2-a --image "mps2-an386=$firmware/digits-mailbox-mps2-an386.elf" >out || { cat out; exit 1; }
		virtual-bench ctl probe mps2-a | jq .probe.round_trips
	}
	run none.yaml >trips.0
	for round in 1 2 3 4 5; do
		run thousand.yaml >trips.$round
		"$tinyrig" show "$(sed -n "s/^kept as *//p" out)" --inferences csv >thousand.$round.csv
	done
	virtual-bench ctl power mps2-a on >/dev/null
	virtual-bench ctl load mps2-a "$firmware/digits-mailbox-mps2-an386.elf" >/dev/null
	openocd -s "$root/tests/support/openocd" -f adapter.cfg -f mailbox.cfg >mailbox.log 2>&1 || { tail mailbox.log; exit 1; }' >&2
for round in 1 2 3 4 5; do
	awk -F, 'NR == 2 { first = $9 } NR > 1 { if ($10 > last) last = $10; laps += $11 } END { printf "%.4f\n", (last - first) / laps }' \
		thousand.$round.csv
done | sort -g | head -n 1 >over
trips=$(sort -g trips.[1-5] | sed -n 3p)
echo "mailbox.roundtrips_per_inference $(jq -n "($trips - $(cat trips.0)) / 1000") count 3"
echo "mailbox.over_compute $(cat over) ratio 1.05"
echo "openocd.mailbox.roundtrips_per_inference $(sed -n 's/^counted //p' mailbox.log | jq '.probe.round_trips / 100') count null"
