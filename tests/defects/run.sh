#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the catalogue of seeded defects and prints its matrix; then the sweeps. `make defects`.
# Exit 1 when an entry did not get its verdict from its case, or an equivalent did not pass.
# usage: run.sh [NAME…]    these entries only (shell patterns), and no sweeps
# TINYRIG, VIRTUAL_BENCH_PROGRAM, BUILD: what was built; RUNS: folder of what comes, SWEEP: each so
# manieth mutant; JOBS: how many at a time; BENCH_JSON: gets the rows defects.* of a whole catalogue
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-$root/build/release/tinyrig}")
bench_program=$(realpath "${VIRTUAL_BENCH_PROGRAM:-$root/build/release/virtual-bench}")
build=$(realpath "${BUILD:-$root/build}")
defects=$build/defects firmware=$build/firmware
export root tinyrig bench_program defects firmware
unset NO_COLOR GITHUB_ACTIONS GITHUB_STEP_SUMMARY TINYRIG_BENCH TINYRIG_PATH TINYRIG_STATE
export LC_ALL=C.UTF-8
folder=${RUNS:-$defects/runs}
[ $# -gt 0 ] || SWEEP=${SWEEP:-1}
rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
export TINYRIG_STATE=$folder/state

# Rows of the catalogue that were asked for, without padding, fields between tabs.
awk -F ' *[|] *' -v OFS='\t' '!/^#/ && NF >= 8 {
		words = $8
		for (i = 9; i <= NF; i++) words = words "|" $i
		sub(/^ */, "", $1)
		print $1, $2, $3, $4, $5, $6, $7, words
	}' "$root/tests/defects/catalogue" |
	while IFS= read -r row; do
		for pattern in "${@:-*}"; do
			# shellcheck disable=SC2254 # a pattern is meant
			case ${row%%$'\t'*} in $pattern) echo "$row" && break ;; esac
		done
	done >"$folder/rows"
[ -s "$folder/rows" ] || { echo "defects: no entry is named $*" >&2 && exit 4; }

# Their firmware.
awk -F '\t' '$5 ~ /^image / {
		sub(/image /, "", $5)
		print $5 ($3 ~ /^host/ ? "-host" : $3 ~ /^mps2/ ? "-mps2-an386.elf" : "-microbit.elf")
	}' "$folder/rows" | sort -u | sed "s|^|$defects/firmware/|" >"$folder/images"
echo "$defects/clock_step.so" >>"$folder/images"
[ -z "${SWEEP:-}" ] || echo "$defects/firmware/sensor_pixel-host" >>"$folder/images"
(cd "$root" && sort -u "$folder/images" | xargs "${MAKE:-make}" -s --no-print-directory BUILD="$build" VARIANT=release) || exit 3

# one ROW: an entry of its own; what it leaves is in $folder/NAME
one() {
	local fields
	IFS=$'\t' read -ra fields <<<"$1"
	timeout -k 5 120 "$root/tests/defects/entry.sh" "$folder/${fields[0]}" "${fields[@]}" >"$folder/${fields[0]}.log" 2>&1
	[ -s "$folder/${fields[0]}/result" ] ||
		printf 'wrong\tnothing\t-\tno result: %s\n' "$(tail -n 1 "$folder/${fields[0]}.log")" >"$folder/${fields[0]}/result"
	touch "$folder/${fields[0]}/done"
}
export -f one
export folder

# Twice as many as processors: most of the time they wait for a line or a deadline.
# shellcheck disable=SC2016 # the inner shell expands
tr '\n' '\0' <"$folder/rows" | xargs -0 -P $((${JOBS:-2} * 2)) -I{} bash -c 'one "$1"' one {} &
workers=$!

# The matrix, line by line as the entries are done.
print_row() {
	printf '%-22s %-11s %-11s %-34s %-13s %-34s %s\n' "$@"
}
print_row entry group board wanted got by ''
while IFS=$'\t' read -r name group board what _ wanted case _; do
	until [ -e "$folder/$name/done" ] || ! kill -0 $workers 2>/dev/null; do read -rt 0.1 <> <(:); done
	IFS=$'\t' read -r word got by why <"$folder/$name/result" || true
	mark=ok
	[ "$word" = ok ] || mark="NOT OK ($what)"
	print_row "$name" "$group" "$board" "$wanted by $case" "$got" "${by:--}" "$mark"
	[ "$word" = ok ] || printf '    %s\n    look into %s\n' "$why" "$folder/$name"
	printf '%s\t%s\t%s\n' "$group" "$word" "$name" >>"$folder/words"
done <"$folder/rows"
wait $workers

echo
awk -F '\t' '
	{ all[$1]++; good[$1] += $2 == "ok"; if ($2 != "ok") bad[$1] = bad[$1] " " $3; if (!($1 in at)) order[++n] = $1; at[$1] = 1 }
	END {
		for (i = 1; i <= n; i++) {
			g = order[i]
			printf "%-11s %3d of %3d %s%s\n", g, good[g], all[g], g == "equivalent" ? "pass" : "caught", bad[g] == "" ? "" : ", not:" bad[g]
		}
	}' "$folder/words"

# share: of the entries that are no equivalents; alarms: equivalents that did not pass
read -r caught entries alarms < <(awk -F '\t' '
	$1 == "equivalent" { alarms += $2 != "ok"; next }
	{ all++; good += $2 == "ok" }
	END { print good + 0, all + 0, alarms + 0 }' "$folder/words")
sweeps=0
[ -z "${SWEEP:-}" ] || "$root/tests/defects/sweeps.sh" "$folder/sweeps" "$SWEEP" || sweeps=1
if [ $# -eq 0 ]; then
	rows=$(jq -cn --argjson caught "$caught" --argjson all "$entries" --argjson alarms "$alarms" '
		[{name: "defects.caught", value: ($caught / $all), unit: "ratio", limit: 1, holds: ($caught == $all)},
		 {name: "defects.false_alarms", value: $alarms, unit: "count", limit: 0, holds: ($alarms == 0)}]')
	json=${BENCH_JSON:-$build/bench.json}
	[ -s "$json" ] || echo '[]' >"$json"
	jq --argjson rows "$rows" 'map(select(.name | startswith("defects.") | not)) + $rows' "$json" >"$json.new" &&
		mv "$json.new" "$json"
fi
printf '\n%d of %d defects caught by the case that is named for them, %d false alarms\n' "$caught" "$entries" "$alarms"
[ "$caught" -eq "$entries" ] && [ "$alarms" -eq 0 ] && [ $sweeps -eq 0 ]
