/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One call of a helper in parts: its object, how it is started, who watches it. What is asked for
 * are options, NAME=VALUE words of the command line that main.c describes; each part looks at its
 * own. Any part ends the program (status 2 wrong usage, 3 a failure of the test's own) by itself.
 */
#ifndef HELPER_CALL_H
#define HELPER_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* options.c: add takes the words up to the first that is none and returns how many; the value of
 * an option, NULL if it was not given; several of one name are for each(). */
int option_take(char **words, int count);
const char *option(const char *name);
bool option_is(const char *name, const char *value);
void option_each(const char *name, void (*use)(const char *value));
/* From now on the option has this value (static, NULL to take it away). Returns what it was. */
const char *option_replace(const char *name, const char *value);
uint32_t number(const char *text);

/* object.c: what the request is about, a descriptor. target is the process that it made for that,
 * 0 if it made none. become_caller() takes the identity of uid=. */
extern pid_t target;
int open_object(bool map);
void become_caller(void);

/* start.c: the socket pair, its second end for the helper; the helper in the circumstances that
 * were asked for, traced by us if is_traced(). */
int make_socket(int pair[2]);
pid_t start(const char *path, int fd, int other);
bool is_traced(void);

/* tracer.c: until it ends; *status as waitpid() has it. */
void run_to(pid_t pid, int *status);
void step_through(pid_t pid, int *status);

/* search.c: line and slot of a request, the first, then others (false: there is none); what the
 * lines give in all, and what of it is in use. */
struct net_request;
void search_start(struct net_request *request);
bool search_next(struct net_request *request);
void search_host(const struct net_request *request, char host[16]);
void search_sum(const struct net_request *request, uint32_t *quota, uint32_t *used,
		uint32_t *bad_line);

/* watch.c: what came back, and what is to be seen of it from outside. */
struct helper_reply;
bool receive_reply(int fd, struct helper_reply *reply);
/* NULL: there was none; request of net-helper or NULL. */
void print_reply(const struct helper_reply *reply, const struct net_request *request);
void print_map(pid_t pid, const char *file, const char *label);
void print_interfaces(void);
size_t count_descriptors(pid_t pid);

#endif
