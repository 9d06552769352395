#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Power on the virtual bench: energy beside outputs, a regression against a baseline, a probe that was
# left on, gaps, what a kill leaves, and the trace read by others.
set -uo pipefail
bench=$(realpath "${VIRTUAL_BENCH_PROGRAM:-build/release/virtual-bench}")
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 TINYRIG_LOCK_DIR=$work TINYRIG_STATE=$work/state
export VIRTUAL_BENCH_PROGRAM=$bench TINYRIG_BENCH=$root/fixtures/benches/power.yaml tinyrig firmware root work
unset G_DEBUG
cd "$work" || exit 1
# The shipped suite's case, with fewer inputs: 2 s instead of 5.
sed -e 's/inputs: 100/inputs: 40/' -e '/case: starts-anew/,$d' -e "s#\.\./fixtures#$root/fixtures#" "$root/suites/energy.yaml" >energy.yaml
cat >hold.yaml <<YAML
suite: hold
setup: [reset, identify]
cases:
  - case: long
    timeout: 40s
    steps:
      - measure: {steps: [{wait: 30s}]}
YAML
cat >inside.sh <<'INSIDE'
set -uo pipefail
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr -s '\n ' ' ' <out | tail -c 900)"; }
says() { if tr -s '\n ' ' ' <out | grep -qE -- "$1"; then ok "$2"; else no "$2 ($1)"; fi; }
images=(--image "mps2-an386=$firmware/digits-mps2-an386.elf" --image "microbit=$firmware/digits-microbit.elf")
run() { "$tinyrig" run "$@" --color never >out 2>&1; }
# The same until it is decided: on a loaded machine the ledger may be in doubt, which is no verdict.
decide() {
	local left=4
	while :; do
		run "$@"
		code=$?
		left=$((left - 1))
		[ $code = 10 ] && [ $left -gt 0 ] || return $code
	done
}
kept() { sed -n 's/^kept as *//p' out | head -n 1; }
supply() { virtual-bench ctl meter "$1" | jq .supply_mv; }
# await WHAT COMMAND…: at most 5 s
await() {
	local left=250
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.02
	done
}

if decide energy.yaml "${images[@]}" -v; then ok "the energy suite passes on both boards"; else no "the energy suite"; fi
grep -q 'energy_p50 .*± ' out && ok "with its uncertainty" || no "uncertainty"
first=$(kept)
second=$(sed -n 's/^ \{9\}\(2.*\)/\1/p' out | head -n 1)
"$tinyrig" show "$first" --inferences csv >csv
column() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR > 1 { print $at }' csv; }
if [ "$(column energy_pj | grep -c '^[0-9]')" = 40 ] && [ "$(column uncertainty_pj | grep -c '^[0-9]')" = 40 ]; then
	ok "each record has energy and uncertainty"
else
	no "records: $(head -n 2 csv)"
fi
# The bench's own numbers: 6.5 mA in an inference, at 3 V, for as long as the board says.
if paste <(column energy_pj) <(column lap_us) <(column uncertainty_pj) | awk '
	{ off = $1 - $2 * 6.5e-3 * 3 * 1e6; if (off < 0) off = -off; if (off > $3 + 3 * 6.5e-3 * 3 * 1e6) bad++ } END { exit bad > 0 }'; then
	ok "the energies are those of the firmware's own times"
else
	no "energies: $(paste <(column energy_pj) <(column lap_us) <(column uncertainty_pj) | head -n 3)"
fi

if decide energy.yaml "${images[@]}" --baseline "$first" --baseline "$second"; then ok "the same again passes against the baseline"; else no "the same again"; fi
virtual-bench ctl meter mps2-a factor=1.0613 >ctl # 5 % of an inference: what it draws beside the idle current
decide energy.yaml "${images[@]}" --board mps2-a --baseline "$first"
code=$?
if [ $code = 1 ]; then ok "a regression of 5 % fails"; else no "a regression: exit $code"; fi
says 'energy_avg is .* against .* of run .* must be at most \+3%' "and says by how much"
virtual-bench ctl meter mps2-a factor=1.012 >ctl
run energy.yaml "${images[@]}" --board mps2-a --baseline "$first"
code=$?
if [ $code = 0 ] || [ $code = 10 ]; then ok "1 % passes or is inconclusive"; else no "1 %: exit $code"; fi
virtual-bench ctl meter mps2-a factor=1 >ctl

# Samples that are lost in a window leave no number.
faults=('fault=lose by=64' 'fault=stall by=300')
[ -z "${CHECK_LONG:-}" ] || faults+=('fault=lose by=1000' 'fault=lose-bytes by=3' 'fault=restart by=50' 'fault=clock by=3000')
for fault in "${faults[@]}"; do
	# shellcheck disable=SC2086 # two words
	virtual-bench ctl meter mps2-a $fault at=150000 >ctl
	run energy.yaml "${images[@]}" --board mps2-a
	code=$?
	rm -rf files
	"$tinyrig" show "$(kept)" --files=files >/dev/null
	"$tinyrig" trace show files/power-*.trace >out
	says 'gap [0-9]+: (lost|stall|clock|damaged) at' "$fault: entered"
	# A stall may lie between two windows; what is missing makes its neighbours unknown, too.
	case $fault in *=64) if [ $code = 10 ]; then ok "and no window gets a number by it"; else no "$fault: exit $code"; fi ;; esac
