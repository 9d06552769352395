#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest, and for its first part outside, too: what is compared, and the smoke suite.
# usage: guest.sh probe PROBE FIRMWARE | smoke TINYRIG FIRMWARE
set -uo pipefail

what=$1 program=$2 firmware=$3
case $what in
probe)
	virtual-bench ctl load mps2-a "$firmware/digits-mps2-an386.elf" >/dev/null || exit 3
	exec "$program" mps2-a FT6A01
	;;
smoke)
	exec "$program" run suites/smoke.yaml --bench fixtures/benches/virtual.yaml \
		--image "mps2-an386=$firmware/digits-mps2-an386.elf" --image "microbit=$firmware/digits-microbit.elf"
	;;
all)
	"$0" probe "$4" "$firmware" >"$VM_RESULTS/there" 2>&1
	echo "probe $?, guest is up for $(cut -d' ' -f1 /proc/uptime) s"
	"$0" smoke "$program" "$firmware"
	code=$?
	echo "smoke $code, guest is up for $(cut -d' ' -f1 /proc/uptime) s"
	exit "$code"
	;;
esac
