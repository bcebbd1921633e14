#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# idmap-helper: which maps it writes and which it refuses.

setup_file() { load helpers; box_start; }
teardown_file() { load helpers; box_stop; }
setup() { load helpers; box "printf 'alice:200000:65536\nbob:300000:65536\n' | tee /etc/subuid >/etc/subgid"; }

maps='u:0:200000:65536 g:0:200000:65536'
# the maps of the process that a call was about
written='t=$(sed "s/.*target=//" /opt/box/c); echo uid=$(tr -s " " " " </proc/$t/uid_map) gid=$(tr -s " " " " </proc/$t/gid_map) $(cat /proc/$t/setgroups); cat /opt/box/c; release c'

@test "both maps are written in one request, and setgroups stays allowed for delegated groups" {
	run box "hold c call hold=1 \$idmap map $maps; $written"
	[[ $output == *"uid= 0 200000 65536 gid= 0 200000 65536 allow"* ]] || { echo "$output"; false; }
	replied status=0 stage=10
}

@test "T-19 the caller's own ids may be mapped, and then setgroups is denied" {
	run box "hold c call hold=1 \$idmap map u:0:1001:1 g:0:1001:1; $written"
	[[ $output == *"uid= 0 1001 1 gid= 0 1001 1 deny"* ]] || { echo "$output"; false; }
	run box "hold c call hold=1 \$idmap map $maps u:65536:1001:1 g:65536:1001:1; $written"
	[[ $output == *deny* ]]; replied status=0
	run box "hold c call hold=1 \$idmap map $maps u:65536:1001:1; $written"
	[[ $output == *allow* ]]; replied status=0
	# One group of its own among delegated ones is enough, and then root inside cannot give groups up.
	run box "hold c call hold=1 \$idmap map $maps u:65536:1001:1 g:65536:1001:1; t=\$(sed 's/.*target=//' /opt/box/c)
		as 1001 nsenter -t \$t -U -- id; release c"
	[[ $output == *setgroups*"ot permitted"* && $output != *uid=* ]] || { echo "$output"; false; }
	run box "hold c call hold=1 \$idmap map $maps; t=\$(sed 's/.*target=//' /opt/box/c)
		as 1001 nsenter -t \$t -U -- id -G; release c"
	[ "$output" = 0 ]
}

@test "adjacent lines merge, lines by number count, and no other line does" {
	run box 'printf "alice:200000:10\n1001:200010:10\n" >/etc/subuid; call $idmap map u:0:200000:20'; replied status=0
	run box 'printf "alice:200000:10\n1001:200011:10\n" >/etc/subuid; call $idmap map u:0:200000:20'; replied stage=7 status=15 map=0 extent=0
	run box 'printf "alice:0303240:10\n" >/etc/subuid; call $idmap map u:0:100000:1'; replied status=15
	run box "rm /etc/subuid; call \$idmap map $maps"; replied status=15
	run box "ln -s /etc/subgid /etc/subuid; call \$idmap map $maps; rm /etc/subuid"; replied status=6 file=4 error=40
}

@test "T-20 T-21 ids that are not the caller's are refused: host id 0, neighbours, other users, wraps" {
	for extent in u:0:0:1 g:0:0:1 u:0:0:65536 g:5:0:2 u:0:200000:0 u:0:4294967295:1 u:4294967295:200000:1 u:4294967294:200000:2; do
		run box "call \$idmap map $extent"; replied status=14
	done
	for extent in u:0:199999:2 u:0:200000:65537 u:0:300000:1 u:0:1002:1 g:0:1002:1 u:0:1:1 u:0:1001:2 u:0:2147483648:1 u:0:4294967294:1 g:0:27:1; do
		run box "call \$idmap map $extent"; replied status=15
	done
	run box 'echo "svc:x:200500:200600::/:/bin/sh" >>/etc/passwd; call $idmap map u:0:200000:65536; call $idmap map g:0:200000:65536; call $idmap map u:0:200000:500; sed -i /^svc/d /etc/passwd'
	[ "$(grep -c status=16 <<<"$output")" = 2 ]; [ "$(grep -c 'status=0 ' <<<"$output")" = 1 ]
	run box 'call $idmap map u:0:200000:10 g:0:200000:10 g:10:300000:1'; replied status=15 map=1 extent=1
}

