#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may have a board: two sessions at once, reservations that are respected and end by themselves,
# and boards that `--hold` leaves as they are.
# shellcheck disable=SC2317 # check calls functions by their name
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state TINYRIG_HOLDER=ann@lab
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY TINYRIG_BENCH
cd "$work" || exit 1
bad=0
host=(--bench "$root/fixtures/benches/host.yaml")
smoke=(run "$root/suites/smoke.yaml" "${host[@]}" --quiet --board host-a -k digits --image "host=$firmware/digits-host")

# want CODE PATTERN WHAT -- ARGUMENT…: tinyrig's exit code and a text in what it says
want() {
	local code=$1 pattern=$2 what=$3 got=0
	shift 4
	"$tinyrig" "$@" >out 2>&1 </dev/null || got=$?
	verdict "$code" "$got" "$pattern" "$what"
}

verdict() {
	# What is told in several lines is looked for in one.
	if [ "$1" -eq "$2" ] && tr -s ' \n' ' ' <out | grep -qE -- "$3"; then
		echo "ok: $4"
	else
		echo "not ok: $4: exit $2, wanted $1 and \"$3\": $(head -c 1500 out)"
		bad=1
	fi
}

# check WHAT COMMAND…
check() {
	local what=$1
	shift
	if "$@"; then echo "ok: $what"; else echo "not ok: $what" && bad=1; fi
}

# until_says FILE PATTERN [PID]
until_says() {
	until grep -qE -- "$2" "$1" 2>/dev/null; do
		[ -z "${3:-}" ] || kill -0 "$3" || return 1
		read -rt 0.02 <> <(:)
	done
}

# A board whose switch writes down what it is told, and a suite for it.
cat >bench.yaml <<YAML
bench: desk
host_commands: [$work/fails]
boards:
  - board: one
    target: host
    links:    {console: {driver: process, argv: ["\${image}"]}}
    protocol: {driver: mlperf-tiny, link: console}
    flasher:  {link: console}
    reset:    [{link: console}]
    switch:   {driver: command, argv: [sh, -c, "echo \$1 >>$work/switched", x, "\${state}"]}
YAML
cat >suite.yaml <<YAML
suite: one
setup: [flash, reset, identify]
teardown: [{wait: 1ms}, safe]
cases:
  - {case: quick, about: at once, covers: code, steps: [identify]}
  - case: knows
    about: knows its digits
    covers: model
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 50, as: r}}]
    judge: {r.top1: {min: 0.94}}
  - {case: slow, about: waits, covers: code, steps: [{wait: 20s}]}
  - {case: tool, about: an error, covers: code, steps: [{run: {argv: [./fails]}}]}
YAML
printf '#!/bin/sh\nexit 7\n' >fails
chmod +x fails
good=(--bench bench.yaml --image "host=$firmware/digits-host")
poor=(--bench bench.yaml --image "host=$firmware/digits-host-2bit")
switched() {
	tr '\n' ' ' <switched
	rm -f switched
}

is_off() {
	[[ $(switched) == *"off " ]]
}
says_nothing_of_holding() {
	! grep -q 'held for you' "$1"
}

# Two sessions want one board: one is told who has it, one waits for it.
"$tinyrig" run suite.yaml "${good[@]}" -k quick -k slow >first 2>&1 </dev/null &
first=$!
until_says first PASS $first
TINYRIG_HOLDER=bob@lab want 11 "is held by .*process [0-9]+, since .*suite one" 'a board that is in use' -- \
	run suite.yaml "${good[@]}" -k quick
TINYRIG_HOLDER=bob@lab "$tinyrig" run suite.yaml "${good[@]}" -k quick --wait 60s >second 2>&1 </dev/null &
second=$!
until [ "$(find .tinyrig/runs -name 'journal*' | wc -l)" -eq 2 ]; do read -rt 0.02 <> <(:); done
want 0 'one is held by' 'boards tells it' -- boards --bench bench.yaml
kill -INT $first
wait $first
wait $second
cp second out
verdict 0 $? '1 passed' 'who waits gets it'
rm -f switched

# A reservation keeps others off, and its holder not.
want 0 'host-a is reserved for ann@lab until .*for 2 h' 'lock' -- lock host-a "${host[@]}" --for 2h --why 'porting the driver'
want 0 '1 passed' 'its holder works on' -- "${smoke[@]}"
want 0 'host-a is reserved by ann@lab until .*: porting the driver' 'boards tells it' -- boards "${host[@]}"
export TINYRIG_HOLDER=bob@lab
want 11 'BUSY host-a .*reserved by ann@lab until 20.*: porting the driver\. Ask them' 'others are refused' -- "${smoke[@]}"
want 11 'reserved by ann@lab' 'not even after a while' -- "${smoke[@]}" --wait 200ms
want 11 'reserved by ann@lab' 'a console is refused, too' -- console host-a "${host[@]}"
want 11 'reserved by ann@lab' 'others cannot end it' -- unlock host-a "${host[@]}"
want 11 '2 passed, 1 skipped|1 passed, 1 skipped' 'another board is free' -- run "$root/suites/smoke.yaml" "${host[@]}" \
	-k digits --image "host=$firmware/digits-host"
