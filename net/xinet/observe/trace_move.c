// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that may move to another buffer, and keep their number there.
 *
 * In: the xtrace_ twins of what the core has, while somebody traces. Out: what
 * the core says; the number is found under the new buffer from then on.
 */
#include <linux/export.h>
#include <linux/skbuff.h>
#include <net/xinet/trace.h>
#include "trace_id.h"

/**
 * xtrace_moved - a packet may have another buffer now
 * @skb: the packet
 * @head: its buffer before
 * @shared: another packet was in that, too
 *
 * Context: any.
 */
void xtrace_moved(const struct sk_buff *skb, const void *head, bool shared)
{
	if (skb->head != head)
		xtrace_id_move(skb->head, head, shared);
}

/**
 * __xtrace_may_pull - slow half of xtrace_may_pull(), traced or not
 * @skb: the packet
 * @len: bytes from skb->data that are to be linear
 *
 * Context: as pskb_may_pull().
 * Return: likewise.
 */
bool __xtrace_may_pull(struct sk_buff *skb, unsigned int len)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	bool done = pskb_may_pull(skb, len);

	if (xtrace_on())
		xtrace_moved(skb, head, shared);
	return done;
}
EXPORT_SYMBOL_GPL(__xtrace_may_pull);

/**
 * __xtrace_trim_rcsum - slow half of xtrace_trim_rcsum(), traced or not
 * @skb: the packet
 * @len: bytes that remain
 *
 * Context: as pskb_trim_rcsum().
 * Return: likewise.
 */
int __xtrace_trim_rcsum(struct sk_buff *skb, unsigned int len)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	int err = pskb_trim_rcsum(skb, len);

	if (xtrace_on())
		xtrace_moved(skb, head, shared);
	return err;
}

/**
 * __xtrace_cow - slow half of xtrace_cow(), traced or not
 * @skb: the packet
 * @headroom: bytes before it that can be written to
 *
 * Context: as skb_cow().
 * Return: likewise.
 */
int __xtrace_cow(struct sk_buff *skb, unsigned int headroom)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	int err = skb_cow(skb, headroom);

	if (xtrace_on())
		xtrace_moved(skb, head, shared);
	return err;
}

/**
 * __xtrace_cow_head - slow half of xtrace_cow_head()
 * @skb: the packet
 * @headroom: bytes before it that can be written to
 *
 * Context: as skb_cow_head().
 * Return: likewise.
 */
int __xtrace_cow_head(struct sk_buff *skb, unsigned int headroom)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	int err = skb_cow_head(skb, headroom);

	xtrace_moved(skb, head, shared);
	return err;
}

/**
 * __xtrace_ensure_writable - slow half of xtrace_ensure_writable()
 * @skb: the packet
 * @len: bytes from skb->data that can be written to
 *
 * Context: as skb_ensure_writable().
 * Return: likewise.
 */
int __xtrace_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	int err = skb_ensure_writable(skb, len);

	xtrace_moved(skb, head, shared);
	return err;
}
EXPORT_SYMBOL_GPL(__xtrace_ensure_writable);

/**
 * __xtrace_checksum_help - slow half of xtrace_checksum_help()
 * @skb: the packet
 *
 * Context: as skb_checksum_help().
 * Return: likewise.
 */
int __xtrace_checksum_help(struct sk_buff *skb)
{
	const void *head = skb->head;
	bool shared = skb_cloned(skb);
	int err = skb_checksum_help(skb);

	xtrace_moved(skb, head, shared);
	return err;
}
