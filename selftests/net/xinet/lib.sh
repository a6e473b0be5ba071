# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Common ground of the shell tests: KTAP, polling, namespaces, topologies.
# Sourced first of all; a test then reads
#
#	. "$(dirname "$0")/lib.sh"
#	topo_pair
#	step "a datagram from A to B"
#	check "B has it" xdgram_got ...
#	finish
#
# In the environment, all optional:
#	KSFT_DIR	kselftest's directory (tools/testing/selftests)
#	XINET_BIN	where the C programs were built to
#	XINET_KO	the module, where modprobe does not find it
#	XINET_SLOW	factor by which time limits are stretched
#
# Namespaces, processes started by spawn() and the temporary directory $TMP go
# when the test ends, however it ends.

XT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
XT_TREE=$(cd "$XT_DIR/../../.." && pwd -P)
XT_NAME=$(basename "${0%.*}")
: "${XINET_SLOW:=1}"

# first_with FILE DIR…: the first DIR that has FILE
first_with()
{
	local file=$1 dir
	shift
	for dir; do
		if [ -n "$dir" ] && [ -e "$dir/$file" ]; then
			printf '%s\n' "$dir"
			return 0
		fi
	done
	return 1
}

if ! KSFT_DIR=$(first_with kselftest/ktap_helpers.sh "${KSFT_DIR-}" \
		"$XT_DIR/../.." \
		"${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xinet/src/linux-source-6.12/tools/testing/selftests" \
		/root/.cache/xinet/src/linux-source-6.12/tools/testing/selftests); then
	echo "1..0 # SKIP no kselftest: set KSFT_DIR"
	exit 4
fi
# shellcheck disable=SC2034 # net/lib.sh's
WAIT_TIMEOUT=$((20 * XINET_SLOW))
# shellcheck disable=SC1091 # where they are is known at run time
. "$KSFT_DIR/kselftest/ktap_helpers.sh"
# shellcheck disable=SC1091
. "$KSFT_DIR/net/lib.sh"

XINET_BIN=$(first_with xdgram "${XINET_BIN-}" "${OUTPUT-}" "$XT_DIR" \
	"$XT_TREE/build/selftests") || XINET_BIN=$XT_DIR
PATH=$PATH:$XT_TREE/build/xip:/usr/local/sbin:/usr/sbin:/sbin
export PATH XINET_BIN XINET_SLOW

XT_PIDS=()
TMP=$(mktemp -d "${TMPDIR:-/tmp}/xinet-test.XXXXXX")

xt_cleanup()
{
	local rc=$? pid
	trap - EXIT
	for pid in "${XT_PIDS[@]}"; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	cleanup_all_ns
	rm -rf "$TMP"
	exit $rc
}
trap xt_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

skip_all()
{
	ktap_skip_all "$*"
	exit "$KSFT_SKIP"
}

# need CMD…: skip the whole test where a command is missing
need()
{
	local cmd
	for cmd; do
		command -v "$cmd" >/dev/null || skip_all "no $cmd"
	done
}

# need_module NAME…: of the kernel's own ones; built in will do
need_module()
{
	local name
	for name; do
		modprobe -q "$name" || [ -d "/sys/module/$name" ] ||
			skip_all "no module $name"
	done
}

# The path of xinet.ko, for tests that load it themselves.
xinet_ko()
{
	local file
	for file in "${XINET_KO-}" \
		    "$XT_TREE/build/kmod-$(uname -r)/xinet.ko" \
		    "$(modinfo -n xinet 2>/dev/null)"; do
		if [ -f "$file" ]; then
			printf '%s\n' "$file"
			return 0
		fi
	done
	return 1
}

xinet_loaded()
{
	[ -d /sys/module/xinet ]
}

xinet_load()
{
	local ko
	xinet_loaded && return 0
	modprobe -q xinet && return 0
	ko=$(xinet_ko) && insmod "$ko"
}

# --- results ---------------------------------------------------------------

# step TEXT…: what happens now
step()
{
	echo "# --- $*"
}

