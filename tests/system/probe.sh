#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tinyrig's own debug probe on the virtual bench: its commands on both boards, beside OpenOCD and
# beside the ELF file; every wiring; the adapter unplugged at every URB; a stuck engine; a UART on the
# other channel that loses nothing meanwhile.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
jobs=$(realpath "${TEST_PROGRAMS:-build/release/tests/system}")/swd_jobs
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
export TINYRIG_BENCH=$root/fixtures/benches/virtual.yaml TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench tinyrig firmware jobs work root
unset G_DEBUG
cd "$work" || exit 1


# What runs inside of the bench. Each part prints "ok: …" or "not ok: …".
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(head -c 600 err out 2>/dev/null | tr '\n' ' ')"; }
# check WHAT COMMAND…
check() { local what=$1; shift; if "$@" >out 2>err; then ok "$what"; else no "$what"; fi; }
# fails CODE TEXT WHAT COMMAND…
fails() {
	local code=$1 text=$2 what=$3 got=0; shift 3
	"$@" >out 2>err || got=$?
	if [ "$got" = "$code" ] && grep -qF -- "$text" err; then ok "$what"; else no "$what (exit $got)"; fi
}
up() {
	virtual-bench ctl power "$1" on >/dev/null && virtual-bench ctl load "$1" "$2" >/dev/null &&
		virtual-bench ctl reset "$1" >/dev/null
}
# One number of what the bench has counted.
counted() { virtual-bench ctl probe "$1" | jq ".probe.$2"; }
quiet() {
	local bad
	bad=$(virtual-bench ctl probe "$1" | jq '.probe | .contention_clocks + .floating_clocks + .undriven_clocks')
	if [ "$bad" = 0 ]; then ok "$1: no wire was fought for, or floated"; else echo "not ok: $1: $(virtual-bench ctl probe "$1")"; fi
}

commands() {
	local board=$1 image=$2 core=$3 config=$4 serial=$5
	up "$board" "$image" || { echo "not ok: $board does not come up"; return; }
	arm-none-eabi-objcopy -O binary "$image" image.bin
	virtual-bench ctl probe "$board" reset >/dev/null
	check "$board: probe" "$tinyrig" probe "$board"
	grep -q "$core" out || no "$board: its core"
	check "$board: probe --json" bash -c "'$tinyrig' probe $board --json | jq -e '.components | length > 2'"
	check "$board: mem read" "$tinyrig" mem read "$board" 0 "$(stat -c %s image.bin)" -o ours.bin
	check "$board: its flash is the image" cmp ours.bin image.bin
	head -c 8192 /dev/urandom >random.bin
	check "$board: halt" "$tinyrig" halt "$board"
	check "$board: mem write" "$tinyrig" mem write "$board" 0x20000000 --from random.bin --verify
	check "$board: narrow" bash -c "'$tinyrig' mem write $board 0x20000003 0xaa 0xbb --width 8 &&
		'$tinyrig' mem read $board 0x20000000 8 -o narrow.bin"
	check "$board: bytes beside it stay" bash -c 'cmp <(head -c 3 random.bin; printf "\xaa\xbb"; tail -c +6 random.bin | head -c 3) narrow.bin'
	"$tinyrig" regs "$board" >registers 2>/dev/null
	openocd -s "$root/tests/support/openocd" -f adapter.cfg -c "adapter serial $serial" -f "$config" -c "init; halt" -c "foreach r {r0 r4 r12 sp lr pc xPSR} {puts [reg \$r]}" -c "dump_image theirs.bin 0 $(stat -c %s image.bin); shutdown" >theirs 2>&1
	check "$board: OpenOCD reads the same memory" cmp ours.bin theirs.bin
	check "$board: OpenOCD reads the same registers" bash -c '
		for pair in "r0 r0" "r4 r4" "r12 r12" "sp sp" "lr lr" "pc pc" "xpsr xPSR"; do
			set -- $pair
			ours=$(grep -oE "\b$1 +[0-9a-f]{8}" registers | head -n 1 | grep -oE "[0-9a-f]{8}$")
			grep -E "^$2 \(/32\)" theirs | grep -qi "0x$ours" || { echo "$1 $ours" >&2; grep "$2 " theirs >&2; exit 1; }
		done'
	check "$board: resume" "$tinyrig" resume "$board"
	check "$board: reset --halt" "$tinyrig" reset "$board" --halt
	check "$board: it stands at its reset handler" bash -c "'$tinyrig' regs $board | grep -qE 'lr +ffffffff'"
	check "$board: resume" "$tinyrig" resume "$board"
	check "$board: reset --way nsrst" "$tinyrig" reset "$board" --way nsrst
	check "$board: reset --way system" "$tinyrig" reset "$board" --way system
	check "$board: reset --under-reset" "$tinyrig" reset "$board" --under-reset
	check "$board: resume after it" "$tinyrig" resume "$board"
	fails 1 "the bus refused a read of 0x90000000" "$board: no memory there" "$tinyrig" mem read "$board" 0x90000000
	fails 4 "is no number" "$board: a wrong address" "$tinyrig" mem read "$board" 0xzz
	fails 4 "multiples of 4" "$board: a wrong edge" "$tinyrig" mem read "$board" 0x20000001 4 --width 32
	if [ -e "$6" ]; then ok "$board: ftdi_sio has its channel back"; else no "$board: $6 is gone"; fi
	quiet "$board"
	virtual-bench ctl power "$board" off >/dev/null
	fails 10 "no SWD target" "$board: without its supply" bash -c "sed '/switch:/d' '$TINYRIG_BENCH' >off.yaml; '$tinyrig' probe $board -b off.yaml"
	virtual-bench ctl power "$board" on >/dev/null
}

