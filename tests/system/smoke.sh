#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The smoke suite as people run it: two boards at once, a good image and a bad one, each case alone
# and in another order with the verdict of the full run, and judged again without a board.
# usage: tests/system/smoke.sh    (TINYRIG, FIRMWARE: what `make check` sets)
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-$root/build/san/tinyrig}")
firmware=$(realpath "${FIRMWARE:-$root/build/firmware}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# smoke EXPECTED_EXIT_CODE IMAGE OPTION…: the run's output is in out.txt
smoke() {
	local wanted=$1 image=$2 code=0
	shift 2
	"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" \
		--image "host=$firmware/$image" "$@" >out.txt 2>&1 || code=$?
	[ "$code" -eq "$wanted" ] || {
		echo "smoke.sh: $image $*: exit code $code, expected $wanted"
		tail -n 30 out.txt
		failures=$((failures + 1))
	}
}

says() {
	grep -q -- "$1" out.txt || {
		echo "smoke.sh: no \"$1\" in:"
		cat out.txt
		failures=$((failures + 1))
	}
}

smoke 0 digits-host
says '10 passed, 2 skipped on 2 boards'
smoke 1 digits-host-2bit
says '8 passed, 2 failed, 2 skipped on 2 boards'
says 'r.top1 is 0.900 (45 of 50), must be at least 0.940'
says 'run again: '

# Without the extension nothing is `checked`, the limits hold all the same, and there is no sensor.
smoke 0 digits-host-plain -k digits

cases=(sensor data latency digits boots-and-identifies)
for name in "${cases[@]}"; do
	smoke 0 digits-host -k "$name" --board host-a
	says "PASS .*$name"
	wanted=0
	[ "$name" != digits ] || wanted=1
	smoke $wanted digits-host-2bit -k "$name" --board host-b
done

runs=0
for run in $("$tinyrig" runs --all --json | jq -r '.[].id'); do
	code=0
	"$tinyrig" judge "$run" >out.txt 2>&1 || code=$?
	wanted=0
	! "$tinyrig" show "$run" --json | jq -e '.cases | any(.verdict == "fail")' >/dev/null || wanted=1
	[ "$code" -eq $wanted ] || {
		echo "smoke.sh: tinyrig judge $run: exit code $code, expected $wanted"
		tail -n 20 out.txt
		failures=$((failures + 1))
	}
	runs=$((runs + 1))
done
[ "$runs" -ge 14 ] || { echo "smoke.sh: only $runs runs were kept" && failures=$((failures + 1)); }
[ $failures -eq 0 ]