@test "T-18 whose process it is, the kernel decides by our ids: only a direct child's of the caller's passes" {
	run box "call object=grandchild \$idmap map $maps"; replied stage=9; [[ $output != *status=0\ * ]]
	run box "call object=host \$idmap map $maps"; replied stage=9; [[ $output != *status=0\ * ]]
	run box "spawned 1002 -U; call object=path:/proc/\$p \$idmap map $maps; cat /proc/\$p/uid_map; kill \$p"; [[ $output != *status=0\ * && $output != *200000* ]]; replied stage=9
	run box "spawned 0 -U; call object=path:/proc/\$p \$idmap map $maps; kill \$p"; [[ $output != *status=0\ * ]]; replied stage=9
	run box "call object=dead \$idmap map $maps"; replied stage=9 error=3
	run box "call object=zombie \$idmap map $maps"; replied stage=9; [[ $output != *status=0\ * ]]
	run box "call object=path:/proc \$idmap map $maps"; replied stage=9 status=7 error=2
	run box "call object=path:/proc/1 \$idmap map $maps"; replied stage=9; [[ $output != *status=0\ * ]]
	for kind in path:/etc path:/etc/passwd fifo socket tty memfd ns/user; do
		run box "call object=$kind \$idmap map $maps"; replied stage=6 status=7
	done
	run box "as 1001 mkdir -p /opt/box/tmp/fake; as 1001 ln -sf /etc/passwd /opt/box/tmp/fake/uid_map; call object=path:/opt/box/tmp/fake \$idmap map $maps; rm -r /opt/box/tmp/fake; head -1 /etc/passwd"
	replied stage=6 status=7; [[ $output == *root:x:0:0* ]]
}

@test "T-18 a task directory of the process serves, one that may not be looked at does not" {
	run box "call show=1 object=task \$idmap map $maps"; replied status=0 uids=0:200000:65536, gids=0:200000:65536, setgroups=allow
	run box "call show=1 object=nodump \$idmap map $maps"; replied stage=9 status=7 error=13 uids= gids=
}

@test "T-05 a process that died serves nobody, nor does the one that has its number now, in 50 tries" {
	run box "for i in \$(seq 25); do /opt/helper-call uid=1001 show=1 object=recycled \$idmap map $maps; /opt/helper-call uid=1001 show=1 object=recycled \$idmap map u:0:1001:1 g:0:1001:1; done"
	[ "$(grep -c 'recycled=1 stage=9 status=7 error=3 .*uids= gids= setgroups=allow ' <<<"$output")" = 50 ] || { echo "$output"; false; }
}

@test "T-20 of 216 extents at the corners of numbers each is refused, or is exactly what the kernel then has" {
	run box 'cp /etc/passwd /opt/box/passwd; printf "root:x:0:0::/:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n" >/etc/passwd
		echo alice:1:4294967294 >/etc/subuid
		for in in 0 1 2147483647 2147483648 4294967294 4294967295; do for out in 0 1 2147483647 2147483648 4294967294 4294967295; do
			for count in 0 1 2147483647 2147483648 4294967294 4294967295; do
				if [ $count = 0 ] || [ $out = 0 ] || [ $((in + count)) -gt 4294967295 ] || [ $((out + count)) -gt 4294967295 ]; then want="status=14 .*uids= "
				else want="status=0 .*uids=$in:$out:$count, "; fi
				echo "$in:$out:$count $(/opt/helper-call uid=1001 show=1 $idmap map u:$in:$out:$count)" | grep -- "$want" || echo "not $want"
		done; done; done; cat /opt/box/passwd >/etc/passwd'
	[ "$(grep -c "status=14 " <<<"$output")" -gt 100 ]
	[ "$(grep -c "status=0 " <<<"$output")" -gt 20 ]
	none '^not' <<<"$output"
}

@test "T-21 a range that two users have serves both; one that holds the ids of accounts serves only its own" {
	run box 'printf "alice:200000:10\nbob:200005:10\n" >/etc/subuid; call $idmap map u:0:200000:10; as 1002 /opt/helper-call $idmap map u:0:200005:10; as 1002 /opt/helper-call $idmap map u:0:200004:2'
	[ "$(grep -c 'status=0 ' <<<"$output")" = 2 ]; [ "$(grep -c 'status=15 ' <<<"$output")" = 1 ]
	run box 'cp /etc/passwd /opt/box/passwd; sed -i "/^alice\|^bob/!d" /etc/passwd; echo alice:1000:3 >/etc/subuid; call $idmap map u:0:1000:2; call $idmap map u:0:1000:3; cat /opt/box/passwd >/etc/passwd'
	[[ ${lines[0]} == *status=0\ * && ${lines[1]} == *status=16\ * ]]
	run box 'echo alice:0:10 >/etc/subuid; call $idmap map u:0:0:10; call $idmap map u:0:1:9'
	[ "$(grep -c 'status=14 ' <<<"$output")" = 1 ]; [ "$(grep -c 'status=16 ' <<<"$output")" = 1 ]
}

