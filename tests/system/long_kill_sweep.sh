#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole kill sweep: every boundary.
exec "$(dirname "$0")/kill_sweep.sh" 1
