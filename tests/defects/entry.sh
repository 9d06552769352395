#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One entry of the catalogue: brings the defect about, runs the suite, and holds what came against
# what is wanted. Leaves FOLDER/result: WORD, what came, by which cases, and what is wrong, as fields
# between tabs. WORD is ok, wrong or untested.
# usage: entry.sh FOLDER NAME GROUP BOARD WHAT HOW VERDICT CASE WORDS, with root, defects, firmware,
#        tinyrig and bench_program in the environment (run.sh)
set -uo pipefail

here=$1 board=$4 how=$6 wanted=$7 case=$8 words=$9
program=$(realpath "$0")
mkdir -p "$here"
here=$(realpath "$here")
cd "$here" || exit 1
# shellcheck disable=SC2154 # root comes from run.sh
case $board in
host-*) target=host bench=$root/fixtures/benches/host.yaml ;;
mps2-*) target=mps2-an386 bench=$root/fixtures/benches/virtual.yaml ;;
*) target=microbit bench=$root/fixtures/benches/virtual.yaml ;;
esac

# Boards other than processes are on the virtual bench: this script again, inside of it.
if [ "$target" != host ] && [ -z "${VIRTUAL_BENCH:-}" ]; then
	printf 'virtual-bench: defect\nboards:\n  - {board: mps2-a, machine: mps2-an386, serial: FT6A01}\n' >virtual.yaml
	printf '  - {board: microbit-a, machine: microbit, serial: FT6A02}\n' >>virtual.yaml
	# One machine is quicker than two.
	[[ $how == other_board* || $how == *unplug* ]] || sed -i "/board: $board,\|^[a-z]/!d" virtual.yaml
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
	unset G_DEBUG
	# shellcheck disable=SC2154
	"$bench_program" virtual.yaml -- "$program" "$@" >virtual.log 2>&1 </dev/null
	[ -e result ] || printf 'wrong\tnothing\t-\tthe virtual bench: %s\n' "$(tail -n 1 virtual.log)" >result
	exit 0
fi

export TINYRIG_LOCK_DIR=$here/locks TINYRIG_STATE=$here/state
mkdir -p locks
suite=$root/suites/smoke.yaml
# shellcheck disable=SC2154
image=$firmware/digits-$target
[ "$target" = host ] || image=$image.elf
code=99
# shellcheck source=tests/defects/actions.sh
source "$root/tests/defects/actions.sh"

# Tells the result and ends.
result() {
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "${3:--}" "${4:--}" | tr '\n' ' ' >result
	exit 0
}

# The verdict of the whole run, as the exit code has it.
word_of() {
	case $1 in
	0) echo pass ;;
	1) echo fail ;;
	2) echo interrupted ;;
	4) echo error ;; # a file that is not in order: no board was touched
	5) echo skip ;;
	10) echo error ;; # or inconclusive: the report says
	11) echo busy ;;
	*) echo "exit code $1" ;;
	esac
}

: >out
status=0
read -ra command <<<"$how"
"act_${command[0]}" "${command[@]:1}" || status=$?
[ $status -ne 77 ] || result untested 'not testable here' - "$(tail -n 1 out)"
[ $status -eq 0 ] || result wrong "the entry itself failed" - "$(tail -n 1 out)"

# Without a report there is only what was printed.
if [ ! -s report/report.json ]; then
	got=$(word_of $code) by='(run)'
	[ $code -ne 4 ] || by='(files)'
	if [ "$got" = "$wanted" ] && [ "$case" = "$by" ] && tr '\n' ' ' <out | tr -s ' ' | grep -qE -- "$words"; then
		result ok "$got" "$by"
	fi
	result wrong "$got" - "no report; said: $(tail -n 3 out)"
fi

# Who gave the wanted verdict, what else there is, and what it says.
# shellcheck disable=SC2016 # jq's variables
jq -r --arg wanted "$wanted" '.runs[-1] as $run
	| ($run.cases | map(select(.verdict == $wanted)) | map(.name)) as $by
	| (if $run.message != null and $run.verdict == $wanted then $by + ["(run)"] else $by end) | join(",")' \
	report/report.json >by
jq -r '.runs[-1] as $run | [$run.cases[].verdict] + [$run.verdict] | unique | join(" ")' report/report.json >verdicts
# shellcheck disable=SC2016
jq -r --arg case "$case" --arg wanted "$wanted" '.runs[-1] as $run
	| (if $case == "(run)" then $run.message else empty end),
	  ($run.cases[] | select(.name == $case) | .reason,
	    (.attempts[-1] | .message, (.findings[]? | select(.verdict == $wanted) | .message)))
	| select(. != null)' report/report.json >said
[ "$wanted" != pass ] || cat out >>said
by=$(cat by)
verdicts=" $(cat verdicts) "
got=$(word_of $code)
[ "$got" != error ] || [[ $verdicts == *' error '* ]] || got=inconclusive

# The rig's fault is not the board's, nor the other way round.
blames=
case $wanted in
error | inconclusive | busy | pass) [[ $verdicts == *' fail '* ]] && blames="the board is blamed" ;;
fail) [[ $verdicts == *' error '* ]] && blames="the rig is blamed" ;;
esac
if [ -n "$blames" ]; then
	result wrong "$got" "$by" "$blames: $(head -n 1 said)"
elif [ "$got" != "$wanted" ]; then
	result wrong "$got" "$by" "$(head -n 2 said)"
elif [ "$wanted" = pass ] && [[ $verdicts != ' pass ' && $verdicts != ' pass skip ' ]]; then
	result wrong "$got" "$by" "not all cases passed:$verdicts"
elif [[ $wanted =~ ^(fail|error|inconclusive)$ ]] && ! grep -qF ",$case," <<<",$by,"; then
	result wrong "$got" "$by" "another case gave the verdict"
elif ! tr '\n' ' ' <said | grep -qE -- "$words"; then
	result wrong "$got" "$by" "the message has no \"$words\": $(head -n 2 said)"
fi
[ "$wanted" != pass ] || by='all cases'
result ok "$got" "${by:-(run)}"
