#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: flash.sh TINYRIG VIRTUAL_BENCH WORK: prints "NAME VALUE UNIT LIMIT" for flashing the virtual
# nRF52840 at 7.5 MHz, by tinyrig and by OpenOCD. The floor is the flash's own time, as the device counts
# it. tinyrig's time is what its clocks and USB transfers take; OpenOCD sleeps while the flash works, so
# its time is what has passed for the board. Round trips of OpenOCD are those with its RAM routine, its
# time is that without: the device cannot time what its core writes.
set -euo pipefail
export tinyrig=$1 VIRTUAL_BENCH_PROGRAM=$2 TINYRIG_LOCK_DIR=$3 TINYRIG_STATE=$3/state TINYRIG_BENCH=$3/flash-bench.yaml
virtual=$2
cd "$3"
cat >flash.yaml <<'YAML'
virtual-bench: flash
boards:
  - {board: nrf, machine: nrf52840, serial: FT6A01}
YAML
cat >flash-bench.yaml <<'YAML'
bench: flash
boards:
  - board: nrf
    target: nrf52840
    links: {console: {driver: serial, usb: {serial: FT6A01, interface: 1}, baud: 115200}}
    probe: {driver: ftdi, usb: {serial: FT6A01}, wiring: resistor, clock: 7.5MHz}
    flasher: {target: nrf52840}
YAML
for size in 65536 1048576; do
	head -c $size /dev/urandom >flash-$size.bin
	printf '\x00\x00\x04\x20\x01\x01\x00\x00' | dd of=flash-$size.bin conv=notrunc status=none
done
cat >flash.cfg <<'CFG'
adapter driver ftdi
ftdi vid_pid 0x0403 0x6010
ftdi channel 0
ftdi layout_init 0x0000 0x000b
ftdi layout_signal SWD_EN -data 0
adapter speed 7500
transport select swd
gdb_port disabled
tcl_port disabled
telnet_port disabled
CFG
# shellcheck disable=SC2016 # the inner shell expands
"$virtual" flash.yaml -- bash -c '
	set -euo pipefail
	counted() { virtual-bench ctl probe nrf >"$1.json"; }
	zero() { virtual-bench ctl probe nrf reset >/dev/null; }
	ours() { zero; "$tinyrig" flash nrf "$1" --address 0 --halt; counted "$2"; }
	theirs() {
		zero
		openocd -f flash.cfg -c "set WORKAREASIZE $1" -f target/nrf52.cfg -c "adapter speed 7500" \
			-c "init; reset halt; $2; verify_image $3 0; shutdown" >openocd.log 2>&1 || { tail openocd.log; exit 1; }
		counted "$4"
	}
	ours flash-65536.bin ours-64k
	ours flash-1048576.bin ours-first
	ours flash-1048576.bin ours-1m
	grep -q . ours-1m.json
	theirs 0x8000 "" flash-1048576.bin theirs-1m
	theirs 0x8000 "flash write_image erase flash-65536.bin 0" flash-65536.bin theirs-fast
	theirs 0 "flash write_image erase flash-65536.bin 0" flash-65536.bin theirs-64k' >&2

# row NAME FILE FILTER UNIT LIMIT
row() { echo "$1 $(jq -r ".probe | $3" "$2.json") $4 $5"; }
over='/ .flash.busy_us * 1000 | round / 1000'
row flash.nrf52840_64k.over_floor ours-64k ".virtual_us $over" ratio 1.08
row flash.nrf52840_64k.roundtrips ours-64k .round_trips count 20
row flash.unchanged_1m ours-1m '.virtual_us / 1000' ms 500
row openocd.flash.nrf52840_64k.over_floor theirs-64k ".board_us $over" ratio null
row openocd.flash.nrf52840_64k.roundtrips theirs-fast .round_trips count null
row openocd.flash.unchanged_1m theirs-1m '.board_us / 1000' ms null
