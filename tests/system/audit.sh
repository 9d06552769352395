#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever is changed in a small ledger, `tinyrig audit verify` finds it: bytes of its files, values,
# rows and order of its tables. CHECK_LONG=yes turns every byte, else a sample.
set -uo pipefail
tinyrig=$(realpath "${TINYRIG:-build/release/tinyrig}")
firmware=$(realpath "${FIRMWARE:-build/firmware}")
flip=$(realpath "${TEST_PROGRAMS:-build/release/tests/system}/audit_flip")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TINYRIG_STATE=$work/state
cd "$work" || exit 1
bad=0
ok() { echo "ok: $1"; }
no() { echo "not ok: $1: $(tr '\n' ' ' <out | cut -c1-400)" && bad=1; }
do_it() { "$tinyrig" "$@" >out 2>&1 || no "$*"; }

cp "$firmware/digits-host" other && printf 'other' >>other
do_it key new rig
do_it key new ann
cat >p.yaml <<YAML
policy: smoke
channel: smoke
readback: any
approvals: 1
signers:
  - {key: "$("$tinyrig" key export rig --format vkey)", may: [evidence]}
  - {key: "$("$tinyrig" key export ann --format vkey)", may: [approve]}
suites: [{suite: smoke, targets: [host], fresh: 7d, optional: [energy]}]
hooks: [{hook: told, argv: ["true"]}]
waivers: [{rule: "suites.*.passes", candidate: "$(sha256sum other | cut -d' ' -f1)", until: "2099-01-01T00:00:00Z", by: ann, why: a test}]
YAML
do_it run "$root/suites/smoke.yaml" --bench "$root/fixtures/benches/host.yaml" --image "host=$firmware/digits-host" --board host-a
do_it approve "host=$firmware/digits-host" --to smoke --key ann
do_it promote "host=$firmware/digits-host" --to smoke -p p.yaml
"$tinyrig" run "$root/suites/smoke.yaml" -k latency --bench "$root/fixtures/benches/host.yaml" --image host=other --board host-a >out 2>&1
do_it approve host=other --to smoke --key ann
do_it promote host=other --to smoke -p p.yaml
do_it rollback smoke --why back
do_it deliver --all
do_it channel freeze smoke --why fair
do_it channel floor smoke --counter 0 --why first
do_it channel bad 1111111111111111111111111111111111111111111111111111111111111111 --why burns
do_it audit verify
if grep -q 'all stand' out; then ok 'as it is, all stands'; else no 'as it is'; fi

# Images are whole programs, whose bytes are alike: a smaller sample of them will do.
step=211
[ "${CHECK_LONG:-}" != yes ] || step=1
mapfile -t log < <(find state/ledger -type f ! -name '*.lock')
mapfile -t small < <(find state/release/objects -type f -size -40k)
mapfile -t large < <(find state/release/objects -type f -size +39k)
# turn WHAT STEP FILE…
turn() {
	local what=$1
	shift
	if "$flip" "$@" >out 2>&1; then ok "$what: $(tail -n 1 out)"; else no "$what"; fi
}
turn 'checkpoint and tiles' $((step > 1 ? 23 : 1)) "${log[@]}"
turn 'statements, heads, decisions, policies' $step "${small[@]}"
turn images $((step > 1 ? 20011 : 1)) "${large[@]}"
for file in "${log[@]}" "${small[@]}" "${large[@]}"; do
	mv "$file" gone
	"$tinyrig" audit verify >out 2>&1
	[ $? = 14 ] || no "$file was taken away"
	mv gone "$file"
done
ok "$((${#log[@]} + ${#small[@]} + ${#large[@]})) files, taken away one after the other"

db=state/release/ledger.db
sqlite3 $db 'pragma wal_checkpoint(truncate)' >out
cp $db whole.db
found=0
# damage WHAT SQL: the audit names something, and exits with 14.
damage() {
	rm -f $db-wal $db-shm
	cp whole.db $db
	sqlite3 $db "drop trigger entry_stays; drop trigger entry_remains; drop trigger entry_once; pragma foreign_keys = off; $2" >out 2>&1 || no "sqlite3: $2"
	"$tinyrig" audit verify >out 2>&1
	if [ $? = 14 ] && grep -q '^damaged: ' out; then found=$((found + 1)); else no "$1"; fi
}
values=0
for table in entry tree key run evidence decision head stop bad floor waiver delivery; do
	[ "$(sqlite3 whole.db "select count(*) > 0 from $table")" = 1 ] || no "$table is empty, so that nothing is tried"
	while read -r column kind; do
		for row in $(sqlite3 whole.db "select rowid from $table"); do
			case $kind in
			INTEGER) change="coalesce($column, 0) + 1000" ;;
			BLOB) change="cast(x'ff' || $column as blob)" ;;
			*) change="coalesce($column, '') || 'x'" ;;
			esac
			[ "$table.$column" != tree.id ] || continue
			damage "$table.$column of row $row" "update $table set $column = $change where rowid = $row"
			values=$((values + 1))
		done
	done < <(sqlite3 -separator ' ' whole.db "select name, type from pragma_table_info('$table')")
	for row in $(sqlite3 whole.db "select rowid from $table"); do
		damage "row $row of $table, deleted" "delete from $table where rowid = $row"
	done
done
damage 'two entries that changed places' "update entry set seq = 1000 where seq = 3; update entry set seq = 3 where seq = 4; update entry set seq = 4 where seq = 1000"
damage 'the last entry, with its row in the tree' "delete from entry where seq = (select max(seq) from entry)"
damage 'a row too many' "insert into bad values ('x', 'x', 'x')"
ok "$values values changed, and rows deleted, reordered and added: $found found"
rm -f $db-wal $db-shm && cp whole.db $db
do_it audit verify
if grep -q 'all stand' out; then ok 'and as it was, all stands'; else no 'at last'; fi

# What others need: by OpenSSL and a script, as docs/audit.md has it.
do_it audit export -o out-of-here
# shellcheck disable=SC2016 # the fence of a block
sed -n '/^```sh audit/,/^```$/p' "$root/docs/audit.md" | sed '1d;$d' >check.sh
if (cd out-of-here && bash ../check.sh) >out 2>&1 && grep -q 'entries stand' out; then ok "an auditor's own check: $(tail -n 1 out)"; else no "an auditor's own check"; fi
entries=$(find out-of-here/tile/entries -type f | head -n 1)
printf 'X' | dd of="$entries" bs=1 seek=30 conv=notrunc status=none
if (cd out-of-here && bash ../check.sh) >out 2>&1; then no 'the check finds nothing'; else ok 'which finds a byte that turned'; fi
exit $bad