# The adapter goes at the n-th URB of connect and of a read of 64 KiB, until a read is over before.
unplugging() {
	up mps2-a "$firmware/digits-mps2-an386.elf"
	local n code
	for n in $(seq 1 60); do
		virtual-bench ctl fault mps2-a do=unplug towards=usb "at=$n" >/dev/null
		code=0
		timeout 30 "$tinyrig" mem read mps2-a 0x20000000 64KiB -o out.bin >out 2>err || code=$?
		virtual-bench ctl fault mps2-a none >/dev/null
		virtual-bench ctl replug mps2-a >/dev/null 2>&1
		if [ $code = 0 ]; then break; fi
		if [ $code != 10 ] || ! grep -q "the adapter was unplugged" err; then
			no "unplugged at URB $n (exit $code)"
			return
		fi
		timeout 30 "$tinyrig" mem read mps2-a 0x20000000 4 >out 2>err || { no "the run after URB $n"; return; }
	done
	if [ "$n" -gt 20 ] && [ "$n" -lt 60 ]; then ok "unplugged at each of $((n - 1)) URBs: told, and the next run works"
	else no "unplugging ended at URB $n"; fi
}

stuck() {
	virtual-bench ctl fault mps2-a do=stuck at=100 >/dev/null
	fails 10 "stands still" "a stuck engine is told" timeout 60 "$tinyrig" mem read mps2-a 0x20000000 4096
	check "and recovered by the next run" timeout 60 "$tinyrig" mem read mps2-a 0x20000000 4096
	grep -q "the whole chip was reset" err || no "the recovery is told"
	virtual-bench ctl fault mps2-a none >/dev/null
}

# Answers of the firmware on channel B, all alike, while channel A is at work.
beside() {
	up mps2-a "$firmware/digits-mps2-an386.elf"
	/usr/bin/python3 - "$1" >talk.log 2>&1 <<'PYTHON' &
import serial, sys
port = serial.Serial(None, 115200, timeout=5)
port.rts = port.dtr = False  # RTS holds the board in reset
port.port = sys.argv[1]
port.open()
port.reset_input_buffer()
port.write(b"name%")
port.read_until(b"m-ready\r\n")
def ask():
    port.write(b"name%")
    return port.read_until(b"m-ready\r\n")
first = ask()
assert b"m-name" in first, first
for i in range(300):
    answer = ask()
    assert answer == first, (i, answer)
print("300 answers alike")
PYTHON
	local talk=$! rounds=0
	while kill -0 $talk 2>/dev/null; do
		"$jobs" mps2-a FT6A01 resistor 30000000 2 >out 2>err || { no "64 KiB beside the UART"; break; }
		rounds=$((rounds + 1))
	done
	if wait $talk && [ $rounds -gt 0 ]; then ok "300 answers on channel B while channel A moved $((rounds * 256)) KiB"
	else echo "not ok: channel B: $(tail -n 3 talk.log)"; fi
}

