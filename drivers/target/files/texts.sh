#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shipped target files as C: the table rig_target_texts of rig/config/target.h.
# usage: texts.sh FILE.yaml…
set -euo pipefail
printf '#include "config/target.h"\n\nconst RigTargetText rig_target_texts[] = {\n'
for file in "$@"; do
	printf '    {"%s",\n' "$(basename "$file" .yaml)"
	sed 's/[\\"]/\\&/g; s/.*/     "&\\n"/' "$file"
	printf '    },\n'
done
printf '    {NULL, NULL},\n};\n'
