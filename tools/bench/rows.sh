# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The guest's side of scripts/bench: set up the paths, measure the rows. What
# goes to stdout is for report.py:
#
#	kernel RELEASE
#	lsm NAME,…
#	row ROW BYTES FAMILY MEDIAN MINIMUM MAXIMUM
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

[ -e /sys/kernel/security/lsm ] ||
	mount -t securityfs security /sys/kernel/security
echo "kernel $(uname -r)"
echo "lsm $(cat /sys/kernel/security/lsm)"
setup
# The kernel goes on starting for some seconds; under --icount they are free.
sleep 12
rows 64
rows 1400
