#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes FOLDER/vmlinuz and FOLDER/initrd: Debian's kernel, as apt has it, and the few of its modules
# that the guest needs. Nothing is installed. Quick when the kernel is there already.
# usage: kernel.sh FOLDER
set -euo pipefail

folder=$1
here=$(dirname "$(realpath "$0")")
mkdir -p "$folder"
cd "$folder"
package=$(apt-cache depends linux-image-amd64 | sed -nE 's/^ *Depends: (linux-image-[0-9].*-amd64)$/\1/p' | head -n 1)
[ -n "$package" ] || {
	echo "kernel: apt knows no linux-image-amd64; run apt-get update" >&2
	exit 1
}
if [ ! -e "$package.done" ]; then
	rm -rf package ./*.deb ./*.done
	echo "kernel: fetching $package"
	apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root download "$package"
	dpkg -x "$package"_*.deb package
	rm -f ./*.deb
	touch "$package.done"
fi
release=${package#linux-image-}
cp package/boot/vmlinuz-"$release" vmlinuz

# The modules with what they depend on, and the first process.
rm -rf tree
mkdir -p tree/bin "tree/lib/modules/$release"
cp "$(command -v busybox)" tree/bin/busybox
cp "$here/init" tree/init
depmod -b package "$release"
modules=package/lib/modules/$release
for module in virtio_pci virtio_net 9pnet_virtio 9p vhci-hcd ftdi_sio; do
	line=$(grep -E "/$module\.ko:" "$modules/modules.dep")
	for file in ${line/:/ }; do
		install -D -m 644 "$modules/$file" "tree/lib/modules/$release/$file"
	done
done
cp "$modules"/modules.{builtin,builtin.modinfo,order} "tree/lib/modules/$release/"
depmod -b tree "$release"
(cd tree && find . | cpio --quiet -o -H newc --owner=+0:+0) | gzip -1 >initrd
rm -rf tree
