#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hooks by HTTP, against a server of others' making: what it gets, by OpenSSL's word, and what becomes
# of each of its answers.
set -uo pipefail
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state no_proxy=127.0.0.1
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
# serve FOLDER WORD…: its port is in FOLDER/port.
serve() {
	mkdir "$1"
	/usr/bin/python3 "$root/tests/support/hook_server.py" "$@" 2>"$1/errors" &
	servers+=($!)
	local tries=200
	until [ -e "$1/port" ]; do
		[ $((--tries)) -gt 0 ] || { cat "$1/errors" && exit 1; }
		sleep 0.05
	done
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>out || no openssl
serve plain
serve tls tls.crt tls.key

printf 'between you and me\n' >secret && chmod 600 secret
"$tinyrig" key new rig >out
cat >p.yaml <<YAML
policy: smoke
channel: smoke
readback: any
signers: [{key: "$("$tinyrig" key export rig --format vkey)", may: [evidence]}]
suites: [{suite: smoke, targets: [host], fresh: 7d, optional: [energy]}]
hooks: [{hook: fleet, url: "http://127.0.0.1:$(cat plain/port)/hook?a=b", secret: $work/secret}]
YAML
"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host" --board host-a >out 2>&1 || no 'a run'

# What is wrong is told, with what the server said as one line, and is tried again.
told() { want 10 "fleet: .*$1" "$2" -- deliver --all; }
echo 503 >plain/answer
want 0 'smoke is at version 1.*HTTP 503: the fleet .31m says 503xxx' 'a server that is busy' -- promote "host=$firmware/digits-host" --to smoke -p p.yaml
if grep -q $'\x1b\|x\{300\}' out; then no 'what a terminal would obey, or too much'; else ok 'it is told as one short line'; fi
for answer in 404 500; do
	echo $answer >plain/answer
	told "HTTP $answer" "an answer of $answer"
done
echo loop >plain/answer
told 'HTTP 302' 'a redirect is not followed'
echo cut >plain/answer
told 'Empty reply' 'a server that hangs up'
chmod 644 secret
told 'others may read this secret: chmod 600' 'a secret that others may read'
mv secret gone
told 'No such file' 'a secret that is gone'
mv gone secret && chmod 600 secret
echo 204 >plain/answer
want 0 'hooks: 1 told' 'told at last' -- deliver --all
want 0 'nothing is due' 'and not again' -- deliver --all
same 'each time with one key' "$(jq -r '.headers["Idempotency-Key"]' plain/log | sort | uniq -c | xargs)" '6 smoke-1-fleet'
same 'always there' "$(jq -r .path plain/log | sort -u)" '/hook?a=b'
same 'as JSON' "$(jq -r '.headers["Content-Type"]' plain/log | sort -u)" application/json
same 'the event' "$(jq -r '.body | fromjson | [.key, .action, .channel] | join(" ")' plain/log | sort -u)" 'smoke-1-fleet promote smoke'
tail -n 1 plain/log >last
signed=$(jq -j '.headers["X-Tinyrig-Timestamp"], ".", .body' last | openssl dgst -sha256 -hmac 'between you and me' | sed 's/.* //')
same "its signature, by OpenSSL" "$(jq -r '.headers["X-Tinyrig-Signature"]' last)" "sha256=$signed"

echo 409 >plain/answer
cp "$firmware/digits-host" later && printf later >>later
"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image host=later --board host-a >out 2>&1 || no 'a run'
want 0 'smoke is at version 2.*hooks: 1 told' '409: it was told already' -- promote host=later --to smoke -p p.yaml

# Whom nobody vouches for is told nothing.
sed -i "s|http://[^\"]*|https://127.0.0.1:$(cat tls/port)/|" p.yaml
echo 200 >tls/answer
cp later latest && printf later >>latest
"$tinyrig" run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image host=latest --board host-a >out 2>&1 || no 'a run'
want 0 'version 3.*could not be told.*certificate' 'a certificate that nobody vouches for' -- promote host=latest --to smoke -p p.yaml
if [ -e tls/log ]; then no 'it was told'; else ok 'and nothing was told'; fi
cp -r state untold
CURL_CA_BUNDLE=$work/tls.crt want 0 'hooks: 1 told' 'one whom we vouch for' -- deliver --all
same 'is told' "$(jq -r '.headers["Idempotency-Key"]' tls/log)" smoke-3-fleet
rm -r state && mv untold state
kill "${servers[1]}" && wait "${servers[1]}" 2>/dev/null
told "connect" 'nobody is there'
TINYRIG_LIBEXEC=$work/nowhere want 10 'certificate|connect' 'a folder that has none: the one beside it' -- deliver --all
same 'what waits is not forgotten' "$(sqlite3 state/release/ledger.db "select group_concat(key || ' ' || state, ', ') from delivery")" 'smoke-1-fleet done, smoke-2-fleet done, smoke-3-fleet pending'
want 0 'all stand' 'the audit' -- audit verify
exit $bad
