#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The way to release, on boards that are processes of this host: evidence, gate, channels, the way
# back, hooks, and two hosts of which one tests for the other.
set -uo pipefail
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
other_tinyrig=$(realpath "${OTHER_TINYRIG:-$tinyrig}") # of another compiler
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state
cd "$work" || exit 1
bad=0
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr '\n' ' ' <out | cut -c1-600)" && bad=1; }
# want CODE PATTERN WHAT -- WORDS…
want() {
	local code=$1 pattern=$2 what=$3 got=0
	shift 4
	"$tinyrig" "$@" >out 2>&1 || got=$?
	if [ $got = "$code" ] && tr '\n' ' ' <out | grep -qE -- "$pattern"; then ok "$what"; else no "$what: exit $got"; fi
}
same() { if [ "$2" = "$3" ]; then ok "$1"; else no "$1: \"$2\", expected \"$3\""; fi; }
# run_suite IMAGE BOARD
run_suite() { "$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image "host=$1" --board "$2" >out 2>&1; }
log_of() { "$tinyrig" audit log | jq -rs "$1"; }

good=$firmware/digits-host worse=$firmware/digits-host-2bit
# Another build of the same: other bytes of the file, the same that are loaded and run.
cp "$good" later && printf 'later' >>later
cat >candidate.yaml <<YAML
candidate: digits
version: 1.0.0
security_counter: 3
images: [{target: host, file: $good}]
YAML
sed "s/1\.0\.0/1.1.0/; s/counter: 3/counter: 4/; s|file: .*|file: later}]|" candidate.yaml >later.yaml
"$tinyrig" key new rig >out && "$tinyrig" key new ann >out
policy() {
	cat <<YAML
policy: $1
channel: $1
readback: any      # these boards are processes: nothing can be read back
signers:
  - {key: "$("$tinyrig" key export rig --format vkey)", may: [evidence]}
  - {key: "$("$tinyrig" key export ann --format vkey)", may: [approve]}
suites:
  - {suite: smoke, targets: [host], fresh: 7d, optional: [energy]}
YAML
}
mkdir policies
policy smoke >policies/smoke.yaml
{
	policy canary
	cat <<YAML
after: smoke
approvals: 1
limits:
  - {suite: smoke, value: digits/r.top1, min: "-1%"}
hooks:
  - {hook: fleet, argv: [$work/hook]}
YAML
} >policies/canary.yaml
cat >hook <<'SH'
#!/bin/sh
cat >>"$0.log" && echo >>"$0.log"
[ ! -e "$0.broken" ] || { echo 'the fleet is away' >&2; exit 75; }
SH
chmod +x hook

want 0 'policies/smoke.yaml: good policies/canary.yaml: good' 'policies are good' -- check policies/smoke.yaml policies/canary.yaml
want 4 'there is no ledger here yet' 'nothing was ever run' -- channel list
want 13 'passes: missing .*hold for smoke' 'without a run: hold' -- gate candidate.yaml -p policies/smoke.yaml
want 0 'Nothing was promoted yet' 'nobody is anywhere' -- channel list
run_suite "$good" host-a || no 'a run'
want 0 'promote for smoke.*smoke is at version 1' 'a pass, so it goes' -- promote candidate.yaml --to smoke
want 12 'already-there' 'not twice' -- promote candidate.yaml --to smoke
want 4 'is the policy of canary, not of smoke' 'the policy of another channel' -- promote candidate.yaml --to smoke -p policies/canary.yaml
want 13 'approvals.*0 of 1 people approve' 'canary wants somebody to approve' -- promote candidate.yaml --to canary
want 0 'ann approves' 'ann does' -- approve candidate.yaml --to canary --key ann
want 0 'canary is at version 1 now.*hooks: 1 told' 'and it goes, and the hook is told' -- promote candidate.yaml --to canary
same 'the hook got the event' "$(jq -r '[.key, .action, .channel, .candidate.version] | join(" ")' hook.log)" 'canary-1-fleet promote canary 1.0.0'

run_suite "$worse" host-a
want 12 'passes: failed.*refuse for smoke' 'the worse one is refused' -- promote "host=$worse" --to smoke
run_suite later host-a || no 'a run of the later one'
want 0 'smoke is at version 2' 'the later one goes' -- promote later.yaml --to smoke
touch hook.broken
want 0 'ann approves' 'to canary, too' -- approve later.yaml --to canary --key ann
want 0 'canary is at version 2 now.*1 could not be told.*the fleet is away' 'with a hook that is broken' -- promote later.yaml --to canary
want 0 'canary.*version 2 .*not told +fleet' 'which status tells' -- status
want 10 'could not be told' 'it is tried again' -- deliver --all
want 0 'canary is at version 3 now: back to [0-9a-f]{12}, and held' 'back to the one before' -- rollback canary --why 'it runs hot'
same 'what was to be told of the later one is taken back' "$(sqlite3 state/release/ledger.db "select group_concat(key || ' ' || state, ', ') from delivery")" 'canary-1-fleet done, canary-2-fleet cancelled, canary-3-fleet pending'
rm hook.broken
want 0 'hooks: 1 told' 'the rollback is told' -- deliver --all
same 'at least once, each with one key' "$(jq -r .key hook.log | sort | uniq -c | awk '{ print $2 ":" ($1 >= 1) }' | tr '\n' ' ')" 'canary-1-fleet:1 canary-2-fleet:1 canary-3-fleet:1 '
want 13 'held-after-rollback.*it runs hot' 'held: nothing goes by itself' -- promote later.yaml --to canary
want 4 'needs a name, and --why' 'why?' -- channel unfreeze canary
want 0 '^unfreeze: canary' 'let go' -- channel unfreeze canary --why 'understood'
want 0 '^freeze: canary' 'frozen' -- channel freeze canary --why fair
want 13 'frozen' 'nothing goes in' -- promote later.yaml --to canary
want 0 'version 2 .*promote .*version 3 |canary .* 3 ' 'its history' -- channel show canary
want 0 'floor: canary' 'a floor' -- channel floor canary --counter 4 --why CVE
want 0 'floor: canary' 'that never falls' -- channel floor canary --counter 2 --why oops
same 'the floor stays' "$(sqlite3 state/release/ledger.db 'select counter from floor')" 4
want 0 'canary is at version 4' 'a rollback works while it is frozen, to what is above the floor' -- rollback canary --why again
want 12 'below the floor' 'and not below' -- rollback canary --why again
want 4 'why TEXT says why' 'a rollback has a reason' -- rollback canary
want 0 'unfreeze' 'let go' -- channel unfreeze canary --why over
want 12 'security-floor' 'the gate knows the floor, too' -- promote candidate.yaml --to canary
digest=$(sha256sum later.yaml | cut -d' ' -f1)
want 0 '^bad: ' 'a bad mark' -- channel bad "$digest" --why burns
want 12 'bad-mark' 'goes nowhere' -- gate later.yaml -p policies/canary.yaml
want 0 'all stand' 'the audit' -- audit verify
want 0 'all stand' 'by the key that is pinned' -- audit verify --key ledger
want 14 'not by the key that is asked for' 'and not by another' -- audit verify --key ann
same 'all of it is in the log' "$(log_of '[.[].type] | unique | join(" ")')" 'bad decision delivery evidence floor freeze head key ledger run unfreeze'

# Decisions come again, whoever asks, wherever.
for decision in $(log_of '.[] | select(.type == "decision") | .digest'); do
	env -i PATH=/usr/bin HOME=/nowhere TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 TINYRIG_STATE="$TINYRIG_STATE" "$tinyrig" gate replay "$decision" --json 2>out | cmp -s - "state/release/objects/${decision:0:2}/${decision:2}" || no "replay of $decision"
done
ok 'every decision is made again, byte for byte, in another zone and locale'
# By another user, who has a copy of it, and by the program of another compiler, where there is one.
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
mkdir -m 755 elsewhere && cp -r state elsewhere/ && cp "$other_tinyrig" elsewhere/tinyrig && chmod 755 .
[ ${#as[@]} = 0 ] || chown -R 65534:65534 elsewhere
for decision in $(log_of '.[] | select(.type == "decision") | .digest'); do
	TINYRIG_STATE=$work/elsewhere/state "${as[@]}" elsewhere/tinyrig gate replay "$decision" --json 2>out | cmp -s - "state/release/objects/${decision:0:2}/${decision:2}" || no "replay of $decision by another"
done
ok "and by ${as[1]:-the same user}, by ${OTHER_TINYRIG:-the same program}"
want 4 'means no decision, or several' 'a decision that is none' -- gate replay 0000

# What is released, by the programs of others.
want 4 'nothing was promoted there yet' 'a channel that has nothing' -- channel export nowhere -o nothing
want 0 'released: smoke version 2, signed by' 'what smoke releases' -- channel export smoke -o released
"$tinyrig" key export ledger --format minisign >minisign.pub
"$tinyrig" key export ledger --format signify >signify.pub
if minisign -V -p minisign.pub -m released/host.image >out 2>&1 && grep -q 'Trusted comment: host of smoke version 2' out; then ok 'minisign verifies it'; else no minisign; fi
head -n 2 released/host.image.minisig >signify.sig
if signify-openbsd -V -p signify.pub -x signify.sig -m released/host.image >out 2>&1; then ok 'and signify'; else no signify; fi
printf X >>released/host.image
if minisign -V -p minisign.pub -m released/host.image >out 2>&1; then no 'a byte too many'; else ok 'not with a byte too many'; fi

# Another host tests for this one.
mkdir there
(
	export TINYRIG_STATE=$work/there
	cp -r state/keys there/ && rm there/keys/rig.pem there/keys/ledger.pem
	run_suite later host-b
	"$tinyrig" evidence export host=later -o theirs.jsonl
	"$tinyrig" key export rig --format vkey >theirs.vkey
	"$tinyrig" key export rig >theirs.pem
) >out 2>&1
sed "s|^signers.*|&\n  - {key: \"$(cat theirs.vkey)\", may: [evidence]}|; s|targets: .host.|targets: [{target: host, units: 2}]|" policies/smoke.yaml >two.yaml
cp later another && printf 'other' >>another # nobody knows this one yet
want 13 'passes: units' 'one unit is not two' -- gate host=later -p two.yaml
want 4 'nobody is trusted without --key' 'whom to trust?' -- evidence import theirs.jsonl
want 14 'theirs.jsonl:1' 'not by another key' -- evidence import theirs.jsonl --key ann
want 0 'theirs.jsonl: 2 taken in' 'their evidence comes in' -- evidence import theirs.jsonl --key theirs.pem
want 0 'theirs.jsonl: 0 taken in, 2 known' 'once' -- evidence import theirs.jsonl --key theirs.pem
want 0 'promote for smoke' 'two units of two hosts' -- gate host=later -p two.yaml
want 13 'passes: other-image' 'but not for another image' -- gate host=another -p two.yaml -e theirs.jsonl

# Two at once on the same head, which both have seen while somebody else writes: one goes, the other
# is told. On a busy machine one may come too late to have seen it, so several times.
run_suite "$good" host-a || no 'a run of the first one'
sed 's/: smoke$/: race/' policies/smoke.yaml >race.yaml
cp -r state calm
for ((n = 0; n < 5; n++)); do
	rm -r state && cp -r calm state
	{ echo 'begin immediate;' && sleep 2 && echo 'rollback;'; } | sqlite3 state/release/ledger.db &
	sleep 0.3
	for image in "$good" later; do
		{
			code=0
			"$tinyrig" promote "host=$image" --to race -p race.yaml >"race-${image##*/}" 2>&1 || code=$?
			echo $code >>"race-${image##*/}"
		} &
	done
	wait
	cat race-* >out
	codes=$(tail -qn 1 race-* | sort -n | tr '\n' ' ')
	same 'as many heads as went' "$(sqlite3 state/release/ledger.db "select count(*) from head where channel = 'race'")" "$(grep -ow 0 <<<"$codes" | wc -l)"
	"$tinyrig" audit verify >audited 2>&1 || no 'the audit after a race'
	[ "$codes" != '0 11 ' ] || break
done
same 'of two on the same head one goes' "$codes" '0 11 '
if grep -q 'somebody else moved race meanwhile' out; then ok 'and the other is told'; else no 'a race'; fi
rm -r state && mv calm state

# What was there before: an older copy of the ledger does not go on.
cp -r state/release older
want 0 'floor' 'something more happens' -- channel floor smoke --counter 1 --why more
mv state/release newer && cp -r older state/release
want 14 'it ends before its own checkpoint' 'an older copy is found' -- gate host=later -p two.yaml
want 14 'entries are missing, or an older copy' 'and told' -- audit verify
rm -r state/release && mv newer state/release
want 0 'all stand' 'the right one stands' -- audit verify

# A signer of others: OpenSSL, asked as a program.
openssl genpkey -algorithm ed25519 -out token.pem 2>out && openssl pkey -in token.pem -pubout -out token.pub.pem 2>out
cat >token <<SH
#!/bin/sh
jq -r .data | base64 -d >$work/pae && openssl pkeyutl -sign -inkey $work/token.pem -rawin -in $work/pae -out $work/sig && printf '{"signature": "%s"}' "\$(base64 -w0 $work/sig)"
SH
chmod +x token
want 0 '^bob  [0-9a-f]{64}' 'a key that is elsewhere' -- key new bob --public token.pub.pem --signer "$work/token"
want 0 'bob approves' 'signs there' -- approve later.yaml --to canary --key bob
printf '#!/bin/sh\nexit 1\n' >token
want 10 'token' 'or not' -- approve later.yaml --to canary --key bob
want 0 'all stand' 'the audit, at last' -- audit verify
exit $bad
