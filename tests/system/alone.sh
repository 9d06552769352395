#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each case of the smoke suite alone, and in other orders, gives the verdict of the full run; a
# kept run judged again gives the same verdicts without a board.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work
cd "$work"
bad=0

verdicts() {
	jq -r '.runs[].cases[] | "\(.name) \(.verdict)"' "$1" | sort
}

# session NAME SUITE IMAGE [OPTION…]: verdicts into NAME.verdicts
session() {
	local name=$1 suite=$2 image=$3
	shift 3
	"$tinyrig" run "$suite" --bench "$root/fixtures/benches/host.yaml" --board host-a --quiet \
		--image "host=$firmware/$image" --json "$name.json" "$@" >"$name.out" 2>&1 || [ $? -eq 1 ] ||
		{ echo "not ok: $name: $(cat "$name.out")" && exit 1; }
	verdicts "$name.json" >"$name.verdicts"
}

same() {
	if cmp -s "$1" "$2"; then
		echo "ok: $3"
	else
		echo "not ok: $3: $(diff "$1" "$2" | tr '\n' ' ')"
		bad=1
	fi
}

# The suite's cases in another order: its own files, named from here.
shuffled() {
	awk -v seed="$1" 'BEGIN {RS = "\n  - case: "; srand(seed)} NR == 1 {printf "%s", $0; next}
		{block[NR - 2] = $0} END {n = NR - 1; for (i = n - 1; i > 0; i--) {
			j = int(rand() * (i + 1)); t = block[i]; block[i] = block[j]; block[j] = t}
			for (i = 0; i < n; i++) printf "\n  - case: %s", block[i]}' "$root/suites/smoke.yaml" |
		sed "s|\.\./fixtures|$root/fixtures|g"
}

for image in digits-host digits-host-2bit; do
	session full "$root/suites/smoke.yaml" $image
	"$tinyrig" judge "$(jq -r '.runs[0].id' full.json)" --json again.json >/dev/null || [ $? -eq 1 ]
	verdicts again.json >again.verdicts
	same full.verdicts again.verdicts "$image: judged again without a board"
	: >alone.all
	while read -r name verdict; do
		# What the board cannot do is skipped, and alone it is no run at all.
		if [ "$verdict" = skip ]; then
			echo "$name skip" >>alone.all
			continue
		fi
		session "alone-$name" "$root/suites/smoke.yaml" $image -k "$name" </dev/null
		cat "alone-$name.verdicts" >>alone.all
	done <full.verdicts
	sort alone.all >alone.verdicts
	same full.verdicts alone.verdicts "$image: each case alone"
	for seed in 1 2 3; do
		shuffled $seed >shuffled.yaml
		session shuffled shuffled.yaml $image
		same full.verdicts shuffled.verdicts "$image: order $seed: $(jq -r '[.runs[].cases[].name] | join(" ")' shuffled.json)"
	done
done

# An old run by a stricter suite: the verdict changes, and nothing else is needed.
session good "$root/suites/smoke.yaml" digits-host
sed "s|\.\./fixtures|$root/fixtures|g; s/{min: 0.94}/{min: 1, max: 1}/; s/{max: 16}/{max: 3}/" \
	"$root/suites/smoke.yaml" >strict.yaml
code=0
"$tinyrig" judge "$(jq -r '.runs[0].id' good.json)" --suite strict.yaml --json strict.json >/dev/null || code=$?
if [ "$code" -ne 1 ] || [ "$(verdicts strict.json | grep -c ' fail')" -ne 2 ]; then
	echo "not ok: a stricter suite: exit $code, $(verdicts strict.json | tr '\n' ' ')"
	bad=1
fi
exit $bad
