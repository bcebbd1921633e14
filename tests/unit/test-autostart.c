// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "container/autostart.h"

static void add(struct autostart_list *list, const char *name, bool automatic, int order,
		const char *groups)
{
	struct config config = { .start_auto = automatic, .start_order = order };
	string_list_add_words(&config.groups, groups, " ");
	autostart_add(list, name, &config);
	string_list_clear(&config.groups);
}

static char *select_from_all(struct autostart_rules rules, const char *groups)
{
	struct autostart_list list = { 0 };
	struct string_list names = { 0 };
	add(&list, "late", true, 5, "");
	add(&list, "b", true, 0, "");
	add(&list, "a", true, 0, "");
	add(&list, "first", true, INT32_MIN, "web db");
	add(&list, "last", true, INT32_MAX, "web");
	add(&list, "manual", false, 0, "db");
	if (groups)
		autostart_add_groups(&rules.groups, groups);
	autostart_select(&list, &rules);
	string_list_clear(&rules.groups);
	for (size_t i = 0; i < list.count; i++)
		string_list_add(&names, list.items[i].name);
	char *text = names.count ? string_list_join(&names, " ") : xstrdup("");
	string_list_clear(&names);
	autostart_clear(&list);
	return text;
}

static void expect(struct autostart_rules rules, const char *groups, const char *names)
{
	_cleanup_free_ char *text = select_from_all(rules, groups);
	assert_string_equal(text, names);
}

static void groups_come_as_given_and_each_container_once(void **state)
{
	const struct autostart_rules rules = { 0 };
	(void)state;
	expect(rules, NULL, "a b late");
	expect(rules, "", "a b late");
	expect(rules, "web", "first last");
	expect(rules, "web,db,web", "first last");
	expect(rules, "web,", "first last a b late");
	expect(rules, ",web", "a b late first last");
	expect(rules, "db,,web", "first a b late last");
	expect(rules, "w", "");
	expect(rules, "nosuch", "");
}

static void all_and_ignore_auto_and_backwards(void **state)
{
	(void)state;
	expect((struct autostart_rules){ .all = true }, NULL, "first a b late last");
	expect((struct autostart_rules){ .all = true }, "nosuch", "first a b late last");
	expect((struct autostart_rules){ .ignore_auto = true }, "db", "first manual");
	expect((struct autostart_rules){ .all = true, .ignore_auto = true }, NULL,
	       "first a b manual late last");
	expect((struct autostart_rules){ .all = true, .backwards = true }, NULL,
	       "last late b a first");
}

static void nothing_selects_nothing(void **state)
{
	struct autostart_list list = { 0 };
	const struct autostart_rules rules = { .all = true };
	(void)state;
	autostart_select(&list, &rules);
	assert_int_equal(list.count, 0);
	autostart_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_come_as_given_and_each_container_once),
		cmocka_unit_test(all_and_ignore_auto_and_backwards),
		cmocka_unit_test(nothing_selects_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
