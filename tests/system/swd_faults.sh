#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong at a virtual debug port, as unmodified OpenOCD tells it: WAIT, FAULT, parity, no
# answer, a stuck engine; what needs a core that really stops: single step, breakpoints, code in RAM
# started from a core that slept; and the board is well afterwards.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export firmware ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
cd "$work" || exit 1
bad=0

cat >probe.cfg <<'CFG'
adapter driver ftdi
ftdi vid_pid 0x0403 0x6010
ftdi channel 0
ftdi layout_init 0x0000 0x000b
ftdi layout_signal nSRST -data 0x0010 -oe 0x0010
ftdi layout_signal SWD_EN -data 0
transport select swd
gdb_port disabled
tcl_port disabled
telnet_port disabled
CFG
cp probe.cfg direct.cfg
echo 'ftdi layout_signal SWDIO_OE -data 0' >>direct.cfg
cat >m4.cfg <<'CFG'
adapter serial FT6A01
adapter speed 10000
swd newdap m4 cpu -expected-id 0x2ba01477
dap create m4.dap -chain-position m4.cpu
target create m4.cpu cortex_m -dap m4.dap
m4.cpu configure -work-area-phys 0x20300000 -work-area-size 0x4000
cortex_m reset_config sysresetreq
CFG
cat >m0.cfg <<'CFG'
adapter serial FT6A02
source [find target/nrf51.cfg]
CFG
cat >bench.yaml <<'YAML'
virtual-bench: wires
boards:
  - {board: mps2-a, machine: mps2-an386, serial: FT6A01, probe: {wiring: direct}}
  - {board: microbit-a, machine: microbit, serial: FT6A02, probe: {wiring: resistor}}
YAML

# want CODE PATTERN WHAT SCRIPT: bash runs SCRIPT on the bench with both boards loaded
want() {
	local got=0
	timeout -k 5 90 "$bench" bench.yaml -- bash -c "
		virtual-bench ctl load mps2-a $firmware/digits-mps2-an386.elf >/dev/null
		virtual-bench ctl load microbit-a $firmware/digits-microbit.elf >/dev/null
		$4" >out 2>&1 </dev/null || got=$?
	if [ "$got" -eq "$1" ] && tr -s '[:space:]' ' ' <out | grep -qE -- "$2"; then
		echo "ok: $3"
	else
		echo "not ok: $3: exit $got, wanted $1 and \"$2\": $(tail -c 1500 out)"
		bad=1
	fi
}

m4='openocd -f direct.cfg -f m4.cfg -c'
m0='openocd -f probe.cfg -f m0.cfg -c'
fault='virtual-bench ctl fault mps2-a'
read="'init; mdw 0 4; shutdown'"
elf=$firmware/digits-mps2-an386.elf

want 0 'waits": ?[1-9]' 'one WAIT' "$fault do=wait at=60; $m4 'init; halt; shutdown'; virtual-bench ctl probe mps2-a"
want 0 'Failed to read .*faults": ?[1-9]' 'a FAULT' "$fault do=fault at=60; $m4 $read; virtual-bench ctl probe mps2-a"
want 0 'parity mismatch' 'a wrong parity' "$fault do=parity at=60; $m4 $read; true"
want 0 'Failed to read .*floating_clocks": ?[1-9]' 'no answer, and a line that nobody drives' \
	"$fault do=silent at=60; $m4 $read; virtual-bench ctl probe mps2-a"
want 0 "Haven't made progress" 'a stuck engine' "$fault do=stuck at=60; timeout 4 $m4 $read; true"
want 0 'mdw finds 0x.* is well' 'a session after a fault' \
	"$fault do=silent at=60; $m4 $read; $m4 'init; echo \"mdw finds [mdw 0] is well\"; shutdown'"
want 1 'Failed to read memory at 0xdead' 'an address that is not there' "$m4 'init; mdw 0xdead0000; shutdown'"
want 0 'contention_clocks": ?[1-9]' 'wires that fight are told' \
	"${m4/direct/probe} 'init; shutdown'; virtual-bench ctl probe mps2-a"
want 1 '"state": ?"off"' 'no supply, no answer' \
	"virtual-bench ctl power mps2-a off; timeout 10 $m4 'init; shutdown'; code=\$?; virtual-bench ctl list; exit \$code"
want 0 'halted due to single-step.*halted due to breakpoint' 'a step, and a breakpoint' \
	"sleep 0.3; $m4 'init; halt; set at [expr {[dict get [get_reg pc] pc] - 2}]; reset halt; step; bp \$at 2 hw; resume; \
	  wait_halt 2000; shutdown'"
want 0 'verified [0-9]+ bytes.*"state": ?"running"' 'code in RAM, from a core that slept' \
	"sleep 0.3; $m4 'init; halt' -c 'verify_image $elf' -c 'resume; shutdown'; virtual-bench ctl list"
want 0 'Verified OK.*"state": ?"running"' 'an nRF51 is programmed by its own algorithm' \
	"$m0 'init; program $firmware/digits-microbit.elf verify; reset run; shutdown'; virtual-bench ctl list"
want 0 'halted due to debug-request.*code 0x00000000: 2000' 'nSRST holds the board and lets it go' \
	"$m0 'reset_config srst_only; init; reset halt; echo \"code [mdw 0]\"; halt; shutdown'"
exit "$bad"
