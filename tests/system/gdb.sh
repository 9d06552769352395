#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# gdb-multiarch at `tinyrig gdb` on the virtual bench: registers, a breakpoint by source line that an
# inference hits, variables, a backtrace, stepping, reset, memory that is not there; a client that is
# killed, one after the other, Ctrl-C on both sides, an adapter that goes.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench TINYRIG_BENCH=$root/fixtures/benches/virtual.yaml tinyrig firmware root work
unset G_DEBUG
cd "$work" || exit 1
cat >ask.py <<'PYTHON'
import os, serial, sys, time
port = serial.Serial(None, 115200, timeout=20)
port.rts = port.dtr = False  # RTS holds the board in reset
port.port = sys.argv[1]
port.open()
port.reset_input_buffer()
def ask(line, until):
    port.write(line + b"%")
    answer = port.read_until(until)
    assert answer.endswith(until), (line, answer)
port.timeout, said = 1, b""
while b"m-name-" not in said:  # opening the port resets the board
    port.write(b"name%")
    said = port.read_until(b"m-ready\r\n")
port.timeout = 20
port.reset_input_buffer()
ask(b"db load 64", b"m-ready\r\n")
ask(b"db " + b"00" * 32, b"m-ready\r\n")
ask(b"db " + b"00" * 32, b"m-load-done\r\nm-ready\r\n")
# Opening the port has reset the board; from here on the debugger may come.
open("loaded", "w").close()
while not os.path.exists("go"):
    time.sleep(0.05)
ask(b"infer 1 0", b"m-results-")
PYTHON
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tail -c 1500 out serve.log | tr '\n' ' ')"; }
# says PATTERN WHAT: in what gdb has printed.
says() { if grep -qE -- "$1" out; then ok "$2"; else no "$2 ($1)"; fi; }
# serve BOARD OPTIONS…: starts the server and finds its port.
serve() {
	: >serve.log
	"$tinyrig" gdb "$@" --port 0 2>serve.log &
	server=$!
	for _ in $(seq 200); do
		port=$(sed -n 's/^Listening at 127.0.0.1:\([0-9]*\);.*/\1/p' serve.log)
		[ -n "$port" ] && return
		read -rt 0.05 <> <(:) || true
	done
	no 'it listens'
}
# ends CODE WHAT: the server, within 20 seconds.
ends() {
	local code=0
	timeout 20 tail --pid=$server -f /dev/null
	wait $server || code=$?
	if [ $code = "$1" ]; then ok "$2"; else no "$2 (exit $code)"; fi
}
debug() {
	local commands=() command
	for command in "${@:2}"; do commands+=(-ex "$command"); done
	timeout 60 gdb-multiarch -nx -batch "$1" -ex 'set pagination off' -ex "target extended-remote 127.0.0.1:$port" "${commands[@]}" >out 2>&1
}

one() {
	local board=$1 image=$firmware/digits-$4.elf tty=$2 line
	line=$(grep -n 'digits_net_infer(&RECOGNISER_MODEL' "$root/fixtures/firmware/recogniser.c" | cut -d: -f1)
	"$tinyrig" flash "$board" "$image" >out 2>&1 || no "$board: flashed"
	rm -f loaded go
	/usr/bin/python3 ./ask.py "$tty" >talk.log 2>&1 &
	local talk=$!
	for _ in $(seq 200); do [ -e loaded ] && break; read -rt 0.05 <> <(:) || true; done
	serve "$board"
	debug "$image" "break recogniser.c:$line" 'shell (sleep 1; touch go) &' continue backtrace 'print recogniser->pixels[0]' 'print sizeof recogniser->outputs' \
		'info registers xpsr' step 'info frame' stepi 'x/2i $pc' 'print/x $msp' 'x/x 0x90000000' \
		'set var $r5 = 0x1234' 'print/x $r5' 'print $control' delete detach
	says "Breakpoint 1, recogniser_infer .*recogniser.c:$line" "$board: a breakpoint by source line is hit by an inference"
	says '#[1-9] .*firmware_run' "$board: backtrace"
	says '\$1 = 0' "$board: a variable"
	says 'digits_net_infer \(' "$board: stepped into it"
	says 'Cannot access memory at address 0x90000000' "$board: no memory there"
	says '= 0x1234' "$board: a register is written"
	says "$3" "$board: registers of its kind"
	if wait $talk; then ok "$board: the inference is answered after that"; else no "$board: the inference: $(tail -n 1 talk.log)"; fi
	debug "$image" 'monitor reset' 'maintenance flush register-cache' 'info registers pc' 'tbreak firmware_run' continue 'info symbol $pc' detach
	says 'pc .*<cortex_reset>' "$board: reset, and standing at its reset handler"
	says 'firmware_run' "$board: from there to firmware_run"
	kill -INT $server
	ends 0 "$board: Ctrl-C ends the server"
}
one mps2-a /dev/ttyUSB1 xpsr mps2-an386
one microbit-a /dev/ttyUSB3 xpsr microbit

image=$firmware/digits-mps2-an386.elf
serve mps2-a
timeout -s KILL 2 gdb-multiarch -nx -batch "$image" -ex "target extended-remote 127.0.0.1:$port" -ex continue >out 2>&1
debug "$image" 'info registers pc' detach
says 'pc .*0x' 'a client after one that was killed'
timeout --foreground -s INT 2 gdb-multiarch -nx -batch "$image" -ex "target extended-remote 127.0.0.1:$port" -ex continue -ex 'print 6*7' -ex detach >out 2>&1
says 'SIGINT|\$1 = 42|Quit' 'Ctrl-C at the client stops the core'
# Noise is no packet, and a wrong sum is asked for again.
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'noise$?#00$g#67\003' >&3
IFS= read -rt 5 -d '#' said <&3
exec 3>&-
if [[ $said == -* ]]; then ok 'a damaged packet is asked for again'; else no "a damaged packet: $said"; fi
"$tinyrig" regs mps2-a >out 2>&1
says 'in use|busy|held|claimed' 'the board is claimed meanwhile'
virtual-bench ctl unplug mps2-a >/dev/null
debug "$image" 'info registers pc'
ends 10 'an adapter that goes ends it'
if grep -q 'unplugged' serve.log; then ok 'and says so'; else no 'and says so'; fi
virtual-bench ctl replug mps2-a >/dev/null
serve mps2-a --once
debug "$image" detach
ends 0 'once'
"$tinyrig" gdb mps2-a --port 70000 >out 2>&1
says '70000.*is no port' 'a wrong port'
INSIDE
code=0
timeout 200 "$bench" -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
grep -E '^(not )?ok|Sanitizer|ERROR' log
if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then exit 1; fi
