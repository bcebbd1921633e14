#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# lxc-ls over many containers, those inside of others, and those of every user; its tables and its JSON.

load '../lib/common'

SHARE=/home/lxc-dnscrypt/.local/share/lxc
NESTED=/var/lib/lxc

setup_file() {
	empty_conf lxc-dnscrypt
	empty_conf lxc-cache
	me 'lxc-create -n outer -t busybox; lxc-create -n plain -t none' >/dev/null
	as lxc-cache 'lxc-create -n theirs -t none' >/dev/null
	printf '%s\n' 'lxc.group = web' 'lxc.group = db' 'lxc.start.auto = 1' | me 'cat >>.local/share/lxc/plain/config'
	echo 'lxc.include = /usr/local/share/lxc/config/nesting.conf' | me 'cat >>.local/share/lxc/outer/config'
	# Containers of the container's root: one that can run, with the same busybox, and one that is only defined.
	local root=$SHARE/outer/rootfs ids
	ids=$(stat -c %u:%g "$root")
	mkdir -p "$root$NESTED/inner" "$root$NESTED/deep" "$root/run" "$root/usr/local/lib/lxc/rootfs"
	cp -a "$root" /run/tree
	rm -rf "/run/tree$NESTED"
	mv /run/tree "$root$NESTED/inner/rootfs"
	install -m 755 /usr/local/bin/lxc-start /usr/local/bin/lxc-stop "$root/bin"
	printf '%s\n' "lxc.rootfs.path = dir:$NESTED/inner/rootfs" 'lxc.net.0.type = empty' 'lxc.mount.auto = proc' 'lxc.tty.max = 0' \
		'lxc.idmap = u 0 0 65536' 'lxc.idmap = g 0 0 65536' >"$root$NESTED/inner/config"
	printf 'lxc.group = \e[31mred\n' >"$root$NESTED/deep/config"
	chown -R "$ids" "$root$NESTED"
	me 'lxc-start -n outer'
	me 'lxc-attach -n outer -- lxc-start -n inner'
}

teardown_file() {
	destroy_all
}

list() { me "lxc-ls $*"; }

# on_terminal COLUMNS COMMAND: what it prints on a terminal that wide
on_terminal() {
	local columns=$1
	shift
	as lxc-dnscrypt "TERM=xterm script -qec 'stty cols $columns; $*' /dev/null </dev/null" | tr -d '\r'
}

@test "--nesting shows what is in a running container below it, running or not, and no more levels than asked for" {
	[ "$(list -1 --nesting)" = $'outer\nouter/deep\nouter/inner\nplain' ]
	[ "$(list -f -F name,state --nesting)" = "$(printf '%s\n' 'NAME   STATE   ' 'outer  RUNNING ' '\deep  STOPPED ' '\inner RUNNING ' 'plain  STOPPED ')" ]
	[ "$(list -1 --nesting=0)" = $'outer\nplain' ]
	[ "$(list -1)" = $'outer\nplain' ]
	[ "$(list -1 --nesting --running)" = $'outer\nouter/inner' ]
	[ "$(list -1 --nesting --stopped)" = $'outer/deep\nplain' ]
	[ "$(list -1 --nesting "'^outer|^inner'")" = $'outer\nouter/inner' ]
	[ "$(list -1 --nesting inner)" = '' ]
	run list --nesting=x
	[ "$status" -eq 1 ]
	says '--nesting=x: a number from 0 to 32'
}

@test "a configuration inside that cannot be read is named with the container it is in, and the others are shown" {
	me 'lxc-attach -n outer -- sh -c "mkdir /var/lib/lxc/bad; echo lxc.bogus = 1 >/var/lib/lxc/bad/config"'
	run list -1 --nesting
	me 'lxc-attach -n outer -- rm -r /var/lib/lxc/bad'
	[ "$status" -eq 0 ]
	says 'outer/bad' 'there is no key lxc.bogus' 'outer/inner'
}

@test "files inside that lead out, or never answer, are those of the container, or an error" {
	echo "lxc.group = secret" | me 'cat >secret'
	me 'lxc-attach -n outer -- sh -c "mkdir /var/lib/lxc/link /var/lib/lxc/fifo; mkfifo /var/lib/lxc/fifo/config; ln -s /home/lxc-dnscrypt/secret /var/lib/lxc/link/config"'
	run list --nesting --json
	me 'lxc-attach -n outer -- rm -r /var/lib/lxc/link /var/lib/lxc/fifo'
	[ "$status" -eq 0 ]
	says 'fifo/config: not a regular file'
	if grep -q secret <<<"$output"; then false; fi
}

@test "root inside that stops whoever looks delays it, and the others are shown" {
	me 'lxc-attach -n outer -- sh -c "mkfifo /etc/lxc.conf; mkdir -p /etc/lxc; mv /etc/lxc.conf /etc/lxc/lxc.conf"'
	run list -1 --nesting
	me 'lxc-attach -n outer -- rm -r /etc/lxc'
	[ "$status" -eq 0 ]
	says 'outer: looking at its containers: ' $'outer\nplain'
}

