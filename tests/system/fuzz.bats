#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each parser of what others write against its targets of libFuzzer (tests/fuzz/fuzz.h): the corpus,
# and a few thousand inputs made from it, the same ones each time. "make fuzz" makes new ones.

setup() { load '../lib/common'; }

# Nothing is added to the corpus of the repository: what is found goes to a folder of this test.
fuzz() { # TARGET RUNS
	local corpus="$TOP/tests/fuzz/corpus/$1"
	mkdir -p "$BATS_TEST_TMPDIR/found"
	run "$TOP/${O:-build}/fuzz/$1" -seed=1 -runs="$2" -verbosity=0 -artifact_prefix="$BATS_TEST_TMPDIR/" \
		"$BATS_TEST_TMPDIR/found" "$corpus"
	[ "$status" -eq 0 ] && return
	printf '%s\n' "$output"
	for input in "$BATS_TEST_TMPDIR"/*-*; do
		[ ! -f "$input" ] || { echo "the input, in base64:"; base64 "$input"; }
	done
	false
}

@test "the reader of configurations keeps its promises whatever it reads" { fuzz config 3000; }

@test "lxc-update-config changes a text once, and not what it means, whatever it reads" { fuzz update-config 3000; }

@test "the reader of seccomp profiles keeps its promises whatever it reads" { fuzz seccomp-profile 10000; }

@test "lxc-usernet grants what its lines say and nothing else, whatever it holds" { fuzz usernet 10000; }

@test "subuid and subgid delegate what their lines say and nothing else, whatever they hold" { fuzz subid 10000; }
