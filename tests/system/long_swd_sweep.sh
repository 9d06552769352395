#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# WAIT, FAULT, wrong parity and silence at every transfer of 4 KiB read and written, on both wirings:
# the data is right, or the error says so; `make check` does each 41st.
set -euo pipefail
: "${TEST_PROGRAMS:=build/san/tests/system}"
export SWEEP_EVERY=1
exec "$TEST_PROGRAMS/../driver/test_dap"
