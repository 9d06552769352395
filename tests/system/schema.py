#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges files with the printed JSON Schemas, by a validator that others wrote.

schema.py TOOL: TOOL prints a schema with `schema KIND`. Every shipped file must be
accepted. Every wrong file must be rejected, but for those that no schema can see: they are
listed here with the reason.
"""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = ROOT / "tests" / "support" / "wrong"
KINDS = ("suite", "bench", "candidate", "policy", "recording", "target")

# What is lost or not yet known when a schema looks at the data of one file.
UNSEEN = {
    "suite-limit-baseline-text": "which measures are numbers is not looked up",
    "suite-duplicate-key": "the YAML reader keeps the last one",
    "suite-duplicate-case": "names are unique over a list",
    "suite-case-called-setup": "a name like others",
    "suite-bool-on": "YAML 1.1 reads true",
    "suite-bool-no": "YAML 1.1 reads false",
    "suite-integer-leading-zero": "YAML 1.1 reads octal",
    "suite-integer-underscore": "YAML 1.1 reads the number",
    "bench-probe": "one of two keys is the driver's own check",
    "bench-meter": "one key of several: the driver's own check",
    "bench-meter-supply": "what a driver can supply is its own check",
    "suite-limit-energy": "what stands inside of what is not looked up",
    "suite-time-too-fine": "spelling is right",
    "suite-time-out-of-range": "spelling is right",
    "suite-regex": "a text like others",
    "suite-unknown-variable": "placeholders are not looked up",
    "suite-unknown-placeholder": "placeholders are not looked up",
    "suite-malformed-placeholder": "a text like others",
    "suite-limit-unknown-step": "names of steps are not looked up",
    "suite-limit-of-other-step": "names of steps are not looked up",
    "suite-limit-ambiguous": "names of steps are not looked up",
    "suite-limit-impossible": "compares two values",
    "suite-limit-impossible-target": "compares two values",
    "suite-limit-percentile-too-few": "needs arithmetic",
    "suite-limit-bare-name": "names of captures are not looked up",
    "suite-merge-key": "the YAML reader merges",
    "suite-include-missing": "the file system",
    "suite-include-itself": "the file system",
    "bench-protocol-link": "names of links are not looked up",
    "bench-flasher-link": "names of links are not looked up",
    "bench-serial-two-ports": "one key of several: the driver's own check",
    "bench-serial-no-port": "one key of several: the driver's own check",
    "bench-switch-state": "placeholders are not looked up",
    "bench-duplicate-board": "names are unique over a list",
    "candidate-missing-file": "the file system",
    "target-no-size": "one driver knows it, another does not",
    "target-page": "needs arithmetic",
    "bench-flasher-target": "names of target files are not looked up",
    "policy-time": "a text like others",
    "policy-share": "a text like others",
    "policy-soak": "one key asks for another",
    "policy-hook": "either of two keys",
    "policy-hook-url": "a text like others",
    "policy-hook-secret": "a text like others",
    "candidate-two-images": "targets are unique over a list",
}

GOOD = {
    "target": """
target: chip
core-clock: 64MHz
flash:
  - {driver: nvmc, address: 0x0, size: 1MiB, page: 4KiB, write: 41us, erase: 85ms, erase-all: 169ms}
  - {driver: flm, file: a.flm, clock: 16MHz}
ram: [{address: 0x20000000, size: 64KiB}]
part: {address: 0x10000100, value: 0x52840}
silicon: {address: 0x10000060, size: 8B}
""",
    "suite": """
suite: digits-smoke
variables: {inputs: 50, "on": true}
defaults: {timeout: 20s, retry: 1, tags: [fast]}
include: more.yaml
budget: 1.5min
needs: infer
setup: [flash, reset, {identify: {name: ^digits, as: id}}]
teardown: [safe]
cases:
  - case: digits
    covers: model
    steps:
      - infer: {recording: ../rec, inputs: "${inputs}", iterations: 2, as: r}
      - infer: ../rec
      - wait: 500 ms
      - sensor
      - sensor: 30
        timeout: 5s
      - sensor: {}
      - set: {a: 1, b: text}
      - send: "x%"
      - expect: {regex: "heap=(?<heap>[0-9]+)", not: panic}
      - run: [./tool, "${heap}"]
      - reset: {}
    judge:
      r.top1: {min: 94%, integrity: checked}
      r.top5: {min: {default: 0.9, m4: 90.5%}}
      r.latency_p90: {max: {default: 5ms, microbit: 60ms}}
      r.latency_p99.9: {max: 5ms}
      r.outputs: {golden: ../golden/digits.csv, tolerance: 0.02}
      r.mine: {command: [./drift.py]}
      sensor.min: {min: -5}
      sensor.rate: {min: 9.5Hz}
      image.flash_bytes: {max: 64KiB}
      id.build: {matches: "^[0-9a-f]+$"}
      heap: {max: 1000}
