#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The picture in README.md is one that `make demo` draws today: well-formed, with
# every stage that a translated datagram passes, and none that the module has
# not.
. "$(dirname "$0")/ktap.sh"
picture=Documentation/images/demo.svg

# What a datagram to a socket does not pass unless it is cut, raw or an error.
stages()
{
	sed -nE 's/^\tX\([A-Z_]+,[[:space:]]+(x[a-z_]+)\).*/\1/p' \
		include/net/xinet/trace.h |
		grep -vxE 'xip_fragment|xraw_.*|xicmp_.*'
}

# Functions that the picture names and no source file defines.
unknown()
{
	grep -oE '\<x(ip|udp|nf|nat|neigh|icmp|raw)_[a-z0-9_]+' $picture | sort -u |
		while read -r name; do
			grep -rqE "\<$name(_[a-z]+)?\(" net/xinet || echo "no $name"
		done
}

plan 4
check "README.md shows it" \
	"$(grep -qF "]($picture)" README.md || echo "README.md lacks $picture")"
# shellcheck disable=SC2046 # one name a word
check "well-formed, with hosts, addresses and all stages" "$(python3 -B \
	tools/demo/check_svg.py $picture client gateway server 10.9.1.2 10.9.2.1 \
	10.9.2.2 PRE_ROUTING POST_ROUTING $(stages) 2>&1)"
check "names no function that is not there" "$(unknown)"
check "nothing but a picture: no script, nothing from elsewhere" "$(grep -oiE \
	'<script|(href|src)="[a-z]+:[^"]*|@import|url\([^#]' $picture)"
[ $failed = 0 ] || echo "# make demo && sed 's|\"../|\"../../|' build/demo.svg >$picture"
finish
