#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# million_flows.sh [KERNEL]: a table of 1,000,000 connections, in a machine of
# 4 GiB.
#
# Not part of `make check`: it takes minutes and the memory. Boots twice: with
# two CPUs, for what a dump shows while the table changes; and counting
# instructions (scripts/vm --icount), for how long softirqs wait, which in
# emulation has no meaning otherwise. A microsecond is 1,000 instructions there.
# Prints what it measures, and fails if a dump is wrong or something is left.
# million_flows_guest.sh is what runs in both.
set -eu
here=$(dirname "$(readlink -f "$0")")
repo=$(readlink -f "$here/../..")
kernel=${1:-6.12}
# For trying it out: fewer give other numbers.
flows=${FLOWS:-1000000}
. "$repo/scripts/lib.sh"

"$repo/scripts/deps" build vm test source
"$repo/scripts/fetch-kernel" source
"$repo/scripts/kmod" "$kernel" XINET_TESTS=m
make -s -C "$repo" tools
make -s -C "$repo/selftests/net/xinet" \
	KSFT_DIR="$cache/src/linux-source-6.12/tools/testing/selftests" \
	OUTPUT="$repo/build/selftests"
modules=$("$repo/scripts/kmod" --dir "$kernel")/selftests/net/xinet/modules

# boot WHAT OPTION…
boot()
{
	echo "# $kernel, $1"
	"$repo/scripts/vm" --kernel "$kernel" --mem 4096 --load --timeout 900 \
		"${@:2}" -- bash "$here/million_flows_guest.sh" \
		"$repo/build/selftests/xflood" "$modules" "$flows"
}

case ${BOOT:-both} in
both|cpus)	boot "two CPUs, in time" --cpus 2 ;;
esac
case ${BOOT:-both} in
both|icount)	boot "one CPU, counting instructions" --icount ;;
esac
