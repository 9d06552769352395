#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What was run before, through the program: runs, show, diff, history, reruns, baselines, pins, gc,
# golden files; what they say is compared with what jq, sqlite3 and Python read.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TINYRIG_BENCH=$root/fixtures/benches/host.yaml
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
cd "$work" || exit 1
bad=0

# want CODE PATTERN WHAT -- ARGUMENT…: exit code and a text in what is said, in one line
want() {
	local code=$1 pattern=$2 what=$3 got=0
	shift 4
	"$tinyrig" "$@" >out 2>&1 </dev/null || got=$?
	if [ "$got" -eq "$code" ] && tr -s ' \n' ' ' <out | grep -qE -- "$pattern"; then
		echo "ok: $what"
	else
		echo "not ok: $what: exit $got, wanted $code and \"$pattern\": $(head -c 1500 out)"
		bad=1
	fi
}

# same WHAT WANTED GOT
same() {
	if [ "$2" = "$3" ]; then echo "ok: $1"; else
		echo "not ok: $1: wanted \"$2\", got \"$3\""
		bad=1
	fi
}

cat >suite.yaml <<YAML
suite: history
setup: [flash, reset, identify]
cases:
  - case: digits
    about: knows its digits
    covers: model
    steps: [{infer: {recording: $root/fixtures/recordings/digits, inputs: 50, as: r}}]
    judge:
      r.top1:    {min: 0.8, baseline: {min: -1%}}
      r.recall:  {baseline: {min: -5%}}
      r.outputs: {golden: golden.csv, tolerance: 0.5}
  - case: small
    about: fits
    covers: code
    steps: [identify]
    judge: {image.flash_bytes: {max: 64KiB, baseline: {max: +1%, min: -1%}}}
YAML
good=(run suite.yaml --image "host=$firmware/digits-host")
poor=(run suite.yaml --image "host=$firmware/digits-host-2bit")

want 4 'no run is kept here' 'nothing is kept yet' -- runs
want 4 'golden.csv.*--update-golden' 'a golden file that is not there' -- "${good[@]}"
want 0 'golden.csv made from board host-a.*2 passed.*kept as' 'a golden file is made' -- "${good[@]}" --board host-a --update-golden
cp golden.csv before.csv
sed -i 's/min: 0.8,/min: 0.95,/' suite.yaml
want 1 'no golden file is written: r.top1 is 0.900' 'a board that fails makes none' -- "${poor[@]}" --board host-a --update-golden
same 'the golden file is as it was' '' "$(cmp golden.csv before.csv 2>&1)"
sed -i 's/min: 0.95,/min: 0.8,/' suite.yaml

want 1 'FAIL host-a digits .*FAIL host-b digits' 'two boards fail' -- "${poor[@]}"
want 0 '1 of 2 cases did not pass.*digits *model' 'what failed, in a dry run' -- "${poor[@]}" --last-failed --dry-run
want 0 '2 passed on 2 boards' 'only what failed runs' -- "${good[@]}" --last-failed
want 0 'nothing failed last time.*4 passed on 2 boards' 'all runs when nothing failed' -- "${good[@]}" --last-failed
want 1 '1 failed on 1 board' 'one board fails' -- "${poor[@]}" -k digits --board host-b
want 0 '1 passed on 1 board' 'the others are left alone' -- "${good[@]}" --last-failed
want 0 'digits .*small ' 'the order of the suite' -- "${good[@]}" --board host-a
sed -i 's/max: 64KiB/max: 1KiB/' suite.yaml
want 1 '1 failed' 'the second case fails' -- "${good[@]}" --board host-a
want 1 'FAIL host-a small .*PASS host-a digits ' 'what failed comes first' -- "${good[@]}" --board host-a --failed-first
sed -i 's/max: 1KiB/max: 64KiB/' suite.yaml

# Baselines.
"$tinyrig" "${good[@]}" --board host-a >out 2>&1
base=$("$tinyrig" runs --json | jq -r '.[0].id')
want 0 'recall' 'a limit that only compares is skipped without a baseline' -- "${good[@]}" --board host-a -v
grep -q 'skip *r.recall' out || { echo "not ok: r.recall is not skipped" && bad=1; }
want 1 "top1 is 0.900 .*-10% against 1.000 of run $base, must be at least -1%.*run again: .*--baseline $base" \
	'a number that sank' -- "${poor[@]}" --board host-a --baseline "$base"
want 0 '2 passed' 'numbers that stayed' -- "${good[@]}" --board host-a --baseline "${base: -4}"
want 10 'no run that is named as a baseline is of this unit' 'another unit' -- "${good[@]}" --board host-b --baseline "$base"
want 4 'no run nothing' 'a baseline that is not there' -- "${good[@]}" --baseline nothing
want 10 'of this unit' 'and judged again' -- judge last~0
want 1 "against 1.000 of run $base" 'judged again with its baseline' -- judge last~2

# What others read.
"$tinyrig" runs --all --json >runs.json
same 'runs as in SQL' "$(sqlite3 .tinyrig/store.db 'SELECT name FROM run ORDER BY id DESC')" "$(jq -r '.[].id' runs.json)"
want 0 'digits' 'the last run' -- show
"$tinyrig" show "$base" --inferences csv >records.csv
same 'records by another reader' '100 50' "$(python3 -c '
import csv
rows = list(csv.DictReader(open("records.csv", newline="")))
print(len(rows) * 2, sum(max(range(10), key=lambda i: float(r[f"output_{i}"])) == int(r["label"]) for r in rows))')"
"$tinyrig" show "$base" --files files || bad=1
same 'files as they were' '' "$(cmp files/sources/00-suite.yaml suite.yaml 2>&1)"
want 4 'is not empty' 'files are never written over' -- show "$base" --files files
jq -e '.id and (.cases | length == 2)' <("$tinyrig" show "$base" --json) >/dev/null || { echo 'not ok: JSON' && bad=1; }
want 5 '.*' 'no such case' -- show "$base" -k nothing
want 0 'digits pass fail changed.*digits/r.top1 1.000 0.900 -10%.*digits 50 33 5 0.969' 'two runs compared' -- \
	diff "$base" last~2
want 0 'history/digits host-a .*flaky|history/digits host-a' 'the history of a case' -- history digits
same 'a case that took turns on one image is flaky' '1' "$("$tinyrig" history small | grep -c flaky)"
want 4 'may be' 'a word that means several' -- show host

# Forgetting.
want 0 'is pinned' 'a pin' -- pin "$base" --why 'the baseline'
want 0 'runs would go' 'gc only tells' -- gc --older 1ms --keep 1 --dry-run
want 0 '[0-9]+ runs and [0-9]+ objects are gone' 'gc' -- gc --older 1ms --keep 1
same 'the newest and the pinned stay' "2 $base" "$("$tinyrig" runs --json | jq -r '"\(length) \(.[1].id)"')"
want 0 'PASS *host-a *digits' 'the pinned one is whole' -- show "$base"
printf 'x' | dd of="$(find .tinyrig/objects -name '*.zst' -size -2 | sort | head -n 1)" bs=1 seek=20 conv=notrunc status=none
damaged=0
for run in "$base" last; do
	"$tinyrig" show "$run" --files "damaged-$run" >out 2>&1 || { damaged=1 && grep -q 'the object is damaged' out; } || bad=1
done
same 'a damaged object is told' 1 $damaged
exit "$bad"
