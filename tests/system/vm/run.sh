#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command in a guest with Debian's kernel, whose USB bus has the virtual bench's adapters: by
# USB/IP, so with the real vhci-hcd, usbfs and ftdi_sio. The guest sees this host's root, read-only.
# Runs as the command of `virtual-bench --usbip`.
# usage: run.sh FOLDER COMMAND [ARGUMENT]…   FOLDER: from kernel.sh; results go to FOLDER/results
# In the guest: /run/results is that folder, $TMPDIR may be written to; nothing else.
set -euo pipefail
GUEST_SECONDS=${GUEST_SECONDS:-150}

folder=$(realpath "$1")
shift
here=$(dirname "$(realpath "$0")")
results=$folder/results
mkdir -p "$results"
rm -f "$results/exit"

cat >"$results/start" <<START
exec >/run/results/output 2>&1
cd $(printf '%q' "$PWD")
export PATH=$(printf '%q' "$here"):/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 NO_COLOR=1
export ROOT=$(printf '%q' "${ROOT:-}") TINYRIG=$(printf '%q' "${TINYRIG:-}")
export TTY_PROBE=$(printf '%q' "${TTY_PROBE:-}") FIRMWARE=$(printf '%q' "${FIRMWARE:-}")
export HOME=/run/tmp TMPDIR=/run/tmp XDG_STATE_HOME=/run/tmp XDG_CACHE_HOME=/run/tmp
export VM_USBIP=10.0.2.2:${VIRTUAL_BENCH_USBIP##*:} VM_CTL=10.0.2.100/7 VM_RESULTS=/run/results
$here/attach || echo "run: nothing could be attached"
$(printf '%q ' "$@") </dev/null
echo \$? >/run/results/exit
cut -d' ' -f1 /proc/uptime >/run/results/uptime
START

share() {
	printf 'local,path=%s,mount_tag=%s,security_model=none,multidevs=remap%s' "$1" "$2" "$3"
}
timeout -k 5 "$GUEST_SECONDS" qemu-system-x86_64 -accel tcg -cpu max -m 768 -nodefaults -no-reboot -display none \
	-serial "file:$results/console" -kernel "$folder/vmlinuz" -initrd "$folder/initrd" \
	-append "console=ttyS0 quiet panic=-1 mitigations=off" \
	-virtfs "$(share / host ,readonly=on)" -virtfs "$(share "$results" results "")" \
	-netdev "user,id=n,guestfwd=tcp:10.0.2.100:7-cmd:$here/ctl" -device virtio-net-pci,netdev=n,romfile= ||
	echo "run: QEMU ended with exit code $?" >&2
[ -f "$results/exit" ] || {
	echo "run: the guest did not come to its end; its console said last:" >&2
	tail -n 20 "$results/console" >&2
	exit 3
}
cat "$results/output"
exit "$(<"$results/exit")"
