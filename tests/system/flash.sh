#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flashing through the probe on the virtual bench: an nRF52840 with the times and rules of its data
# sheet, and QEMU's own nRF51 controller on a micro:bit; natively and by a CMSIS-Pack's algorithm; what
# is skipped, kept, refused; each beside OpenOCD, which reads what tinyrig wrote and the reverse.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench tinyrig firmware root work
unset G_DEBUG
cd "$work" || exit 1

cp "$root/tests/support/openocd/adapter.cfg" openocd.cfg
cat >nrf-bench.yaml <<'YAML'
virtual-bench: nrf
boards:
  - {board: nrf, machine: nrf52840, serial: N1}
  - {board: microbit-a, machine: microbit, serial: N2}
YAML
# bench FILE FLASHER UNIT: a bench of both, the first one flashed as FLASHER says.
bench_file() {
	cat >"$1" <<-YAML
		bench: flash
		boards:
		  - board: nrf
		    target: nrf52840
		    unit: {$3}
		    links: {console: {driver: serial, usb: {serial: N1, interface: 1}, baud: 115200}}
		    protocol: {driver: mlperf-tiny, link: console}
		    probe: {driver: ftdi, usb: {serial: N1}, wiring: resistor, clock: 7.5MHz}
		    flasher: {target: $2}
		    reset: [{probe: system}]
		  - board: microbit-a
		    target: microbit
		    links: {console: {driver: serial, usb: {serial: N2, interface: 1}, baud: 115200}}
		    protocol: {driver: mlperf-tiny, link: console}
		    probe: {driver: ftdi, usb: {serial: N2}, wiring: resistor, clock: 10MHz}
		    flasher: {target: $4}
		    reset: [{probe: nsrst, pulse: 5ms}]
	YAML
}
bench_file bench.yaml nrf52840 'silicon: 0badcafe5e1ec7ed' nrf51822
bench_file other.yaml nrf52840 'silicon: "0000000000000001"' nrf51822
bench_file wrong.yaml ./wrong-target.yaml '' ./flm-target.yaml
cat >wrong-target.yaml <<'YAML'
target: another
flash:
  - {driver: nvmc, address: 0x0, size: 1MiB, page: 4KiB, write: 41us, erase: 85ms, erase-all: 169ms}
part: {address: 0x10000100, value: 0x52832}
YAML
cat >flm-target.yaml <<YAML
target: nrf51-by-flm
flash:
  - {driver: flm, file: $firmware/nrf51.flm}
ram:
  - {address: 0x20000000, size: 16KiB}
YAML

# Sixty-four KiB that a core would start; the same with another page; a piece of a page.
head -c 65536 /dev/urandom >a.bin
printf '\x00\x00\x04\x20\x01\x01\x00\x00' | dd of=a.bin conv=notrunc status=none
cp a.bin b.bin
printf 'another page' | dd of=b.bin bs=1 seek=20480 conv=notrunc status=none
head -c 100 /dev/urandom >piece.bin

cat >inside.sh <<'INSIDE'
set -uo pipefail
export TINYRIG_BENCH=$work/bench.yaml
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(head -c 600 err out 2>/dev/null | tr '\n' ' ')"; }
# says TEXT WHAT COMMAND…
says() {
	local text=$1 what=$2
	shift 2
	if "$@" >out 2>err && grep -qF -- "$text" out; then ok "$what"; else no "$what"; fi
}
# fails CODE TEXT WHAT COMMAND…
fails() {
	local code=$1 text=$2 what=$3 got=0
	shift 3
	"$@" >out 2>err || got=$?
	if [ "$got" = "$code" ] && grep -qF -- "$text" err; then ok "$what"; else no "$what (exit $got)"; fi
}
zero() { virtual-bench ctl probe "$1" reset >/dev/null; }
# holds BOARD FILTER WHAT: of what the bench has counted.
holds() {
	virtual-bench ctl probe "$1" >counts
	if jq -e ".probe | $2" counts >/dev/null; then ok "$3"; else echo "not ok: $3: $(cat counts)"; fi
}
# openocd TARGET_CFG COMMANDS: with the adapter N1 or N2.
openocd_does() {
	timeout 100 openocd -f openocd.cfg -c "adapter serial $1" -c "set WORKAREASIZE $2" -f "$3" \
		-c 'adapter speed 7500' -c "$4" >openocd.log 2>&1
}
agree() { if "${@:2}"; then ok "$1"; else echo "not ok: $1: $(tail -n 5 openocd.log)"; fi; }

