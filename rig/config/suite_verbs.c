/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs: what each step takes. */
#include "config/suite_parts.h"
#include "yaml/variables.h"

#include <jansson.h>

#define SECONDS(n)       ((gint64)(n)*G_USEC_PER_SEC)
#define STEP_INPUTS_MAX  10000000
#define STEP_REPEATS_MAX 1000000
#define STEP_FRAMES_MAX  1000

#define AT(type, member) G_STRUCT_OFFSET(type, member)
#define AS(options)                                                                                \
	{                                                                                              \
		.key = "as", .type = RIG_FIELD_NAME, .offset = AT(options, as),                            \
		.help = "name that its results carry, as in `as: r` and r.top1; default: the verb"         \
	}
#define END                                                                                        \
	{                                                                                              \
		.key = NULL                                                                                \
	}

static const RigField verbs_identify[] = {
    {.key = "name",
     .type = RIG_FIELD_REGEX,
     .offset = AT(RigStepIdentify, name),
     .help = "regular expression that the device's name must match"},
    {.key = "model",
     .type = RIG_FIELD_REGEX,
     .offset = AT(RigStepIdentify, model),
     .help = "regular expression that the model's name must match"},
    {.key = "build",
     .type = RIG_FIELD_BOOL,
     .offset = AT(RigStepIdentify, build),
     .fallback = "true",
     .help = "the build id must be the image's, where both are known"},
    AS(RigStepIdentify),
    END,
};

static const RigField verbs_infer[] = {
    {.key = "recording",
     .type = RIG_FIELD_PATH,
     .required = TRUE,
     .offset = AT(RigStepInfer, recording),
     .shorthand = TRUE,
     .help = "folder of the recording whose inputs are sent"},
    {.key = "inputs",
     .type = RIG_FIELD_INTEGER,
     .offset = AT(RigStepInfer, inputs),
     .max = STEP_INPUTS_MAX,
     .fallback = "0",
     .help = "how many inputs, spread evenly over the recording; 0: all"},
    {.key = "first",
     .type = RIG_FIELD_INTEGER,
     .offset = AT(RigStepInfer, first),
     .max = STEP_INPUTS_MAX,
     .fallback = "0",
     .help = "index of the first input"},
    {.key = "iterations",
     .type = RIG_FIELD_INTEGER,
     .offset = AT(RigStepInfer, iterations),
     .min = 1,
     .max = STEP_REPEATS_MAX,
     .fallback = "1",
     .help = "inferences of each input"},
    {.key = "warmups",
     .type = RIG_FIELD_INTEGER,
     .offset = AT(RigStepInfer, warmups),
     .max = STEP_REPEATS_MAX,
     .fallback = "0",
     .help = "inferences before them that are not measured"},
    {.key = "pace",
     .type = RIG_FIELD_BOOL,
     .offset = AT(RigStepInfer, pace),
     .fallback = "false",
     .help = "send the inputs at the rate at which they were recorded"},
    AS(RigStepInfer),
    END,
};

static const RigField verbs_sensor[] = {
    {.key = "frames",
     .type = RIG_FIELD_INTEGER,
     .offset = AT(RigStepSensor, frames),
     .min = 1,
     .max = STEP_FRAMES_MAX,
     .fallback = "20",
     .shorthand = TRUE,
     .help = "how many frames are read from the board's sensor"},
    AS(RigStepSensor),
    END,
};

static const RigField verbs_data[] = {
    {.key = "recording",
     .type = RIG_FIELD_PATH,
     .required = TRUE,
     .offset = AT(RigStepData, recording),
     .shorthand = TRUE,
     .help = "folder of the recording that is checked; needs no board"},
    {.key = "reference",
     .type = RIG_FIELD_PATH,
     .offset = AT(RigStepData, reference),
     .help = "folder of the recording that `drift` compares with"},
    AS(RigStepData),
    END,
};

static const RigField verbs_send[] = {
    {.key = "text",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = AT(RigStepSend, text),
     .shorthand = TRUE,
     .late = TRUE,
     .help = "bytes to send, line end included"},
    {.key = "link",
     .type = RIG_FIELD_NAME,
     .offset = AT(RigStepSend, link),
     .help = "link of the board; default: the protocol's"},
    END,
};

