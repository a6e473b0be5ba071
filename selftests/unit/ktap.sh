# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the unit tests that are shell: go to the top of the tree, and say what
# passed.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
n=0 failed=0

# plan COUNT: how many checks there will be
plan()
{
	echo "KTAP version 1"
	echo "1..$1"
}

# check NAME COMPLAINTS: passes if there are none
check()
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok $n $1"
		failed=1
	fi
}

# The end: fails if a check did.
finish()
{
	exit $failed
}
