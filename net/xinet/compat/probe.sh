#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# probe.sh KDIR: print a header that says what the kernel built in KDIR has,
# as one `#define XINET_HAVE_x 1` for each finding.
#
# Stable kernels backport interface changes, so a version number decides
# nothing. A probe looks at the very header or export that the code will meet:
#
#	have NAME FILE PATTERN	FILE, under include/, matches PATTERN; the file is
#				read as one line with single blanks, so that a
#				pattern may span a prototype
#	exports NAME SYMBOL	the kernel exports SYMBOL to modules
set -eu

kdir=$1

# A separate object tree names its source in its Makefile; a distribution's
# headers do the same for the part that all flavours share.
source=$(sed -n 's|^include \(/.*\)/Makefile$|\1|p' "$kdir/Makefile" | head -n 1)
[ -n "$source" ] || source=$kdir

found()
{
	echo "#define XINET_HAVE_$1 1"
}

have()
{
	for dir in "$source/include" "$kdir/include"; do
		[ -e "$dir/$2" ] || continue
		if tr -s ' \t\n' '   ' <"$dir/$2" | grep -qE -- "$3"; then
			found "$1"
			return
		fi
	done
}

exports()
{
	if awk -v symbol="$2" '$2 == symbol { hit = 1; exit } END { exit !hit }' \
		"$kdir/Module.symvers"; then
		found "$1"
	fi
}

[ -e "$kdir/Module.symvers" ] || {
	echo "probe.sh: $kdir has no Module.symvers: is that kernel built?" >&2
	exit 1
}

echo '/* Made by net/xinet/compat/probe.sh for one kernel. */'
echo '#ifndef XINET_COMPAT_GENERATED_H'
echo '#define XINET_COMPAT_GENERATED_H'

# kfree_skb_reason() knows the receiving socket
exports	SK_SKB_REASON_DROP	sk_skb_reason_drop
# sysctl tables: with their size instead of an empty last row
exports	REGISTER_NET_SYSCTL_SZ	register_net_sysctl_sz
# proc_handler takes a const table
have	CONST_CTL_TABLE		linux/sysctl.h \
	'typedef int proc_handler\(const struct ctl_table'
# del_timer_sync() got its new name
have	TIMER_DELETE_SYNC	linux/timer.h 'timer_delete_sync\('
# timer_shutdown_sync(): a timer that stays stopped
have	TIMER_SHUTDOWN_SYNC	linux/timer.h 'timer_shutdown_sync\('
# from_timer() got its new name
have	TIMER_CONTAINER_OF	linux/timer.h 'define timer_container_of\('
# rtnetlink handlers registered as a table of rows
have	RTNL_REGISTER_MANY	net/rtnetlink.h 'rtnl_register_many\('
have	RTNL_MSG_HANDLER	net/rtnetlink.h 'struct rtnl_msg_handler \{'
# a dump's attributes are part of its struct genl_info
have	GENL_INFO_DUMP		net/genetlink.h 'genl_info_dump\('
# a transmit time says by which clock
have	SKB_DELIVERY_CLOCKID	linux/skbuff.h 'skb_set_delivery_type_by_clockid\('
# sendpage() left struct proto_ops
have	PROTO_OPS_SENDPAGE	linux/net.h 'ssize_t \(\*sendpage\)'
have	PROTO_OPS_SPLICE_EOF	linux/net.h '\(\*splice_eof\)'
# struct proto.ioctl gets the value in kernel memory
have	PROTO_IOCTL_KARG	net/sock.h '\(\*ioctl\)\(struct sock \*sk, int cmd, int \*karg\)'
# recvmsg() of struct proto lost its noblock argument
have	PROTO_RECVMSG_NOBLOCK	net/sock.h '\(\*recvmsg\)\([^)]*int noblock'
# inet_frag_kill() counts the references the caller has to drop
have	INET_FRAG_KILL_REFS	net/inet_frag.h \
	'inet_frag_kill\(struct inet_frag_queue \*(q|fq), int \*refs\)'
# references on page fragments in a header of their own
have	SKBUFF_REF_H		linux/skbuff_ref.h 'skb_frag_ref\('
# the drop reason comes back from the receive queue's filter
exports	SOCK_QUEUE_RCV_SKB_REASON	sock_queue_rcv_skb_reason

echo '#endif'
