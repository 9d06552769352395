#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys and evidence as an engineer meets them, and by the word of OpenSSL.
set -uo pipefail
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state
cd "$work" || exit 1
bad=0
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr '\n' ' ' <out)" && bad=1; }
# want CODE PATTERN WHAT -- WORDS…
want() {
	local code=$1 pattern=$2 what=$3 got=0
	shift 4
	"$tinyrig" "$@" >out 2>&1 || got=$?
	if [ $got = "$code" ] && tr '\n' ' ' <out | grep -qE -- "$pattern"; then ok "$what"; else no "$what: exit $got"; fi
}
echo 'open sesame' >words
want 0 'There are no keys; .tinyrig key new NAME. makes one' 'no keys yet' -- key show
want 0 '^lab  [0-9a-f]{64} kept in .*/keys/lab.pem, without a passphrase; give others' 'a key' -- key new lab
want 4 'is there already; a key is never written over' 'and never another in its place' -- key new lab
want 0 '^gate ' 'a key with a passphrase' -- key new gate --passphrase-file words
want 0 'gate .*the passphrase is missing or wrong lab +[0-9a-f]{64}' 'both are listed' -- key show
want 0 'both halves' 'it opens with its passphrase' -- key show gate --passphrase-file words
want 4 'is no name of a key' 'a name that is none' -- key new Lab
want 4 'nothing to do with a key' 'a verb that is none' -- key frob
if [ "$(stat -c %a state/keys/lab.pem)" = 600 ]; then ok 'its owner alone may read it'; else no 'permissions'; fi
chmod 640 state/keys/lab.pem
want 4 'a private key that others may read or write is nobody' 'a key that others may read' -- key show lab
chmod 600 state/keys/lab.pem
"$tinyrig" key export lab >lab.pem
"$tinyrig" key export gate --passphrase-file words >gate.pem
if openssl pkey -pubin -in lab.pem -noout -text 2>out | grep -q ED25519; then ok 'OpenSSL reads the public half'; else no 'openssl pkey'; fi
if openssl pkey -in state/keys/gate.pem -passin file:words -pubout 2>out | cmp -s - gate.pem; then ok 'and the encrypted private one'; else no 'openssl with the passphrase'; fi
want 0 '^lab\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}' 'a key for verifiers of notes' -- key export lab --format vkey

image=(--image "host=$firmware/digits-host" --bench "$root/fixtures/benches/host.yaml" --board host-a)
want 4 'there is no ledger here yet' 'no run yet' -- evidence list
"$tinyrig" run "$root/suites/smoke.yaml" "${image[@]}" -k digits >out 2>&1 || no 'a run'
"$tinyrig" key export rig >rig.pem
want 0 '^ +1  [0-9]{8}-[0-9]{6}-host-a-[0-9a-f]{4} +pass +smoke +unit H1 +image [0-9a-f]{12}  rig [0-9a-f]{8}' 'it left evidence' -- evidence list
want 0 'run.jsonl: 3 statements' 'evidence of a run' -- evidence export last -o run.jsonl
want 4 'run.jsonl: is there already' 'nothing is written over' -- evidence export last -o run.jsonl
want 4 'is no run with evidence' 'a run that is none' -- evidence export nothing
want 0 'host-a-[0-9a-f]{4}: pass; sha256 .*test-result/v0.1: PASSED; sha256.*tally:v1: last run is 1' 'it verifies' -- evidence verify run.jsonl --key rig.pem
want 14 'run.jsonl:1: 0 of the 1 keys that are trusted have signed it' 'not by another key' -- evidence verify run.jsonl --key gate.pem
want 4 'nobody is trusted without --key' 'whom to trust?' -- evidence verify run.jsonl
want 4 'nothing to do with evidence' 'a verb that is none' -- evidence frob
want 0 'predicateType":"urn:tinyrig:hil-run:v1".*"number":"1","previous":"0","readback":"none".*"journal.jsonl"' 'what it says' -- evidence show run.jsonl
"$tinyrig" evidence show run.jsonl | head -n 1 | jq -r '.predicate.files[] | "\(.digest.sha256)  \(.name)"' >sums
"$tinyrig" show last --files=files >out 2>&1
if (cd files && sha256sum --quiet -c ../sums) >out 2>&1; then ok "its digests are those of the run's files"; else no 'digests'; fi
if [ "$(jq -r '.subject[0].digest.sha256' <<<"$("$tinyrig" evidence show run.jsonl | head -n 1)")" = "$(sha256sum <"$firmware/digits-host" | cut -d' ' -f1)" ]; then
	ok 'and its subject is the image'
else
	no 'subject'
fi

# OpenSSL over the bytes that DSSE says are signed; then with one of them turned.
for line in 1 2 3; do
	sed -n ${line}p run.jsonl >envelope
	jq -r .payload envelope | base64 -d >body
	{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(stat -c %s body)" && cat body; } >pae
	jq -r '.signatures[0].sig' envelope | base64 -d >sig
	if openssl pkeyutl -verify -pubin -inkey rig.pem -rawin -in pae -sigfile sig >out 2>&1; then ok "OpenSSL verifies line $line"; else no "openssl, line $line"; fi
done
sed '1s/"payload":"eyJ/"payload":"eyK/' run.jsonl >turned.jsonl
want 14 'turned.jsonl:1' 'a byte that was turned' -- evidence verify turned.jsonl --key rig
head -c 500 run.jsonl >cut.jsonl
want 4 'cut.jsonl:1: it is no DSSE envelope' 'a file that was cut' -- evidence verify cut.jsonl --key rig
"$tinyrig" run "$root/suites/smoke.yaml" --image "host=$firmware/digits-host-2bit" --bench "$root/fixtures/benches/host.yaml" --board host-a -k digits >out 2>&1
want 0 '3 statements' 'evidence of a failure' -- evidence export last -o failed.jsonl
want 0 ': fail; .*test-result/v0.1: FAILED' 'says so' -- evidence verify failed.jsonl --key rig
exit $bad
