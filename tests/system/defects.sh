#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A sample of the seeded defects (`make defects` runs all), so that catalogue and harness do not rot;
# and the harness itself: an entry with another verdict, case or words than it gets is NOT OK.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root" || exit 1
export JOBS=1 RUNS=$work/runs BENCH_JSON=$work/bench.json

SWEEP=41 tests/defects/run.sh wrong-build stack-not-told crashes model-2bit output-off-by-one sensor-pixel-stuck \
	labels-shifted wrong-digest unplugged bit-flipped killed-worker reordered-net link-order-m4 || exit 1

# What passes must not be called a defect that was caught, nor the wrong case or message be taken.
mkdir "$work/wrong"
export tinyrig defects firmware bench_program root
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}") firmware=$(realpath "${FIRMWARE:-build/firmware}")
defects=$(realpath "${BUILD:-build}/defects") bench_program=none
bad=0
# wrong NAME HOW VERDICT CASE WORDS WHY
wrong() {
	tests/defects/entry.sh "$work/wrong/$1" "$1" firmware host-a what "$2" "$3" "$4" "$5" >/dev/null 2>&1
	grep -q "^wrong.*$6" "$work/wrong/$1/result" && return
	echo "not ok: $1: $(cat "$work/wrong/$1/result")"
	bad=1
}
wrong product 'shipped digits-host' fail digits . $'\tpass\t'
wrong other-case 'shipped digits-host-2bit' fail latency . 'another case'
wrong other-words 'shipped digits-host-2bit' fail digits 'nothing like this' 'has no "nothing like this"'
wrong blamed 'shipped digits-host-2bit' error digits . 'the board is blamed'
wrong no-pass 'shipped digits-host-2bit' pass all . 'the board is blamed'
wrong no-image 'image nothing' fail digits . 'no image'
exit $bad