say()
{
	printf '%s\n' "$*" | sed 's/^/#   /'
}

xt_pass()
{
	ktap_test_pass "$XT_NAME: $*"
}

# xt_fail NAME [DETAIL]
xt_fail()
{
	[ -z "${2-}" ] || say "$2"
	ktap_test_fail "$XT_NAME: $1"
}

# check NAME CMD…: CMD succeeds
check()
{
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ $rc = 0 ]; then
		xt_pass "$name"
	else
		xt_fail "$name" "exit $rc: $*"$'\n'"$out"
	fi
}

# check_not NAME CMD…: CMD fails, but is not killed
check_not()
{
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ $rc != 0 ] && [ $rc -lt 126 ]; then
		xt_pass "$name"
	else
		xt_fail "$name" "exit $rc: $*"$'\n'"$out"
	fi
}

# check_rc NAME RC REGEX CMD…: CMD ends with RC, and some line of what it
# prints (both streams) matches the extended REGEX
check_rc()
{
	local name=$1 want=$2 regex=$3 out rc=0
	shift 3
	out=$("$@" 2>&1) || rc=$?
	if [ $rc = "$want" ] && grep -Eq -- "$regex" <<<"$out"; then
		xt_pass "$name"
	else
		xt_fail "$name" "exit $rc, not $want with /$regex/: $*"$'\n'"$out"
	fi
}

# check_out NAME REGEX CMD…: CMD succeeds and prints a line like REGEX
check_out()
{
	local name=$1 regex=$2
	shift 2
	check_rc "$name" 0 "$regex" "$@"
}

# check_eq NAME WANT GOT
check_eq()
{
	if [ "$2" = "$3" ]; then
		xt_pass "$1"
	else
		xt_fail "$1" "want '$2', got '$3'"
	fi
}

# refused NAME REGEX xip…: the kernel refuses, and xip says why (exit 2)
refused()
{
	local name=$1 regex=$2
	shift 2
	check_rc "$name" 2 "$regex" "$@"
}

finish()
{
	KSFT_NUM_TESTS=$((KTAP_TESTNO - 1))
	[ $KSFT_NUM_TESTS -gt 0 ] || ktap_exit_fail_msg "no check was made"
	echo "1..$KSFT_NUM_TESTS"
	ktap_finished
}

# --- time ------------------------------------------------------------------

# wait_for [-t SECONDS] CMD…: poll until CMD succeeds (20 s, stretched)
wait_for()
{
	local limit=20
	if [ "$1" = -t ]; then
		limit=$2
		shift 2
	fi
	local end=$((SECONDS + limit * XINET_SLOW + 1))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.02
	done
}

# spawn CMD…: in the background, $! is its pid; killed when the test ends
spawn()
{
	"$@" &
	XT_PIDS+=($!)
}

# --- namespaces ------------------------------------------------------------

# in_ns NS CMD…
in_ns()
{
	ip netns exec "$@"
}

# setup_ns VAR… (net/lib.sh) makes namespaces with lo up, their names in $VAR

# Is the device operational? Until a work item has seen the carrier, what it
# sends is dropped in silence.
running()
{
	ip -n "$1" link show "$2" | grep -q 'state UP'
}

# veth NS1 DEV1 NS2 DEV2: a pair, both ends up, MACs 02:00:00:00:NN:0[12]
XT_LINKS=0
veth()
{
	XT_LINKS=$((XT_LINKS + 1))
	local nn
	nn=$(printf '%02x' $XT_LINKS)
	ip -n "$1" link add "$2" address "02:00:00:00:$nn:01" type veth \
		peer name "$4" address "02:00:00:00:$nn:02" netns "$3" &&
		ip -n "$1" link set "$2" up && ip -n "$3" link set "$4" up &&
		wait_for running "$1" "$2" && wait_for running "$3" "$4"
}

# topo CMD…: a step without which no check makes sense
topo()
{
	"$@" || ktap_exit_fail_msg "$*"
}

