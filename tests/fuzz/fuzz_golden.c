/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files: the bytes are the file. What is read must write and read back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "judge/golden.h"
#include "judge/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Compares the file with one record, and as text with another file. */
static void fuzz_use(const RigGolden *golden, const char *text)
{
	double outputs[] = {1.0, -0.5};
	RigInference record = RIG_INFERENCE_INIT;
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	g_auto(RigGoldenResult) result = {0};
	record.outputs = outputs;
	record.outputs_count = G_N_ELEMENTS(outputs);
	g_ptr_array_add(records, &record);
	rig_golden_compare(&result, golden, records, 0.25);
	if (result.compared + result.unknown != 1 || result.inputs > rig_golden_count(golden) ||
	    result.differences->len > result.compared)
		abort();
	g_free(rig_golden_diff(text, "input,o0\n0,1\n", 20));
	char *same = rig_golden_diff(text, text, 20);
	if (same != NULL)
		abort();
}

/* Any number must be written so that it reads back. */
static void fuzz_number(const uint8_t *data, size_t size)
{
	char buffer[G_ASCII_DTOSTR_BUF_SIZE];
	double value;
	if (size < sizeof value)
		return;
	memcpy(&value, data, sizeof value);
	double back = g_ascii_strtod(rig_golden_number(buffer, value), NULL);
	if (value == value ? back != value : back == back)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_number(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigGolden) golden = rig_golden_parse("golden.csv", (const char *)data, size, &error);
	if ((golden == NULL) != (error != NULL))
		abort();
	if (golden != NULL) {
		g_autofree char *text = g_strndup((const char *)data, size);
		fuzz_use(golden, text);
	}
	return 0;
}