@test "T-33 a subuid or subgid file that others could write, or that is no file, is not trusted" {
	for f in uid:4 gid:5; do
		n=${f#*:} f=/etc/sub${f%:*}
		run box "chown 1001 $f; call \$idmap map $maps; chown 0 $f"; replied status=6 error=1 file=$n
		run box "chmod g+w $f; call \$idmap map $maps; chmod 644 $f"; replied status=6 error=1 file=$n
		run box "chmod 600 $f; call \$idmap map $maps; chmod 644 $f"; replied status=6 error=13 file=$n
		run box "mv $f $f.real; ln -s $f.real $f; call \$idmap map $maps; rm $f; mv $f.real $f"; replied status=6 error=40 file=$n
		run box "mv $f $f.real; mkfifo $f; call \$idmap map $maps; rm $f; mv $f.real $f"; replied status=6 error=22 file=$n
		run box "mv $f $f.real; mkdir $f; call \$idmap map $maps; rmdir $f; mv $f.real $f"; replied status=6 error=22 file=$n
		run box "cp $f $f.real; head -c \$((262144 - \$(stat -c %s $f))) /dev/zero | tr '\0' '\n' >>$f; call \$idmap map $maps; echo >>$f; call \$idmap map $maps; cat $f.real >$f; rm $f.real"
		[[ ${lines[0]} == *status=0\ * && ${lines[1]} == *"status=6 error=27 "* ]]
		run box "cp $f $f.real; printf 'alice:200000:65536' >$f; call \$idmap map $maps; printf 'alice:200000:65536\r\n' >$f; call \$idmap map $maps; printf 'alice:200000:65536\0\n' >$f; call \$idmap map $maps; cat $f.real >$f; rm $f.real"
		[[ ${lines[0]} == *status=0\ * && ${lines[1]} == *status=15\ * && ${lines[2]} == *status=15\ * ]]
	done
}

@test "a map is written once" {
	run box "hold c call hold=1 \$idmap map $maps; t=\$(sed 's/.*target=//' /opt/box/c); call object=path:/proc/\$t \$idmap map $maps; release c"
	[ "$(grep -c 'stage=9 .*error=1 ' <<<"$output")" = 1 ] || { echo "$output"; false; }
}

@test "thirty-two extents of each kind are written, overlaps are the kernel's to refuse" {
	extents=$(for i in $(seq 0 31); do echo "u:$((i * 10)):$((200000 + i * 10)):10 g:$((i * 10)):$((200000 + i * 10)):10"; done | tr '\n' ' ')
	run box "hold c call hold=1 \$idmap map $extents; t=\$(sed 's/.*target=//' /opt/box/c); wc -l </proc/\$t/uid_map; wc -l </proc/\$t/gid_map; release c"
	[ "$output" = $'32\n32' ]
	run box 'call $idmap map u:0:200000:10 u:5:200100:10'; replied stage=9 status=3 error=22
}

@test "T-32 a number in subuid is a uid only if no user is called so" {
	run box 'echo "1001:x:1002:1002::/:/bin/sh" >>/etc/passwd; echo 1001:200000:65536 >/etc/subuid; /opt/helper-call uid=1001 $idmap map u:0:200000:1; sed -i /^1001:/d /etc/passwd; call $idmap map u:0:200000:1'
	[ "$(grep -c status=15 <<<"$output")" = 1 ]; [ "$(grep -c 'status=0 ' <<<"$output")" = 1 ]
}

@test "both helpers, the protocol and the policy they compile in keep to their budget of lines" {
	files=$(cd "$top" && ls setuid-helpers/{net-helper,idmap-helper,helper,link}.c setuid-helpers/{protocol,seccomp-table}.h policy/{text,account,usernet,subid}.c)
	lines=$(cd "$top" && cat $files | grep -vcE '^\s*($|//|/?\*)')
	echo "$lines lines"
	[ "$lines" -le 900 ]
}
