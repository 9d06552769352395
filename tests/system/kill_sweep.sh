#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Supervisor and worker are killed at the boundaries of what they write. After each: no printed
# verdict is lost, no board stays claimed, no process stays, the next run works.
# usage: kill_sweep.sh [STRIDE]: every STRIDE-th boundary (default 23); long_kill_sweep.sh: all.
set -euo pipefail
stride=${1:-23}
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
kill_at=$(realpath "${TEST_PROGRAMS:-build/release/tests/system}/kill_at")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "${FIRMWARE:-build/firmware}/digits-host" "$work/board"
export TINYRIG_LOCK_DIR=$work/locks ASAN_OPTIONS=detect_leaks=0
mkdir "$work/locks"
cd "$work"
run=("$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --board host-a
	--image "host=$work/board" --color never -k boots-and-identifies -k digits -k latency -k data)
points=0 bad=0

wrong() {
	echo "not ok: $role, boundary $n ($(cat where)): $*"
	bad=$((bad + 1))
}

# Every verdict that was printed is in the store, and judging again says the same.
check_verdicts() {
	local verdict name again
	sed -n 's/^\([A-Z]*\) *host-a *\([a-z-]*\) .*/\1 \2/p' out | grep -E ' (boots-and-identifies|digits|latency|data)$' | sort -u >printed || true
	[ -s printed ] || return 0
	"$tinyrig" show last --json >kept 2>>log || wrong "the run is not kept: $(tail -n 1 log)"
	again=$("$tinyrig" judge last 2>&1) || true
	while read -r verdict name; do
		jq -e --arg name "$name" --arg verdict "${verdict,,}" \
			'.cases | any(.name == $name and .verdict == $verdict)' kept >/dev/null ||
			wrong "printed $verdict $name is not kept"
		[ "$verdict" = SKIP ] || grep -q "^$verdict *host-a *$name " <<<"$again" ||
			wrong "judged again, $name is not $verdict"
	done <printed
}

# Nothing of the run is left, within the time in which a board must be safe.
check_processes() {
	for _ in $(seq 100); do
		pgrep -f "$work/(board|\.tinyrig)" >left || return 0
		read -rt 0.05 <> <(:) || true
	done
	wrong "left over: $(xargs -r ps -o pid=,args= -p <left | tr '\n' ';')"
	xargs -r kill -9 <left || true
}

check_next() {
	rm -rf .tinyrig
	"${run[@]}" >next 2>&1 || wrong "the next run ended with $?: $(tail -n 3 next | tr '\n' ' ')"
	rm -rf .tinyrig
}

for role in supervisor worker; do
	for ((n = 1; ; n += stride)); do
		rm -rf .tinyrig
		code=0
		"$kill_at" "$role" "$n" "${run[@]}" >out 2>where || code=$?
		[ "$code" -ne 99 ] || break
		points=$((points + 1))
		check_processes
		check_verdicts
		check_next
	done
done
echo "killed at $points boundaries, $bad wrong"
[ "$points" -ge 10 ] && [ "$bad" -eq 0 ]
