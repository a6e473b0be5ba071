// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/xinet/raw: a line a socket, in the columns of /proc/net/raw.
 *
 * As in the file of UDP sockets, one step is one bucket of the table: position
 * 0 is the heading, position n bucket n - 1. The local "port" is the protocol.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/xinet/observe.h>
#include <net/xinet/raw.h>

static void xraw_show_sock(struct seq_file *seq, struct sock *sk, int bucket)
{
	seq_printf(seq, "%4d: %08X:%04X %08X:%04X %02X %08X:%08X",
		   bucket, (__force u32)sk->sk_rcv_saddr, sk->sk_num,
		   (__force u32)sk->sk_daddr, 0,
		   sk->sk_state, sk_wmem_alloc_get(sk), sk_rmem_alloc_get(sk));
	seq_printf(seq, " %02X:%08lX %08X %5u %8d %lu %d %pK %u\n",
		   0, 0UL, 0,
		   from_kuid_munged(seq_user_ns(seq), sock_i_uid(sk)),
		   0, sock_i_ino(sk), refcount_read(&sk->sk_refcnt), sk,
		   atomic_read(&sk->sk_drops));
}

static void *xraw_seq_start(struct seq_file *seq, loff_t *pos)
{
	return *pos <= 1 << xraw_table.bits ? pos : NULL;
}

static void *xraw_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return xraw_seq_start(seq, pos);
}

static void xraw_seq_stop(struct seq_file *seq, void *v)
{
}

static int xraw_seq_show(struct seq_file *seq, void *v)
{
	const struct net *net = seq_file_net(seq);
	int bucket = *(loff_t *)v - 1;
	struct sock *sk;

	if (bucket < 0) {
		seq_puts(seq, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n");
		return 0;
	}
	rcu_read_lock();
	sk_for_each_rcu(sk, &xraw_table.buckets[bucket].head)
		if (net_eq(sock_net(sk), net))
			xraw_show_sock(seq, sk, bucket);
	rcu_read_unlock();
	return 0;
}

static const struct seq_operations xraw_seq_ops = {
	.start	= xraw_seq_start,
	.next	= xraw_seq_next,
	.stop	= xraw_seq_stop,
	.show	= xraw_seq_show,
};

/**
 * xproc_raw_net_init - make /proc/net/xinet/raw
 * @xn: state of the namespace; its directory exists
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int xproc_raw_net_init(struct xinet_net *xn)
{
	if (!proc_create_net("raw", 0444, xn->proc_dir, &xraw_seq_ops,
			     sizeof(struct seq_net_private)))
		return -ENOMEM;
	return 0;
}
