/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Configurations of tests: a text that must load, and one that must not. Include it after cmocka.h.
 */
#ifndef TESTS_CONFIG_TEXT_H
#define TESTS_CONFIG_TEXT_H

#include <string.h>

#include "config/config.h"

/* The caller frees it. */
static inline struct config *config_of(const char *text)
{
	struct config *config = config_new();
	struct error err = { 0 };
	if (config_load_text(config, text, strlen(text), "test", &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return config;
}

/* What it is refused with; the lines are those of a file "test". */
static inline struct error refusal_of(const char *text)
{
	struct config *config = config_new();
	struct error err = { 0 };
	if (config_load_text(config, text, strlen(text), "test", &err) == 0)
		fail_msg("accepted: %s", text);
	config_free(config);
	return err;
}

#endif
