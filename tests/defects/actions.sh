#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the catalogue's column "how" says: each word there is a function act_WORD below, with the rest
# of the column as its arguments. It brings the defect about and runs the suite by `rig`. Sourced by
# entry.sh, in the entry's own folder.
#
# root, defects, firmware: folders; tinyrig: the program; board, target, suite, bench, image: of the run
# shellcheck disable=SC2154 # entry.sh sets them
# shellcheck disable=SC2317,SC2119,SC2120,SC2034 # entry.sh calls them by name, and reads `code`

# rig OPTION…: the run; what it says is in `out`, its exit code in `code`, its report in report/
rig() {
	code=0
	"$tinyrig" run "$suite" --bench "$bench" --board "$board" --image "$target=$image" -o "$here/report" \
		"$@" >>out 2>&1 </dev/null || code=$?
}

# pause SECONDS
pause() {
	read -rt "$1" <> <(:) || true
}

# await PATTERN: until the run has printed it, at most 30 s
await() {
	for _ in $(seq 1500); do
		grep -qE "$1" out 2>/dev/null && return 0
		pause 0.02
	done
	echo "entry: the run never said $1" >>out
	return 1
}

# start: `rig` in the background; its process is $run
start() {
	"$tinyrig" run "$suite" --bench "$bench" --board "$board" --image "$target=$image" -o "$here/report" \
		>>out 2>&1 </dev/null &
	run=$!
}

finish() {
	code=0
	wait "$run" || code=$?
}

# image NAME: firmware of tests/defects/firmware
act_image() {
	local suffix=.elf
	[ "$target" != host ] || suffix=
	image=$defects/firmware/$1-$target$suffix
	[ -e "$image" ] || { echo "entry: no image $image" >out && return 1; }
	rig
}

# shipped NAME: firmware of `make firmware`
act_shipped() {
	image=$firmware/$1
	rig
}

# An image whose addresses are those of another chip.
act_image_elsewhere() {
	printf ':020000040800F2\n:04000000DEADBEEFC4\n:00000001FF\n' >elsewhere.hex
	image=elsewhere.hex
	rig
}

