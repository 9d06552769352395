/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether all runs of an image are there. Each statement names the number of the run before it with
 * the same image; the last is known from the ledger for the rig's own, and from a signed tally for
 * others'. Otherwise a failure could be left out, or tried again until it passed.
 */
#include <string.h>

#include "release/gate_parts.h"

/* The runs of an image that one key signed. */
typedef struct {
	const RigGateInput *input;
	const RigGateImage *image;
	const char *signer;
	GPtrArray *runs; /* RigStatement, sorted by number */
	gint64 last;     /* number of the last that there is; -1: nobody says */
} Numbers;

static int numbers_compare(gconstpointer a, gconstpointer b)
{
	const RigStatement *const *one = a, *const *other = b;
	return ((*one)->number > (*other)->number) - ((*one)->number < (*other)->number);
}

static gboolean numbers_is_of(const RigStatement *statement, const RigGateImage *image)
{
	RigHash wanted;
	return rig_hash_read(&wanted, image->sha256) &&
	       rig_hash_equal(&wanted, &statement->subjects[0]);
}

static void numbers_gather(Numbers *numbers)
{
	const GPtrArray *all = numbers->input->evidence;
	g_autofree char *own = g_strdup_printf("%s %s", numbers->signer, numbers->image->sha256);
	const gint64 *tail = g_hash_table_lookup(numbers->input->facts->tails, own);
	numbers->last = tail == NULL ? -1 : *tail;
	for (guint i = 0; i < all->len; i++) {
		RigGateEvidence *evidence = all->pdata[i];
		RigStatement *statement = &evidence->statement;
		if (strcmp(evidence->signer, numbers->signer) != 0 ||
		    !numbers_is_of(statement, numbers->image))
			continue;
		if (strcmp(statement->kind, RIG_STATEMENT_HIL_RUN) == 0)
			g_ptr_array_add(numbers->runs, statement);
		else if (strcmp(statement->kind, RIG_STATEMENT_TALLY) == 0 && tail == NULL)
			numbers->last = MAX(numbers->last, statement->number);
	}
	g_ptr_array_sort(numbers->runs, numbers_compare);
}

/* The number of a run that is missing; 0: none is. */
static gint64 numbers_missing(const Numbers *numbers)
{
	gint64 before = 0;
	for (guint i = 0; i < numbers->runs->len; i++) {
		const RigStatement *run = numbers->runs->pdata[i];
		if (run->number == before)
			continue; /* twice is no harm */
		if (run->previous != before)
			return MAX(run->previous, 1);
		before = run->number;
	}
	return numbers->last > before ? numbers->last : 0;
}

static void numbers_judge(RigGate *gate, const RigGateImage *image, const char *signer)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new();
	Numbers numbers = {.input = gate->input, .image = image, .signer = signer, .runs = runs};
	numbers_gather(&numbers);
	g_autofree char *name = g_strdup_printf("numbers.%s", image->target);
	gint64 missing = numbers_missing(&numbers);
	if (runs->len == 0 && missing == 0)
		return;
	if (missing > 0)
		rig_gate_tell(gate, RIG_RULE_HOLD, "number-gap", name,
		              "run %" G_GINT64_FORMAT " of this image by the rig %.8s has no evidence "
		              "here: bring it (`tinyrig evidence import`), or end it",
		              missing, signer);
	else if (numbers.last < 0)
		rig_gate_tell(gate, RIG_RULE_HOLD, "no-tally", name,
		              "nobody says how many runs of this image the rig %.8s made: import what "
		              "`tinyrig evidence export CANDIDATE` writes there",
		              signer);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", name, "all %u runs by the rig %.8s are here",
		              runs->len, signer);
}

void rig_gate_number_rules(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	for (guint i = 0; i < input->candidate->images->len; i++)
		for (guint k = 0; k < input->signers->len; k++) {
			const RigGateSigner *signer = input->signers->pdata[k];
			if (signer->evidence)
				numbers_judge(gate, input->candidate->images->pdata[i], signer->id);
		}
}
