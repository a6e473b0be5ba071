# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# scale.sh XROUTES MODULES FAMILIES COUNT: the guest's side of the rows about many
# routes. What goes to stdout is for report.py:
#
#	scale ROW UNIT FAMILY VALUE
#
# Each family fills a namespace of its own with the same COUNT routes over 64
# next hops on one link, and nothing else runs:
#
#	 A (a namespace a family)         gateways
#	+---------------+
#	|         veth0 +---------- 10.9.0.2 ... 10.9.0.65
#	|   10.9.0.1/24 |
#	+---------------+
set -eu

xroutes=$1 modules=$2 families=$3 count=$4
worst=/sys/module/xdelay/parameters/worst

# What the kernel holds, in kB, once what RCU and vmalloc put off is done.
held()
{
	sleep 10
	awk '/^(Slab|VmallocUsed|Percpu):/ { kb += $2 } END { print kb }' \
		/proc/meminfo
}

setup()
{
	ip netns add "$1"
	ip -n "$1" link set lo up
	ip -n "$1" link add veth0 type veth peer name veth1
	ip -n "$1" link set veth0 up
	ip -n "$1" link set veth1 up
	case $1 in
	ipv4)	ip -n "$1" addr add 10.9.0.1/24 dev veth0 ;;
	xinet)	xip -n "$1" addr add 10.9.0.1/24 dev veth0
		ip netns exec "$1" sysctl -q -w net.xinet.route_max=4000000 ;;
	esac
}

# scale FAMILY ROW UNIT VALUE
scale()
{
	echo "scale $2 $3 $1 $4"
}

# change FAMILY {add|del} COUNT: instructions of each
change()
{
	local said
	said=$("$xroutes" "$1" "$1" veth0 "$2" "$3")
	echo "${said#* }"
}

lookup()
{
	ip netns exec "$1" sh -c \
		"echo $1 200000 >/sys/module/xlookup/parameters/run"
	cat /sys/module/xlookup/parameters/result
}

# All routes go with the link; prints the longest delay of a softirq meanwhile.
flush()
{
	echo 0 >$worst
	ip -n "$1" link set veth0 down
	sleep 1
	cat $worst
}

# Likewise, when the namespace goes with all of them.
vanish()
{
	echo 0 >$worst
	ip netns del "$1"
	# Another one's end waits for this one's.
	ip netns add behind
	ip netns del behind
	sleep 5
	cat $worst
}

measure()
{
	local family=$1 before
	setup "$family"
	before=$(held)
	scale "$family" routes-1m-insert instructions \
		"$(change "$family" add "$count")"
	scale "$family" routes-1m-bytes-per-prefix bytes \
		$((($(held) - before) * 1024 / count))
	scale "$family" routes-1m-lookup instructions "$(lookup "$family")"
	scale "$family" routes-1m-delete instructions \
		"$(change "$family" del $((count / 8)))"
	change "$family" add $((count / 8)) >/dev/null
	scale "$family" routes-1m-flush-delay us "$(flush "$family")"
	ip -n "$family" link set veth0 up
	change "$family" add "$count" >/dev/null
	scale "$family" routes-1m-exit-delay us "$(vanish "$family")"
}

insmod "$modules/xlookup.ko"
insmod "$modules/xdelay.ko"
# The kernel goes on starting for some seconds; under --icount they are free.
sleep 12
for family in $families; do
	measure "$family"
done
