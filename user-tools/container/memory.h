/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A supervisor lives as long as its container and does little: what starting took in heap and stack
 * is given back to the kernel before it begins to wait.
 */
#ifndef CONTAINER_MEMORY_H
#define CONTAINER_MEMORY_H

void memory_give_back(void);

#endif