nrf() {
	local flash=("$tinyrig" flash nrf --address 0 --halt)
	zero nrf
	says '64.0 KiB flashed; proven by SHA-256 on the target' '64 KiB' "${flash[@]}" a.bin
	holds nrf '.flash | .erases == 16 and .words > 16300 and .overwritten == 0 and .worn == 0 and .refused == 0' \
		'by the rules of its flash'
	holds nrf '.debug_powered == 1' 'a halted core keeps its debug domain on'
	# 20 and less where the machine is quiet (make bench): a core that is late is asked again.
	holds nrf '.round_trips <= 30' 'in few round trips'
	holds nrf '.virtual_us <= 1.08 * .flash.busy_us' 'within 8 % of its own time'
	holds nrf '.contention_clocks == 0 and .floating_clocks == 0' 'no wire was fought for, or floated'
	agree 'OpenOCD verifies it' openocd_does N1 0 target/nrf52.cfg 'init; halt; verify_image a.bin 0; shutdown'
	zero nrf
	says 'unchanged, skipped' 'the same again' "${flash[@]}" a.bin
	holds nrf '.flash | .erases == 0 and .words == 0' 'without an erase or a word'
	zero nrf
	says '4.0 KiB flashed, 60.0 KiB unchanged, skipped' 'one page of it' "${flash[@]}" b.bin
	holds nrf '.flash | .erases == 1 and .words <= 1024 and .worn == 0' 'one page is erased'
	says 'proven by read back' 'the same by reading' "${flash[@]}" b.bin --read-back
	says 'flashed' 'a piece of a page' "$tinyrig" flash nrf piece.bin --address 0x5100 --halt
	cp b.bin c.bin && dd if=piece.bin of=c.bin bs=1 seek=$((0x5100)) conv=notrunc status=none
	says 'unchanged, skipped' 'what is beside it is kept' "${flash[@]}" c.bin
	agree 'OpenOCD flashes it' openocd_does N1 0 target/nrf52.cfg \
		'init; reset halt; flash write_image erase piece.bin 0x8000; verify_image piece.bin 0x8000; shutdown'
	says '100 bytes unchanged, skipped' 'and tinyrig finds it there' "$tinyrig" flash nrf piece.bin --address 0x8000 --halt
	says 'flashed' 'all erased first' "${flash[@]}" a.bin --erase-all
	fails 10 'the board was swapped' 'another specimen' "${flash[@]}" a.bin -b other.yaml
	fails 10 'this is no another: its part number' 'another chip' "${flash[@]}" a.bin -b wrong.yaml
	fails 4 'is not in the target' 'an image beyond its flash' "$tinyrig" flash nrf a.bin --address 0xffff0
	fails 4 'say the address' 'a binary without an address' "$tinyrig" flash nrf a.bin
	says 'flashed' 'firmware' "$tinyrig" flash nrf "$firmware/digits-nrf52840.elf"
	holds nrf '.debug_powered == 0 and .driven_pins == 0' 'let go: its debug domain is off, the pins are inputs'
	says 'passed' 'and the smoke suite passes on it' "$tinyrig" run "$root/suites/smoke.yaml" --board nrf \
		--image "nrf52840=$firmware/digits-nrf52840.elf"
	holds nrf '.debug_powered == 0 and .driven_pins == 0' 'let go after a run'
}

# Locked by its own register; open again when all is erased.
locked() {
	for pair in 0x4001e504=1 0x10001208=0xffffff00 0x4001e504=0; do
		"$tinyrig" mem write nrf "${pair%=*}" "${pair#*=}" >out 2>err || no "writing ${pair%=*}"
	done
	virtual-bench ctl power nrf off >/dev/null && virtual-bench ctl power nrf on >/dev/null
	fails 1 'the chip is locked against debuggers' 'a locked chip' "$tinyrig" flash nrf a.bin --address 0 --halt
	says 'flashed' 'opened by erasing it' "$tinyrig" flash nrf a.bin --address 0 --halt --erase-all
}

microbit() {
	local image=$firmware/digits-microbit.elf bench
	arm-none-eabi-objcopy -O binary "$image" m.bin
	for bench in bench.yaml wrong.yaml; do
		virtual-bench ctl power microbit-a on >/dev/null
		says 'flashed' "micro:bit, $bench: erased and flashed" "$tinyrig" flash microbit-a "$image" -b $bench --erase-all
		says 'unchanged, skipped' "micro:bit, $bench: skipped" "$tinyrig" flash microbit-a "$image" -b $bench
		agree "micro:bit, $bench: OpenOCD verifies it" openocd_does N2 0 target/nrf51.cfg 'init; halt; verify_image m.bin 0; resume; shutdown'
		says 'passed' "micro:bit, $bench: the smoke suite" "$tinyrig" run "$root/suites/smoke.yaml" --board microbit-a \
			-k boots-and-identifies --image "microbit=$image" --bench $bench
	done
	for area in 0 0x2000; do
		agree "micro:bit: OpenOCD flashes, work area $area" openocd_does N2 $area target/nrf51.cfg \
			'init; reset halt; flash erase_sector 0 0 last; flash write_image m.bin 0; verify_image m.bin 0; reset run; shutdown'
		says 'unchanged, skipped' "micro:bit: and tinyrig finds it there" "$tinyrig" flash microbit-a "$image"
	done
}
nrf
locked
microbit
INSIDE
code=0
timeout 200 "$bench" nrf-bench.yaml -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
cat log
if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then exit 1; fi
