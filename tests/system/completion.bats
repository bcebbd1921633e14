#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion in the real shells, as a user with two containers.

setup_file() {
	load '../lib/common'
	me 'lxc-create -n web -t none; lxc-create -n "my box" -t none' >/dev/null 2>&1
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

# zsh has no way to ask: type into an interactive one and look at what it makes of a tab.
zsh_complete() {
	cat >/run/type.zsh <<-'EOF'
		zmodload zsh/zpty
		zpty shell zsh -fi
		zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; stty -echo'
		sleep 1
		zpty -n -w shell "$1"$'\t'
		sleep 1
		while zpty -rt shell line; do print -r -- "$line"; done
		zpty -d shell
	EOF
	me "zsh -f /run/type.zsh '$*'" | tr -d '\r' | sed $'s/\033\\[[0-9;?]*[A-Za-z]//g; s/.\b//g'
}

@test "bash: options, containers, states and files complete" {
	run bash_complete lxc-stop --no
	[[ "$output" == *--nokill* && "$output" == *--nowait* && "$output" == *--nolock* ]]
	run bash_complete lxc-start EMPTY
	[[ "$output" == *web* && "$output" == *"my box"* ]]
	run bash_complete lxc-info -n w
	[ "$output" = web ]
	run bash_complete lxc-wait -s RUN
	[ "$output" = RUNNING ]
	run bash_complete lxc-create -t bus
	[ "$output" = busybox ]
}

@test "fish: options, containers and states complete" {
	run fish_complete lxc-stop --no
	[[ "$output" == *--nokill* && "$output" == *--nowait* ]]
	run fish_complete lxc-info -n w
	[ "$output" = web ]
	run fish_complete lxc-wait -s RUN
	[ "$output" = RUNNING ]
}

@test "zsh: options and states complete" {
	run zsh_complete lxc-stop --nok
	[[ "$output" == *"--nokill"* ]]
	run zsh_complete lxc-wait -s RUN
	[[ "$output" == *"RUNNING"* ]]
	run zsh_complete lxc-info -n w
	[[ "$output" == *"web"* ]]
}

@test "every option of every command is offered by every shell" {
	for program in /usr/local/bin/lxc-*; do
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