# Each wiring at 30 MHz: what is written is read, nobody fights for a wire, and sigrok's decoder reads as
# many transfers from the trace as the bench has counted.
wirings() {
	local board ours theirs
	for board in resistor direct buffer; do
		up $board "$firmware/digits-mps2-an386.elf"
		virtual-bench ctl probe $board reset vcd=$PWD/$board.vcd >/dev/null 2>&1 ||
			{ virtual-bench ctl probe $board reset >/dev/null; virtual-bench ctl probe $board "vcd=$PWD/$board.vcd" >/dev/null; }
		check "$board: written and read" "$tinyrig" mem write $board 0x21000000 --from random.bin --verify -b wirings.yaml
		virtual-bench ctl probe $board vcd= >/dev/null
		quiet $board
		ours=$(counted $board transfers)
		theirs=$(sigrok-cli -i $board.vcd -I vcd -P swd:swclk=SWCLK:swdio=SWDIO 2>/dev/null | grep -cE 'swd-1: (OK|WAIT|FAULT)')
		if [ "$ours" = "$theirs" ]; then ok "$board: sigrok reads the same $ours transfers"
		else echo "not ok: $board: sigrok reads $theirs transfers, the bench $ours"; fi
	done
}

# The smoke suite, with boards that their probes reset, and the jobs of a debugger.
suite() {
	sed -E '/reset:/{s/\[.*/[{probe: system}]/;:a;n;s/(reset: +)\[.*/\1[{probe: nsrst, pulse: 5ms}]/;ba}' "$TINYRIG_BENCH" >reset.yaml
	check "a bench reset by probes" bash -c "grep -q 'probe: system' reset.yaml && grep -q 'probe: nsrst' reset.yaml && ! grep -q 'line: rts' reset.yaml"
	check "the smoke suite, reset by the probes" "$tinyrig" run "$root/suites/smoke.yaml" --bench reset.yaml \
		--image "mps2-an386=$firmware/digits-mps2-an386.elf" --image "microbit=$firmware/digits-microbit.elf"
	up mps2-a "$firmware/digits-mps2-an386.elf"
	check "a breakpoint, and the other jobs" "$jobs" mps2-a FT6A01 resistor 10000000
	virtual-bench ctl probe mps2-a >out
	fails 2 "" "Ctrl-C in a long read" timeout --preserve-status -s INT 1 "$tinyrig" mem read mps2-a 0x21000000 16MiB -o long.bin
	check "and the next one works" "$tinyrig" mem read mps2-a 0x21000000 16
}

case $1 in
commands)
	commands mps2-a "$firmware/digits-mps2-an386.elf" Cortex-M4 mps2.cfg FT6A01 /dev/ttyUSB1
	commands microbit-a "$firmware/digits-microbit.elf" Cortex-M0 target/nrf51.cfg FT6A02 /dev/ttyUSB3
	;;
*) "$@" ;;
esac
INSIDE

bad=0
# part NAME ARGUMENT…
part() {
	local code=0
	timeout 200 "$bench" ${description:+"$description"} -- bash ./inside.sh "$@" >log 2>&1 </dev/null || code=$?
	cat log
	if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then bad=1; fi
}
description=$work/wirings-bench.yaml
cat >"$description" <<'YAML'
virtual-bench: wirings
boards:
  - {board: resistor, machine: mps2-an386, serial: W1}
  - {board: direct, machine: mps2-an386, serial: W2, probe: {wiring: direct}}
  - {board: buffer, machine: mps2-an386, serial: W3, probe: {wiring: buffer}}
YAML
cat >wirings.yaml <<'YAML'
bench: wirings
boards:
  - {board: resistor, target: mps2, links: {c: {driver: serial, usb: {serial: W1, interface: 1}}},
     probe: {driver: ftdi, usb: {serial: W1}, wiring: resistor, clock: 30MHz}}
  - {board: direct, target: mps2, links: {c: {driver: serial, usb: {serial: W2, interface: 1}}},
     probe: {driver: ftdi, usb: {serial: W2}, wiring: direct, clock: 30MHz}}
  - {board: buffer, target: mps2, links: {c: {driver: serial, usb: {serial: W3, interface: 1}}},
     probe: {driver: ftdi, usb: {serial: W3}, adapter: digilent-hs2, clock: 30MHz}}
YAML
head -c 8192 /dev/urandom >random.bin
part wirings
description=
part commands
part suite
part unplugging
part stuck
part beside /dev/ttyUSB1
exit $bad
