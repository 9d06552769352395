#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that tinyrig's own work needs. Quick where nothing is missing.
# usage: tests/support/deps.sh GROUP…   (build check boards lint fuzz coverage models npm vm)
set -euo pipefail

# group | what must be there: command, pc:pkg-config module, py:Python module, so:library, file | package | what for
table='
build    gcc             gcc                compiler
build    /usr/include/stdio.h libc6-dev     C library headers
build    ar              binutils           linker and archives
build    pkg-config      pkg-config         finds libraries
build    pc:glib-2.0     libglib2.0-dev     containers, errors, main loop
build    pc:yaml-0.1     libyaml-dev        suites, benches, candidates
build    pc:zlib         zlib1g-dev         CRC-32 of the extension
build    pc:jansson      libjansson-dev     JSON: journal, reports
build    pc:libelf       libelf-dev         images
build    pc:libdw        libdw-dev          symbols and lines of images
build    pc:libserialport libserialport-dev serial ports
build    pc:libusb-1.0   libusb-1.0-0-dev   debug probes
build    pc:libftdi1     libftdi1-dev       debug probes
build    pc:sqlite3      libsqlite3-dev     index of the store
build    pc:libzstd      libzstd-dev        objects of the store
build    pc:libcrypto    libssl-dev         keys and evidence
build    pc:libcurl      libcurl4-openssl-dev hooks by HTTP
build    pc:sndfile      libsndfile1-dev    WAV recordings
check    pc:check        check              unit tests
check    xmllint         libxml2-utils      JUnit reports against their schema
check    openssl         openssl            keys and evidence, checked by others
check    minisign        minisign           released images, verified by others
check    signify-openbsd signify-openbsd    the same
check    jq              jq                 JSON reports, read by others
check    py:jsonschema   python3-jsonschema suites against the printed schema
check    pc:umockdev-1.0 libumockdev-dev    USB adapters that are not there
check    sqlite3         sqlite3            the store, read by others
check    strace          strace             counts system calls
check    socat           socat              serial ports, used by others
check    picocom         picocom            serial ports, used by others
check    openocd         openocd            the debug probe, used by others
check    gdb-multiarch   gdb-multiarch      a debugger for the GDB server
check    sigrok-cli      sigrok-cli         the wires of the debug port, decoded by others
check    rsvg-convert    librsvg2-bin       pictures of power traces as PNG
check    file            file               what a file is
check    /usr/share/libsigrokdecode/decoders/swd libsigrokdecode4 its decoder
check    lsusb           usbutils           USB devices, seen by others
check    /usr/lib/python3/dist-packages/serial python3-serial serial ports, used by others
check    ps              procps             what a killed bench leaves
boards   arm-none-eabi-gcc gcc-arm-none-eabi firmware for Cortex-M
boards   qemu-system-arm qemu-system-arm    boards that run it
boards   pc:umockdev-1.0 libumockdev-dev    virtual USB adapters
boards   umockdev-run    umockdev           virtual USB adapters
lint     clang-format    clang-format       layout
lint     clang-tidy      clang-tidy         static checks
lint     cppcheck        cppcheck           static checks
lint     clang           clang              second compiler
lint     shellcheck      shellcheck         scripts
fuzz     clang           clang              libFuzzer
fuzz     file:libclang_rt.fuzzer libclang-rt-14-dev libFuzzer
fuzz     llvm-symbolizer-14 llvm-14         names in what the fuzzer reports
coverage gcovr           gcovr              line coverage
models   py:sklearn      python3-sklearn    trains the digit recogniser anew
npm      node            nodejs             the verifier of sigstore
npm      npm             npm                gets it
vm       qemu-system-x86_64 qemu-system-x86 the guest
vm       /usr/sbin/usbip usbip              attaches USB devices in it
vm       busybox         busybox-static     its first process
vm       cpio            cpio               its initramfs
vm       /usr/sbin/depmod kmod              which modules its kernel needs
'

is_there() {
	case $1 in
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	py:*) /usr/bin/python3 -c "import ${1#py:}" 2>/dev/null ;;
	file:*) compgen -G "/usr/lib/llvm-*/lib/clang/*/lib/linux/${1#file:}*" >/dev/null ;;
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

is_chosen() {
	local group
	for group in "${groups[@]}"; do
		[ "$group" = "$1" ] && return 0
	done
	return 1
}

find_missing() {
	missing=()
	local group test package purpose
	while read -r group test package purpose; do
		if [ -z "$group" ] || ! is_chosen "$group" || is_there "$test"; then
			continue
		fi
		missing+=("$package")
		printf '  %-20s %s: %s\n' "$package" "$group" "$purpose" >>"$list"
	done <<<"$table"
}

# True when the person at the terminal, if there is one, agrees.
may_install() {
	[ -t 0 ] && [ -t 1 ] || return 0
	local answer
	read -r -p "Install them with apt-get${sudo:+ (by sudo)}? [Y/n] " answer
	[[ $answer =~ ^([Yy]|[Yy]es)?$ ]]
}

groups=("$@")
for group in "${groups[@]}"; do
	grep -q "^$group " <<<"$table" || {
		echo "deps: no group \"$group\"; there are: build check boards lint fuzz coverage models npm vm" >&2
		exit 4
	}
done
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find_missing
[ ${#missing[@]} -gt 0 ] || exit 0

echo "tinyrig needs these Debian packages, which are not here:"
sort -u "$list"
sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo=sudo
	[ -t 0 ] || sudo="sudo -n"
fi
if ! command -v apt-get >/dev/null || { [ -n "$sudo" ] && ! command -v sudo >/dev/null; }; then
	echo "deps: cannot install them here (needs apt-get, and root or sudo); install them, then try again" >&2
	exit 1
fi
may_install || {
	echo "deps: nothing was installed" >&2
	exit 1
}
echo "deps: installing (a minute or so)"
quiet=(-qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
# shellcheck disable=SC2086 # no sudo is no word
$sudo apt-get "${quiet[@]}" update
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" -o Dpkg::Use-Pty=0 install -y \
	--no-install-recommends "${missing[@]}" >"$list.log" 2>&1 || {
	cat "$list.log" >&2
	rm -f "$list.log"
	exit 1
}
rm -f "$list.log"
: >"$list"
hash -r
find_missing
[ ${#missing[@]} -eq 0 ] || {
	echo "deps: still not found after their installation (another python3 or clang first in PATH?):" >&2
	sort -u "$list" >&2
	exit 1
}
echo "deps: installed"
