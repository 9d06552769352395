#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The store with 100,000 runs in it: how long its answers take, process start included, and how much
# it grows by a run. The runs are copies of four real ones, with numbers, cases and files of their
# own; a real one comes last. Prints "NAME VALUE UNIT LIMIT" rows. Called by tests/bench/run.sh.
# usage: tests/bench/store.sh TINYRIG FIRMWARE WORK
set -euo pipefail
tinyrig=$1 firmware=$2 work=$3/store
root=$(cd "$(dirname "$0")/../.." && pwd)
runs=100000
export TINYRIG_LOCK_DIR=$work TINYRIG_BENCH=$root/fixtures/benches/host.yaml
mkdir "$work"
cd "$work"

# run IMAGE ARGUMENTS…: exits as the suite does
run() {
	"$tinyrig" run "$root/suites/smoke.yaml" --board host-a --image "host=$firmware/$1" "${@:2}" >>log 2>&1 || [ $? -eq 1 ]
}
for image in digits-host digits-host-2bit digits-host digits-host-2bit; do
	run $image
done
sqlite3 .tinyrig/store.db 'PRAGMA wal_checkpoint(TRUNCATE)' >>log
before=$(stat -c %s .tinyrig/store.db)
sqlite3 .tinyrig/store.db >>log <<-SQL
	PRAGMA synchronous = OFF;
	BEGIN;
	CREATE TEMP TABLE n AS WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < $runs)
	 SELECT k, k % 4 + 1 AS base, k + 4 AS run FROM n;
	INSERT INTO run SELECT n.run, printf('20260101-%06d-host-a-%04x', k, k % 65536), started_us - 60000000 * ($runs - k),
	 duration_us, suite, bench, board, target, unit, candidate, load_digest, suite_sha256, verdict, interrupted, message
	 FROM n JOIN run ON run.id = n.base;
	INSERT INTO result SELECT n.run * 8 + result.id % 8, n.run, name, verdict, flaky, quarantined, attempts, duration_us, message
	 FROM n JOIN result ON result.run = n.base;
	INSERT INTO number SELECT n.run * 8 + result.id % 8, number.name, value, unit, integrity, number.verdict
	 FROM n JOIN result ON result.run = n.base JOIN number ON number.result = result.id;
	CREATE TEMP TABLE own AS SELECT DISTINCT object FROM file GROUP BY object HAVING count(*) = 1;
	INSERT INTO object SELECT n.run * 8 + file.object % 8, randomblob(32), object.size
	 FROM n JOIN file ON file.run = n.base JOIN own ON own.object = file.object JOIN object ON object.id = file.object;
	INSERT INTO file SELECT n.run, name, CASE WHEN object IN own THEN n.run * 8 + object % 8 ELSE object END
	 FROM n JOIN file ON file.run = n.base;
	COMMIT;
	PRAGMA wal_checkpoint(TRUNCATE);
SQL
after=$(stat -c %s .tinyrig/store.db)
run digits-host-2bit

# answer NAME ARGUMENTS…: the median of nine calls
answer() {
	for _ in $(seq 9); do
		begin=$(date +%s%N)
		"$tinyrig" "${@:2}" >answer 2>&1 </dev/null || { cat answer >&2 && exit 1; }
		echo $((($(date +%s%N) - begin) / 1000))
	done | sort -n | awk -v name="$1" 'NR == 5 {printf "%s %.2f ms 100\n", name, $1 / 1000}'
}
smoke=(run "$root/suites/smoke.yaml" --board host-a --image "host=$firmware/digits-host" --dry-run)
answer store.runs_100k runs
answer store.show_100k show last
answer store.last_failed_100k "${smoke[@]}" --last-failed
answer store.baseline_100k "${smoke[@]}" --baseline last
echo "store.bytes_per_run $(((after - before) / runs)) bytes 4096"
