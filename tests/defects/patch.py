#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bytes over a symbol of an ELF file: how sweeps make many images of one.

usage: patch.py FILE SYMBOL OFFSET HEX    writes the bytes HEX
       patch.py FILE SYMBOL OFFSET ~HEX   turns over the bits that are set in HEX
       patch.py FILE SYMBOL OFFSET SIZE   prints SIZE bytes in hex, where SIZE is =N

Addresses become places in the file by the loadable segments, as a loader does it. The build-id
stays: nothing but the bytes tells one image from the other.
"""
import re
import subprocess
import sys


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True, text=True).stdout


def find(path, symbol):
    """Place in the file and size of a symbol."""
    for line in readelf("-s", path).splitlines():
        words = line.split()
        if len(words) == 8 and words[7] == symbol and int(words[2], 0) > 0:
            address, size = int(words[1], 16), int(words[2], 0)
            for load in re.findall(r"LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+)", readelf("-l", path)):
                at, begin, length = (int(word, 16) for word in load)
                if begin <= address and address + size <= begin + length:
                    return at + address - begin, size
    sys.exit(f"patch.py: {path} has no bytes of {symbol}")


def main():
    path, symbol, offset, what = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    place, size = find(path, symbol)
    count = int(what[1:]) if what[0] == "=" else len(what.lstrip("~")) // 2
    if offset + count > size:
        sys.exit(f"patch.py: {symbol} has {size} bytes")
    with open(path, "r+b") as file:
        file.seek(place + offset)
        old = file.read(count)
        if what[0] == "=":
            print(old.hex())
            return
        new = bytes.fromhex(what.lstrip("~"))
        if what[0] == "~":
            new = bytes(a ^ b for a, b in zip(old, new))
        file.seek(place + offset)
        file.write(new)


if __name__ == "__main__":
    main()
