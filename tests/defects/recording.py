#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Damages a copy of the digits recording, as a name of the catalogue says.

usage: recording.py DAMAGE FOLDER [NUMBER]

The digests in recording.yaml are made anew, so that the file itself is in order, but for damages
that are about them. `inputs` are 64 bytes each, one file for each class.
"""
import hashlib
import pathlib
import re
import sys

BYTES = 64


def seal(folder):
    """Writes the digests of all files into recording.yaml."""
    yaml = folder / "recording.yaml"

    def row(match):
        digest = hashlib.sha256((folder / match[1]).read_bytes()).hexdigest()
        return f"{{file: {match[1]}, sha256: {digest}}}"

    yaml.write_text(re.sub(r"\{file: (\S+), sha256: \w+\}", row, yaml.read_text()))


def each_class(folder, change):
    for digit in range(10):
        path = folder / f"digit_{digit}.bin"
        path.write_bytes(bytes(change(path.read_bytes())))


def labels(folder, change):
    """change(digit) is the new class of a digit's inputs."""
    path = folder / "y_labels.csv"
    rows = [line.split(",") for line in path.read_text().split()]
    path.write_text("".join(f"{row[0]},{row[1]},{change(int(row[2]))},{row[3]},{row[4]}\n" for row in rows))


def labels_shifted(folder, _):
    labels(folder, lambda digit: (digit + 1) % 10)


def label_shifted(folder, number):
    labels(folder, lambda digit: (digit + 1) % 10 if digit == number else digit)


def one_label_shifted(folder, number):
    """The label of a single input: its class's file falls into up to three."""
    table = (folder / "y_labels.csv").read_text().split()
    first = 0
    for at, row in enumerate(table):
        name, classes, digit, size, stride = row.split(",")
        data = (folder / name).read_bytes()
        count = len(data) // BYTES
        if first <= number < first + count:
            split = (number - first) * BYTES
            parts = [(data[:split], int(digit)), (data[split:split + BYTES], (int(digit) + 1) % 10),
                     (data[split + BYTES:], int(digit))]
            rows, files = [], []
            for i, (part, label) in enumerate(parts):
                if part:
                    (folder / f"part_{i}.bin").write_bytes(part)
                    rows.append(f"part_{i}.bin,{classes},{label},{size},{stride}")
                    files.append(f"  - {{file: part_{i}.bin, sha256: 0}}")
            table[at:at + 1] = rows
            (folder / name).unlink()
            yaml = folder / "recording.yaml"
            yaml.write_text(re.sub(rf"  - \{{file: {name}.*\}}", "\n".join(files), yaml.read_text()))
            break
        first += count
    (folder / "y_labels.csv").write_text("\n".join(table) + "\n")


def labels_swapped(folder, _):
    labels(folder, lambda digit: {3: 8, 8: 3}.get(digit, digit))


def unlabelled(folder, _):
    (folder / "y_labels.csv").unlink()
    yaml = folder / "recording.yaml"
    lines = yaml.read_text().splitlines(True)
    yaml.write_text("".join(line for line in lines if "y_labels" not in line and "classes" not in line))


def truncated(folder, _):
    """The end of the last file is gone, as after a copy that was broken off."""
    path = folder / "digit_9.bin"
    path.write_bytes(path.read_bytes()[:-100])


def truncated_evenly(folder, _):
    """The second half of each file is gone, at a border between inputs."""
    each_class(folder, lambda data: data[:len(data) // BYTES // 2 * BYTES])


def class_lost(folder, _):
    path = folder / "digit_9.bin"
    path.write_bytes(path.read_bytes()[:2 * BYTES])


def wrong_digest(folder, _):
    """One bit of one pixel."""
    path = folder / "digit_4.bin"
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)


def file_lost(folder, _):
    (folder / "digit_4.bin").unlink()


def set_key(folder, key, value):
    yaml = folder / "recording.yaml"
    yaml.write_text(re.sub(rf"^{key}: .*$", f"{key}: {value}", yaml.read_text(), flags=re.MULTILINE))


def wrong_dtype(folder, _):
    set_key(folder, "dtype", "i16")


def wrong_shape(folder, _):
    """Half an input, as the labels have it, too: the recording is in order, and not for this model."""
    set_key(folder, "shape", "[4, 8]")
    path = folder / "y_labels.csv"
    path.write_text(path.read_text().replace(f",{BYTES},{BYTES}", f",{BYTES // 2},{BYTES // 2}"))


def duplicated(folder, _):
    """The second half of each class repeats the first."""

    def repeat(data):
        half = len(data) // BYTES // 2 * BYTES
        return (data[:half] * 3)[:len(data)]

    each_class(folder, repeat)


def one_duplicated(folder, number):
    """One input that no case feeds to the board comes twice."""
    path = folder / f"digit_{number}.bin"
    data = bytearray(path.read_bytes())
    data[2 * BYTES:3 * BYTES] = data[BYTES:2 * BYTES]
    path.write_bytes(data)


def drifted(folder, _):
    """The light has faded: two thirds of the brightness."""
    each_class(folder, lambda data: [pixel * 2 // 3 for pixel in data])


def over_range(folder, _):
    each_class(folder, lambda data: [pixel * 2 for pixel in data])


def pixel_stuck(folder, number):
    each_class(folder, lambda data: [7 if i % BYTES == number else pixel for i, pixel in enumerate(data)])


def mirrored(folder, _):
    each_class(folder, lambda data: [data[i // 8 * 8 + 7 - i % 8] for i in range(len(data))])


def reordered(folder, _):
    """The same inputs of each class, the last one first."""
    each_class(folder, lambda data: b"".join(data[i:i + BYTES] for i in range(len(data) - BYTES, -1, -BYTES)))


UNSEALED = (truncated, wrong_digest, file_lost)
SEALED = (labels_shifted, label_shifted, one_label_shifted, labels_swapped, unlabelled, truncated_evenly, class_lost,
          wrong_dtype, wrong_shape, duplicated, one_duplicated, drifted, over_range, pixel_stuck, mirrored, reordered)


def main():
    damages = {damage.__name__: damage for damage in UNSEALED + SEALED}
    if len(sys.argv) < 3 or sys.argv[1] not in damages:
        sys.exit(f"usage: recording.py DAMAGE FOLDER [NUMBER]; DAMAGE is one of {' '.join(damages)}")
    damage, folder = damages[sys.argv[1]], pathlib.Path(sys.argv[2])
    damage(folder, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    if damage in SEALED:
        seal(folder)


if __name__ == "__main__":
    main()
