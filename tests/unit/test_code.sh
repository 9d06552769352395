#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What runs on targets' cores is what its source says: assembled anew, it is the header's bytes.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
bad=0
for source in drivers/target/code/*.S; do
	name=$(basename "$source" .S)
	if drivers/target/code/header.sh "$source" "$name" | cmp - "drivers/target/${name}_code.h"; then
		echo "ok: ${name}_code.h"
	else
		echo "not ok: ${name}_code.h is not what $source says: run \`make code\`"
		bad=1
	fi
done
exit $bad
