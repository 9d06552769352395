#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What docs/troubleshooting.md quotes is what the program says: each quoted part of the first column
# stands in a string of rig/ or drivers/.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
missing=0 quoted=0

# Without comments; strings that the compiler joins are put together.
strings=$(find rig drivers -name '*.c' -print0 | sort -z | xargs -0 -n 1 gcc -fpreprocessed -dD -E -P |
	tr '\n' ' ' | sed -E 's/"[[:space:]]*"//g')
# shellcheck disable=SC2016 # Markdown's quotes
while IFS= read -r part; do
	quoted=$((quoted + 1))
	grep -qF -- "$part" <<<"$strings" || {
		echo "docs/troubleshooting.md quotes \"$part\", which the program does not say"
		missing=$((missing + 1))
	}
done < <(sed -nE 's/^\| (`[^|]*`[^|]*) \|.*/\1/p' docs/troubleshooting.md | grep -oE '`[^`]+`' | tr -d '`')
echo "$quoted messages"
[ "$missing" -eq 0 ] && [ "$quoted" -gt 30 ]
