#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Why a mutant of the model slips through: the network once more, in Python, on all recorded inputs.

usage: reasons.py GOOD_IMAGE MUTANT_IMAGE RECORDING_FOLDER

Prints the reason; exit 1 when there is none, as some answer differs.
"""
import pathlib
import struct
import sys

import patch

HIDDEN, CLASSES, PIXELS = 48, 10, 64
POWERS = (32768, 31379, 30048, 28774, 27554, 26386, 25268, 24196,
          23170, 22188, 21247, 20347, 19484, 18658, 17867, 17109)


class Model:
    """DigitsModel, fixtures/firmware/digits_net.h."""

    def __init__(self, path):
        place, size = patch.find(path, "digits_model")
        self.raw = pathlib.Path(path).read_bytes()[place:place + size]
        values = struct.unpack("<3072b48i480b10i4i", self.raw)
        self.w1 = [values[i * PIXELS:(i + 1) * PIXELS] for i in range(HIDDEN)]
        values = values[HIDDEN * PIXELS:]
        self.b1, values = values[:HIDDEN], values[HIDDEN:]
        self.w2 = [values[i * HIDDEN:(i + 1) * HIDDEN] for i in range(CLASSES)]
        values = values[CLASSES * HIDDEN:]
        self.b2, self.scales = values[:CLASSES], values[CLASSES:]

    def infer(self, pixels):
        """Sums of the hidden units, what they give, and the outputs in steps of 1/256."""

        def scale(value, multiplier, shift):
            return (value * multiplier + (1 << (shift - 1))) >> shift

        sums = [b + sum(w * p for w, p in zip(row, pixels)) for row, b in zip(self.w1, self.b1)]
        hidden = [min(127, scale(max(0, s), *self.scales[:2])) for s in sums]
        ends = [b + sum(w * h for w, h in zip(row, hidden)) for row, b in zip(self.w2, self.b2)]
        powers = []
        for end in ends:
            below = scale(max(ends) - end, *self.scales[2:])
            powers.append(POWERS[below % 16] >> below // 16 if below < 256 else 0)
        total = sum(powers)
        return sums, hidden, [min(255, (p * 256 + total // 2) // total) for p in powers]


def reason(good, mutant, inputs):
    """Text, or None where an answer differs."""
    before, after = [[model.infer(pixels) for pixels in inputs] for model in (good, mutant)]
    if any(a[2] != b[2] for a, b in zip(before, after)):
        return None
    if good.raw == mutant.raw:
        return "it was like that in the good image"
    units = [u for u in range(HIDDEN) if good.w1[u] != mutant.w1[u] or good.b1[u] != mutant.b1[u]]
    if all(a[0] == b[0] for a, b in zip(before, after)) and units:
        return "its pixel is 0 in every recorded input"
    if units and all(x[1][u] == 0 for u in units for x in before + after):
        return "its hidden unit stays at 0 for every recorded input"
    columns = [i for a, b in zip(good.w2, mutant.w2) for i in range(HIDDEN) if a[i] != b[i]]
    if columns and all(x[1][i] == 0 for i in columns for x in before):
        return "its hidden unit is 0 for every recorded input"
    return "what it changes is less than a step of 1/256 in every output of every recorded input"


def main():
    folder = pathlib.Path(sys.argv[3])
    data = b"".join((folder / f"digit_{digit}.bin").read_bytes() for digit in range(10))
    inputs = [data[i:i + PIXELS] for i in range(0, len(data), PIXELS)]
    why = reason(Model(sys.argv[1]), Model(sys.argv[2]), inputs)
    print(why or "no reason: an answer differs")
    sys.exit(0 if why else 1)


if __name__ == "__main__":
    main()
