#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reports of everyday and of hostile sessions, read by programs that others wrote: JUnit by xmllint
# against the common schema, JSON by jq and python3-jsonschema against docs/report.schema.json.
# usage: tests/system/reports.sh [REPORT_WRITER]
set -eu

cd "$(dirname "$0")/../.."
variant=${VARIANT:-san}
writer=${1:-build/$variant/tests/system/report_writer}
[ -n "${1:-}" ] || make -s VARIANT="$variant" "$writer"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
failures=0

complain() {
	echo "reports.sh: $*" >&2
	failures=$((failures + 1))
}

# Validates $1 (JSON) against $2 (schema); $3 = reject turns the answer round.
validate_json() {
	/usr/bin/python3 - "$@" <<'PY'
import json, sys
import jsonschema
with open(sys.argv[2]) as text:
    schema = json.load(text)
with open(sys.argv[1]) as text:
    report = json.load(text)
jsonschema.Draft7Validator.check_schema(schema)
problems = list(jsonschema.Draft7Validator(schema).iter_errors(report))
for problem in problems[:5]:
    print("/".join(map(str, problem.absolute_path)), problem.message[:200])
sys.exit(1 if problems else 0)
PY
}

check_session() {
	session=$1
	at=$folder/$session
	mkdir -p "$at"
	"$writer" "$session" "$at" || complain "$session: the writer failed"
	xmllint --noout --schema tests/support/junit.xsd "$at/report.xml" 2>"$at/xmllint.txt" ||
		complain "$session: JUnit: $(head -n 3 "$at/xmllint.txt")"
	jq -e '.schema == "tinyrig-report-1"' "$at/report.json" >/dev/null ||
		complain "$session: jq cannot read the JSON"
	# A large report is the typical one many times over: one run of the validator is enough.
	[ "$session" = large ] || validate_json "$at/report.json" docs/report.schema.json >"$at/json.txt" ||
		complain "$session: JSON: $(cat "$at/json.txt")"
	for page in terminal.txt github.txt summary.md; do
		if LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" "$at/$page"; then
			complain "$session: $page holds control characters"
		fi
		iconv -f UTF-8 -t UTF-8 "$at/$page" >/dev/null || complain "$session: $page is no UTF-8"
	done
}

for session in broken empty green hostile large typical; do
	check_session "$session"
done

# The counts that another reader finds are ours.
typical=$folder/typical
[ "$(xmllint --xpath 'count(//failure)' "$typical/report.xml")" = 1 ] || complain "failures differ"
[ "$(xmllint --xpath 'count(//error)' "$typical/report.xml")" = 2 ] || complain "errors differ"
[ "$(jq '[.runs[].cases[] | select(.verdict == "fail")] | length' "$typical/report.json")" = 2 ] ||
	complain "JSON cases differ"
# Without retries nothing is used that Ant's stricter schema does not know.
[ "$(xmllint --xpath 'count(//*[starts-with(name(), "flaky") or starts-with(name(), "rerun")])' \
	"$folder/green/report.xml")" = 0 ] || complain "a green report tells of retries"
# GitLab takes at most 30 MB.
[ "$(wc -c <"$folder/large/report.xml")" -lt 30000000 ] || complain "the large JUnit is too large"
[ "$(wc -c <"$folder/large/summary.md")" -lt 1048576 ] || complain "the large summary is too large"

# The schemas can say no.
sed 's/<failure type="fail"/<failure/' "$typical/report.xml" >"$folder/wrong.xml"
! xmllint --noout --schema tests/support/junit.xsd "$folder/wrong.xml" 2>/dev/null ||
	complain "junit.xsd accepts a failure without type"
for wrong in '.runs[0].verdict = "great"' 'del(.exit_code)' '.runs[0].extra = 1'; do
	jq "$wrong" "$typical/report.json" >"$folder/wrong.json"
	! validate_json "$folder/wrong.json" docs/report.schema.json >/dev/null ||
		complain "report.schema.json accepts: $wrong"
done

[ "$failures" -eq 0 ] || exit 1
echo "reports.sh: 6 sessions, all reports valid"
