#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# promote, rollback, gate and deliver are killed at the boundaries of what they write. After each: the
# state is the one before or the one after, the audit stands, the next call goes on, and each hook ran
# at least once with one key. Every STRIDE-th boundary (default 31); CHECK_LONG=yes: all.
set -uo pipefail
stride=${1:-31}
[ "${CHECK_LONG:-}" != yes ] || stride=1
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
kill_at=$(realpath "${TEST_PROGRAMS:-build/release/tests/system}/kill_at")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state TINYRIG_LOCK_DIR=$work ASAN_OPTIONS=detect_leaks=0
cd "$work" || exit 1
points=0 bad=0
wrong() {
	echo "not ok: $what, boundary $n ($(cat where)): $* $(head -n 3 said | tr '\n' ' ')"
	bad=$((bad + 1))
}
heads() { sqlite3 state/release/ledger.db 'select ifnull(max(version), 0) from head'; }
counts() { sqlite3 state/release/ledger.db "select count(*) from entry where cast(body as text) like '%\"type\":\"$1\"%'"; }

cp "$firmware/digits-host" other && printf 'other' >>other
"$tinyrig" key new rig >said
cat >p.yaml <<YAML
policy: smoke
channel: smoke
readback: any
signers: [{key: "$("$tinyrig" key export rig --format vkey)", may: [evidence]}]
suites: [{suite: smoke, targets: [host], fresh: 7d, optional: [energy]}]
hooks: [{hook: told, argv: [$work/hook]}]
YAML
printf '#!/bin/sh\njq -r .key >>%s\n' "$work/told" >hook
chmod +x hook
for image in "$firmware/digits-host" other; do
	"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image "host=$image" --board host-a >said 2>&1
done
"$tinyrig" promote "host=$firmware/digits-host" --to smoke -p p.yaml >said 2>&1
cp -r state one # a head
"$tinyrig" promote host=other --to smoke -p p.yaml >said 2>&1
cp -r state two # two heads
chmod -x hook
rm -r state && cp -r one state
"$tinyrig" promote host=other --to smoke -p p.yaml >said 2>&1
chmod +x hook
cp -r state waits # and a hook that waits
[ "$(heads)" = 2 ] || { cat said && exit 1; }

# sweep WHAT BASE CODES BEFORE AFTER WORDS…: CODES: what the next call may end with; BEFORE and AFTER:
# versions of the head.
sweep() {
	what=$1
	local base=$2 codes=$3 before=$4 after=$5 code now
	shift 5
	for ((n = 1; ; n += stride)); do
		rm -rf state told && cp -r "$base" state
		code=0
		"$kill_at" supervisor "$n" "$tinyrig" "$@" >said 2>where || code=$?
		[ "$code" -ne 99 ] || break
		grep -q '^killed ' where || { cat where && exit 1; }
		points=$((points + 1))
		now=$(heads)
		[ "$now" = "$before" ] || [ "$now" = "$after" ] || wrong "the head is at $now"
		"$tinyrig" audit verify >said 2>&1 || wrong 'the audit finds'
		code=0
		"$tinyrig" "$@" >said 2>&1 || code=$?
		grep -qw "$code" <<<"$codes" || wrong "the next call ends with $code"
		[ "$what" != rollback ] || [ "$(heads)" -ge "$after" ] || wrong 'the next call did not go on'
		[ "$what" = rollback ] || [ "$(heads)" = "$after" ] || wrong 'the next call did not go on'
		"$tinyrig" deliver --all >said 2>&1 || wrong 'the hooks are not told'
		[ "$(sqlite3 state/release/ledger.db "select count(*) from delivery where state = 'pending'")" = 0 ] || wrong 'a hook is forgotten'
		"$tinyrig" audit verify >said 2>&1 || wrong 'the audit finds at last'
		grep -q 'all stand$' said || wrong 'the checkpoint stays behind'
		[ "$what" != deliver ] || [ "$(sort -u told)" = smoke-2-told ] || wrong 'the hook was not told'
	done
}
sweep promote one '0 12' 1 2 promote host=other --to smoke -p p.yaml
sweep gate one '0' 1 1 gate host=other -p p.yaml
sweep rollback two '0 4' 2 3 rollback smoke --why back
sweep deliver waits '0' 2 2 deliver --all
echo "killed at $points boundaries, $bad wrong"
[ "$points" -ge 12 ] && [ "$bad" -eq 0 ]
