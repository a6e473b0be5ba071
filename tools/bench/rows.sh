# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The guest's side of scripts/bench: set up the paths, measure the rows. What
# goes to stdout is for report.py:
#
#	kernel RELEASE
#	lsm NAME,…
#	row ROW BYTES FAMILY MEDIAN MINIMUM MAXIMUM
#	scale ROW UNIT FAMILY VALUE
#
# Both families use the same namespaces, devices and addresses, in one boot
# with Debian's defaults; the router forwards, and nothing else is set:
#
#	 A                        B
#	+---------------+        +---------------+
#	|          veth0+--------+veth0          |      connected, unconnected
#	|   10.9.0.1/24 |        | 10.9.0.2/24   |
#	+---------------+        +---------------+
#
#	 C                    R                         S
#	+------------+   +-----------------------+   +------------+
#	|       veth0+---+r0                   r1+---+veth0       |  forwarded
#	| 10.9.1.2/24|   |10.9.1.1/24 10.9.2.1/24|   |10.9.2.2/24 |
#	+------------+   +-----------------------+   +------------+
set -eu

xbench=$1
families=${2:-ipv4 xinet}
modules=${3-}
many=${4-}	# a number of flows: only the rows about so many
flows=100000

# Under both families: `ip` and `xip` take the same words.
configure()
{
	local family
	for family in $families; do
		case $family in
		ipv4)	ip "$@" ;;
		xinet)	xip "$@" ;;
		esac
	done
}

veth()
{
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

setup()
{
	local ns
	for ns in A B C R S; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	veth A veth0 B veth0
	veth C veth0 R r0
	veth R r1 S veth0
	configure -n A addr add 10.9.0.1/24 dev veth0
	configure -n B addr add 10.9.0.2/24 dev veth0
	configure -n C addr add 10.9.1.2/24 dev veth0
	configure -n R addr add 10.9.1.1/24 dev r0
	configure -n R addr add 10.9.2.1/24 dev r1
	configure -n S addr add 10.9.2.2/24 dev veth0
	configure -n C route add default via 10.9.1.1
	configure -n S route add default via 10.9.2.1
	ip netns exec R sysctl -q -w net.ipv4.ip_forward=1
	case $families in
	*xinet*) ip netns exec R sysctl -q -w net.xinet.forwarding=1 ;;
	esac
}

# measure ROW BYTES FAMILY ARG…
measure()
{
	local result
	result=$("$xbench" "${@:4}")
	echo "row $1 $2 $3 $result"
}

# The floor is the same path without any protocol above the device.
rows()
{
	local bytes=$1 family
	measure connected "$bytes" floor packet A B - "$bytes"
	for family in $families; do
		measure connected "$bytes" "$family" \
			"$family" A B 10.9.0.2 "$bytes"
		measure unconnected "$bytes" "$family" \
			-u "$family" A B 10.9.0.2 "$bytes"
		measure forwarded "$bytes" "$family" \
			"$family" C S 10.9.2.2 "$bytes"
	done
}

forwarded()
{
	local bytes
	for bytes in 64 1400; do
		measure "$1" $bytes "$2" "$2" C S 10.9.2.2 $bytes
	done
}

# rules COUNT: of four shapes, for `xip filter replace`; none is for us
rules()
{
	local n a
	for ((n = 0; n < $1; n++)); do
		a=$((n >> 8 & 255)).$((n & 255))
		case $((n & 3)) in
		0)	echo "add forward src 10.8.$a drop" ;;
		1)	echo "add forward dst 10.7.$a proto udp dport 7 drop" ;;
		2)	echo "add forward src 10.9.1.2 dst 10.6.$a drop" ;;
		3)	echo "add forward proto udp sport $((n + 1)) iif r1 drop" ;;
		esac
	done
}

# The router looks at rules and lets everything pass.
filtered()
{
	local n
	for n in 10 10000; do
		rules $n | xip -n R filter replace -f -
		measure filtered-by-$n 64 xinet xinet C S 10.9.2.2 64
	done
	xip -n R filter flush
}

# The router drops what is of no connection.
track()
{
	case $1 in
	ipv4)	ip netns exec R nft 'table ip bench {
			chain forward {
				type filter hook forward priority 0
				ct state invalid drop
			}
		}' ;;
	xinet)	xip -n R filter add forward ctstate invalid drop ;;
	esac
}

# And hides C behind its address on r1.
masquerade()
{
	case $1 in
	ipv4)	ip netns exec R nft 'table ip bench {
			chain postrouting {
				type nat hook postrouting priority 100
				oifname "r1" masquerade
			}
		}' ;;
	xinet)	xip -n R nat add postrouting oif r1 masquerade ;;
	esac
}

# Bytes in the pages of all slab caches.
slabs()
{
	awk 'NR > 2 { pages += $6 * $15 } END { print pages * 4096 }' \
		/proc/slabinfo
}

# Nothing gets past S's link, so that a datagram is counted to there; and room
# for all flows.
end_at_s()
{
	local i mac
	mac=$(ip netns exec S cat /sys/class/net/veth0/address)
	for ((i = 3; i < 20; i++)); do
		configure -n R neigh replace 10.9.2.$i lladdr "$mac" dev r1 \
			nud permanent
	done
	ip netns exec S insmod "$modules/xdrop.ko"
	case $families in *ipv4*)
		sysctl -q -w net.netfilter.nf_conntrack_max=2097152
		ip netns exec R sysctl -q -w \
			net.netfilter.nf_conntrack_udp_timeout=600 ;;
	esac
	case $families in *xinet*)
		sysctl -q -w net.xinet.nf_conntrack_host_max=2097152
		ip netns exec R sysctl -q -w net.xinet.nf_conntrack_max=2097152
		ip netns exec R sysctl -q -w \
			net.xinet.nf_conntrack_udp_timeout=600 ;;
	esac
}

# Tables of equal size.
new_flows()
{
	local family bytes before
	end_at_s
	sysctl -q -w net.xinet.nf_conntrack_buckets="$(
		sysctl -n net.netfilter.nf_conntrack_buckets)"
	for family in $families; do
		for bytes in 64 1400; do
			before=$(slabs)
			measure new-flow-masquerade $bytes "$family" \
				-f $flows "$family" C S 10.9.2.2 $bytes
			[ $bytes = 1400 ] ||
				echo "scale flow-bytes bytes $family" \
					$((($(slabs) - before) / flows))
		done
	done
}

# A datagram of a known flow, among few of them and among many.
many_flows()
{
	local family n
	for family in $families; do
		track "$family"
	done
	end_at_s
	for n in 1000 "$many"; do
		for family in $families; do
			measure "known-flow-of-$n" 64 "$family" \
				-a -f "$n" "$family" C S 10.9.2.2 64
		done
	done
}

[ -e /sys/kernel/security/lsm ] ||
	mount -t securityfs security /sys/kernel/security
echo "kernel $(uname -r)"
echo "lsm $(cat /sys/kernel/security/lsm)"
setup
# The kernel goes on starting for some seconds; under --icount they are free.
sleep 12
if [ -n "$many" ]; then
	many_flows
	exit
fi
rows 64
rows 1400
# The tables of rules and connections only now: the rows above have none.
case $families in *xinet*) filtered ;; esac
for family in $families; do
	track "$family"
	forwarded forwarded-conntrack "$family"
done
for family in $families; do
	masquerade "$family"
	forwarded forwarded-masquerade "$family"
done
[ -z "$modules" ] || new_flows
