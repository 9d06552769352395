#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each header compiles alone, with what its folder may see.
# usage: tests/unit/test_headers.sh    (CC: the compiler)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

export CC=${CC:-gcc}
libraries=$(pkg-config --cflags glib-2.0 yaml-0.1 jansson libelf libserialport check umockdev-1.0)
export libraries

header_alone() {
	local see=-Iinclude language="c11"
	case $1 in
	rig/*) see="-Iinclude -Irig" ;;
	tests/*) see="-Iinclude -Irig -Itests/support -Iinclude/tinyrig-target -Ifixtures -Ifixtures/virtual-bench -Ifixtures/firmware -Ifixtures/models" ;;
	fixtures/virtual-bench/*) see="-Iinclude -Irig -Ifixtures/virtual-bench" ;;
	include/tinyrig-target/* | fixtures/*)
		see="-Iinclude/tinyrig-target -Ifixtures/firmware -Ifixtures/models"
		language="c99"
		;;
	esac
	# Twice, which its guard must bear.
	# shellcheck disable=SC2086 # lists of flags
	printf '#include "%s"\n#include "%s"\n' "$1" "$1" |
		"$CC" -std=$language -D_GNU_SOURCE -Wall -Wextra -Werror -I. $see $libraries -fsyntax-only -x c - ||
		{ echo "$1: does not compile alone" && return 1; }
}
export -f header_alone

# The test can fail.
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
echo 'RigLink *rig_link_that_nobody_declares(void);' >"$own/wrong.h"
if header_alone "$own/wrong.h" >/dev/null 2>&1; then
	echo "a header that needs another was let through"
	exit 1
fi

# shellcheck disable=SC2016 # the inner shell expands
find include rig drivers tests fixtures/firmware fixtures/virtual-bench -name '*.h' -print0 | sort -z |
	xargs -0 -P "${JOBS:-2}" -I{} bash -c 'header_alone "$1"' header_alone {}
