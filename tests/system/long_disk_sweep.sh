#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole disk sweep: every write.
exec "$(dirname "$0")/disk_sweep.sh" 1
