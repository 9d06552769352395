#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same on both tiers: what the port shows, and the smoke suite. Runs inside the virtual bench or
# in the guest, with the names of check.sh in the environment.
# usage: guest.sh RESULTS_FOLDER
set -uo pipefail

results=$1
cd "$(mktemp -d)" || exit 3
virtual-bench ctl load mps2-a "$FIRMWARE/digits-mps2-an386.elf" >/dev/null || exit 3
"$TTY_PROBE" mps2-a FT6A01 >"$results/port" 2>&1
echo "port: exit $?" >>"$results/port"
"$TINYRIG" run "$ROOT/suites/smoke.yaml" --bench "$ROOT/fixtures/benches/virtual.yaml" --output "$results" \
	--image "mps2-an386=$FIRMWARE/digits-mps2-an386.elf" \
	--image "microbit=$FIRMWARE/digits-microbit.elf" >"$results/smoke" 2>&1
echo "smoke: exit $?" >>"$results/smoke"