# Copies the suites with all they name, to damage them.
own_files() {
	mkdir -p own/fixtures
	cp -R "$root/suites" own/
	cp -R "$root/fixtures/recordings" "$root/fixtures/golden" own/fixtures/
	suite=own/suites/${suite##*/}
	recording=own/fixtures/recordings/digits
}

# recording DAMAGE [NUMBER]: as recording.py has it
act_recording() {
	own_files
	"$root/tests/defects/recording.py" "$1" "$recording" "${@:2}" || return 1
	rig
}

# golden SED_SCRIPT: the golden outputs, edited
act_golden() {
	own_files
	sed -i "$*" own/fixtures/golden/digits.csv
	rig
}

act_golden_lost() {
	own_files
	rm own/fixtures/golden/digits.csv
	rig
}

# bench SED_SCRIPT: the bench file, edited
act_bench() {
	sed "$*" "$bench" >bench.yaml
	bench=bench.yaml
	rig
}

# ctl VERB…: done to the virtual board first; BOARD stands for its name
act_ctl() {
	virtual-bench ctl "${@/BOARD/$board}" >>out 2>&1 || return 1
	rig
}

# fault KEY=VALUE…: what virtual-bench can do to a line
act_fault() {
	act_ctl fault BOARD "$@"
}

# The flasher says that it wrote the image, and did not: the image of last week runs.
act_stale_image() {
	virtual-bench ctl load "$board" "$firmware/digits-$target-2bit.elf" >>out 2>&1 || return 1
	act_bench 's/flasher: .*/flasher: {argv: ["true"]}/'
}

# The cables of two boards have changed places.
act_other_board() {
	virtual-bench ctl load microbit-a "$firmware/digits-microbit.elf" >>out 2>&1 || return 1
	act_bench 's/FT6A01/FT6A02/'
}

# Another program has the port open, as pyserial opens it.
act_busy_port() {
	/usr/bin/python3 -c 'import serial, sys
port = serial.Serial("/dev/ttyUSB1", exclusive=True)
print("has it", flush=True)
sys.stdin.read()' >holder 2>&1 < <(sleep 60) &
	local holder=$!
	for _ in $(seq 500); do
		grep -q 'has it' holder && break
		pause 0.02
	done
	cat holder >>out
	rig
	kill "$holder"
}

# Another program holds it by a lock file alone, as minicom does.
act_busy_port_lock() {
	printf '%10d\n' $$ >"$TINYRIG_LOCK_DIR/LCK..ttyUSB1"
	rig
}

# In a mount namespace of its own, where root or user namespaces allow that: 77 where not.
# on_disk MOUNT_OPTIONS: runs in a fresh file system, mounted with them
on_disk() {
	local how=()
	for how in "-m" "-rm"; do
		# shellcheck disable=SC2086
		unshare $how mount -t tmpfs -o size=4k tmpfs /tmp 2>/dev/null && break
		how=
	done
	[ -n "${how[*]}" ] || { echo "cannot be tested here: no mount namespaces (unshare -m)" >>out && return 77; }
	mkdir -p disk
	code=0
	# shellcheck disable=SC2016,SC2086 # the inner shell expands
	unshare $how bash -c 'mount -t tmpfs -o "$1" tmpfs disk && cd disk && exec "${@:2}"' _ "$1" \
		"$tinyrig" run "$suite" --bench "$bench" --board "$board" --image "$target=$image" -o "$here/report" \
		>>out 2>&1 </dev/null || code=$?
}

act_full_disk() {
	on_disk size=100k
}

act_read_only() {
	on_disk ro
}

# The limit on a file's size is met, as under a quota.
act_file_limit() {
	code=0
	(
		trap '' XFSZ
		ulimit -f 16
		"$tinyrig" run "$suite" --bench "$bench" --board "$board" --image "$target=$image"
	) 2>&1 </dev/null | cat >out
	code=${PIPESTATUS[0]}
}

# The wall clock jumps by fourteen hours at every reading; durations must not.
act_clock_step() {
	LD_PRELOAD=$defects/clock_step.so ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 rig
	jq -e '[.runs[] | .duration_us, .cases[].duration_us] | all(. >= 0 and . < 60000000)' report/report.json \
		>/dev/null || { echo "entry: a duration follows the wall clock" >>out && return 1; }
}

# signal SIGNAL: the worker, in the middle of a case, gets it
act_worker() {
	start
	await 'PASS.*boots-and-identifies' && pause 0.3 && pkill "-$1" -P "$run"
	finish
}

act_interrupted() {
	start
	await 'PASS.*boots-and-identifies' && pause 0.3 && kill -INT "$run"
	finish
}

# The supervisor is killed in the middle of a case; the next run must find a board that is free.
act_killed_supervisor() {
	start
	await 'PASS.*boots-and-identifies' || return 1
	pause 0.3
	local worker
	worker=$(pgrep -P "$run")
	kill -KILL "$run"
	wait "$run" 2>/dev/null
	for _ in $(seq 250); do
		kill -0 "$worker" 2>/dev/null || break
		pause 0.02
	done
	"$tinyrig" boards --bench "$bench" >listed 2>&1
	grep -E "^$board .*free" listed >free || { cat listed >>out && return 1; }
	: >out
	rm -rf report
	rig
	echo "the board was free after the kill: $(cat free)" >>out
}

# A second session wants the board of the first, which goes on undisturbed.
act_two_sessions() {
	"$tinyrig" run "$suite" --bench "$bench" --board "$board" --image "$target=$image" >first 2>&1 </dev/null &
	local first=$! outcome=0
	for _ in $(seq 500); do
		grep -q 'PASS.*boots-and-identifies' first && break
		pause 0.02
	done
	rig
	wait $first || outcome=$?
	[ $outcome -eq 0 ] || { cat first >>out && return 1; }
}
