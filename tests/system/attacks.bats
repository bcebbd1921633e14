#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# docs/ATTACKS.md, docs/THREAT-MODEL.md and the tests they name; tests that cannot fail.

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# FILE: NAME of every test that the pages name, one a line
named() { grep -ohE '`[a-z-]+\.(bats|c): [^`]+`' "$TOP/docs/ATTACKS.md" "$TOP/docs/THREAT-MODEL.md" | tr -d '`' | sort -u; }

@test "each test that docs/ATTACKS.md and docs/THREAT-MODEL.md name exists" {
	[ "$(named | wc -l)" -ge 55 ]
	while IFS= read -r test; do
		file=${test%%: *} name=${test#*: }
		case $file in
		*.bats) grep -qF "@test \"$name" "$TOP/tests/system/$file" || { echo "no such test: $test"; false; } ;;
		*.c) grep -qF "cmocka_unit_test($name)" "$TOP/tests/unit/$file" || { echo "no such test: $test"; false; } ;;
		esac
	done < <(named)
}

@test "each T number in a test's name is on docs/ATTACKS.md" {
	for number in $(grep -ohE '@test ".*' "$TOP"/tests/system/*.bats | grep -ohE 'T-[0-9]{2}' | sort -u); do
		grep -qF "$number" "$TOP/docs/ATTACKS.md" || { echo "$number"; false; }
	done
}

@test "no line of a test is an assertion that cannot fail" {
	# set -e does not see "! command" unless it is the last one of a list.
	lines=$(grep -nE '^\s*! ' "$TOP"/tests/{system,compare}/*.bats | grep -vE "\|\| |'\"$" || :)
	[ -z "$lines" ] || { echo "$lines"; false; }
}
