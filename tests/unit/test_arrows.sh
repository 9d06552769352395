#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which part may know of which (the arrows of the design), read from the #include lines.
# usage: tests/unit/test_arrows.sh
set -uo pipefail

# A layer of rig/ includes itself and those before it.
layers='base yaml config data power flash gdb journal judge run report store release cli'

# rank LAYER: its place in the list; nothing for a folder that is no layer.
rank() {
	local place=0 layer
	for layer in $layers; do
		place=$((place + 1))
		[ "$layer" = "$1" ] && echo $place && return
	done
}

# Prints "FILE: NAME why" for each wrong #include of a file; $1 is the root of the tree.
wrong_includes() {
	local root=$1 file line name
	while IFS=: read -r file line; do
		name=$(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*(["<][^">]+[">]).*/\1/p' <<<"$line")
		why=$(judge_include "$root" "$file" "$name")
		[ -z "$why" ] || echo "${file#"$root"/}: $name: $why"
	done < <(find "$root/rig" "$root/drivers" "$root/include" "$root/fixtures/firmware" -name '*.[ch]' -print0 |
		sort -z | xargs -0 grep -HE '^[[:space:]]*#[[:space:]]*include')
}

# judge_include ROOT FILE NAME: says why FILE must not include NAME; nothing where it may.
judge_include() {
	local root=$1 file=${2#"$1"/} name=$3 bare=${3:1:-1}
	case $file in
	rig/main.c | rig/libexec/*) return ;;
	rig/*/*) judge_rig "$(cut -d/ -f2 <<<"$file")" "$bare" ;;
	drivers/* | include/rig/*)
		case $name in
		*..*) echo "reaches out of its folder" ;;
		'<rig/'*) [ -f "$root/include/$bare" ] || echo "is no part of the seam include/rig" ;;
		'<tinyrig-target/'*) echo "is what firmware includes; the host does not" ;;
		'"'*) [ -f "$(dirname "$2")/$bare" ] || echo "reaches out of its folder" ;;
		'<'*) [ ! -e "$root/rig/$bare" ] || echo "is in the core" ;;
		esac
		;;
	include/tinyrig-target/* | fixtures/firmware/*)
		case $bare in
		rig/* | glib* | jansson* | gio/*) echo "is of the host, not of firmware" ;;
		*/*) [[ $file == fixtures/* && $bare == ../models/* || $bare == sys/* ]] || echo "is not beside it" ;;
		esac
		;;
	esac
}

# judge_rig LAYER NAME
judge_rig() {
	local mine theirs
	mine=$(rank "$1")
	[ -n "$mine" ] || { echo "rig/$1 is no layer; put it in the list of this test" && return; }
	case $2 in
	*..*) echo "reaches out of its folder" ;;
	tinyrig-target/* | drivers/*) echo "is below the seam include/rig" ;;
	run/result.h) [ "$mine" -ge "$(rank run)" ] || echo "layer $1 is below run" ;;
	run/*)
		if [ "$1" = report ]; then
			echo "report knows of run/result.h alone"
		elif [ "$mine" -lt "$(rank run)" ]; then
			echo "layer $1 is below run"
		fi
		;;
	*/*)
		theirs=$(rank "${2%%/*}")
		[ -z "$theirs" ] || [ "$theirs" -le "$mine" ] || echo "layer $1 is below ${2%%/*}"
		;;
	esac
}

# The test can fail: a tree in which each rule is broken once.
failures=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{rig/{base,config,report,run,extra},drivers/link,include/{rig,tinyrig-target},fixtures/firmware}
touch "$tree/include/rig/link.h" "$tree/drivers/link/own.h"
plant() {
	printf '#include %s\n' "$2" >>"$tree/$1"
	planted=$((planted + 1))
}
planted=0
plant rig/base/a.c '"yaml/node.h"'
plant rig/base/b.c '"../cli/command.h"'
plant rig/config/a.c '"run/result.h"'
plant rig/run/a.c '"report/terminal.h"'
plant rig/report/a.c '"run/supervisor.h"'
plant rig/report/b.c '<tinyrig-target/crc32.h>'
plant rig/extra/a.c '"base/files.h"'
plant drivers/link/a.c '"base/files.h"'
plant drivers/link/b.c '<rig/supervisor.h>'
plant drivers/link/c.c '<tinyrig-target/crc32.h>'
plant drivers/link/d.c '"../protocol/other.h"'
plant include/rig/a.h '"yaml/node.h"'
plant include/tinyrig-target/a.c '<glib.h>'
plant fixtures/firmware/a.c '<rig/link.h>'
found=$(wrong_includes "$tree" | wc -l)
[ "$found" -eq $planted ] || {
	echo "of $planted wrong includes that were planted, $found were found:"
	wrong_includes "$tree"
	failures=1
}
# And it lets what is right through.
rm -rf "$tree"/rig/*/*.c "$tree"/drivers/link/*.c "$tree"/include/*/a.* "$tree"/fixtures/firmware/*
plant rig/report/a.c '"run/result.h"'
plant rig/run/a.c '"judge/judge.h"'
plant rig/base/a.c '<rig/link.h>'
plant drivers/link/a.c '"own.h"'
plant drivers/link/b.c '<sys/socket.h>'
right=$(wrong_includes "$tree")
[ -z "$right" ] || {
	echo "right includes were refused:"
	echo "$right"
	failures=1
}

cd "$(dirname "$0")/../.." || exit 1
wrong=$(wrong_includes "$PWD")
[ -z "$wrong" ] || {
	echo "$wrong"
	failures=1
}
exit $failures
