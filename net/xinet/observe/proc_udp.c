// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/udp: a line a socket, in the columns of /proc/net/udp.
 *
 * One step of the file is one bucket of the port table: position 0 is the
 * heading, position n bucket n - 1. Sockets that come and go meanwhile may be
 * missed or shown; none is touched outside the RCU section that found it.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/xinet/netns.h>
#include <net/xinet/observe.h>
#include <net/xinet/port.h>
#include <net/xinet/sock.h>
#include <net/xinet/udp.h>

#define XUDP_LINE	127	/* readers of /proc/net/udp expect that width */

static void xudp_show_heading(struct seq_file *seq)
{
	seq_setwidth(seq, XUDP_LINE);
	seq_puts(seq, "  sl  local_address rem_address   st tx_queue rx_queue");
	seq_puts(seq, " tr tm->when retrnsmt   uid  timeout inode ref pointer drops");
	seq_pad(seq, '\n');
}

static void xudp_show_sock(struct seq_file *seq, struct sock *sk, int bucket)
{
	seq_setwidth(seq, XUDP_LINE);
	seq_printf(seq, "%5d: %08X:%04X %08X:%04X %02X %08X:%08X",
		   bucket, (__force u32)sk->sk_rcv_saddr, sk->sk_num,
		   (__force u32)sk->sk_daddr, ntohs(sk->sk_dport),
		   sk->sk_state, sk_wmem_alloc_get(sk), sk_rmem_alloc_get(sk));
	seq_printf(seq, " %02X:%08lX %08X %5u %8d %lu %d %pK %u",
		   0, 0UL, 0,
		   from_kuid_munged(seq_user_ns(seq), sock_i_uid(sk)),
		   0, sock_i_ino(sk), refcount_read(&sk->sk_refcnt), sk,
		   atomic_read(&sk->sk_drops));
	seq_pad(seq, '\n');
}

static void *xudp_seq_start(struct seq_file *seq, loff_t *pos)
{
	return *pos <= 1 << xudp_table.bits ? pos : NULL;
}

static void *xudp_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return xudp_seq_start(seq, pos);
}

static void xudp_seq_stop(struct seq_file *seq, void *v)
{
}

static int xudp_seq_show(struct seq_file *seq, void *v)
{
	const struct net *net = seq_file_net(seq);
	int bucket = *(loff_t *)v - 1;
	struct sock *sk;

	if (bucket < 0) {
		xudp_show_heading(seq);
		return 0;
	}
	rcu_read_lock();
	sk_for_each_rcu(sk, &xudp_table.buckets[bucket].head)
		if (net_eq(sock_net(sk), net))
			xudp_show_sock(seq, sk, bucket);
	rcu_read_unlock();
	return 0;
}

static const struct seq_operations xudp_seq_ops = {
	.start	= xudp_seq_start,
	.next	= xudp_seq_next,
	.stop	= xudp_seq_stop,
	.show	= xudp_seq_show,
};

/**
 * xproc_udp_net_init - make /proc/net/xinet/udp
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_udp_net_init(struct xinet_net *xn)
{
	if (!proc_create_net("udp", 0444, xn->proc_dir, &xudp_seq_ops,
			     sizeof(struct seq_net_private)))
		return -ENOMEM;
	return 0;
}
