#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The packets of the demo's capture, as Wireshark's plugin names them: one line
# for each time that one left a host or arrived at one. Fails unless request
# and reply are there with their addresses on either side of the gateway.
#
#	packets.sh FILE [colour]
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
file=$1 colour=${2-}
. "$here/lab.sh"

fields()
{
	tshark -X "lua_script:$here/../wireshark/xinet.lua" -r "$file" -n \
		-T fields -E occurrence=f -e frame.interface_name -e xip.src \
		-e xip.dst -e _ws.col.Protocol -e _ws.col.Info -e frame.comment
}

# The four links of the way there, and of the way back.
expected()
{
	cat <<'END'
client:eth0 10.9.1.2 10.9.2.2
gateway:eth0 10.9.1.2 10.9.2.2
gateway:eth1 10.9.2.1 10.9.2.2
server:eth0 10.9.2.1 10.9.2.2
server:eth0 10.9.2.2 10.9.2.1
gateway:eth1 10.9.2.2 10.9.2.1
gateway:eth0 10.9.2.2 10.9.1.2
client:eth0 10.9.2.2 10.9.1.2
END
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# It warns whoever is root.
packets=$(fields 2>"$log") || { cat "$log" >&2; broken "tshark cannot read $file"; }
printf '   %-14s%-11s%-13s%-10s%s\n' interface source destination protocol info
while IFS=$'\t' read -r interface source destination protocol info _; do
	printf '   %-14s%-11s%-13s%-10s%s\n' "$interface" "$source" \
		"$destination" "$protocol" "$info"
done <<<"$packets"

printf '   Each has a comment, what the stack knew of it. Where it left the gateway:\n'
cut -f 6 <<<"$packets" | grep NAT | tee "$log" | sed 's/^/   /; s/; /\n      /g'
holds "$log" 'NAT source 10.9.1.2:' '-> 10.9.2.1:' 'NAT destination 10.9.2.2:5000' \
	'-> 10.9.2.2:5000 > 10.9.1.2:'

diff <(expected) <(awk -F '\t' '{ print $1, $2, $3 }' <<<"$packets") >"$log" ||
	{ cat "$log" >&2; broken "these are not the packets of the journey"; }
[ "$(awk -F '\t' '$4 == "UDP"' <<<"$packets" | wc -l)" = 8 ] ||
	broken "the plugin does not name them UDP"