static const RigField verbs_expect[] = {
    {.key = "regex",
     .type = RIG_FIELD_REGEX,
     .required = TRUE,
     .offset = AT(RigStepExpect, regex),
     .shorthand = TRUE,
     .late = TRUE,
     .help = "regular expression that must come; (?<name>...) captures a value"},
    {.key = "not",
     .type = RIG_FIELD_REGEX,
     .offset = AT(RigStepExpect, not ),
     .late = TRUE,
     .help = "regular expression that must not come before it"},
    {.key = "within",
     .type = RIG_FIELD_QUANTITY,
     .offset = AT(RigStepExpect, within_us),
     .unit = "time",
     .min = 1,
     .max = RIG_STEP_SPAN_MAX_US,
     .fallback = "5s",
     .help = "how long to wait for it"},
    {.key = "link",
     .type = RIG_FIELD_NAME,
     .offset = AT(RigStepExpect, link),
     .help = "link of the board; default: the protocol's"},
    AS(RigStepExpect),
    END,
};

static const RigField verbs_wait[] = {
    {.key = "span",
     .type = RIG_FIELD_QUANTITY,
     .required = TRUE,
     .offset = AT(RigStepWait, span_us),
     .unit = "time",
     .min = 1,
     .max = RIG_STEP_SPAN_MAX_US,
     .shorthand = TRUE,
     .help = "how long"},
    END,
};

static const RigField verbs_run[] = {
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .required = TRUE,
     .offset = AT(RigStepRun, argv),
     .shorthand = TRUE,
     .late = TRUE,
     .help = "program and arguments; the bench's host_commands must allow the program"},
    AS(RigStepRun),
    END,
};

/* In the order of RigWindows and RigRules. */
static const char *const verbs_windows[] = {"auto", "marker", "stamps", "host", NULL};
static const char *const verbs_rules[] = {"none", "mlperf-tiny", NULL};
static const RigField verbs_measure[] = {
    {.key = "steps",
     .type = RIG_FIELD_CUSTOM,
     .required = TRUE,
     .offset = AT(RigStepMeasure, steps),
     .custom = &rig_custom_steps,
     .help = "what is done while the meter measures; without debug probe"},
    {.key = "windows",
     .type = RIG_FIELD_CHOICE,
     .offset = AT(RigStepMeasure, windows),
     .choices = verbs_windows,
     .fallback = "auto",
     .help = "what says where inferences lie: the meter's marker, the firmware's time stamps, or "
             "this host's clock; auto: the marker where the bench file names one, else stamps"},
    {.key = "rules",
     .type = RIG_FIELD_CHOICE,
     .offset = AT(RigStepMeasure, rules),
     .choices = verbs_rules,
     .fallback = "none",
     .help = "mlperf-tiny: `mlperf_energy` is left where 5 requests or more took 10 s and 10 "
             "inferences or more each"},
    AS(RigStepMeasure),
    END,
};

/* In the order of RigSupply. */
static const char *const verbs_supplies[] = {"cut", "on", "cycle", NULL};
static const RigField verbs_power[] = {
    {.key = "supply",
     .type = RIG_FIELD_CHOICE,
     .fallback = "on",
     .offset = AT(RigStepPower, supply),
     .choices = verbs_supplies,
     .shorthand = TRUE,
     .help = "the board's supply: cut, on, or cut and on again"},
    {.key = "off",
     .type = RIG_FIELD_QUANTITY,
     .offset = AT(RigStepPower, off_us),
     .unit = "time",
     .min = 1,
     .max = RIG_STEP_SPAN_MAX_US,
     .fallback = "500ms",
     .help = "how long it stays cut in a cycle"},
    {.key = "voltage",
     .type = RIG_FIELD_QUANTITY,
     .offset = AT(RigStepPower, voltage_uv),
     .unit = "voltage",
     .min = 1,
     .max = 60e6,
     .help = "of the meter's supply from now on, until the board is made safe; not in a measure"},
    END,
};

static void verbs_add_pair(gpointer user, const char *name, char *text)
{
	RigStepSet *set = user;
	g_ptr_array_add(set->names, g_strdup(name));
	g_ptr_array_add(set->values, text);
}

