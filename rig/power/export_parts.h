/* SPDX-License-Identifier: Apache-2.0 */
/* Between export.c and its formats. */
#ifndef RIG_POWER_EXPORT_PARTS_H
#define RIG_POWER_EXPORT_PARTS_H

#include "power/energy.h"
#include <stdio.h>

#define RIG_EXPORT_BLOCK 4096u

/* A format; the file's own errors are seen at its end. */
typedef gboolean (*RigExporter)(RigTrace *trace, RigSpan span, FILE *file, GError **error);
gboolean rig_export_csv(RigTrace *trace, RigSpan span, FILE *file, GError **error);
gboolean rig_export_sr(RigTrace *trace, RigSpan span, FILE *file, GError **error);
gboolean rig_export_vcd(RigTrace *trace, RigSpan span, FILE *file, GError **error);

#endif
