#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The clean image against a baseline of the same unit, 200 times on metered boards (RUNS: rounds of two):
# each time it passes. Part of `make soak`; a quarter of an hour.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state TINYRIG_BENCH=$root/fixtures/benches/power.yaml
export VIRTUAL_BENCH_PROGRAM=$bench tinyrig firmware root RUNS=${RUNS:-100}
cd "$work" || exit 1
cat >inside.sh <<'INSIDE'
set -uo pipefail
images=(--image "mps2-an386=$firmware/digits-mps2-an386.elf" --image "microbit=$firmware/digits-microbit.elf")
"$tinyrig" run "$root/suites/energy.yaml" "${images[@]}" -k energy >first 2>&1 || { cat first; exit 1; }
mapfile -t ids < <(grep -o '[0-9]\{8\}-[0-9]\{6\}-[a-z0-9-]*' first)
"$tinyrig" run "$root/suites/energy.yaml" "${images[@]}" -k energy --baseline "${ids[0]}" --baseline "${ids[1]}" \
	--repeat "$RUNS" >out 2>&1
code=$?
grep -vE '^PASS' out | head -n 40
exit $code
INSIDE
timeout $((RUNS * 20 + 60)) "$bench" "$root/fixtures/benches/virtual/power.yaml" -- bash inside.sh
