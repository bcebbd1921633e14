#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion in the real shells, as a user with containers whose names are hard on a shell.

setup_file() {
	load '../lib/common'
	for name in web 'my box' 'evil$(touch evil)' 'star*'; do
		me "lxc-create -n '$name' -t none" >/dev/null 2>&1
	done
	me 'lxc-create -P $HOME/other -n away -t none' >/dev/null 2>&1
}
teardown_file() {
	load '../lib/common'
	destroy_all
	me 'rm -rf other'
}
setup() { load '../lib/common'; }

SHARE=/usr/local/share

# bash_complete WORDS...: what the last word completes to, one a line
bash_complete() {
	me "bash -c '
		. $SHARE/bash-completion/completions/$1
		COMP_WORDS=($*) COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
		[ \"${*: -1}\" != EMPTY ] || COMP_WORDS[COMP_CWORD]=
		\$(complete -p $1 | sed \"s/.*-F \\([^ ]*\\).*/\\1/\") 
		printf \"%s\\n\" \"\${COMPREPLY[@]}\"'"
}

fish_complete() { me "fish -c 'complete -C \"$*\"'" | cut -f1; }

# typed SHELL TEXT...: what the command is given when each TEXT, a tab and return are typed, one a line
typed() {
	local shell=$1 keys
	shift
	printf -v keys '%s\t\n' "$@"
	me "timeout 30 $TOP/tests/lib/type-into $shell '$keys'" | grep -o '<.*>'
}

@test "bash: options, containers, states and files complete" {
	run bash_complete lxc-stop --no
	[[ "$output" == *--nokill* && "$output" == *--nowait* && "$output" == *--nolock* ]]
	run bash_complete lxc-start EMPTY
	[[ "$output" == *web* && "$output" == *'my\ box'* ]]
	run bash_complete lxc-info -n w
	[ "$output" = web ]
	run bash_complete lxc-wait -s RUN
	[ "$output" = RUNNING ]
	run bash_complete lxc-create -t bus
	[ "$output" = busybox ]
	run bash_complete lxc-net rest
	[ "$output" = restart ]
}

@test "fish: options, containers and states complete" {
	run fish_complete lxc-stop --no
	[[ "$output" == *--nokill* && "$output" == *--nowait* ]]
	run fish_complete lxc-info -n w
	[ "$output" = web ]
	run fish_complete lxc-wait -s RUN
	[ "$output" = RUNNING ]
}

@test "names complete to themselves in every shell, whatever they contain, and nothing in them is executed" {
	for shell in bash zsh fish; do
		run typed $shell 'lxc-info -n we' 'lxc-info -n my' 'lxc-info -n "my' 'lxc-info -n ev' 'lxc-info -n st'
		[ "$output" = $'<-n><web>\n<-n><my box>\n<-n><my box>\n<-n><evil$(touch evil)>\n<-n><star*>' ]
		[ -z "$(find /home/lxc-dnscrypt -name evil)" ]
	done
}

@test "names below -P complete, and options and states" {
	for shell in bash zsh fish; do
		run typed $shell 'lxc-info -P ~/other -n ' 'lxc-info --no-h'
		[ "$output" = $'<-P></home/lxc-dnscrypt/other><-n><away>\n<--no-humanize>' ]
	done
}

@test "every option of every command is offered by every shell" {
	for program in /usr/local/bin/lxc-* /usr/local/sbin/lxc-*; do
		command=$(basename "$program")
		offered=$(bash_complete "$command" -)
		zsh -n "$SHARE/zsh/site-functions/_$command"
		for option in $("$program" --option-table | awk -F'\t' '$1 == "option" && $3 != "-" { print $3 }'); do
			grep -qxF -- "--$option" <<<"$offered" || { echo "bash: $command --$option"; false; }
			grep -qF -- "*--$option" "$SHARE/zsh/site-functions/_$command" || { echo "zsh: $command --$option"; false; }
			grep -qE -- "-l $option( |\$)" "/etc/fish/completions/$command.fish" || { echo "fish: $command --$option"; false; }
		done
	done
}