""",
    "bench": """
bench: desk
host_commands: [./drift.py]
boards:
  - board: a
    target: host
    unit: {serial: "0007"}
    links:
      console: {driver: process, argv: ["${image}"]}
      log: {driver: socket, address: "tcp:localhost:4001"}
      trace: {driver: serial, usb: {serial: "0012", interface: 1}, baud: 921600, rts: asserted}
    protocol: {driver: mlperf-tiny, link: console}
    flasher: {link: console}
    reset: [{link: console, pulse: 10ms}]
    switch: {driver: command, argv: [uhubctl, "${state}"]}
""",
    "policy": """
policy: canary
channel: canary
after: smoke
soak: 24h
readback: required
approvals: 1
signers:
  - {key: "ann+bf69b0a5+ASWCznnWgevxHAv2na2l+oaBuYJyNoe6t2MiR0jU423m", may: [evidence, approve], revoked: "2026-12-24T18:00:00Z", why: lost}
suites:
  - {suite: smoke, sha256: [aa], targets: [microbit, {target: mps2-an386, units: 2}], passes: 3, fresh: 7d, flakes: 1, attempts: 5, integrity: checked, optional: [energy]}
limits:
  - {suite: smoke, value: digits/r.top1, min: "-1%", max: "+5%"}
closed:
  - {from: "2026-12-24T00:00:00Z", until: "2027-01-02T00:00:00Z", why: holidays}
waivers:
  - {rule: "suites.*", candidate: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", until: "2027-01-01T00:00:00Z", by: ann, why: known}
hooks:
  - {hook: fleet, argv: [tell-fleet], events: [promote]}
""",
    "candidate": """
candidate: digits
version: 1.4.0
security_counter: 7
model: {sha256: "%s"}
images: [{target: host, file: a.elf, address: 0x8000000}]
"""
    % ("0123456789abcdef" * 4),
}


def main(tool):
    validators = {}
    for kind in KINDS:
        text = subprocess.run([tool, "schema", kind], check=True, capture_output=True, text=True)
        schema = json.loads(text.stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft7Validator(schema)
    failures = []

    def judge(name, kind, text, wanted):
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError:
            data = None
        errors = [e.message[:120] for e in validators[kind].iter_errors(data)]
        if wanted != (not errors):
            failures.append(f"{name}: {'accepted' if wanted is False else errors}")

    for kind, text in GOOD.items():
        judge(f"good {kind}", kind, text, True)
    rejected = 0
    for path in sorted(WRONG.glob("*.yaml")):
        rejected += path.stem not in UNSEEN
        judge(path.stem, path.stem.split("-")[0], path.read_text(), path.stem in UNSEEN)
    for name in UNSEEN:
        if not (WRONG / f"{name}.yaml").exists():
            failures.append(f"{name}: listed here, but there is no such file")
    shipped = [(p, "recording") for p in ROOT.glob("fixtures/recordings/*/recording.yaml")]
    shipped += [(p, "suite") for p in ROOT.glob("suites/**/*.yaml")]
    shipped += [(p, "bench") for p in ROOT.glob("fixtures/benches/*.yaml")]
    shipped += [(p, "target") for p in ROOT.glob("drivers/target/files/*.yaml")]
    for path, kind in shipped:
        judge(str(path), kind, path.read_text(), True)
    for failure in failures:
        print(failure)
    print(f"schema: {len(GOOD) + len(shipped)} files accepted, {rejected} wrong ones rejected, "
          f"{len(UNSEEN)} beyond a schema, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
