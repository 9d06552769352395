#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The printed JSON Schemas, by Debian's python3-jsonschema.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 tests/system/schema.py "${TINYRIG:-build/san/tinyrig}"
