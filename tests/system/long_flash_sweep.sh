#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
exec "$(dirname "$0")/flash_sweep.sh" 1
