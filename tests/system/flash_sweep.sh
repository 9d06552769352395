#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flashing an nRF52840 is cut short: tinyrig is killed while its stream stands still at a transfer (each
# page's first erase and word, and others between), and at moments by the clock; the port answers WAIT,
# FAULT, or nothing; the adapter is unplugged at a URB. Each time the next run flashes it, and the chip
# then holds the image. usage: flash_sweep.sh [STRIDE]: every STRIDE-th of all (default 12);
# long_flash_sweep.sh: all.
set -uo pipefail
stride=${1:-12}
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench tinyrig work stride TINYRIG_BENCH=$work/bench.yaml
unset G_DEBUG
cd "$work" || exit 1
cat >virtual.yaml <<'YAML'
virtual-bench: nrf
boards:
  - {board: nrf, machine: nrf52840, serial: N1}
YAML
cat >bench.yaml <<'YAML'
bench: flash
boards:
  - board: nrf
    target: nrf52840
    links: {console: {driver: serial, usb: {serial: N1, interface: 1}, baud: 115200}}
    probe: {driver: ftdi, usb: {serial: N1}, wiring: resistor, clock: 10MHz}
    flasher: {target: nrf52840}
YAML
# Two images of eight pages that differ in every page; one is flashed over the other each time.
for name in a b; do
	head -c 32768 /dev/urandom >$name.bin
	printf '\x00\x00\x04\x20\x01\x01\x00\x00' | dd of=$name.bin conv=notrunc status=none
done

cat >inside.sh <<'INSIDE'
set -uo pipefail
points=0 bad=0 image=a
wrong() {
	echo "not ok: $1: $2: $(tail -c 400 out err | tr '\n' ' ')"
	bad=$((bad + 1))
}
flash() { "$tinyrig" flash nrf $image.bin --address 0 --halt >out 2>err; }
transfers() { virtual-bench ctl probe nrf | jq .probe.transfers; }
# The next run, and what the chip holds then.
recover() {
	virtual-bench ctl fault nrf none >/dev/null
	points=$((points + 1))
	flash || { wrong "$1" "the next run ended with $?"; return; }
	"$tinyrig" flash nrf $image.bin --address 0 --halt --read-back >out 2>err && grep -q 'unchanged, skipped' out ||
		wrong "$1" 'the chip does not hold the image'
	if [ $image = a ]; then image=b; else image=a; fi
}
# Killed where the stream stands still.
killed_at() {
	local before='' now=''
	virtual-bench ctl fault nrf towards=probe do=stuck "at=$1" >/dev/null
	"$tinyrig" flash nrf $image.bin --address 0 --halt >out 2>err &
	for _ in $(seq 100); do
		now=$(transfers)
		[ "$now" = "$before" ] && break
		before=$now
	done
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	recover "killed at transfer $1"
}
killed_after() {
	timeout -s KILL "0.$1" "$tinyrig" flash nrf $image.bin --address 0 --halt >out 2>err
	recover "killed after 0.$1 s"
}
# troubled DO AT: the run itself comes through, or tells exactly.
troubled() {
	local code=0
	virtual-bench ctl fault nrf towards=probe "do=$1" "at=$2" >/dev/null
	flash || code=$?
	case $code:$1 in
	0:* | 1:fault | 10:parity | 10:silent) ;;
	*) wrong "$1 at transfer $2" "exit $code" ;;
	esac
	recover "$1 at transfer $2"
}
unplugged_at() {
	local code=0
	virtual-bench ctl fault nrf do=unplug towards=usb "at=$1" >/dev/null
	flash || code=$?
	[ $code = 10 ] && grep -q 'unplugged' err || wrong "unplugged at URB $1" "exit $code"
	virtual-bench ctl fault nrf none >/dev/null
	virtual-bench ctl replug nrf >/dev/null
	recover "unplugged at URB $1"
}
flash || wrong 'first' 'flash'
image=b
virtual-bench ctl probe nrf reset >/dev/null
flash || wrong 'second' 'flash'
image=a
all=$(transfers)
# The words are by far the most; those of a page are 1024 transfers, TAR aside.
for ((n = 1; n <= 20; n++)); do list="${list:-} $((all * n / 20 - 5))"; done
for ((n = 1; n <= 8; n++)); do list="$list $((all - 8 * 1030 - 900 + 1029 * n)) $((700 + n))"; done
i=0
take() { i=$((i + 1)); [ $((i % stride)) = 0 ]; }
for n in $list; do take && killed_at "$n"; done
for n in $(seq 100 110) $(seq 10 99); do take && killed_after "0$((RANDOM % 20))${n: -1}"; done
for n in $list; do
	for what in wait fault parity silent; do take && troubled $what "$n"; done
done
for n in $(seq 1 40); do take && unplugged_at "$n"; done
if [ $bad = 0 ]; then echo "ok: $points times cut short: the next run flashes the chip"; fi
[ $bad = 0 ]
INSIDE
code=0
timeout 1500 "$bench" virtual.yaml -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
grep -E '^(not )?ok|Sanitizer' log
[ $code = 0 ] && ! grep -q Sanitizer log
