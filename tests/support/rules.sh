#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# House rules that no compiler knows: SPDX lines, file lengths, no marks of unfinished work; and
# scripts that shellcheck likes. Called by `make lint`.
# usage: tests/support/rules.sh
set -uo pipefail

LINES_MAX=600
failures=0

complain() {
	echo "$*" >&2
	failures=$((failures + 1))
}

# The tree itself is asked, not git: a tree without its history is checked as well.
folders=(rig drivers suites fixtures include tests docs .ci)
# Generated weights and data are no code that people read.
mapfile -t code < <(find "${folders[@]}" Makefile \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.js' \
	-o -path .ci/run -o -name Makefile \) ! -path 'fixtures/models/*.h' -type f | sort)
mapfile -t yaml < <(find suites fixtures -name '*.yaml' -type f | sort)
mapfile -t scripts < <(find "${folders[@]}" \( -name '*.sh' -o -path .ci/run \) -type f | sort)

for file in "${code[@]}" "${yaml[@]}"; do
	[ -f "$file" ] || continue
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ' ||
		complain "$file:1: no SPDX-License-Identifier line"
done
for file in "${code[@]}"; do
	[ -f "$file" ] || continue
	lines=$(wc -l <"$file")
	[ "$lines" -le $LINES_MAX ] || complain "$file: $lines lines; $LINES_MAX is the most"
done
# The brackets keep these rules from finding themselves.
marks='\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b|^#[ 	]*if[ 	]+[0]\b'
while IFS= read -r line; do
	complain "$line: unfinished work is an issue, not a mark"
done < <(grep -nEH "$marks" "${code[@]}" "${yaml[@]}" 2>/dev/null)
shellcheck --severity=style "${scripts[@]}" || complain "shellcheck has complaints"

[ "$failures" -eq 0 ] || exit 1
