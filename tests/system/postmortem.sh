#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Firmware that hangs, faults, or overflows its stack, on both boards of the virtual bench: the report
# names symbol and line where the core stood, as addr2line has them; registers and stack are kept; a
# probe that fails then changes no verdict.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
defects=$(realpath "${DEFECTS:-build/defects}/firmware")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench TINYRIG_BENCH=$root/fixtures/benches/virtual.yaml tinyrig defects firmware root work
unset G_DEBUG
cd "$work" || exit 1
cat >suite.yaml <<YAML
suite: short
setup: [flash, reset, identify]
cases:
  - case: digits
    steps:
      - infer: {recording: $root/fixtures/recordings/digits, inputs: 40, as: r}
        timeout: 4s
YAML
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr '\n' ' ' <notes | tail -c 900)"; }
trap=$(grep -n __builtin_trap "$root/tests/defects/firmware/main_stack.c" | cut -d: -f1)
# says PATTERN WHAT: in the notes of board $board.
says() { if grep -qE -- "$1" notes; then ok "$2"; else no "$2 ($1)"; fi; }
for defect in hard_fault hangs stack_overflow interrupt_fault main_stack; do
	"$tinyrig" run suite.yaml --color never --image "mps2-an386=$defects/$defect-mps2-an386.elf" \
		--image "microbit=$defects/$defect-microbit.elf" >out 2>&1
	[ $? = 1 ] || { cp out notes; no "$defect: exit code"; }
	for board in mps2-a microbit-a; do
		id=$(sed -n "s/.* \([0-9]*-[0-9]*-$board-[0-9a-f]*\)$/\1/p" out | tail -n 1)
		"$tinyrig" show "$id" --json | jq -r '.cases[].attempts[].notes[]' >notes
		case $defect in
		hard_fault)
			says 'in HardFault' "$board: a hard fault is named"
			[ $board = microbit-a ] || says 'undefined instruction' "$board: and why it came"
			says 'before that it was in __wrap_digits_net_infer.*hard_fault\.c:11\), maybe called from .*recogniser_infer' "$board: and where"
			;;
		hangs) says 'core \((running|asleep)\) stood in .*, maybe called from .*(defect_hang|__wrap_digits_net_infer)' "$board: where it hangs" ;;
		stack_overflow)
			says 'stood in cortex_fault' "$board: the handler that it ended in"
			says 'stack has overflown.*calls on it: .*(__wrap_digits_net_infer|recogniser_infer)' "$board: an overflow, and who was called"
			;;
		interrupt_fault)
			says 'before that it was in __wrap_board_interrupt.*interrupt_fault\.c:13\), in interrupt .*maybe called from start_interrupt' "$board: the interrupt, not what it interrupted"
			;;
		main_stack)
			says "before that it was in main_stack_overflow.*main_stack\.c:$trap\), maybe called from .*main_stack.c" "$board: where, on the one stack there is"
			limit=$((16#$(arm-none-eabi-nm "$defects/main_stack-$([ $board = mps2-a ] && echo mps2-an386 || echo microbit).elf" | sed -n 's/ . __StackLimit$//p')))
			says 'stack overflow: SP 0x[0-9a-f]+ is [0-9]+ bytes below its limit __StackLimit' "$board: an overflow that the core does not see"
			read -r sp bytes < <(sed -n 's/^stack overflow: SP \(0x[0-9a-f]*\) is \([0-9]*\) .*/\1 \2/p' notes)
			if [ $((sp + bytes)) = $limit ]; then ok "$board: and by how much"; else no "$board: $sp + $bytes is not $limit"; fi
			;;
		esac
		"$tinyrig" show "$id" --files files >/dev/null 2>&1
		says 'registers and stack are in postmortem-digits-1\.json' "$board: the rest is kept"
		file=$(ls files/*/postmortem-digits-1.json files/postmortem-digits-1.json 2>/dev/null | head -n 1)
		if [ -n "$file" ] && jq -e '.registers.pc > 0 and (.stack | length > 0)' "$file" >/dev/null 2>&1; then ok "$board: registers and stack"; else
			echo "not ok: $board: registers and stack: $(ls -R files | head -n 20 | tr '\n' ' ')"
		fi
		rm -rf files
	done
done
# Without the program that knows symbols.
mkdir -p bin && cp "$tinyrig" bin/tinyrig
bin/tinyrig run suite.yaml --board microbit-a --color never --image "microbit=$defects/hard_fault-microbit.elf" >out 2>&1
tr -s '\n ' ' ' <out >notes
says 'the core stood in 0x[0-9a-f]{8}, in HardFault note before that it was in 0x[0-9a-f]{8}, maybe called from 0x[0-9a-f]{8}' 'without symbols, addresses'
# The port answers nothing when it is looked at.
virtual-bench ctl fault microbit-a towards=probe do=silent at=1 every=1 count=1 >/dev/null
sed '/board: microbit-a/,$ s/flasher: .*/flasher: {argv: [virtual-bench, ctl, load, "${board}", "${image}"]}/' "$TINYRIG_BENCH" >silent.yaml
"$tinyrig" run suite.yaml --bench silent.yaml --board microbit-a --color never --image "microbit=$defects/hangs-microbit.elf" >out 2>&1
code=$?
cp out notes
if [ $code = 1 ] && tr -s '\n ' ' ' <out | grep -q 'its core could not be looked at'; then ok 'a port that is silent changes no verdict'; else no "a silent port (exit $code)"; fi
INSIDE
code=0
timeout 200 "$bench" -- bash ./inside.sh >log 2>&1 </dev/null || code=$?
grep -E '^(not )?ok|Sanitizer|ERROR:' log
if [ $code -gt 1 ] || ! grep -q '^ok' log || grep -q '^not ok\|Sanitizer' log; then exit 1; fi

# Symbols and lines beside binutils', over every seventh halfword of the code.
symbols=$(dirname "$tinyrig")/libexec/tinyrig-symbols
image=$firmware/digits-mps2-an386.elf
end=$((16#$(arm-none-eabi-nm "$image" | sed -n 's/^\([0-9a-f]*\) . cortex_fault$/\1/p')))
addresses=()
for ((at = 0x400; at < end; at += 14)); do addresses+=("$(printf '0x%x' $at)"); done
"$symbols" "$image" "${addresses[@]}" | jq -r '.[] | "\(.symbol) \(.file):\(.line)"' | sed 's| \./| |' >ours
# The innermost line, and the function that everything else was inlined into.
arm-none-eabi-addr2line -a -f -i -e "$image" "${addresses[@]}" | sed 's|^\./||; s/ (discriminator.*//' |
	awk '/^0x/ { if (n) print symbol, line; n = 0; next }
	     n % 2 == 0 { symbol = $0 } n == 1 { line = $0 } { n++ } END { print symbol, line }' >theirs
same=$(paste -d= ours theirs | awk -F= '$1 == $2' | wc -l) all=${#addresses[@]}
if [ "$all" -gt 200 ] && [ $((same * 100)) -ge $((all * 97)) ]; then echo "ok: $same of $all symbols and lines as addr2line has them"; else
	echo "not ok: $same of $all symbols and lines as addr2line has them: $(paste -d= ours theirs | awk -F= '$1 != $2' | head -n 5 | tr '\n' ' ')"
	exit 1
fi
