#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `tinyrig watch` runs again when what its suite is made of has changed, and costs nothing until then.
# shellcheck disable=SC2317 # check calls functions by their name
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
pid=0
trap '[ $pid -eq 0 ] || kill -KILL $pid 2>/dev/null; rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY TINYRIG_BENCH
cd "$work" || exit 1
bad=0

check() {
	local what=$1
	shift
	if "$@"; then
		echo "ok: $what"
	else
		echo "not ok: $what; it said: $(tail -n 25 log)"
		bad=1
	fi
}

# waits N PATTERN: until N lines of the log are like it; fails when the watch has ended
count() {
	grep -cE -- "$1" log || true
}
waits() {
	until [ "$(count "$2")" -ge "$1" ]; do
		kill -0 "$pid" 2>/dev/null || return 1
		read -rt 0.02 <> <(:)
	done
	return 0
}
idle='waits for a change of [0-9]+ files; Enter runs now, Ctrl-C ends$'

# begin SUITE: in the background, with keys from a pipe
begin() {
	: >log
	[ -p keys ] || mkfifo keys
	"$tinyrig" watch "$1" --bench bench.yaml --image host=build/image >log 2>&1 <keys &
	pid=$!
	exec 5>keys
}
# end SIGNAL: the exit code is in $code
end() {
	kill "-$1" $pid
	wait $pid 2>/dev/null
	code=$?
	pid=0
	exec 5>&-
}

sed 's/host-a/one/; /board: host-b/,$d' "$root/fixtures/benches/host.yaml" >bench.yaml
cp -r "$root/fixtures/recordings/digits" data
mkdir build
cp "$firmware/digits-host" build/image
cat >part.yaml <<-YAML
	suite: part
	cases:
	  - case: digits
	    about: knows its digits
	    covers: model
	    steps: [{infer: {recording: data, inputs: 50, as: r}}]
	    judge: {r.top1: {min: 0.94}}
YAML
cat >suite.yaml <<-YAML
	suite: whole
	include: [part.yaml]
	setup: [flash, reset, identify]
	cases: [{case: boots, about: says who it is, covers: code, steps: [identify]}]
YAML

begin suite.yaml
check 'it runs at once' waits 1 "$idle"
check 'and all pass' [ "$(count '^2 passed')" -eq 1 ]

# Idle: no thread of it is ever woken.
switches() {
	cat /proc/$pid/task/*/status | grep ctxt_switches
}
before=$(switches)
read -rt 1 <> <(:)
check 'while it waits it does not wake up' [ "$before" = "$(switches)" ]

# A linker's way, and an editor's.
cp "$firmware/digits-host-2bit" build/image.new && mv build/image.new build/image
check 'an image that is replaced' waits 2 "$idle"
check 'is told' [ "$(count 'changed: build/image; runs again$')" -eq 1 ]
check 'and tested' [ "$(count '^1 passed, 1 failed')" -eq 1 ]
rm build/image
check 'an image that goes is waited for' waits 1 'gone: build/image; waits until it is back$'
cp "$firmware/digits-host" build/image
check 'until it is back' waits 3 "$idle"
check 'and passes' [ "$(count '^2 passed')" -eq 2 ]
rm -r build && mkdir build && cp "$firmware/digits-host" build/image
check 'a folder that is made anew' waits 4 "$idle"

# A suite with an error is shown; what it named before is watched still.
cp suite.yaml good.yaml
sed 's/code/cod/' good.yaml >suite.yaml
check 'a suite with an error' waits 5 "$idle"
check 'is told' [ "$(count 'suite.yaml:4:.*code')" -ge 1 ]
sed 's/min: 0.94/max: 0.5/' part.yaml >part.new && mv part.new part.yaml
check 'a file that the wrong suite included' waits 6 "$idle"
cp good.yaml suite.yaml
check 'a suite that is mended' waits 7 "$idle"
check 'is run as it is now' [ "$(count '^1 passed, 1 failed')" -eq 2 ]
touch data/digit_0.bin
check 'a file of a recording' waits 8 "$idle"
check 'is told' [ "$(count 'changed: data/digit_0.bin; runs again$')" -eq 1 ]

# Enter, and what is no change.
echo >&5
check 'Enter runs again' waits 9 "$idle"
changes=$(count 'changed: ')
cat suite.yaml bench.yaml >/dev/null
touch other.yaml build/other
echo >&5
check 'once more' waits 10 "$idle"
check 'what is no part of it changes nothing' [ "$(count 'changed: ')" -eq "$changes" ]
end INT
check 'Ctrl-C ends it with the code of the last run' [ $code -eq 1 ]

# A change during a run: it ends in peace, and the next one begins at once.
cat >slow.yaml <<-YAML
	suite: slow
	setup: [flash, reset, identify]
	cases:
	  - {case: quick, about: at once, covers: code, steps: [identify]}
	  - {case: slow, about: waits, covers: code, steps: [{wait: 1500ms}]}
YAML
begin slow.yaml
waits 1 'PASS.*quick'
touch build/image
check 'a change during a run' waits 2 '^2 passed'
check 'is told' [ "$(count 'changed: build/image; runs again$')" -eq 1 ]
check 'and runs again without a pause' waits 1 "$idle"
check 'after which it waits' [ "$(count "$idle")" -eq 1 ]

# Ctrl-C during a run: the run is told, makes its board safe, and is waited for.
sed -i 's/1500ms/20s/' slow.yaml
waits 3 'PASS.*quick'
begun=$SECONDS
end INT
check 'Ctrl-C during a run ends both' [ $code -eq 2 ]
check 'at once' [ $((SECONDS - begun)) -le 5 ]
check 'with the report of the run' grep -q 'interrupted' log
check 'and the board is free' grep -q free <("$tinyrig" boards --bench bench.yaml)

# Killed: no run goes on alone.
begin slow.yaml
waits 1 'PASS.*quick'
child=$(pgrep -P $pid)
end KILL
while kill -0 "$child" 2>/dev/null; do read -rt 0.02 <> <(:); done
check 'a watch that is killed takes its run with it' grep -q free <("$tinyrig" boards --bench bench.yaml)
exit $bad
