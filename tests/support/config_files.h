/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a test that are on no disk: loaders read them through RigSources. */
#ifndef TESTS_SUPPORT_CONFIG_FILES_H
#define TESTS_SUPPORT_CONFIG_FILES_H

#include "yaml/node.h"

typedef struct ConfigFiles {
	RigSources *sources;
	RigIssues *issues;
} ConfigFiles;

/* `text` becomes the file /d/a.yaml. */
void config_files_begin(ConfigFiles *files, const char *text);
void config_files_put(ConfigFiles *files, const char *path, const char *text);
void config_files_end(ConfigFiles *files);
/* Fails the test unless there is no issue. */
void config_files_expect_good(const ConfigFiles *files);
/* Fails the test unless there is just this line among them. */
void config_files_expect(const ConfigFiles *files, const char *fragment);

#endif
