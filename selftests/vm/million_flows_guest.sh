#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# million_flows_guest.sh XFLOOD MODULES COUNT: the inside of million_flows.sh.
#
#	 client                 gateway
#	+----------+   +-----------------------+
#	|        c0├───┤r0                  d0 |  d0: a dummy, it takes all
#	| 10.1.0.2 |   |10.1.0.1      10.3.0.1 |
#	+----------+   +-----------------------+
#
# The gateway's filter asks for states. COUNT flows come from 10.128.0.0 and
# stay; others, from 10.200.0.0, come while the table is shown. Prints lines
# "WHAT VALUE UNIT".
set -eu

xflood=$1 modules=$2 count=$3
worst=/sys/module/xdelay/parameters/worst
host=/proc/sys/net/xinet
readonly mac=02:00:00:00:00:11
status=0

said()
{
	printf '%-44s %s\n' "$1" "${*:2}"
}

# expect WHAT GOT WANT
expect()
{
	[ "$2" = "$3" ] && return
	echo "FAILED: $1: got $2, want $3"
	status=1
}

# What the kernel holds, in kB, once what RCU and vmalloc put off is done.
held()
{
	sleep 10
	awk '/^(Slab|VmallocUsed|Percpu):/ { kb += $2 } END { print kb }' \
		/proc/meminfo
}

gateway()
{
	ip netns exec gateway "$@"
}

known()
{
	gateway cat $host/nf_conntrack_count
}

# took WHAT CMD…: run it, tell of its time and of the softirqs that waited
took()
{
	local what=$1 start end
	shift
	echo 0 >$worst
	start=$(date +%s%N)
	"$@"
	end=$(date +%s%N)
	said "$what" $(((end - start) / 1000000)) ms
	said "$what: longest wait of a softirq" "$(cat $worst)" us
}

flood()
{
	ip netns exec client "$xflood" -j "$(nproc)" "$@"
}

fill()
{
	flood -n "$count" c0 "$mac" 10.128.0.0 10.3.0.2 7 >/dev/null
}

setup()
{
	ip netns add client
	ip netns add gateway
	sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip link add c0 netns client type veth peer name r0 address "$mac" \
		netns gateway
	ip -n client link set c0 up
	ip -n gateway link set r0 up
	ip -n gateway link add d0 type dummy
	ip -n gateway link set d0 up
	xip -n gateway addr add 10.1.0.1/24 dev r0
	xip -n gateway addr add 10.3.0.1/24 dev d0
	xip -n gateway route add 10.128.0.0/9 via 10.1.0.2
	echo 3000000 >$host/nf_conntrack_host_max
	gateway sysctl -qw net.xinet.forwarding=1 \
		net.xinet.nf_conntrack_max=3000000 \
		net.xinet.nf_conntrack_udp_timeout=36000
	xip -n gateway filter add forward ctstate established,related accept
	xip -n gateway filter add forward ctstate new iif r0 accept
	xip -n gateway filter policy forward drop
}

# While the table is shown: flows that come, some that end, another size.
disturb()
{
	local size=$((1 << 15))
	flood -p 500 c0 "$mac" 10.200.0.0 10.3.0.2 9 >/dev/null &
	while :; do
		echo $size >$host/nf_conntrack_buckets
		size=$((size ^ 1 << 22 ^ 1 << 15))
		xip -n gateway conntrack flush proto udp dport 9
	done
}

calm()
{
	kill "$disturbance" 2>/dev/null || :
	wait "$disturbance" 2>/dev/null || :
	pkill -TERM -x xflood || :
	wait
}

# shown CMD…: which of the flows that stay it shows
shown()
{
	local once more others
	gateway "$@" | "$xflood" -c "$count" 10.128.0.0 >/tmp/shown
	read -r once more others </tmp/shown
	expect "$*: flows shown once" "$once" "$count"
	expect "$*: flows shown again" "$more" 0
	said "$*: others shown" "$others" flows
}

insmod "$modules/xdelay.ko"
setup
# The kernel goes on starting for some seconds.
before=$(held)
took "nothing, for five seconds" sleep 5
took "$count flows begin" fill
expect "flows known" "$(known)" "$count"
said "memory of a flow" $((($(held) - before) * 1024 / count)) bytes
said "buckets" "$(cat $host/nf_conntrack_buckets)" buckets

took "all are shown" shown xip conntrack show
disturb &
disturbance=$!
took "the same, while others come and go" shown xip conntrack show
took "/proc, while others come and go" shown cat /proc/net/xinet/conntrack
calm
xip -n gateway conntrack flush proto udp dport 9 >/dev/null
expect "flows known" "$(known)" "$count"

took "all are flushed" xip -n gateway conntrack flush
expect "flows known" "$(known)" 0
took "$count flows begin" fill
ip netns del gateway
took "the namespace goes, and the module" bash -c '
	until rmmod xinet 2>/dev/null; do
		sleep 0.1
	done'
rmmod xdelay
exit $status