# Two hosts on one link.
#
#	 $A                                   $B
#	+---------------+         +---------------+
#	|          veth0+---------+veth0          |
#	|   10.9.0.1/24 |         | 10.9.0.2/24   |
#	+---------------+         +---------------+
#	  02:…:NN:01                02:…:NN:02
#
topo_pair()
{
	setup_ns A B
	topo veth "$A" veth0 "$B" veth0
	topo xip -n "$A" addr add 10.9.0.1/24 dev veth0
	topo xip -n "$B" addr add 10.9.0.2/24 dev veth0
}

# Two hosts and the router between them.
#
#	 $C                    $R                         $S
#	+------------+   +-----------------------+   +------------+
#	|       veth0+---+r0                   r1+---+veth0       |
#	| 10.9.1.2/24|   |10.9.1.1/24 10.9.2.1/24|   |10.9.2.2/24 |
#	| default via|   |     forwarding = 1    |   |default via |
#	|    10.9.1.1|   |                       |   |10.9.2.1    |
#	+------------+   +-----------------------+   +------------+
#
topo_router()
{
	setup_ns C R S
	topo veth "$C" veth0 "$R" r0
	topo veth "$R" r1 "$S" veth0
	topo xip -n "$C" addr add 10.9.1.2/24 dev veth0
	topo xip -n "$R" addr add 10.9.1.1/24 dev r0
	topo xip -n "$R" addr add 10.9.2.1/24 dev r1
	topo xip -n "$S" addr add 10.9.2.2/24 dev veth0
	topo xip -n "$C" route add default via 10.9.1.1
	topo xip -n "$S" route add default via 10.9.2.1
	topo xsysctl "$R" forwarding 1
}

# --- what the family shows of itself ---------------------------------------

# xsysctl NS NAME [VALUE]: read or write net.xinet.NAME
xsysctl()
{
	if [ $# -gt 2 ]; then
		# shellcheck disable=SC2016 # the inner shell's arguments
		in_ns "$1" sh -c 'printf "%s\n" "$2" >"/proc/sys/net/xinet/$1"' \
			sh "$2" "$3"
	else
		in_ns "$1" cat "/proc/sys/net/xinet/$2"
	fi
}

# counter NS LINE.COLUMN: one value of /proc/net/xinet/snmp, such as
# Udp.InDatagrams or Xinet.BadVersion; nothing where there is no such column
counter()
{
	# shellcheck disable=SC2016 # awk's fields
	in_ns "$1" awk -v line="${2%%.*}:" -v column="${2#*.}" '
	$1 != line { next }
	!n { for (n = 2; n <= NF && $n != column; n++); next }
	n <= NF { print $n; exit }' /proc/net/xinet/snmp
}

# counts NS LINE.COLUMN DELTA CMD…: CMD succeeds, and the counter has then
# grown by exactly DELTA (polled, for what happens behind CMD's back)
counts()
{
	local ns=$1 column=$2 delta=$3 before
	shift 3
	before=$(counter "$ns" "$column")
	"$@" || return
	wait_for counter_is "$ns" "$column" $((before + delta)) && return 0
	echo "$column: $before, then $(counter "$ns" "$column"), not +$delta"
	return 1
}

counter_is()
{
	[ "$(counter "$1" "$2")" = "$3" ]
}

# xdgram NS ARG…: the datagram tool, see xdgram.c
xdgram()
{
	local ns=$1
	shift
	in_ns "$ns" "$XINET_BIN/xdgram" "$@"
}

# xdgram_listen NS FILE ARG…: `xdgram listen ARG…` in the background; returns
# when it is bound. What it receives goes to FILE, a line a datagram.
xdgram_listen()
{
	local ns=$1 file=$2
	shift 2
	: >"$file"
	spawn ip netns exec "$ns" "$XINET_BIN/xdgram" listen "$@" >"$file" 2>&1
	wait_for grep -q '^ready' "$file"
}

xinet_load || skip_all "xinet.ko is neither loaded nor loadable"
need ip
ktap_print_header
