#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A store of the first schema version gives the answers that the sqlite3 shell finds in it before
# it is brought up to date; one of a later version is refused and left as it is. Its inference
# records are compared as Python reads them.
# usage: tests/system/migrate.sh    (TINYRIG, FIRMWARE: what `make check` sets)
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tinyrig=$(realpath "${TINYRIG:-$root/build/san/tinyrig}")
firmware=$(realpath "${FIRMWARE:-$root/build/firmware}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_LOCK_DIR=$work TZ=UTC
cd "$work" || exit 1
bad=0

wrong() {
	echo "not ok: $*"
	bad=$((bad + 1))
}

# A store as somebody left it; the rest asks it, or what it was copied from.
fresh() {
	rm -rf .tinyrig && mkdir .tinyrig
	cp first.db .tinyrig/store.db
}

# same WHAT: compares the files wanted and got
same() {
	diff wanted got >differs || wrong "$1: $(head -n 20 differs)"
	[ -s wanted ] || wrong "$1: there is nothing to compare"
}

sqlite3 first.db <"$root/tests/support/store_v1.sql" || exit 1
[ "$(sqlite3 first.db 'PRAGMA user_version; PRAGMA integrity_check' | tr '\n' ' ')" = "1 ok " ] ||
	wrong "the fixture is no store of version 1"
verdicts="CREATE TEMP TABLE named (verdict, name, letter); INSERT INTO named VALUES
	(0, 'skip', '-'), (1, 'pass', 'p'), (2, 'inconclusive', 'i'), (3, 'fail', 'f'), (4, 'error', 'e');"

# Runs, each with all that is told of it.
sqlite3 first.db "$verdicts
SELECT json_object('id', run.name, 'suite', suite.text, 'bench', bench.text, 'board', board.text,
	'target', target.text, 'unit_serial', unit.text, 'candidate', candidate.text,
	'load_digest', digest.text, 'started', strftime('%Y-%m-%dT%H:%M:%SZ', started_us / 1000000, 'unixepoch'),
	'duration_us', duration_us, 'verdict', named.name, 'message', run.message, 'pinned', why, 'cases',
	(SELECT json_group_object(name, (SELECT count(*) FROM result WHERE result.run = run.id
		AND result.verdict = named.verdict)) FROM named))
FROM run LEFT JOIN word AS suite ON suite.id = suite LEFT JOIN word AS bench ON bench.id = bench
	LEFT JOIN word AS board ON board.id = board LEFT JOIN word AS target ON target.id = target
	LEFT JOIN word AS unit ON unit.id = unit LEFT JOIN word AS candidate ON candidate.id = candidate
	LEFT JOIN word AS digest ON digest.id = load_digest LEFT JOIN pin ON pin.run = run.id
	LEFT JOIN named ON named.verdict = run.verdict
ORDER BY run.id DESC" | jq -S . >wanted
fresh
"$tinyrig" runs --all --json | jq -S '.[]' >got || wrong "runs ended with $?"
same "runs"
[ "$(sqlite3 .tinyrig/store.db 'PRAGMA user_version')" -eq 2 ] || wrong "the store was not brought up to date"
[ "$("$tinyrig" runs --all --failed --json | jq length)" -eq "$(sqlite3 first.db 'SELECT count(*) FROM run WHERE verdict > 1')" ] ||
	wrong "runs --failed"

# Cases over time, by window functions.
sqlite3 first.db "$verdicts
WITH row AS (SELECT suite.text AS suite, bench.text AS bench, board.text AS board, name.text AS name,
	json_array(suite.text, bench.text, board.text, name.text) AS place, result.verdict AS verdict, letter, flaky, started_us, result.id AS id, load_digest AS image, suite_sha256 AS content
	FROM result JOIN run ON run.id = run JOIN named ON named.verdict = result.verdict
	JOIN word AS suite ON suite.id = suite JOIN word AS bench ON bench.id = bench
	JOIN word AS board ON board.id = board JOIN word AS name ON name.id = result.name
	WHERE result.verdict <> 0),
turn AS (SELECT *, verdict <> lag(verdict) OVER before AND image IS lag(image) OVER before
	AND content IS lag(content) OVER before AS turned,
	group_concat(letter, '') OVER before AS trail FROM row
	WINDOW before AS (PARTITION BY place ORDER BY id))
SELECT json_object('suite', suite, 'bench', bench, 'board', board, 'case', name,
	'trail', (SELECT trail FROM turn AS t WHERE t.place = turn.place ORDER BY length(trail) DESC LIMIT 1),
	'turns', sum(coalesce(turned, 0)), 'retried', sum(flaky),
	'flaky', json(iif(sum(coalesce(turned, 0)) + sum(flaky) > 0, 'true', 'false')),
	'last_not_passed', strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT max(started_us) FROM turn AS t
		WHERE t.place = turn.place AND verdict <> 1) / 1000000, 'unixepoch'),
	'runs', (SELECT json_group_object(named.name, (SELECT count(*) FROM turn AS t
		WHERE t.place = turn.place AND t.verdict = named.verdict)) FROM named))
