// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory of the host all receive queues may hold together.
 *
 * In: datagrams for a socket whose own buffer is filled beyond its free part;
 * softirq. Out: counted and charged, or refused. The count is per CPU, and
 * sockets that keep up with what they get never come here: what a socket holds
 * within the free part of its buffer is bounded by the number of sockets.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/percpu_counter.h>
#include <net/xinet/sock.h>

static unsigned long rcvmem_max;
module_param(rcvmem_max, ulong, 0644);
MODULE_PARM_DESC(rcvmem_max,
		 "bytes that all receive queues of the host hold at most (an eighth of the memory)");

/* So far the count of one CPU may be off. */
#define XSK_RCVMEM_BATCH	(256 * 1024)

static struct percpu_counter xsk_rcvmem;

static void xsk_rcvmem_free(struct sk_buff *skb)
{
	percpu_counter_add_batch(&xsk_rcvmem, -(s64)skb->truesize,
				 XSK_RCVMEM_BATCH);
	sock_rfree(skb);
}

/**
 * xsk_rcvmem_charge - may one more datagram wait in a queue?
 * @skb: the datagram, owned by its socket for reading; counted until it is
 *	freed if so
 *
 * Context: softirq.
 * Return: true if so.
 */
bool xsk_rcvmem_charge(struct sk_buff *skb)
{
	if (percpu_counter_read_positive(&xsk_rcvmem) + skb->truesize >
	    READ_ONCE(rcvmem_max))
		return false;
	percpu_counter_add_batch(&xsk_rcvmem, skb->truesize, XSK_RCVMEM_BATCH);
	skb->destructor = xsk_rcvmem_free;
	return true;
}

/**
 * xsk_rcvmem_init - begin to count
 *
 * Context: process, before there are sockets.
 * Return: 0 or -ENOMEM.
 */
int xsk_rcvmem_init(void)
{
	if (!rcvmem_max)
		rcvmem_max = totalram_pages() / 8 * PAGE_SIZE;
	return percpu_counter_init(&xsk_rcvmem, 0, GFP_KERNEL);
}

/**
 * xsk_rcvmem_exit - the end of it
 *
 * Context: process; no socket is left.
 */
void xsk_rcvmem_exit(void)
{
	WARN_ON_ONCE(percpu_counter_sum(&xsk_rcvmem));
	percpu_counter_destroy(&xsk_rcvmem);
}
