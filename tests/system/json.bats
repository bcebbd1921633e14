#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# --json: every command that has it prints one valid document with its version, and is described in docs/JSON.md.

load '../lib/common'

setup_file() {
	default_conf lxc-dnscrypt 10.0.3.20
	me 'lxc-create -n web -t busybox' >/dev/null
	printf '%s\n' 'lxc.group = a' 'lxc.group = "b\"c"' | me 'cat >>.local/share/lxc/web/config'
	me 'lxc-start -n web'
}

teardown_file() {
	destroy_all
}

# fields COMMAND: the sorted names at the top of its document, which is checked to be one
fields() { me "$@" | python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["version"] == 1; print(*sorted(d))'; }
# documented SECTION: those that docs/JSON.md has for it
documented() {
	sed -n "/^### $1\$/,/^###/p" "$TOP/docs/JSON.md" | sed -n 's/^| \(`[^|]*\) |.*/\1/p' | grep -oE '[a-z0-9_]+' | sort | tr '\n' ' '
}
same_fields() { # COMMAND SECTION
	local have
	have="$(fields "$1")"
	diff <(tr ' ' '\n' <<<"$have") <(printf '%s\n' version $(documented "$2") | sort)
}

@test "a command has --json if and only if docs/JSON.md has a section on it" {
	for command in /usr/local/bin/lxc-* /usr/local/libexec/lxc/lxc-*; do
		if "$command" --option-table | grep -q $'\t''json'$'\t'; then echo "${command##*/}"; fi
	done | sort | diff <(sed -n 's/^### //p' "$TOP/docs/JSON.md" | sort) -
}

@test "lxc-info --json has all of a running container, and the keys that are asked for" {
	same_fields 'lxc-info -n web --json' lxc-info
	me 'lxc-info -n web --json -c lxc.uts.name -c lxc.group -c lxc.net.0.type -c lxc.console.path -c lxc.bogus' >/run/info.json 2>/run/info.err
	[ "$(cat /run/info.err)" = 'lxc.bogus invalid' ]
	python3 - <<-'END'
		import json
		d = json.load(open("/run/info.json"))
		assert (d["name"], d["state"], d["ipv4"]) == ("web", "RUNNING", ["10.0.3.20"]), d
		assert d["interfaces"] == ["lo", "eth0"] and d["pid"] > 1 and d["supervisor_pid"] > 1
		link, = d["links"]
		assert link["name"].startswith("veth") and link["rx_bytes"] >= 0
		assert d["config"] == {"lxc.uts.name": "web", "lxc.group": ["a", 'b\\"c'], "lxc.net.0.type": "veth", "lxc.console.path": None}, d["config"]
	END
}

@test "lxc-info --json of a stopped container has null for what is not known; of none, nothing is printed" {
	me 'lxc-create -n off -t none --json' | jq -e '.name == "off" and .template == "none" and .rootfs == null' >/dev/null
	me 'lxc-info -n off --json' | jq -e '.state == "STOPPED" and .pid == null and .cpu_ns == null and .links == [] and .config == {}' >/dev/null
	run me 'lxc-info -n nosuch --json'
	[ "$status" -eq 1 ]
	[ "$output" = "nosuch doesn't exist" ]
}

@test "lxc-create --json says what was made, and the template talks on standard error" {
	same_fields 'lxc-create -n made -t none --json' lxc-create
	printf '#!/bin/sh\necho hello from the template\n' >/run/template
	chmod 755 /run/template
	[ "$(me 'lxc-create -n talk -t /run/template --json 2>/dev/null' | jq -r .directory)" = /home/lxc-dnscrypt/.local/share/lxc/talk ]
	[[ "$(me 'lxc-destroy -n talk; lxc-create -n talk -t /run/template --json 2>&1 >/dev/null')" == *'hello from the template'* ]]
	printf '#!/bin/sh\nexit 3\n' >/run/template
	run me 'lxc-create -n fails -t /run/template --json 2>/dev/null'
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "lxc-wait --json says which state it is, in time or not, with the same exit codes" {
	same_fields 'lxc-wait -n web -s RUNNING --json' lxc-wait
	for i in 1 2 3 4 5; do me 'lxc-wait -n web -s RUNNING -t 0'; done
	me 'lxc-wait -n web -s "STOPPED|RUNNING" --json' | jq -e '.state == "RUNNING" and .reached' >/dev/null
	run me 'lxc-wait -n web -s STOPPED -t 0 --json'
	[ "$status" -eq 1 ]
	[ "$(jq -c '[.state, .reached]' <<<"$output")" = '["RUNNING",false]' ]
	run me 'lxc-wait -n web -s BOGUS --json 2>/dev/null'
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "lxc-update-config --json has the changes line by line" {
	printf '%s\n' 'lxc.uts.name = a' 'lxc.utsname = b' 'lxc.rootfs.backend = dir' | me 'cat >old'
	me 'lxc-update-config -c old --json' >/run/update.json
	python3 - <<-'END'
		import json
		d = json.load(open("/run/update.json"))
		assert sorted(d) == ["backup", "changes", "file", "version"], d
		assert d["file"] == "old" and d["backup"] == "/home/lxc-dnscrypt/old.backup"
		assert d["changes"][0] == {"line": 2, "was": "lxc.utsname", "now": "lxc.uts.name"}, d
		assert d["changes"][1]["line"] == 3 and d["changes"][1]["now"] is None, d
	END
	me 'lxc-update-config -c old --json' | jq -e '.changes == [] and .backup == null' >/dev/null
}

@test "lxc-user-nic --json has what its line has" {
	as_delegated lxc-dnscrypt 'unshare -Urn sleep 100 & until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
		/usr/local/libexec/lxc/lxc-user-nic --json create /unused test $! veth lxcbr0; kill $!' >/run/nic.json
	jq -e '.version == 1 and .name == "eth0" and .index > 0 and (.host_name | startswith("veth")) and .host_index > 0' /run/nic.json >/dev/null
}

@test "a document that does not get out is a failure, said once" {
	for command in 'lxc-ls --json' 'lxc-info -n web --json' 'lxc-wait -n web -s RUNNING --json'; do
		run me "$command >/dev/full"
		[ "$status" -eq 1 ]
		[ "$(grep -c 'standard output: No space left on device' <<<"$output")" = 1 ]
	done
}
