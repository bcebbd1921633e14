/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the two programs' files that write the messages of net-helper at build time. */
#ifndef SETUID_HELPERS_BUILD_TABLE_H
#define SETUID_HELPERS_BUILD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "setuid-helpers/message.h"

/* Add a word to the table, as a C expression. */
__attribute__((format(printf, 1, 2))) void word(const char *format, ...);
/* Add the words that stand for these bytes of a struct net_values. */
void values(size_t offset, size_t size);

/* Add the port filter, two words a step; port_filter_length() steps. */
void port_filter(void);
size_t port_filter_length(void);

#endif
