#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One mutant of a sweep: makes it, runs the smoke suite, and the full suite where that lets it through.
# Leaves FOLDER/SWEEP/NUMBER/result: SWEEP NUMBER CAUGHT LIMIT…; CAUGHT is smoke, full, slipped or broken.
# usage: mutant.sh FOLDER SWEEP NUMBER OPTION…    OPTIONs are the smoke suite's; root, tinyrig, defects
#        and firmware come from the environment (run.sh)
# shellcheck disable=SC2154 # run.sh sets them
# shellcheck disable=SC2317 # mutate_… are called by name
set -uo pipefail

# Of DigitsModel, fixtures/firmware/digits_net.h: where its parts begin.
HIDDEN=48 CLASSES=10 PIXELS=64
AT_B1=$((HIDDEN * PIXELS)) AT_W2=$((HIDDEN * PIXELS + HIDDEN * 4))
AT_B2=$((AT_W2 + CLASSES * HIDDEN))

# zeros COUNT: as hex
zeros() {
	printf '%0*d' $(($1 * 2)) 0
}

# row NUMBER: place and size of a row of weights, the hidden units' first
row() {
	if [ "$1" -lt "$HIDDEN" ]; then
		echo "$(($1 * PIXELS)) $PIXELS"
	else
		echo "$((AT_W2 + ($1 - HIDDEN) * HIDDEN)) $HIDDEN"
	fi
}

# bias NUMBER
bias() {
	if [ "$1" -lt "$HIDDEN" ]; then
		echo $((AT_B1 + $1 * 4))
	else
		echo $((AT_B2 + ($1 - HIDDEN) * 4))
	fi
}

model() {
	"$root/tests/defects/patch.py" image digits_model "$@"
}

# Each makes mutant NUMBER of its sweep, in the mutant's folder: an image, or files of the mutant's own.
mutate_weights_lost() {
	local at size
	read -r at size < <(row "$1")
	model "$at" "$(zeros "$size")"
}

# One weight of the row, another one in each: bit 5, a quarter of the range.
mutate_weight_bit() {
	local at size
	read -r at size < <(row "$1")
	model $((at + $1 * 7 % size)) '~20'
}

mutate_weight_lowest_bit() {
	local at size
	read -r at size < <(row "$1")
	model $((at + $1 * 7 % size)) '~01'
}

mutate_bias_lost() {
	model "$(bias "$1")" 00000000
}

mutate_class_label() {
	"$root/tests/defects/recording.py" label_shifted own/fixtures/recordings/digits "$1"
}

mutate_input_label() {
	"$root/tests/defects/recording.py" one_label_shifted own/fixtures/recordings/digits "$1"
}

mutate_recorded_pixel() {
	"$root/tests/defects/recording.py" pixel_stuck own/fixtures/recordings/digits "$1"
}

mutate_sensor_pixel() {
	cp "$defects/firmware/sensor_pixel-host" image
	"$root/tests/defects/patch.py" image defect_pixel 0 "$(printf %02x07 "$1")"
}

# try SUITE OPTION…: the verdict by its exit code; the case and limits that failed are in `said`
try() {
	local code=0 suite=$root/suites/$1
	[ ! -d own ] || suite=own/suites/$1
	"$tinyrig" run "$suite" --bench "$root/fixtures/benches/host.yaml" --board host-a --image "host=$PWD/image" \
		-o report "${@:2}" >out 2>&1 </dev/null || code=$?
	jq -r '[.runs[0].cases[] | .name as $case | .attempts[-1].findings[] | select(.verdict == "fail")
		| "\($case)/\(.limit)"] | join(" ")' report/report.json >said 2>/dev/null
	return "$code"
}

folder=$1 sweep=$2 number=$3
shift 3
mkdir -p "$folder/$sweep/$number"
cd "$folder/$sweep/$number" || exit 1
export TINYRIG_LOCK_DIR=$PWD TINYRIG_STATE=$PWD/state
cp "$firmware/digits-host" image
case $sweep in
*_label | recorded_*)
	mkdir -p own/fixtures
	cp -R "$root/suites" own/
	cp -R "$root/fixtures/recordings" "$root/fixtures/golden" own/fixtures/
	;;
esac
caught=slipped code=0
: >said
if "mutate_$sweep" "$number"; then
	try smoke.yaml "$@" || code=$?
	[ $code -ne 1 ] || caught=smoke
	if [ $code -eq 0 ] && [ "$sweep" != sensor_pixel ]; then
		try full.yaml || code=$?
		[ $code -ne 1 ] || caught=full
	fi
	[ $code -le 1 ] || caught=broken
else
	caught=broken
fi
printf '%s %s %s %s\n' "$sweep" "$number" $caught "$(cat said)" >result
# Some hundred of them: what was caught is not kept.
[ $caught = slipped ] || [ $caught = broken ] || rm -rf image own report .tinyrig out
