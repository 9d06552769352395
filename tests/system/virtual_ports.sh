#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Adapters of the virtual bench come and go under their names; a latency timer that is written holds;
# clients that leave before they are answered do no harm.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export root work firmware
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
unset G_DEBUG
bad=0

# want CODE PATTERN WHAT SCRIPT
want() {
	local got=0
	"$bench" -- bash -c "$4" >"$work/out" 2>&1 </dev/null || got=$?
	if [ "$got" -eq "$1" ] && grep -qE -- "$2" "$work/out"; then
		echo "ok: $3"
	else
		echo "not ok: $3: exit $got, wanted $1 and \"$2\": $(head -c 1500 "$work/out")"
		bad=1
	fi
}

want 0 'speed 9600 baud' 'plugged in again under the same names, ten times, held open meanwhile' \
	'exec 7<>/dev/ttyUSB1
	 for i in 1 2 3 4 5 6 7 8 9 10; do
		virtual-bench ctl unplug mps2-a && virtual-bench ctl replug mps2-a 0 || exit 9
	 done; exec 7<&-; stty -F /dev/ttyUSB1 -a'
want 0 'name ttyUSB2 is taken' 'a name that another adapter has is refused, and nothing is left half plugged' \
	'virtual-bench ctl unplug mps2-a; virtual-bench ctl replug mps2-a 2 && exit 9
	 [ -e /dev/ttyUSB0 ] && exit 8
	 virtual-bench ctl replug mps2-a && [ -e /dev/ttyUSB0 ] && [ -e /dev/ttyUSB1 ]'
want 0 '"state":"blank"' 'who leaves before the answer does no harm' \
	'for i in 1 2 3 4 5; do python3 -c "
import os, socket
s = socket.socket(socket.AF_UNIX)
s.connect(os.environ[\"VIRTUAL_BENCH\"])
s.sendall(b\"[\\\"list\\\"]\n\")"; done; virtual-bench ctl list'

cat >"$work/exchanges.py" <<'PYTHON'
"""Twenty exchanges with the latency timer at 16 ms, then at 1 ms: the second must be far quicker."""
import fcntl
import os
import struct
import termios
import tty as termios_tty
import time

ATTRIBUTE = os.environ["attribute"]
tty = os.open("/dev/ttyUSB1", os.O_RDWR | os.O_NOCTTY)
termios_tty.setraw(tty)
state = termios.tcgetattr(tty)
state[4] = state[5] = termios.B115200
termios.tcsetattr(tty, termios.TCSANOW, state)


def exchange():
    """One command and its whole answer."""
    os.write(tty, b"name%")
    got = b""
    while b"m-ready\r\n" not in got:
        got += os.read(tty, 256)


def twenty(latency):
    """Seconds for twenty exchanges."""
    with open(ATTRIBUTE, "w", encoding="ascii") as file:
        file.write(f"{latency}\n")
    exchange()
    start = time.monotonic()
    for _ in range(20):
        exchange()
    return time.monotonic() - start


# RTS, raised by the open, holds the board in reset until now; then comes its banner.
fcntl.ioctl(tty, termios.TIOCMBIC, struct.pack("i", termios.TIOCM_RTS))
banner = b""
while b"m-ready\r\n" not in banner:
    banner += os.read(tty, 256)
slow, fast = twenty(16), twenty(1)
print(f"16 ms: {slow:.3f} s, 1 ms: {fast:.3f} s: {'quicker' if fast < 0.7 * slow else 'no change'}")
PYTHON
# shellcheck disable=SC2016 # the bench's shell expands them
want 0 ': quicker' 'a latency timer that a client writes holds' \
	'virtual-bench ctl load mps2-a "$firmware/digits-mps2-an386.elf"
	 export attribute=/sys/class/tty/ttyUSB1/device/latency_timer
	 timeout 20 python3 "$work/exchanges.py"'
exit $bad
