#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the program does when things go wrong: exit codes, and the words that tell whose fault it is.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work
unset NO_COLOR GITHUB_ACTIONS GITHUB_STEP_SUMMARY TINYRIG_BENCH
cd "$work" || exit 1
bad=0
host=$root/fixtures/benches/host.yaml
image=host=$firmware/digits-host
smoke=(run "$root/suites/smoke.yaml" --bench "$host" --image "$image" --board host-a)

# want CODE PATTERN WHAT -- ARGUMENT…: tinyrig's exit code and a text in what it says
want() {
	local code=$1 pattern=$2 what=$3 got=0
	shift 4
	"$tinyrig" "$@" >out 2>&1 </dev/null || got=$?
	verdict "$code" "$got" "$pattern" "$what"
}

verdict() {
	if [ "$1" -eq "$2" ] && grep -qE -- "$3" out; then
		echo "ok: $4"
	else
		echo "not ok: $4: exit $2, wanted $1 and \"$3\": $(head -c 600 out)"
		bad=1
	fi
}

# bench NAME ARGV: a bench with one board whose firmware is that program
bench() {
	cat >"$1.yaml" <<-YAML
		bench: $1
		host_commands: [$work/tool]
		boards:
		  - board: one
		    target: host
		    links:    {console: {driver: process, argv: [$2]}}
		    protocol: {driver: mlperf-tiny, link: console}
		    reset:    [{link: console}]
	YAML
}

# suite NAME: the rest of the suite from stdin
suite() {
	{ printf 'suite: %s\n' "$1" && cat; } >"$1.yaml"
}

want 4 'did you mean --board' 'wrong flag' -- run x --bord y
want 4 'did you mean run' 'wrong command' -- rnu
want 4 'No such file' 'missing suite' -- run nothing.yaml --bench "$host"
want 4 'TINYRIG_BENCH' 'no bench' -- run "$root/suites/smoke.yaml"
want 4 'no board nope' 'missing board' -- "${smoke[@]}" --board nope
want 4 'no image for target host' 'missing image' -- run "$root/suites/smoke.yaml" --bench "$host"
want 4 'did you mean host' 'image for an unknown target' -- run "$root/suites/smoke.yaml" --bench "$host" --image "hots=$firmware/digits-host"
want 5 'no case is selected' 'nothing selected' -- "${smoke[@]}" -k nothing
want 0 'boots-and-identifies' 'dry run' -- "${smoke[@]}" --dry-run
[ ! -e .tinyrig ] || { echo "not ok: dry run left a trace" && bad=1; }
want 0 '1 passed' 'one case' -- "${smoke[@]}" -k digits
! grep -q $'\e' out || { echo "not ok: escape codes in a file" && bad=1; }
want 0 '3 passed' 'repeat' -- "${smoke[@]}" -k data --repeat 3
want 1 'skipped' 'exitfirst' -- run "$root/suites/smoke.yaml" --bench "$host" --board host-a --image "host=$firmware/digits-host-2bit" -x
want 0 '1 passed' 'a run with a JSON report' -- "${smoke[@]}" -k digits --json kept.json
want 0 'digits' 'a run is judged again by its id' -- judge "$(jq -r '.runs[0].id' kept.json)"

