# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The guest's side of scripts/demo: a datagram goes through a gateway that
# translates, its answer comes back, and everybody tells what he saw. Each
# command is shown as it runs; whatever the text promises is checked, and what
# is not so ends the tour with an error.
#
#	tour.sh EXAMPLES OUT [colour]	EXAMPLES: where the programs were built to
#					OUT: where picture and capture go
set -eu -o pipefail

bin=$1 out=$2 colour=${3-}
here=$(cd "$(dirname "$0")" && pwd)
examples=$(cd "$here/../../Documentation/examples" && pwd)
dir=$(mktemp -d)
PATH=$bin:$PATH
. "$here/lab.sh"

show_network()
{
	title "A gateway on Linux $(uname -r), with the module xinet" \
		"Three network namespaces of a virtual machine; no device has an IPv4 address."
	cat <<'END'

        client                   gateway                     server
     ┌───────────┐     ┌───────────────────────┐     ┌─────────────┐
     │      eth0 ├─────┤ eth0             eth1 ├─────┤ eth0        │
     │ 10.9.1.2  │     │ 10.9.1.1     10.9.2.1 │     │    10.9.2.2 │
     └───────────┘     └───────────────────────┘     └─────────────┘
      private net       translates and forwards        public net
END
}

configure()
{
	title "1. Addresses and routes" \
		"The commands are those of iproute2, with an x in front."
	at client xip addr add 10.9.1.2/24 dev eth0
	at client xip route add default via 10.9.1.1
	at gateway xip addr add 10.9.1.1/24 dev eth0
	at gateway xip addr add 10.9.2.1/24 dev eth1
	at gateway sysctl -w net.xinet.forwarding=1
	at server xip addr add 10.9.2.2/24 dev eth0
	# Neighbours are found here, so that the journeys below are short.
	on client xip ping -c 1 10.9.1.1 >"$dir/ping"
	on gateway xip ping -c 1 10.9.2.2 >>"$dir/ping"
	at client xip route get 10.9.2.2
	at gateway xip neigh show | tee "$dir/neigh"
	holds "$dir/neigh" '10.9.1.2 dev eth0' '10.9.2.2 dev eth1'
	at server xip route get 10.9.1.2 2>&1 | tee "$dir/none" &&
		broken "the server has a route to the client"
	holds "$dir/none" 'No route to the destination'
	echo "   So the server could not answer the client: the gateway has to translate."
}

# tables NAME: rules and connections, on the screen and in $dir/NAME.*
tables()
{
	shown gateway xip nat show
	on gateway xip nat show | tee "$dir/$1.nat"
	shown gateway xip conntrack show
	on gateway xip conntrack show >"$dir/$1.ct"
	sed 's/ src=/\n          src=/2' "$dir/$1.ct"
}

tables_before()
{
	title "2. One rule of NAT, and the tables before the first packet" \
		"What leaves by eth1 gets the gateway's own address. No connection is known yet."
	at gateway xip nat add postrouting oif eth1 masquerade
	tables before
	holds "$dir/before.nat" 'masquerade # handle 1 packets 0'
	[ ! -s "$dir/before.ct" ] || broken "there is a connection already"
}

# At most 98 columns of each line; the file keeps all of it.
fit()
{
	sed -E 's/^(.{97}).{2,}$/\1…/'
}

journey()
{
	local server
	title "3. A request and its reply, function by function" \
		"xip trace follows each packet through all hosts; NAT and the lines marked ~ show" \
		"where it changes. Long lines are cut here; build/demo.txt has them whole."
	in_background server "$dir/hello.log" hello
	server=$!
	wait_bound server 5000
	cd "$out"
	set -- client xip trace --svg demo.svg --base ../ --pcap demo.pcapng \
		-- hello 10.9.2.2
	shown "$@"
	# Without an answer hello would wait for ever; interrupted, xip tells why.
	on "$1" timeout 30 "${@:2}" >demo.txt || broken "$(cat demo.txt)"
	fit <demo.txt
	wait "$server"
	holds demo.txt '10.9.2.2 answers: hello yourself' xip_forward \
		'NAT: source to 10.9.2.1' '~ now 10.9.2.1' \
		'NAT: destination to' '~ now 10.9.2.2'
	[ "$(grep -c '=> delivered' demo.txt)" = 2 ] ||
		broken "request and reply are not both delivered"
	says server "$dir/hello.log"
	holds "$dir/hello.log" '10.9.2.1 port' 'asks: hello'
}

tables_after()
{
	title "4. The tables afterwards" \
		"One connection, two tuples (one line, folded): what is sent, what answers look like."
	tables after
	holds "$dir/after.nat" 'masquerade # handle 1 packets 1'
	holds "$dir/after.ct" 'udp 17' 'src=10.9.1.2 dst=10.9.2.2' \
		'src=10.9.2.2 dst=10.9.2.1 sport=5000'
	[ "$(wc -l <"$dir/after.ct")" = 1 ] || broken "not one connection"
}

send_file()
{
	local receiver
	title "5. Programs: a file of 1 MiB, and Python" \
		"Written as for UDP over IPv4; only the family is another."
	cd "$dir"
	head -c 1048576 /dev/urandom >sent
	in_background server xrecv.log xrecv 5001 received
	receiver=$!
	wait_bound server 5001
	at client xsend sent 10.9.2.2 5001
	wait "$receiver"
	cmp sent received || broken "the file has changed on its way"
	echo "${green}The file arrived byte for byte.$plain"
}

talk_in_python()
{
	local server
	in_background server "$dir/hello.log" hello
	server=$!
	wait_bound server 5000
	cd "$examples"
	shown client python3 hello.py 10.9.2.2
	on client python3 hello.py 10.9.2.2 | tee "$dir/python"
	wait "$server"
	holds "$dir/python" '10.9.2.2 answers: hello yourself'
}

lose_one()
{
	title "6. And a packet that does not arrive" \
		"Nobody has to guess: every drop has a cause, and xip says what to do about it."
	at client xip trace --why -- xip ping -c 1 10.9.3.3 2>&1 | tee "$dir/why" |
		sed '/^$/,/loss/d' | fit
	holds "$dir/why" 'Destination Net Unreachable' '1 NoRouteIn' 'gateway eth0' \
		'no route to the destination'
}

show_network
build_network
configure
tables_before
journey
tables_after
send_file
talk_in_python
lose_one
rm -rf "$dir"
