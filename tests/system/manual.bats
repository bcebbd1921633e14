#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What --help says, what the manual page says and what the program takes are the same.

setup() { load '../lib/common'; }

MAN=/usr/local/share/man

# Its manual page, whichever section it is in.
page_file() { ls "$MAN"/man[18]/"$1".[18]; }

# lxc-containers is what the services run, and no command.
commands() { ls /usr/local/bin/lxc-* /usr/local/libexec/lxc/lxc-* | grep -v '/lxc-containers$'; }

# The manual page as plain text.
page() { mandoc -Tascii -Owidth=1000 "$1" | sed $'s/.\b//g'; }

# Options of a command, one a line: -x or --long.
table_options() { "$1" --option-table | awk -F'\t' '$1 == "option" { if ($2 != "-") print "-" $2; if ($3 != "-") print "--" $3 }' | sort -u; }

@test "every command has a manual page" {
	for command in $(commands); do
		[ -s "$(page_file "$(basename "$command")")" ] || { echo "$command"; false; }
	done
}

@test "--help lists exactly the options of the table" {
	for command in $(commands); do
		diff <(table_options "$command") <("$command" --help 2>&1 | sed -n '/^Options:/,/^Exit status:/p' |
			awk '/^ +-/ { print $0 }' | sed -E 's/^ +//; s/  .*//' | grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z-]*' | tr -d ' ,' | sort -u) ||
			{ echo "$command"; false; }
	done
}

@test "the manual page has exactly the options of the table" {
	for command in $(commands); do
		name=$(basename "$command")
		diff <(table_options "$command") <(page "$(page_file "$name")" | sed -n '/^OPTIONS/,/^[A-Z]/{/^OPTIONS/d;p}' |
			grep -E '^ {7}-' | grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z-]*' | tr -d ' ,' | sort -u) || { echo "$name"; false; }
	done
}

@test "the manual page has every exit status that --help has" {
	for command in $(commands); do
		name=$(basename "$command")
		text=$(page "$(page_file "$name")")
		for code in $("$command" --help 2>&1 | sed -n '/^Exit status:/,/^$/p' | awk 'NR > 1 { print $1 }'); do
			grep -qF -- "$code" <<<"$text" || { echo "$name: $code"; false; }
		done
	done
}

@test "lxc-errors(7) has every code, with its meaning" {
	text=$(page "$MAN/man7/lxc-errors.7")
	while IFS='|' read -r code meaning; do
		[ "$code" = none ] || grep -xiA1 " *$code" <<<"$text" | grep -qiF -e "  $meaning. " || { echo "$code: $meaning"; false; }
	done < <(sed -n 's/^ERROR_CODE([A-Z_]*, *"\([^"]*\)", *"\(.*\)")$/\1|\2/p' "$TOP/user-tools/base/error-codes.h" | sed 's/\\"/"/g')
}

@test "lxc.container.conf(5) has every key of the table" {
	text=$(page "$MAN/man5/lxc.container.conf.5")
	for key in $(grep -oE 'WORKS\("lxc\.[^"]*"' "$TOP/user-tools/config/keys.c" | cut -d'"' -f2); do
		grep -qF -- "$key" <<<"$text" || { echo "$key"; false; }
	done
}

@test "the key table of COMPATIBILITY is that of the code" {
	diff <("$TOP/build/docs/key-table" markdown) <(sed '1,/^<!-- keys:/d; /^<!-- end of keys/,$d' "$TOP/docs/COMPATIBILITY.md")
}

@test "every key names a test that is there" {
	while IFS=$'\t' read -r key shown; do
		file=${shown%%: *} name=${shown#*: }
		[ -n "$shown" ] || { echo "$key: no test"; false; }
		for path in "$TOP"/tests/{system,vm,unit,.}/"$file"; do
			if [ -f "$path" ] && grep -qF -e "@test \"$name\"" -e "static void $name(" "$path"; then continue 2; fi
		done
		echo "$key: no test \"$name\" in $file"
		false
	done < <("$TOP/build/docs/key-table" markdown | sed '1,2d; s/^| `\([^`]*\)` |.* | \([^|]*\) |$/\1\t\2/')
}

@test "mandoc finds nothing but what scdoc always writes" {
	for file in "$MAN"/man*/*; do
		# scdoc puts a paragraph behind each section
		mandoc -Tlint -Wwarning "$file" | grep -vE 'skipping paragraph macro: PP (empty|after S[HS])' || continue
		echo "$file"
		false
	done
}

@test "a document that a page names is installed where it says" {
	named=$(cat "$MAN"/man*/* | sed 's/\\&//g; s/\\//g' | grep -oE '/[a-z/]+/doc/lxc-privsep/[A-Z-]+\.md' | sort -u)
	[ -n "$named" ]
	for document in $named; do [ -s "$document" ] || { echo "$document"; false; }; done
	if grep -rl '@DOCDIR@' "$MAN"; then false; fi
}