FROM turn GROUP BY place ORDER BY suite, board, bench, name" | jq -S . >wanted
fresh
"$tinyrig" history --json | jq -S '.[]' >got || wrong "history ended with $?"
same "history"

# What failed last, as the plan of the next run.
sed 's/^bench: host/bench: desk/; s/host-a/mps2-a/; s/host-b/microbit-b/' \
	"$root/fixtures/benches/host.yaml" >desk.yaml
failed="SELECT DISTINCT %s FROM (SELECT board.text AS board, name.text AS name, result.verdict AS verdict,
	row_number() OVER (PARTITION BY run.board, result.name ORDER BY result.id DESC) AS place
	FROM result JOIN run ON run.id = run JOIN word AS board ON board.id = board
	JOIN word AS name ON name.id = result.name
	WHERE result.verdict <> 0 AND suite = (SELECT id FROM word WHERE text = 'smoke')
	AND bench = (SELECT id FROM word WHERE text = 'desk')) WHERE place = 1 AND verdict > 1 ORDER BY 1"
# shellcheck disable=SC2059 # the statement is the format
{
	sqlite3 first.db "$(printf "$failed" "'board ' || board")"
	sqlite3 first.db "$(printf "$failed" name)"
} | sort >wanted
fresh
"$tinyrig" run "$root/suites/smoke.yaml" --bench desk.yaml --image "host=$firmware/digits-host" \
	--last-failed --dry-run >plan 2>&1 || wrong "the plan ended with $?: $(cat plan)"
sed -nE 's/^(board [^ ]*) .*/\1/p; s/^  ([a-z-]+) .*/\1/p' plan | sort -u >got
same "last-failed"
grep -q '^3 of 6 cases did not pass last time: only they run$' plan || wrong "the plan says: $(head -n 1 plan)"

# A store that is newer: nobody touches it.
fresh
sqlite3 .tinyrig/store.db 'PRAGMA user_version = 99'
before=$(sha256sum .tinyrig/*)
for command in runs "show last" history "gc --dry-run" "pin last" "diff last last~1" \
	"run $root/suites/smoke.yaml --bench desk.yaml --image host=$firmware/digits-host"; do
	code=0
	# shellcheck disable=SC2086 # words
	"$tinyrig" $command >said 2>&1 || code=$?
	[ $code -eq 4 ] || wrong "$command on a newer store ended with $code"
	grep -q 'written by a newer tinyrig (version 99.*use that one' said || wrong "$command says: $(cat said)"
done
[ "$(sha256sum .tinyrig/*)" = "$before" ] || wrong "the newer store was touched"

# A run of today in the store of then; its records, as a program of others reads them.
fresh
"$tinyrig" run "$root/suites/smoke.yaml" --bench desk.yaml --board mps2-a \
	--image "host=$firmware/digits-host" -k digits >said 2>&1 || wrong "a run ended with $?: $(cat said)"
[ "$("$tinyrig" runs --all --json | jq length)" -eq 14 ] || wrong "the new run is not among the old"
"$tinyrig" show last --inferences csv >records.csv || wrong "the records ended with $?"
"$tinyrig" show last --files files || wrong "the files ended with $?"
python3 - <<'PY' || wrong "the records differ from the journal"
import csv, json, math, sys
table = list(csv.DictReader(open("records.csv", newline="")))
events = [json.loads(line) for line in open("files/journal.jsonl")]
records = [event for event in events if event.get("e") == "inference"]
assert len(table) == len(records) == 50, (len(table), len(records))
for row, record in zip(table, records):
    assert row["case"] == "digits" and None not in row and None not in row.values(), row
    outputs = [float(row["output_%d" % i]) for i in range(10)]
    assert outputs == record["outputs"], (outputs, record["outputs"])
    for key in ("seq", "step", "input", "label", "iterations", "sent_us", "done_us", "lap_us"):
        assert int(row[key]) == record[key], (key, row, record)
    for key in ("recording", "integrity", "lap_integrity"):
        assert row[key] == record[key], (key, row, record)
    for key in ("marker_first", "charge_pc", "energy_pj", "uncertainty_pj"):
        assert row[key] == "", row
PY
[ $bad -eq 0 ]
