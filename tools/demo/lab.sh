# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Three hosts on one kernel, and the words in which the tour tells what it does
# on them. Sourced by tour.sh and packets.sh, which say in $colour whether a
# terminal looks on.

bold='' plain='' green='' red=''
# shellcheck disable=SC2034,SC2154 # those who source this file
if [ -n "$colour" ]; then
	bold=$'\e[1m' plain=$'\e[0m' green=$'\e[32m' red=$'\e[31m'
fi

# title TEXT [SENTENCE…]: a new section, and what it is about
title()
{
	printf '\n%s── %s%s\n' "$bold" "$1" "$plain"
	shift
	[ $# = 0 ] || printf '   %s\n' "$@"
}

# The tour has promised something that is not so.
broken()
{
	printf '%sNot as promised: %s%s\n' "$red" "$*" "$plain" >&2
	exit 1
}

# holds FILE TEXT…: the file says all of it
holds()
{
	local file=$1 text
	shift
	for text; do
		grep -qF -- "$text" "$file" || broken "${file##*/} lacks '$text'"
	done
}

# Quicker than `ip netns exec`, which also mounts a /sys nobody needs here.
on()
{
	nsenter --net="/run/netns/$1" "${@:2}"
}

# shown HOST CMD…: the command as one would type it there
shown()
{
	printf '%s%s#%s %s\n' "$bold" "$1" "$plain" "${*:2}"
}

# at HOST CMD…: show the command, and run it on that host
at()
{
	shown "$@"
	on "$@"
}

# in_background HOST FILE CMD…: likewise; output goes to FILE
in_background()
{
	local host=$1 out=$2
	shift 2
	shown "$host" "$@" "&"
	on "$host" "$@" >"$out" 2>&1 &
}

# says HOST FILE: what a program in the background said
says()
{
	printf '%s%s%s says: %s\n' "$bold" "$1" "$plain" "$(paste -sd ' ' <"$2")"
}

# A port is bound when /proc shows it, in hexadecimal.
wait_bound()
{
	local tries=500 port
	port=$(printf ':%04X' "$2")
	until on "$1" grep -q "$port " /proc/net/xinet/udp; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || broken "nobody binds port $2"
		sleep 0.02
	done
}

build_network()
{
	local ns
	for ns in client gateway server; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	ip -n client link add eth0 type veth peer name eth0 netns gateway
	ip -n server link add eth0 type veth peer name eth1 netns gateway
	ip -n client link set eth0 up
	ip -n gateway link set eth0 up
	ip -n gateway link set eth1 up
	ip -n server link set eth0 up
}