"$tinyrig" "${smoke[@]}" --wait 60s >second 2>&1 </dev/null &
second=$!
TINYRIG_HOLDER=ann@lab want 0 'no longer reserved' 'its holder ends it' -- unlock host-a "${host[@]}"
wait $second
cp second out
verdict 0 $? '1 passed' 'who waited gets it'
TINYRIG_HOLDER=ann@lab want 0 'for 2 s' 'a short one' -- lock host-a "${host[@]}" --for 2s --why 'a moment'
want 11 'a moment' 'is respected' -- "${smoke[@]}"
want 0 '1 passed' 'and ends by itself' -- "${smoke[@]}" --wait 60s
TINYRIG_HOLDER=ann@lab want 0 'lab' 'once more' -- lock host-a "${host[@]}" --for 2h --why again
want 0 'It was by ann@lab' '--force tells whose it was' -- unlock host-a "${host[@]}" --force
want 0 '1 passed' 'and it is free' -- "${smoke[@]}"

# What is damaged is an error for everybody, and told.
want 0 'reserved for bob' 'lock' -- lock host-a "${host[@]}" --for 2h --why x
echo '{' >state/reservations/host.host-a.json
want 10 'may be reserved.*it is not JSON.*unlock host-a --force' 'a damaged reservation is never free' -- "${smoke[@]}"
want 0 'damaged reservation was taken away' 'and can be taken away' -- unlock host-a "${host[@]}" --force

# Two at once: one gets it.
for holder in a b c d e f; do
	(TINYRIG_HOLDER=$holder "$tinyrig" lock host-b "${host[@]}" --for 1h --why race >/dev/null 2>&1 && echo $holder >>won) &
done
wait
check 'of six who reserve at once one gets it' [ "$(wc -l <won)" -eq 1 ]

# --hold: the board that failed stays as it is, for whoever ran it.
export TINYRIG_HOLDER=ann@lab
want 0 '1 passed' 'nothing is held when all pass' -- run suite.yaml "${good[@]}" -k knows --hold
check 'and the board is made safe' [ "$(switched)" = 'on off off ' ]
want 0 'one .* free' 'it is free' -- boards --bench bench.yaml
want 1 '1 passed, 1 failed, 2 skipped .*Board one is held for you until .*for 1 h.*not made safe' 'a case that fails holds the board' -- \
	run suite.yaml "${poor[@]}" --hold
check 'its supply stays on' [ "$(switched)" = 'on ' ]
attach=$(sed -n 's/^ *attach *//p' out) letgo=$(sed -n 's/^ *let go *//p' out)
want 0 'reserved by ann@lab until .*held after case knows failed \(run 20' 'boards tells why' -- boards --bench bench.yaml
TINYRIG_HOLDER=bob@lab want 11 'held after case knows failed' 'others are refused' -- run suite.yaml "${good[@]}" -k quick
code=0
printf 'name%%' | bash -c "$attach" >out 2>&1 || code=$?
verdict 0 $code 'm-name-dut.*Board one stays as it is' 'the console that was printed attaches'
check 'and leaves it on' [ "$(switched)" = 'on ' ]
code=0
bash -c "$letgo" >out 2>&1 || code=$?
verdict 0 $code 'no longer reserved.*not made safe' 'the unlock that was printed lets go'

want 1 '1 failed .*for 10 min' 'no second run of a board that is held' -- run suite.yaml "${poor[@]}" -k knows --hold --hold-for 10min --repeat 3
rm -f switched
want 0 '1 passed' 'a run of its holder that passes' -- run suite.yaml "${good[@]}" -k knows --hold
want 0 'one .* free' 'ends what was held' -- boards --bench bench.yaml
want 10 'held for you' 'an error holds the board' -- run suite.yaml "${good[@]}" -k tool --hold
want 0 'held after case tool ended in error' 'and says so' -- unlock one --bench bench.yaml
want 1 'held for you' 'a setup that fails holds the board' -- run suite.yaml --bench bench.yaml --image host=/bin/false --hold
want 0 'held after the setup failed' 'and says so' -- unlock one --bench bench.yaml

# A worker that is lost: the next one holds the board.
rm -f switched
"$tinyrig" run suite.yaml "${good[@]}" -k quick -k slow --hold >first 2>&1 </dev/null &
first=$!
until_says first PASS $first
until worker=$(pgrep -P $first) && grep -q slow .tinyrig/runs/*/journal.jsonl; do read -rt 0.02 <> <(:); done
kill -KILL "$worker"
wait $first
code=$?
cp first out
verdict 10 $code 'a fresh worker takes over.*held for you until' 'a worker that is lost is followed by one that holds'
check 'nothing was switched off' [ "$(switched)" = 'on ' ]
want 0 'slow ended in error' 'and says so' -- unlock one --bench bench.yaml

# Who interrupts wants nothing held.
"$tinyrig" run suite.yaml "${good[@]}" -k quick -k slow --hold >first 2>&1 </dev/null &
first=$!
until_says first PASS $first
kill -INT $first
wait $first
code=$?
cp first out
verdict 2 $code '1 passed' 'interrupted'
check 'nothing is said of holding' says_nothing_of_holding first
check 'and the board is safe' is_off
want 0 'one .* free' 'it is free' -- boards --bench bench.yaml

# What cannot be noted is not held, and not said to be.
rm -rf state/reservations && ln -s nowhere/at/all state/reservations
want 1 'made safe' 'no reservation can be written' -- run suite.yaml "${poor[@]}" -k knows --hold
check 'so nothing is held' says_nothing_of_holding out
check 'and the board is safe' is_off
exit $bad