@test "--json has every column of every container, whatever is in its configuration" {
	list --json --nesting >/run/list.json
	python3 - <<-'END'
		import json
		document = json.load(open("/run/list.json"))
		assert document["version"] == 1
		outer, deep, inner, plain = document["containers"]
		fields = set("name inside user state pid defined autostart unprivileged groups interfaces ipv4 ipv6 memory_bytes swap_bytes".split())
		for one in document["containers"]:
		    assert set(one) == fields, one
		assert (outer["name"], outer["state"], outer["inside"], outer["unprivileged"]) == ("outer", "RUNNING", [], True)
		assert outer["interfaces"] == ["lo"] and outer["pid"] > 1
		assert (inner["name"], inner["state"], inner["inside"]) == ("inner", "RUNNING", ["outer"])
		assert (deep["state"], deep["pid"], deep["groups"]) == ("STOPPED", None, ["\x1b[31mred"])
		assert (plain["groups"], plain["autostart"], plain["memory_bytes"]) == (["web", "db"], True, None)
	END
	[ "$(list --json --filter nothing | tr -d ' \n')" = '{"version":1,"containers":[]}' ]
	run list --json -P /etc/passwd
	[ "$status" -eq 1 ]
	[[ "$output" == 'lxc-ls: reading /etc/passwd: Not a directory' ]]
}

@test "--all-users is for root: the containers of each user, read as that user" {
	run list --all-users
	[ "$status" -eq 1 ]
	says 'the containers of other users are theirs' 'root may'
	[ "$(lxc-ls -1 --all-users)" = $'lxc-cache/theirs\nlxc-dnscrypt/outer\nlxc-dnscrypt/plain' ]
	[ "$(lxc-ls -1 --all-users --nesting --running)" = $'lxc-dnscrypt/outer\nlxc-dnscrypt/outer/inner' ]
	[ "$(lxc-ls -f --all-users -F user,name,state --running)" = $'USER         NAME  STATE   \nlxc-dnscrypt outer RUNNING ' ]
	[[ "$(lxc-ls -f --all-users | head -n 1)" = 'USER '*' NAME '* ]]
	[ "$(lxc-ls --json --all-users | jq -r '.containers[] | .user + " " + .name')" = $'lxc-cache theirs\nlxc-dnscrypt outer\nlxc-dnscrypt plain' ]
	run lxc-ls --all-users -P /tmp
	[ "$status" -eq 1 ]
	says '-P does not go with it'
}

@test "--all-users: what a user's paths lead to is read with the rights of that user only" {
	mkdir -p /root/kept/hidden
	echo 'lxc.group = secret' >/root/kept/hidden/config
	chmod 700 /root/kept
	as lxc-cache 'mv .local/share/lxc .local/share/own; ln -s /root/kept .local/share/lxc'
	run lxc-ls -1 --all-users
	as lxc-cache 'rm .local/share/lxc; mv .local/share/own .local/share/lxc'
	[ "$status" -eq 0 ]
	says 'lxc-cache: reading /home/lxc-cache/.local/share/lxc: Permission denied' lxc-dnscrypt/outer
	if grep -q hidden <<<"$output"; then false; fi
}

@test "a container that does not run costs the same few system calls, however many there are" {
	calls() {
		me "for n in $1; do mkdir -p many/\$n; echo lxc.uts.name = x >many/\$n/config; done
			strace -f -qq -o calls lxc-ls -f -P \$HOME/many >/dev/null; wc -l <calls; rm -r many calls"
	}
	few=$(calls "$(seq -s ' ' 10)")
	many=$(calls "$(seq -s ' ' 210)")
	echo "10: $few calls, 210: $many"
	[ $(((many - few) / 200)) -le 12 ]
}

@test "on a terminal a table fits: lists below each other, then cut; NO_COLOR is honoured; a pipe gets what LXC prints" {
	run on_terminal 200 'lxc-ls -f -F name,state,groups'
	[ "${lines[0]}" = 'NAME  STATE   GROUPS' ]
	[ "${lines[2]}" = 'plain STOPPED web, db' ]
	[[ "$output" == *$'\e[32mRUNNING\e[0m'* ]]
	run on_terminal 20 'NO_COLOR=1 lxc-ls -f -F name,state,groups'
	[ "${lines[1]}" = 'outer RUNNING -' ]
	[ "${lines[2]}" = 'plain STOPPED web' ]
	[ "${lines[3]}" = '              db' ]
	run on_terminal 16 'NO_COLOR=1 lxc-ls -f -F name,state,groups'
	for line in "${lines[@]}"; do [ ${#line} -le 16 ]; done
	[[ "$output" == *…* ]]
	run on_terminal 200 'lxc-ls -f --nesting -F name,groups'
	[[ "$output" == *'?[31mred'* ]]
	[ "$(list -f -F name,state,groups)" = $'NAME  STATE   GROUPS  \nouter RUNNING -       \nplain STOPPED web, db ' ]
}
