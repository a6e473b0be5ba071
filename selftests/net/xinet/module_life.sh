#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module's life, beside module.py: what its file says of it, what holds it,
# and that it goes at any moment with all that is configured, leaving nothing.
#
#	 $A                          $B
#	+---------------+           +---------------+
#	|   10.9.0.1/24 +── netem ──+ 10.9.0.2/24   |
#	+---------------+  (held)   +---------------+
#
. "$(dirname "$0")/lib.sh"
need tc modinfo rmmod
need_module sch_netem

ko=$(xinet_ko) || skip_all "no file of the module to load it from"

configure()
{
	xip -n "$A" addr replace 10.9.0.1/24 dev veth0 &&
		xip -n "$B" addr replace 10.9.0.2/24 dev veth0
}

# From $A to $B and seen there.
exchange()
{
	xdgram_listen "$B" "$TMP/got" 10.9.0.2 5000 &&
		xdgram "$A" send 10.9.0.2 5000 "$1" &&
		wait_for grep -q "$1" "$TMP/got" && wait $!
}

unload()
{
	rmmod xinet 2>"$TMP/rmmod"
}

# What is open for a moment in another process may delay it.
unload_soon()
{
	wait_for unload || { cat "$TMP/rmmod"; return 1; }
}

busy()
{
	! unload && grep -q 'in use' "$TMP/rmmod"
}

step "what the file says: net-pf-19 is what socket() asks modprobe for"
check_out "alias of the family" '^net-pf-19$' modinfo -F alias "$ko"
check_out "license" '^GPL' modinfo -F license "$ko"
check_out "the limits of the host are parameters" '^addresses_max:' \
	modinfo -F parm "$ko"

topo_pair
check "a datagram before" exchange before

step "netem holds a packet whose socket is closed: its memory is the module's"
topo ip netns exec "$A" tc qdisc add dev veth0 root netem delay 200s
check "sent" xdgram "$A" send 10.9.0.2 5000 held
check "rmmod: in use" busy
topo ip netns exec "$A" tc qdisc del dev veth0 root
check "released, it goes" unload_soon

step "back again: nothing is left of what was configured"
check "loads" xinet_load
check_eq "no route of \$A" "" "$(xip -n "$A" route show)"
check_eq "no address of \$A's veth0" "" "$(xip -n "$A" addr show dev veth0)"
check "configured anew" configure
check "a datagram" exchange again

step "4 namespaces full of addresses, routes, neighbours, datagrams in queues"
n0='' n1=''
setup_ns n0 n1 n2 n3
fill()
{
	local ns i
	printf 'link add v0 type veth peer name v1\nlink set v0 up\nlink set v1 up\n' \
		>"$TMP/links"
	echo "addr add 10.8.0.1/24 dev v0" >"$TMP/batch"
	for i in {2..20}; do
		echo "addr add 10.8.0.$i/24 dev v0"
		echo "route add 10.$i.0.0/16 via 10.8.0.200"
		echo "neigh add 10.8.0.1$i lladdr 02:00:00:00:00:$i dev v0"
	done >>"$TMP/batch"
	for ns in "${NS_LIST[@]:2}"; do
		ip -n "$ns" -b "$TMP/links" && xip -n "$ns" -b "$TMP/batch" &&
			xdgram "$ns" send 10.8.0.77 5000 unresolved || return
	done
}
check "filled" fill
step "files of /proc stay open over the unload, a dump and reads go on"
exec 7<"/proc/net/xinet/udp" 8<"/proc/net/xinet/snmp"
read -r _ <&7
spawn nice -n 19 bash -c "while :; do xip -n $n0 route show; xip -n $n1 neigh show; done" \
	>"$TMP/dump" 2>&1
spawn nice -n 19 bash -c 'while :; do cat /proc/net/xinet/*; done' >"$TMP/proc" 2>&1
check "the module goes" unload_soon
check_not "the open file ends" read -r _ <&7
exec 7<&- 8<&-

step "3 times in and out while others look and configure"
churn()
{
	local i
	for i in 1 2 3; do
		xinet_load && configure && xip -n "$A" neigh add 10.9.0.9 \
			lladdr 02:00:00:00:00:09 dev veth0 &&
			unload_soon || return
	done
}
check "in and out" churn
check "loads a last time" xinet_load
check "configured" configure
check "a datagram after all that" exchange after
finish
