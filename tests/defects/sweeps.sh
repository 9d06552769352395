#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sweeps of small defects: each weight row, label and pixel in its turn. The smoke suite tries first;
# what it lets through, suites/full.yaml tries, which looks at each recorded input. Prints how many
# either caught, and every one that slipped through with its reason, which reasons.py finds by the
# arithmetic of its own. Exit 1 when one slipped through without a reason, or a run ended otherwise.
# usage: sweeps.sh FOLDER [EVERY]    each EVERY-th mutant (1), with root, tinyrig, defects and firmware
#        in the environment (run.sh)
# shellcheck disable=SC2154 # run.sh sets them
set -uo pipefail
folder=$1 every=${2:-1}
rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
HIDDEN=48 CLASSES=10 PIXELS=64

# reasons SWEEP: what slipped through, by reason
reasons() {
	local number why
	awk '$3 == "slipped" {print $2}' "$folder/$1.lines" >"$folder/slipped"
	while read -r number; do
		why='nothing excuses it'
		case $1 in
		weight* | bias*) why=$("$root/tests/defects/reasons.py" "$firmware/digits-host" "$folder/$1/$number/image" \
			"$root/fixtures/recordings/digits") || status=1 ;;
		*) status=1 ;;
		esac
		printf '%s\t%s\n' "$number" "$why"
	done <"$folder/slipped" >"$folder/$1.reasons"
	awk -F '\t' '{numbers[$2] = numbers[$2] " " $1} END {for (why in numbers) printf "    slipped%s: %s\n", numbers[why], why}' \
		"$folder/$1.reasons"
}

# sweep NAME COUNT WHAT OPTION…: the mutants of a sweep, several at a time; options are the smoke suite's
sweep() {
	local name=$1 count=$2 what=$3 lines=$folder/$1.lines all smoke full
	shift 3
	seq 0 "$every" $((count - 1)) |
		xargs -P "${JOBS:-2}" -I{} "$root/tests/defects/mutant.sh" "$folder" "$name" {} "$@" >"$folder/$name.log" 2>&1
	cat "$folder/$name"/*/result | sort -k2,2n >"$lines"
	read -r all smoke full < <(awk '{n[$3]++} END {print NR, n["smoke"] + 0, n["full"] + 0}' "$lines")
	printf '%-34s %4d %6d %5d %8d %7s\n' "$what" "$all" "$smoke" "$full" $((all - smoke - full)) \
		"$(awk -v all="$all" -v n=$((smoke + full)) 'BEGIN {printf "%.1f %%", all ? 100 * n / all : 0}')"
	reasons "$name"
	! grep ' broken ' "$lines" || status=1
	[ "$all" -gt 0 ] || status=1
}

rows=$((HIDDEN + CLASSES))
status=0
printf '\n%-34s %4s %6s %5s %8s %7s\n' 'sweep: each in its turn' all smoke full slipped caught
sweep weights_lost $rows 'weight row set to 0' -k digits
sweep weight_bit $rows 'bit 5 of a weight in each row' -k digits
sweep weight_lowest_bit $rows 'lowest bit of a weight in each row' -k digits
sweep bias_lost $rows 'bias set to 0' -k digits
sweep class_label $CLASSES 'labels of a class shifted' -k digits
sweep input_label 355 'label of one input shifted' -k digits -k data
sweep recorded_pixel $PIXELS 'pixel stuck in the recording' -k digits -k data
sweep sensor_pixel $PIXELS 'pixel of the sensor stuck' -k sensor
awk '$3 == "full" {n[/top1/ ? "top1" : "digest"]++} END {
		printf "    labels of one input: %d by top1, %d by the digest of the recording alone, as the model is wrong there anyway\n",
			n["top1"], n["digest"]
	}' "$folder/input_label.lines"
exit $status
