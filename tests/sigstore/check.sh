#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Evidence against npm's @sigstore/verify: ours verifies there, a byte that was turned does not, and
# what sigstore's code makes with the same key verifies here.
# usage: check.sh FOLDER: where npm puts its packages
set -euo pipefail
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
mkdir -p "$1"
packages=$(realpath "$1")
cp "$here"/package*.json "$packages"
npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$packages"
export NODE_PATH=$packages/node_modules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state TINYRIG_LOCK_DIR=$work
cd "$work"
fall() { echo "not ok: $1" && cat said && exit 1; }

"$tinyrig" key new rig >said
"$tinyrig" key export rig >rig.pem
"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host" --board host-a >said 2>&1
"$tinyrig" evidence export last -o run.jsonl >said
node "$here/verify.js" rig.pem run.jsonl >said 2>&1 || fall 'sigstore verifies our evidence'
[ "$(grep -c ': verified$' said)" = "$(wc -l <run.jsonl)" ] || fall 'all of its envelopes'
echo 'ok: sigstore verifies our evidence'
sed '1s/"payload":"eyJ/"payload":"eyK/' run.jsonl >turned.jsonl
if node "$here/verify.js" rig.pem turned.jsonl >said 2>&1; then fall 'a byte that was turned'; fi
grep -q 'turned.jsonl:1: .*failed' said || fall 'which envelope it is'
echo 'ok: and not with a byte turned'
node "$here/sign.js" state/keys/rig.pem run.jsonl >theirs.jsonl
"$tinyrig" evidence verify theirs.jsonl --key rig.pem >said 2>&1 || fall 'theirs, by the same key, verifies with ours'
echo 'ok: theirs, by the same key, verifies with ours'
