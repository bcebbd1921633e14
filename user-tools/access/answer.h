/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May somebody have an interface? Answered with what net-helper decides by (policy/usernet.h) and
 * what the client chooses lines by (access/choice.h, setuid-helpers/client.h), so that it is what a
 * start would be told.
 */
#ifndef ACCESS_ANSWER_H
#define ACCESS_ANSWER_H

#include "setuid-helpers/client-policy.h"
#include "setuid-helpers/client.h"

struct access_question {
	struct nic_request nic; /* type, link, hwaddr, mtu, mode, vlan, isolated */
	/* The container sends from these; of a veth without a link they are the routes to it. */
	struct usernet_address address[USERNET_MAX_ADDRESSES];
	size_t address_count;
};

/* TYPE, LINK and options as in the file: mac=, mtu=, mode=, vlan=, isolated, ip=. 0, or -1 with
 * E_USAGE. */
int access_question_parse(const char *type, const char *link, char *const *options,
			  struct access_question *question, struct error *err);

struct access_answer {
	bool yes;
	bool without_line; /* root needs none */
	uint32_t line;	   /* the rule it rests on: gives it, or would if it were not for why; 0 */
	struct usernet_offer offer; /* with line; slices of the policy's file */
	char why[512];		    /* if no */
	char fix[320];		    /* what an admin could do; may be empty */
};

void access_find_answer(const struct net_policy *policy, const struct access_question *question,
			const char *user, struct access_answer *answer);

#endif