printf 'suite: x\ncases:\n  - case: a\n    about: b\n    covers: modle\n    steps: [{wait: 1ms}]\n' >wrong.yaml
want 4 'wrong.yaml:5:13: cases\[0\].covers: .*model' 'check tells file, line, column, key and hint' -- check wrong.yaml
want 0 'digits-reference.*good' 'check of every kind of file' -- check "$host" "$root/suites/smoke.yaml" "$root"/fixtures/recordings/*/recording.yaml
printf 'candidate: c\nversion: "1"\nimages: [{target: host, file: %s}]\n' "$firmware/digits-host" >candidate.yaml
want 0 'good' 'check of a candidate' -- check candidate.yaml
want 0 '1 passed' 'a candidate instead of an image' -- run "$root/suites/smoke.yaml" --bench "$host" --candidate candidate.yaml -k digits --board host-a
printf 'other: 1\n' >other.yaml
want 4 'none of the keys' 'check of a foreign file' -- check other.yaml
want 0 'draft-07' 'schema' -- schema suite

# Boards that are wrong: fail.
printf '#!/bin/sh\nexit 3\n' >dies
printf '#!/bin/sh\nexec sleep 60\n' >silent
cat >hangs <<-SH
	#!/bin/bash
	printf 'm-timestamp-mode-performance\r\nm-init-done\r\nm-ready\r\n'
	while read -rd % line; do
	    case \$line in
	    name) printf 'm-name-dut-[x]\r\nm-ready\r\n' ;;
	    profile) printf 'm-profile-[p]\r\nm-model-[m]\r\nm-ready\r\n' ;;
	    help) printf 'help\r\nm-ready\r\n' ;;
	    crash*) kill -SEGV \$\$ ;;
	    infer* | db*) exec sleep 60 ;;
	    *) printf 'hello %s\r\n' "\$line" ;;
	    esac
	done
SH
printf '#!/bin/sh\ncat >/dev/null\necho "{\\"values\\": {\\"answer\\": 42}, \\"verdict\\": \\"pass\\"}"\n' >tool
printf '#!/bin/sh\ncat >/dev/null\nexit 7\n' >broken
chmod +x dies silent hangs tool broken
bench dies "$work/dies"
bench silent "$work/silent"
bench hangs "$work/hangs"
suite simple <<-YAML
	setup: [reset, {identify: {as: who}, timeout: 1s}]
	cases:
	  - case: infers
	    about: one inference
	    covers: model
	    timeout: 2s
	    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 1, as: r}}]
	    judge: {r.top1: {min: 1}}
YAML
want 1 'exit status 3' 'a board that does not boot is a fail' -- run simple.yaml --bench dies.yaml
want 1 'does not answer' 'a silent board is a fail' -- run simple.yaml --bench silent.yaml
want 1 'the board is wrong.*infer|did not finish' 'a board that hangs is a fail' -- run simple.yaml --bench hangs.yaml
suite crash <<-YAML
	setup: [reset]
	cases:
	  - case: crashes
	    about: ends in the middle
	    covers: code
	    steps: [{send: "crash%"}, {expect: {regex: never, within: 1s}}]
YAML
want 1 'SIGSEGV' 'a board that crashes is a fail, with its signal' -- run crash.yaml --bench hangs.yaml

# Raw text, captures, variables, programs of others.
suite talk <<-YAML
	variables: {who: world}
	setup: [reset]
	cases:
	  - case: talks
	    about: raw text
	    covers: code
	    steps:
	      - send: "\${who}%"
	      - expect: {regex: 'hello (?<name>\w+)', within: 2s, as: said}
	      - set: {again: "\${name}"}
	      - wait: 1ms
	      - run: {argv: [./tool], as: tool}
	    judge:
	      said.name:   {equals: "\${again}"}
	      tool.answer: {min: 42, max: 42}
	  - case: own-judge
	    about: a judge of one's own
	    covers: code
	    steps: [{wait: 1ms}]
	    judge: {mine: {command: [./tool]}}
YAML
want 0 '2 passed' 'send, expect, set, wait, run, own judge' -- run talk.yaml --bench hangs.yaml
want 0 '1 passed' 'a variable from the command line' -- run talk.yaml --bench hangs.yaml -D who=moon -k talks
want 4 'did you mean' 'an unknown variable' -- run talk.yaml --bench hangs.yaml -D woh=moon
sed 's|tool\]|broken]|' talk.yaml >refused.yaml
want 10 'host_commands' 'a program that the bench does not list' -- run refused.yaml --bench hangs.yaml
sed 's|/tool\]|/broken]|' hangs.yaml >hangs2.yaml
want 10 'status 7' 'a program that fails is an error, not a fail' -- run refused.yaml --bench hangs2.yaml -k talks
suite missed <<-YAML
	setup: [reset]
	cases:
	  - case: misses
	    about: text that does not come
	    covers: code
	    steps: [{send: "x%"}, {expect: {regex: goodbye, within: 100ms}}]
YAML
want 1 'nothing like /goodbye/' 'expected text that does not come is a fail' -- run missed.yaml --bench hangs.yaml

# The bench is wrong: error.
sed 's|driver: process.*|driver: socket, address: "tcp:127.0.0.1:1"}}|; s|reset:.*||' dies.yaml >refusing.yaml
sed 's/reset, //' simple.yaml >noreset.yaml
want 10 'refused' 'a refused connection is an error' -- run noreset.yaml --bench refusing.yaml
sed "s|$work/hangs|$work/none|" hangs.yaml >none.yaml
want 10 'No such file' 'firmware that is not there is an error' -- run crash.yaml --bench none.yaml
chmod -x hangs
want 10 'Permission denied' 'firmware that may not run is an error' -- run crash.yaml --bench hangs.yaml
chmod +x hangs

# A retry is told; an error that went away is flaky.
cat >flaky <<-SH
	#!/bin/sh
	cat >/dev/null
	[ -e $work/tried ] && echo '{}' && exit 0
	touch $work/tried
	exit 1
SH
chmod +x flaky
sed "s|$work/tool|$work/flaky|" hangs.yaml >flaky.yaml
suite flake <<-YAML
	setup: [reset]
	cases: [{case: flake, about: an error at first, covers: code, steps: [{run: {argv: [./flaky]}}]}]
YAML
want 0 'flaky' 'passed on a retry' -- run flake.yaml --bench flaky.yaml --retry 1 --junit j.xml
grep -qE '<flaky(Failure|Error)' j.xml || { echo "not ok: JUnit does not tell of the retry" && bad=1; }

# Interrupted, twice and once; what was learned is kept and the board is free.
suite slow <<-YAML
	setup: [reset]
	cases:
	  - {case: quick, about: at once, covers: code, steps: [{wait: 1ms}]}
	  - {case: slow, about: waits, covers: code, steps: [{wait: 20s}]}
YAML
for signal in INT TERM; do
	: >out # what the last signal left is no answer to this one
	"$tinyrig" run slow.yaml --bench hangs.yaml >out 2>&1 &
	pid=$!
	until grep -q PASS out; do read -rt 0.02 <> <(:); done
	begin=$SECONDS
	kill -$signal $pid
	wait $pid
	verdict 2 $? 'PASS.*quick' "$signal in the middle"
	[ $((SECONDS - begin)) -le 5 ] || { echo "not ok: $signal took $((SECONDS - begin)) s" && bad=1; }
done
want 0 'free' 'the board is free after it' -- boards --bench hangs.yaml

# Two sessions: the second is told who holds the board, or waits.
"$tinyrig" run slow.yaml --bench hangs.yaml >first 2>&1 &
pid=$!
until grep -q PASS first; do read -rt 0.02 <> <(:); done
want 11 'is held by' 'a busy board' -- run slow.yaml --bench hangs.yaml -k quick
(read -rt 0.3 <> <(:); kill -INT $pid) &
want 0 '1 passed' 'waiting for a busy board' -- run slow.yaml --bench hangs.yaml -k quick --wait 20s
wait $pid

# Time limits.
want 10 'timeout' 'the session has a limit' -- run slow.yaml --bench hangs.yaml --timeout 300ms
sed 's/^setup/budget: 300ms\nsetup/' slow.yaml >budget.yaml
want 10 'budget' 'the suite has a budget' -- run budget.yaml --bench hangs.yaml

# No room: an error that says where, and no verdict that is not kept.
mkdir full
(cd full && trap '' XFSZ && ulimit -f 4 && "$tinyrig" "${smoke[@]}" -k digits -k latency) 2>&1 | cat >out
code=${PIPESTATUS[0]}
verdict 10 "$code" 'File too large' 'no room on the disk'
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked && chmod 555 locked
	(cd locked && "$tinyrig" "${smoke[@]}" -k digits) >out 2>&1
	verdict 10 $? 'Permission denied' 'a read-only folder'
fi

# What CI systems read.
GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$work/summary.md "$tinyrig" run "$root/suites/smoke.yaml" \
	--bench "$host" --image "host=$firmware/digits-host-2bit" --board host-a -o reports >out 2>&1
verdict 1 $? '^::error file=.*smoke.yaml,line=[0-9]+' 'GitHub annotations'
grep -q digits summary.md || { echo "not ok: no summary" && bad=1; }
xmllint --noout --schema "$root/tests/support/junit.xsd" reports/junit.xml 2>xml ||
	{ echo "not ok: JUnit: $(cat xml)" && bad=1; }
jq -e '.runs[0].cases | length == 6' reports/report.json >/dev/null || { echo "not ok: JSON" && bad=1; }
exit $bad
