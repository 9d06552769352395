#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# RTT on both boards of the virtual bench: the smoke suite unchanged over it, `tinyrig rtt`, OpenOCD's own
# RTT server at the same firmware, a restart in the middle, firmware without RTT.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench TINYRIG_BENCH=$root/fixtures/benches/rtt.yaml tinyrig firmware root work
unset G_DEBUG
cd "$work" || exit 1
address=$((16#$(arm-none-eabi-nm "$firmware/digits-rtt-mps2-an386.elf" | sed -n 's/ . _SEGGER_RTT$//p')))
cat >openocd.cfg <<CFG
source $root/tests/support/openocd/adapter.cfg
adapter serial FT6A01
source $root/tests/support/openocd/mps2.cfg
init
rtt setup $address 256 "SEGGER RTT"
rtt polling_interval 5
rtt start
rtt server start 0 0
CFG
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr -s '\n ' ' ' <out | tail -c 700)"; }
images=(--image "mps2-an386=$firmware/digits-rtt-mps2-an386.elf" --image "microbit=$firmware/digits-rtt-microbit.elf")

if "$tinyrig" run "$root/suites/smoke.yaml" "${images[@]}" --color never >out 2>&1; then ok "the smoke suite passes over RTT on both boards"; else no "the smoke suite"; fi
if grep -q 'repeated' out; then no "exchanges were repeated"; else ok "and nothing was repeated"; fi

# ask BOARD TEXT OPTION…: what `tinyrig rtt` shows.
ask() {
	local board=$1 text=$2
	shift 2
	printf '%s' "$text" | "$tinyrig" rtt "$board" "$@" >out 2>err
	local code=$?
	cat err >>out
	return $code
}
for board in mps2-a microbit-a; do
	image=mps2-an386
	[ $board = mps2-a ] || image=microbit
	if ask $board 'name%profile%' --image "$image=$firmware/digits-rtt-$image.elf" --linger 500ms && grep -q 'm-name-dut-\[tinyrig\]' out && grep -q 'm-model-\[digits\]' out; then
		ok "$board: tinyrig rtt asks and shows"
	else no "$board: tinyrig rtt"; fi
done

# Long answers, in order and whole: the same command forty times.
virtual-bench ctl power mps2-a on >/dev/null
virtual-bench ctl load mps2-a "$firmware/digits-rtt-mps2-an386.elf" >/dev/null
sed '/switch:/d' "$TINYRIG_BENCH" >left_on.yaml
elf=(--elf "$firmware/digits-rtt-mps2-an386.elf" --bench left_on.yaml)
ask mps2-a '' "${elf[@]}" --linger 500ms
ask mps2-a 'help%' "${elf[@]}" --linger 500ms
cp out one
for _ in $(seq 40); do printf 'help%%'; done >many
for _ in $(seq 40); do cat one; done >expected
ask mps2-a "$(cat many)" "${elf[@]}" --linger 500ms
if [ "$(wc -l <one)" -gt 8 ] && cmp -s out expected; then ok "$(wc -c <expected) bytes, each once and in order"; else no "a long answer"; fi
if ask mps2-a 'name%' --bench left_on.yaml --linger 500ms && grep -q 'm-name-dut-\[tinyrig\]' out; then ok "without an ELF file it is searched in 4 MiB of RAM"; else no "the search"; fi
if ask microbit-a 'name%' --bench left_on.yaml; then no "a board that is off"; else ok "a board that is off is told"; fi

# OpenOCD at the same firmware: its server is a socket.
openocd -f openocd.cfg >openocd.log 2>&1 &
server=$!
until port=$(sed -n 's/.*port \([0-9]*\) for rtt connections.*/\1/p' openocd.log | head -n 1) && [ -n "$port" ]; do
	kill -0 $server 2>/dev/null || break
done
if [ -n "$port" ] && exec 3<>"/dev/tcp/127.0.0.1/$port"; then
	printf 'name%%' >&3
	IFS= read -r -t 10 line <&3
	if [[ $line == *'m-name-dut-[tinyrig]'* ]]; then ok "OpenOCD's RTT server has the same answer"; else
		echo "$line" >out
		no "OpenOCD's RTT server"
	fi
	exec 3>&-
else
	cp openocd.log out
	no "OpenOCD's RTT server does not start"
fi
kill $server
wait $server 2>/dev/null
if ask mps2-a 'name%' "${elf[@]}" --linger 500ms && [ "$(tr -d '\r' <out | grep -c 'm-name-dut-\[tinyrig\]')" = 1 ]; then ok "and tinyrig goes on behind it"; else no "after OpenOCD"; fi

# A restart while a person looks.
trips() { virtual-bench ctl probe mps2-a | jq .probe.round_trips; }
before=$(trips)
(
	until [ "$(trips)" -gt $((before + 20)) ]; do :; done
	virtual-bench ctl reset mps2-a >/dev/null
	until grep -q 'm-init-done' out; do :; done
	printf 'name%%'
) | "$tinyrig" rtt mps2-a "${elf[@]}" --linger 500ms >out 2>err
if grep -q 'm-init-done' out && grep -q 'm-name-dut' out; then ok "a restart is followed: its banner comes, and its answers"; else no "a restart"; fi

# No RTT in it.
if "$tinyrig" run "$root/suites/smoke.yaml" -k digits --board microbit-a --image "microbit=$firmware/digits-microbit.elf" --color never >out 2>&1; then no "firmware without RTT"; else
	tr -s '\n ' ' ' <out >err
	if grep -qE 'does not answer|no RTT control block' err; then ok "firmware without RTT is told"; else no "firmware without RTT"; fi
fi
if [ "$(virtual-bench ctl probe microbit-a | jq '.probe | .debug_powered + .driven_pins')" = 0 ]; then ok "the debug domain is powered down, the pins are let go"; else no "the probe is let go"; fi
INSIDE
code=0
timeout 200 "$bench" -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
grep -E '^(not )?ok|Sanitizer|ERROR:' log
if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then
	tail -n 5 log
	exit 1
fi
