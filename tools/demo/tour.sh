# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The guest's side of scripts/demo: three hosts on one kernel, and a file that
# travels from one program to another. Each command is shown as it runs.
#
#	tour.sh EXAMPLES [colour]	EXAMPLES: where the programs were built to
set -eu

bin=$1
here=$(cd "$(dirname "$0")" && pwd)
examples=$(cd "$here/../../Documentation/examples" && pwd)
dir=$(mktemp -d)
bold='' plain='' green='' red=''
if [ -n "${2-}" ]; then
	bold=$'\e[1m' plain=$'\e[0m' green=$'\e[32m' red=$'\e[31m'
fi
PATH=$bin:$PATH

title()
{
	printf '\n%s── %s%s\n' "$bold" "$*" "$plain"
}

# Quicker than `ip netns exec`, which also mounts a /sys nobody needs here.
on()
{
	nsenter --net="/run/netns/$1" "${@:2}"
}

# at HOST CMD…: show the command, and run it on that host
at()
{
	local host=$1
	shift
	printf '%s%s#%s %s\n' "$bold" "$host" "$plain" "$*"
	on "$host" "$@"
}

# in_background HOST FILE CMD…: likewise; output goes to FILE
in_background()
{
	local host=$1 out=$2
	shift 2
	printf '%s%s#%s %s &\n' "$bold" "$host" "$plain" "$*"
	on "$host" "$@" >"$out" 2>&1 &
}

# until_said FILE TEXT: wait for a program in the background to be ready
until_said()
{
	local tries=500
	until grep -q "$2" "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat "$1"; exit 1; }
		sleep 0.02
	done
}

# capture HOST DEV COUNT FILE FILTER: the first COUNT frames that pass
capture()
{
	local host=$1 dev=$2 count=$3 file=$4 filter=$5
	on "$host" timeout 60 tcpdump -Z root -U -nn -i "$dev" -c "$count" \
		-w "$file" "$filter" 2>"$file.log" &
	captures+=($!)
	until_said "$file.log" 'listening on'
}

build_network()
{
	local ns
	for ns in client router server; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	ip -n client link add eth0 type veth peer name eth0 netns router
	ip -n server link add eth0 type veth peer name eth1 netns router
	ip -n client link set eth0 up
	ip -n router link set eth0 up
	ip -n router link set eth1 up
	ip -n server link set eth0 up
}

configure()
{
	at client xip addr add 10.9.1.2/24 dev eth0
	at client xip route add default via 10.9.1.1
	at client sysctl -w net.xinet.ping_group_range='0 0'
	at router xip addr add 10.9.1.1/24 dev eth0
	at router xip addr add 10.9.2.1/24 dev eth1
	at router sysctl -w net.xinet.forwarding=1
	at server xip addr add 10.9.2.2/24 dev eth0
	at server xip route add default via 10.9.2.1
}

show_configuration()
{
	at client xip addr show dev eth0
	at client xip route show
	at router xip route show
	at client xip route get 10.9.2.2
}

first_packets()
{
	local captures=() filter='ether proto 0x88b5 or ether proto 0x88b6'
	capture client eth0 4 "$dir/client.pcap" "$filter"
	capture server eth0 4 "$dir/server.pcap" "$filter"
	at client xip ping -c 1 10.9.2.2
	wait "${captures[@]}"
	echo
	echo "What client and server saw of it:"
	python3 "$here/decode.py" client="$dir/client.pcap" \
		server="$dir/server.pcap"
}

send_file()
{
	local captures=() receiver
	head -c 1048576 /dev/urandom >"$dir/sent"
	in_background server "$dir/xrecv.log" xrecv 5000 "$dir/received"
	receiver=$!
	until_said "$dir/xrecv.log" listening
	capture client eth0 1 "$dir/client.pcap" 'ether proto 0x88b5'
	capture server eth0 1 "$dir/server.pcap" 'ether proto 0x88b5'
	at client xsend "$dir/sent" 10.9.2.2 5000
	wait "${captures[@]}" "$receiver"
	printf '%sserver%s says: %s\n' "$bold" "$plain" \
		"$(tail -n +2 "$dir/xrecv.log" | paste -sd ' ')"
	echo
	echo "Its first datagram, at the client and, one hop on, at the server:"
	python3 "$here/decode.py" client="$dir/client.pcap" \
		server="$dir/server.pcap"
	echo
	echo "Its headers as the server's device got them (e5: version 14, 5 words):"
	tcpdump -r "$dir/server.pcap" -nn -xx 2>/dev/null | sed -n '2,4p'
}

talk_in_python()
{
	in_background server "$dir/hello.log" hello
	local server=$!
	wait_bound server 5000
	at client python3 "$examples/hello.py" 10.9.2.2
	wait "$server"
	printf '%sserver%s says: %s\n' "$bold" "$plain" "$(cat "$dir/hello.log")"
}

# A port is bound when /proc shows it, in hexadecimal.
wait_bound()
{
	local tries=500 port
	port=$(printf ':%04X' "$2")
	until on "$1" grep -q "$port " /proc/net/xinet/udp; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "nobody binds port $2"; exit 1; }
		sleep 0.02
	done
}

show_state()
{
	at client xip neigh show
	at router xip neigh show
	at router xip stat
	at server xip stat
}

compare()
{
	local sent received
	sent=$(sha256sum <"$dir/sent")
	received=$(sha256sum <"$dir/received")
	echo "sent      ${sent%% *}"
	echo "received  ${received%% *}"
	if [ "$sent" = "$received" ]; then
		echo "${green}The file arrived byte for byte.$plain"
	else
		echo "${red}The file did NOT arrive as it was sent.$plain"
		exit 1
	fi
}

title "Linux $(uname -r) with the module xinet"
cat <<'END'

   client                     router                     server
  +-------------+    +------------------------+    +-------------+
  |        eth0 +----+ eth0              eth1 +----+ eth0        |
  | 10.9.1.2/24 |    | 10.9.1.1/24 10.9.2.1/24|    | 10.9.2.2/24 |
  +-------------+    +------------------------+    +-------------+
   three network namespaces; their devices carry no IPv4 address
END
build_network
title "Addresses and routes"
configure
title "What the kernel has made of them"
show_configuration
title "Counters of the router before the first packet"
at router xip stat
title "The first packet: neighbours are found, the router counts the TTL down"
first_packets
title "A file of 1 MiB, in datagrams, through the router"
send_file
title "Python asks, C answers"
talk_in_python
title "Neighbours and counters afterwards"
show_state
title "The file"
compare
rm -rf "$dir"
