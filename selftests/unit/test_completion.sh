#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The completion function of xip, called as bash calls it, and what it offers;
# its objects, commands and keywords are those that xip's help names.
set -u
cd "$(dirname "$0")/../.." || exit
xip=${XIP:-build/xip/xip}
# shellcheck source=tools/xip/bash-completion/xip
. tools/xip/bash-completion/xip
n=0 failed=0

# result NAME GOT WANT
result()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n $1"
	else
		echo "# got  '$2'"
		echo "# want '$3'"
		echo "not ok $n $1"
		failed=1
	fi
}

# What is offered for a line; the last word is the one being typed.
offered()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_xip
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
}


if [ ! -x "$xip" ]; then
	echo "1..0 # SKIP no $xip"
	exit 0
fi

devices=$(cd /sys/class/net && printf '%s\n' * | sort | tr '\n' ' ')
rows=(
	'xip r|route'
	'xip |addr conntrack filter help link monitor nat neigh ping route sock stat trace traceroute'
	'xip -j|-json'
	'xip -j ro|route'
	'xip -n nowhere ro|route'
	'xip -b tools/xip/Make|tools/xip/Makefile'
	'xip route a|add append'
	'xip r d|delete'
	'xip -j -d route g|get'
	'xip route get 10.1.1.1 f|fibmatch from'
	'xip route show -|-N'
	'xip route add default v|via'
	'xip route add default via |'
	'xip route add default dev |'"${devices% }"
	'xip addr show dev lo s|scope'
	'xip a add 10.9.0.1/24 p|peer preferred_lft'
	'xip neigh show nud p|permanent probe'
	'xip filter add input ctstate e|established'
	'xip filter add input proto |icmp tcp udp'
	'xip filter policy input d|drop'
	'xip filter replace -f tools/xip/Make|tools/xip/Makefile'
	'xip nat add prerouting b|balance'
	'xip nat add prerouting balance |hash rr'
	'xip conntrack c|count'
	'xip conntrack show d|dport dst'
	'xip monitor a|addr all'
	'xip monitor route n|neigh'
	'xip stat d|delta'
	'xip stat U|Udp'
	'xip ping -M |do dont want'
	'xip ping -I l|lo'
	'xip traceroute -i l|lo'
	'xip tra|trace traceroute'
	'xip link s|set show'
	'xip link set l|lo'
	'xip link set lo f|forwarding'
	'xip link set dev lo rp_filter |inherit loose off strict'
	'xip link set lo rp_filter loose forwarding i|inherit'
	'xip monitor li|link'
	'xip link show l|lo'
	'xip link show dev |'"${devices% }"
	'xip sock -a u|udp'
	'xip sock -|-N -a -e -l -m -n -p'
	'xip sock state e|established'
	'xip sock sport = :1 o|or'
	'xip sock sport = :1 or n|not'
	'xip sock sport g|ge gt'
	'xip sock sport gt |'
	'xip sock dev l|lo'
	'xip trace d|dport dst'
	'xip trace dport |'
	'xip trace proto |icmp tcp udp'
	'xip trace --|-- --base --pcap --svg --why'
	'xip trace --svg tools/xip/Make|tools/xip/Makefile'
	'xip trace --base |'
	'xip trace -- mapfil|mapfile'
	'xip trace -- cat tools/xip/Make|tools/xip/Makefile'
	'xip nothing |'
)

mapfile -t objects < <("$xip" help | sed -n 's/[{}|]//g; /OBJECT :=/,/^ *OPTIONS/p' |
	sed '/OPTIONS/d; s/.*:=//' | tr ' ' '\n' | sed '/^$/d')

echo "KTAP version 1"
echo "1..$((${#rows[@]} + 1 + ${#objects[@]}))"
for row in "${rows[@]}"; do
	line=${row%%|*}
	IFS=' ' read -r -a words <<<"$line"
	[ "${line% }" = "$line" ] || words+=("")
	got=$(offered "${words[@]}")
	# options are offered with the objects
	[ "$line" = 'xip ' ] && got=$(tr ' ' '\n' <<<"$got" | grep -v '^-' |
		tr '\n' ' ' | sed 's/ $//')
	result "\"$line\"" "$got" "${row#*|}"
done

known=$(tr ' ' '\n' <<<"$(offered xip '')" | grep -v '^-')
missing=$(printf '%s\n' "${objects[@]}" help | sort | comm -23 - <(sort <<<"$known"))
result "each object of the help is offered" "$missing" ""

# Each command behind "xip OBJECT" in the help, in full or abbreviated.
for object in "${objects[@]}"; do
	known=$(offered xip "$object" '')
	missing=
	for verb in $("$xip" "$object" help |
		      sed -nE "s/^(Usage:|      ) xip (\\[ -s \\] )?$object //p" |
		      sed -nE 's/^\{([a-z|]+)\}.*/\1/p; s/^\[ ([a-z]+) \].*/\1/p
			       s/^([a-z]+).*/\1/p' | tr '|' '\n'); do
		case " $known" in
		*" $verb"*) ;;
		*) missing+=" $verb" ;;
		esac
	done
	result "$object: each command of its help is offered" "$missing" ""
done
exit $failed
