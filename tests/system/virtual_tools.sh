#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs of others on the virtual bench see and use its devices; the bench outlives clients that
# are killed, and leaves nothing behind when it is killed itself.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
kills=${KILLS:-25}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 kills firmware
unset G_DEBUG
cd "$work" || exit 1
bad=0

# check WHAT CODE PATTERN SCRIPT: bash runs SCRIPT on the virtual bench with a loaded board
check() {
	local got=0
	timeout -k 5 60 "$bench" -- bash -c "virtual-bench ctl load mps2-a $firmware/digits-mps2-an386.elf >/dev/null; $4" >out 2>&1 </dev/null || got=$?
	if [ "$got" -eq "$2" ] && tr -s '[:space:]' ' ' <out | grep -qE -- "$3"; then
		echo "ok: $1"
	else
		echo "not ok: $1: exit $got, wanted $2 and \"$3\": $(tail -c 900 out)"
		bad=1
	fi
}

# The board's reset hangs on RTS: a client that keeps it asserted, as a terminal does, holds the board.
cat >ask.py <<'PY'
import serial, sys
import serial.tools.list_ports

port = sys.argv[1]
found = [p for p in serial.tools.list_ports.comports() if p.device == port]
assert found and found[0].serial_number == "FT6A01" and found[0].vid == 0x0403, found
line = serial.Serial(port, 115200, timeout=2)
line.rts = False
assert line.cts and line.dsr
banner = line.read_until(b"m-ready\r\n")
assert banner.endswith(b"m-init-done\r\nm-ready\r\n"), banner
for _ in range(10):
    line.write(b"name%")
    reply = line.read_until(b"m-ready\r\n")
    assert reply == b"m-name-dut-[tinyrig]\r\nm-ready\r\n", reply
line.send_break(0.01)
print("pyserial is content")
PY

check lsusb 0 'ID 0403:6010' lsusb
check 'lsusb -v' 0 'bcdDevice +7.00' 'lsusb -v -d 0403:6010'
check stty 0 'speed 921600 baud' 'stty -F /dev/ttyUSB1 raw 921600 && stty -F /dev/ttyUSB1'
check 'ls and test' 0 'c.* 188, +1 ' 'test -c /dev/ttyUSB1 && ls -l /dev/ttyUSB1'
check pyserial 0 'is content' "/usr/bin/python3 $work/ask.py /dev/ttyUSB1"
check socat 0 'm-name-dut-\[tinyrig\]' \
	'{ sleep 0.3; printf "name%%"; sleep 0.3; } | socat -t 1 - /dev/ttyUSB1,b115200,raw,echo=0,cfmakeraw,crtscts=0 & 
	 /usr/bin/python3 -c "
import fcntl, os, struct, termios, time
time.sleep(0.1)
fd = os.open(\"/dev/ttyUSB1\", os.O_RDWR | os.O_NOCTTY)
fcntl.ioctl(fd, termios.TIOCMBIC, struct.pack(\"I\", termios.TIOCM_RTS))
time.sleep(0.6)
"; wait'
check picocom 0 'm-name-dut-\[tinyrig\]' \
	'{ sleep 0.4; printf "name%%"; sleep 0.4; } | picocom -q -b 115200 --lower-rts --noreset -x 1500 /dev/ttyUSB1'

# Clients that die in the middle of a transfer; then one more works.
check "$kills killed clients" 0 'is content' "
	for i in \$(seq $kills); do
		/usr/bin/python3 -c '
import os
fd = os.open(\"/dev/ttyUSB1\", os.O_RDWR | os.O_NOCTTY)
while True:
    os.write(fd, b\"name%\" * 20)
' & client=\$!
		read -rt 0.0\$((RANDOM % 8 + 2)) <> <(:)
		kill -9 \$client; wait \$client 2>/dev/null
	done
	exec /usr/bin/python3 $work/ask.py /dev/ttyUSB1"

# left WHAT SIGNAL WHOM: kills one of the bench's processes; nothing stays.
left() {
	"$bench" -- sleep 30 >out 2>&1 &
	local keeper=$! inner folder pid
	until inner=$(pgrep -P $keeper) && pgrep -P "$inner" sleep >/dev/null; do sleep 0.02; done
	folder=$(xargs -0 -n1 <"/proc/$(pgrep -P "$inner" sleep)/environ" | sed -n 's/^VIRTUAL_BENCH=\(.*\)\/ctl$/\1/p')
	mapfile -t children < <(pgrep -P "$inner")
	pid=$keeper
	[ "$3" = keeper ] || pid=$inner
	kill "-$2" "$pid"
	wait $keeper 2>/dev/null
	for _ in $(seq 100); do
		alive=0
		for pid in "${children[@]}" "$inner"; do
			# A zombie that nobody waits for is gone.
			case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) alive=1 ;; esac
		done
		[ "$alive" = 1 ] || [ -e "$folder" ] || break
		sleep 0.05
	done
	if [ "$alive" = 0 ] && [ ! -e "$folder" ]; then
		echo "ok: $1 leaves nothing behind"
	else
		echo "not ok: $1 leaves ${children[*]} $inner $folder"
		bad=1
	fi
}
left 'a bench that is asked to end' TERM keeper
left 'a killed bench' KILL inner
left 'a killed keeper' KILL keeper

exit "$bad"
