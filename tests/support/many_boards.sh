# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by tests that need many virtual boards.

# many_boards COUNT FOLDER MACHINE…: FOLDER/virtual.yaml and FOLDER/bench.yaml for so many boards, b1
# and on, over lines of 115200 baud; the machines in turn.
many_boards() {
	local count=$1 folder=$2 i machine
	shift 2
	printf 'virtual-bench: many\nboards:\n' >"$folder/virtual.yaml"
	printf 'bench: many\nboards:\n' >"$folder/bench.yaml"
	for ((i = 1; i <= count; i++)); do
		machine=${*:1 + (i - 1) % $#:1}
		echo "  - {board: b$i, machine: $machine, serial: S$i}" >>"$folder/virtual.yaml"
		cat >>"$folder/bench.yaml" <<-YAML
			  - board: b$i
			    target: $machine
			    links:    {console: {driver: serial, usb: {serial: S$i, interface: 1}, baud: 115200}}
			    protocol: {driver: mlperf-tiny, link: console}
			    flasher:  {argv: [virtual-bench, ctl, load, "\${board}", "\${image}"]}
			    reset:    [{link: console, line: rts, pulse: 5ms}]
		YAML
	done
}
