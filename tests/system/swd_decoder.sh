#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is on the virtual bench's SWD wires, read by a decoder that others wrote: OpenOCD speaks, the
# bench traces SWCLK and SWDIO as VCD, sigrok's decoder reads them.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export firmware ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
cd "$work" || exit 1
bad=0

# shellcheck disable=SC2016 # the bench's shell expands it
"$bench" -- bash -c 'virtual-bench ctl load microbit-a "$firmware/digits-microbit.elf"
	virtual-bench ctl power microbit-a on
	virtual-bench ctl probe microbit-a vcd="$PWD/wires.vcd"
	openocd -c "adapter driver ftdi; ftdi vid_pid 0x0403 0x6010; ftdi channel 0; adapter serial FT6A02" \
		-c "ftdi layout_init 0x0000 0x000b; ftdi layout_signal SWD_EN -data 0; adapter speed 4000" \
		-c "transport select swd; gdb_port disabled; tcl_port disabled; telnet_port disabled" \
		-f target/nrf51.cfg -c "init; halt; mdw 0 16; shutdown"
	virtual-bench ctl probe microbit-a vcd= >counts' >log 2>&1 </dev/null || {
	echo "not ok: $(tail -n 10 log)"
	exit 1
}
sigrok-cli -I vcd -i wires.vcd -P swd:swclk=SWCLK:swdio=SWDIO -A swd 2>errors | sed 's/^swd-1: //' >decoded

# check WHAT CONDITION…
check() {
	local what=$1
	shift
	if "$@"; then echo "ok: $what"; else
		echo "not ok: $what: $(head -n 20 decoded | tr '\n' ';') $(cat counts)"
		bad=1
	fi
}

check 'begins with the way from JTAG' grep -qx 'JTAG->SWD' decoded
check 'the identity of the debug port' [ "$(grep -A2 -x IDCODE decoded | tail -n 1)" = 0x0bb11477 ]
check 'the first word of the flash is the stack' grep -qxi "0x$(od -An -tx4 -N4 <(arm-none-eabi-objcopy -O binary "$firmware/digits-microbit.elf" /dev/stdout) | tr -d ' ')" decoded
transfers=$(jq '.probe | .transfers' counts)
check 'as many transfers as the bench counts' [ "$(grep -cxE 'OK|WAIT|FAULT' decoded)" -eq "$transfers" ]
check 'no parity error, nothing that it cannot read' [ "$(grep -ciE 'error|parity|unknown' decoded)" -eq 0 ]
exit "$bad"