done

# Nothing of it needs the probe, and a measure does not begin with one.
run energy.yaml --image "mps2-an386=$firmware/digits-mailbox-mps2-an386.elf" --board mps2-a --bench "$work/mailbox.yaml"
says 'spoken to by mailbox, through the debug probe, which a measure must let go' "the mailbox in a measure is refused"
if [ "$(virtual-bench ctl probe mps2-a | jq '.probe.debug_powered + .probe.driven_pins')" = 0 ]; then ok "debug domain and pins are let go"; else no "the probe is on"; fi

# The supply ends with its worker, and with its supervisor, within a second: half of it is the
# meter's own. On a loaded machine the best of three counts.
for whom in worker supervisor; do
	took=9999
	for try in 1 2 3; do
		"$tinyrig" run hold.yaml --image "mps2-an386=$firmware/digits-mps2-an386.elf" --board mps2-a >out 2>&1 &
		supervisor=$!
		await supply eval '[ "$(supply mps2-a)" = 3000 ]' || no "the supply does not come"
		sleep 1.2
		worker=$(pgrep -P $supervisor | head -n 1)
		begin=$(date +%s%N)
		if [ $whom = worker ]; then kill -9 "$worker"; else kill -9 $supervisor; fi
		await off eval '[ "$(supply mps2-a)" = 0 ]' || no "$whom killed: the supply stays on"
		took=$((($(date +%s%N) - begin) / 1000000))
		kill -9 $supervisor 2>/dev/null
		wait $supervisor 2>/dev/null
		[ $took -ge 1000 ] || break
	done
	if [ $took -lt 1000 ]; then ok "$whom killed: the supply ends within a second ($try)"; else no "$whom killed: after $took ms"; fi
done
if decide energy.yaml "${images[@]}" --board mps2-a; then ok "and the next run passes"; else no "the run after a killed $whom"; fi

# A capture that is killed leaves what it had written, but for the last part.
"$tinyrig" power mps2-a -o killed.trace >out 2>&1 &
await capture eval '[ "$(stat -c %s killed.trace 2>/dev/null || echo 0)" -gt 20000 ]' || no "no capture"
kill -9 $!
wait $! 2>/dev/null
"$tinyrig" trace show killed.trace >out 2>&1
says '[0-9]+ samples, .*missing.*did not end in order' "a killed capture's trace is read"
await off eval '[ "$(supply mps2-a)" = 0 ]' && ok "and its supply ends" || no "the supply of a killed capture"

# As it goes, and what others read in the trace.
if "$tinyrig" power mps2-a --image "mps2-an386=$firmware/digits-mps2-an386.elf" -d 2s -o a.trace >out 2>&1; then ok "tinyrig power"; else no "tinyrig power"; fi
says 'samples, .*missing.*; average 1\.2[0-9] mA' "it tells what the board draws"
"$tinyrig" trace export a.trace -o a.sr >out 2>&1 || no "export .sr"
"$tinyrig" trace export a.trace -o a.csv >out 2>&1 || no "export .csv"
"$tinyrig" trace export a.trace -o a.vcd >out 2>&1 || no "export .vcd"
lines=$(($(wc -l <a.csv) - 1))
# sigrok prints three digits; in its WAV the values are whole: 46 bytes, then floats.
sigrok-cli -i a.sr -O wav -o a.wav 2>out
if [ "$(sigrok-cli -i a.sr --show 2>/dev/null | sed -n 's/^Analog sample count: //p')" = "$lines" ]; then ok "sigrok-cli reads as many samples from the .sr"; else no "sigrok-cli: not $lines"; fi
if paste <(tail -n +2 a.csv | cut -d, -f2) <(tail -c +47 a.wav | od -A n -t f4 -v -w4) | awk '
	function abs(x) { return x < 0 ? -x : x }
	abs($1 - $2) > 1e-6 * abs($1) { bad++; was = $0 } END { print NR " values, " bad + 0 " others: " was; exit bad > 0 || NR < 100000 }' >out; then
	ok "with the same values"
else
	no "the same values"
fi
"$tinyrig" trace plot a.trace -o a.svg >out 2>&1 && xmllint --noout a.svg 2>out && ok "the plot is XML" || no "the plot"
"$tinyrig" trace plot a.trace -o a.png >out 2>&1 && file a.png | grep -q 'PNG image' && ok "and a PNG" || no "PNG"
"$tinyrig" trace plot a.trace -o a.svg >out 2>&1 && no "a file was overwritten" || says 'is there already' "nothing is overwritten"
INSIDE
sed 's/protocol: {driver: mlperf-tiny, link: console}/protocol: {driver: mailbox}/' "$root/fixtures/benches/power.yaml" >mailbox.yaml
status=0
timeout 280 "$bench" "$root/fixtures/benches/virtual/power.yaml" -- bash inside.sh 2>bench.err | tee results
cat bench.err >&2
grep -q '^ok' results && ! grep -q '^not ok' results || status=1
echo "$(grep -c '^ok' results) ok, $(grep -c '^not ok' results) not ok"
exit $status
