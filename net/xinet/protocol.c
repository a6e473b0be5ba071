// SPDX-License-Identifier: GPL-2.0
/*
 * Which transport a protocol number belongs to.
 *
 * In: registrations, from process context. Out: xprotos[], which
 * xip_local_deliver_finish() and the ICMP error path read under RCU.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <net/xinet/protocol.h>

const struct xinet_protocol __rcu *xprotos[256] __read_mostly;

/**
 * xinet_add_protocol - register the handler of a protocol number
 * @prot: the handler; must stay until xinet_del_protocol() has returned
 * @protocol: IANA protocol number
 *
 * It is called for packets of all network namespaces, dev_net(skb->dev) says
 * which. Raw sockets get their copy first, whether there is a handler or not.
 *
 * Context: process.
 * Return: 0; -EEXIST where the number is taken, as the family's own are; -EINVAL
 * without a handler function.
 */
int xinet_add_protocol(const struct xinet_protocol *prot, u8 protocol)
{
	const struct xinet_protocol *old;

	if (!prot->handler)
		return -EINVAL;
	old = unrcu_pointer(cmpxchg(&xprotos[protocol], NULL,
				    RCU_INITIALIZER(prot)));
	return old ? -EEXIST : 0;
}
EXPORT_SYMBOL_GPL(xinet_add_protocol);

/**
 * xinet_del_protocol - take a handler back
 * @prot: what was registered
 * @protocol: under which number
 *
 * No call into @prot is running when this returns.
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT where @prot is not registered under @protocol.
 */
int xinet_del_protocol(const struct xinet_protocol *prot, u8 protocol)
{
	const struct xinet_protocol *old;

	old = unrcu_pointer(cmpxchg(&xprotos[protocol], RCU_INITIALIZER(prot),
				    NULL));
	if (old != prot)
		return -ENOENT;
	synchronize_net();
	return 0;
}
EXPORT_SYMBOL_GPL(xinet_del_protocol);