static gboolean verbs_parse_set(RigBinder *binder, const RigField *field, const RigNode *node,
                                gpointer member)
{
	(void)field;
	RigStepSet *set = member;
	set->names = g_ptr_array_new_with_free_func(g_free);
	set->values = g_ptr_array_new_with_free_func(g_free);
	rig_bind_pairs(binder, node, TRUE, verbs_add_pair, set);
	return TRUE;
}

static void verbs_free_set(gpointer member)
{
	RigStepSet *set = member;
	g_clear_pointer(&set->names, g_ptr_array_unref);
	g_clear_pointer(&set->values, g_ptr_array_unref);
}

static json_t *verbs_schema_set(const RigField *field)
{
	return rig_custom_variables.schema(field);
}

static const RigFieldCustom verbs_set = {
    .type = "map of names to texts",
    .parse = verbs_parse_set,
    .schema = verbs_schema_set,
    .free = verbs_free_set,
};

const RigStepRow rig_step_rows[RIG_STEP_KINDS + 1] = {
    [RIG_STEP_FLASH] = {.verb = "flash",
                        .about = "load the candidate's image for the board's target",
                        .timeout_us = SECONDS(60)},
    [RIG_STEP_RESET] = {.verb = "reset",
                        .about = "reset the board as its bench file says",
                        .timeout_us = SECONDS(10)},
    [RIG_STEP_IDENTIFY] = {.verb = "identify",
                           .about = "ask the firmware who it is",
                           .fields = verbs_identify,
                           .options_size = sizeof(RigStepIdentify),
                           .timeout_us = SECONDS(10)},
    [RIG_STEP_INFER] = {.verb = "infer",
                        .about = "send inputs of a recording and capture the outputs",
                        .fields = verbs_infer,
                        .options_size = sizeof(RigStepInfer),
                        .timeout_us = SECONDS(60)},
    [RIG_STEP_SENSOR] = {.verb = "sensor",
                         .about = "read frames from the board's sensor",
                         .fields = verbs_sensor,
                         .options_size = sizeof(RigStepSensor),
                         .timeout_us = SECONDS(30)},
    [RIG_STEP_DATA] = {.verb = "data",
                       .about = "check a recording; needs no board",
                       .fields = verbs_data,
                       .options_size = sizeof(RigStepData),
                       .timeout_us = SECONDS(30)},
    [RIG_STEP_SEND] = {.verb = "send",
                       .about = "send a text over a link",
                       .fields = verbs_send,
                       .options_size = sizeof(RigStepSend),
                       .timeout_us = SECONDS(5)},
    [RIG_STEP_EXPECT] = {.verb = "expect",
                         .about = "wait for a text on a link",
                         .fields = verbs_expect,
                         .options_size = sizeof(RigStepExpect),
                         .timeout_us = SECONDS(6)},
    [RIG_STEP_WAIT] = {.verb = "wait",
                       .about = "let time pass",
                       .fields = verbs_wait,
                       .options_size = sizeof(RigStepWait),
                       .timeout_us = SECONDS(1)},
    [RIG_STEP_SET] = {.verb = "set",
                      .about = "give names to texts for the steps that follow",
                      .custom = &verbs_set,
                      .options_size = sizeof(RigStepSet),
                      .timeout_us = SECONDS(1)},
    [RIG_STEP_RUN] = {.verb = "run",
                      .about = "run a program of the host; its JSON gives values",
                      .fields = verbs_run,
                      .options_size = sizeof(RigStepRun),
                      .timeout_us = SECONDS(60)},
    [RIG_STEP_SAFE] = {.verb = "safe",
                       .about = "bring the board to its safe state",
                       .timeout_us = SECONDS(5)},
    [RIG_STEP_MEASURE] = {.verb = "measure",
                          .about = "measure what the board draws while steps are done",
                          .fields = verbs_measure,
                          .options_size = sizeof(RigStepMeasure),
                          .timeout_us = SECONDS(15)},
    [RIG_STEP_POWER] = {.verb = "power",
                        .about = "switch the board's supply",
                        .fields = verbs_power,
                        .options_size = sizeof(RigStepPower),
                        .timeout_us = SECONDS(15)},
    [RIG_STEP_MEASURED] = {.verb = "measured",
                           .about = "end of a measure",
                           .timeout_us = SECONDS(60)},
};
