/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/error.h>

G_DEFINE_QUARK(rig - error - quark, rig_error)
