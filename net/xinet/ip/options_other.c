// SPDX-License-Identifier: GPL-2.0
/*
 * Options that modules handle: who has registered, what their checks say of a
 * header, and their part in what a hop writes.
 *
 * In: registrations from process context; headers with an option beside the
 * family's own from ip/options_packet.c and socket/options.c. Handlers change
 * under xip_option_mutex and are read under RCU. A header without such an
 * option never comes here.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <net/xinet/ip.h>
#include <net/xinet/netns.h>
#include <net/xinet/option.h>

static const struct xinet_option __rcu *xip_option_handlers[256] __read_mostly;

/*
 * Held until no packet that an old handler has checked is on its way: the next
 * of the same type never writes to what another found sound.
 */
static DEFINE_MUTEX(xip_option_mutex);

/* Types that the family handles itself, or that have no length. */
static bool xip_option_builtin(u8 type)
{
	switch (type) {
	case XIP_OPT_END:
	case XIP_OPT_NOP:
	case XIP_OPT_RR:
	case XIP_OPT_TS:
	case XIP_OPT_LSRR:
	case XIP_OPT_SSRR:
	case XIP_OPT_RA:
		return true;
	default:
		return false;
	}
}

/**
 * xinet_add_option - register the handler of an option type
 * @option: the handler; must stay until xinet_del_option() has returned
 * @type: copied flag, class and number (RFC 791 section 3.1); 30, 94, 158 and
 *	222 are for experiments (RFC 4727 section 3)
 *
 * From now on a packet with such an option that is not sound, or with two of
 * them, is dropped. It is called for packets of all network namespaces.
 *
 * Context: process, may sleep.
 * Return: 0; -EBUSY for a type that the family handles itself; -EEXIST where
 * another module does; -EINVAL without a check.
 */
int xinet_add_option(const struct xinet_option *option, u8 type)
{
	int err = 0;

	if (!option->check)
		return -EINVAL;
	if (xip_option_builtin(type))
		return -EBUSY;
	mutex_lock(&xip_option_mutex);
	if (rcu_access_pointer(xip_option_handlers[type]))
		err = -EEXIST;
	else
		rcu_assign_pointer(xip_option_handlers[type], option);
	mutex_unlock(&xip_option_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(xinet_add_option);

/**
 * xinet_del_option - take a handler back
 * @option: what was registered
 * @type: for which type
 *
 * No call into @option is running when this returns.
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT where @option is not registered for @type.
 */
int xinet_del_option(const struct xinet_option *option, u8 type)
{
	int err = -ENOENT;

	mutex_lock(&xip_option_mutex);
	if (rcu_access_pointer(xip_option_handlers[type]) == option) {
		rcu_assign_pointer(xip_option_handlers[type], NULL);
		synchronize_net();
		err = 0;
	}
	mutex_unlock(&xip_option_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(xinet_del_option);

/* Offset of the first option with a length at or behind @at, or @len. */
static unsigned int xip_option_find(const u8 *opt, unsigned int len,
				    unsigned int at)
{
	while (at < len && opt[at] == XIP_OPT_NOP)
		at++;
	if (len - at < 2 || opt[at] == XIP_OPT_END ||
	    opt[at + 1] < 2 || opt[at + 1] > len - at)
		return len;
	return at;
}

/* Offset of the byte that a handler objects to, or XIP_OPTION_SOUND. */
static int xip_options_fault(const u8 *opt, unsigned int len, u8 *todo)
{
	const struct xinet_option *h;
	DECLARE_BITMAP(seen, 256) = {};
	unsigned int at;
	int fault;

	for (at = xip_option_find(opt, len, 0); at < len;
	     at = xip_option_find(opt, len, at + opt[at + 1])) {
		h = rcu_dereference(xip_option_handlers[opt[at]]);
		if (!h)
			continue;
		/* RFC 791: of none but padding is there more than one */
		if (__test_and_set_bit(opt[at], seen))
			return at;
		fault = h->check(opt + at, opt[at + 1]);
		if (fault >= 0)
			return at + min_t(unsigned int, fault, opt[at + 1] - 1);
		if (h->hop)
			*todo |= XIP_TODO_OTHER;
	}
	return XIP_OPTION_SOUND;
}

/**
 * xip_options_compile - xip_options_parse(), and what handlers say
 * @opt: first byte behind the fixed header
 * @len: bytes of options, at most 40
 * @o: filled; empty if the packet must be dropped
 * @pointer: as xip_options_parse() sets it
 *
 * Context: any.
 * Return: XINET_DROP_NONE, XINET_DROP_SOURCE_ROUTE or XINET_DROP_BAD_OPTIONS.
 */
enum xinet_drop xip_options_compile(const u8 *opt, unsigned int len,
				    struct xip_options *o,
				    unsigned int *pointer)
{
	enum xinet_drop why = xip_options_parse(opt, len, o, pointer);
	int fault;

	if (why || !o->other)
		return why;
	rcu_read_lock();
	fault = xip_options_fault(opt, len, &o->todo);
	rcu_read_unlock();
	if (fault < 0)
		return XINET_DROP_NONE;
	*pointer = sizeof(struct iphdr) + fault;
	*o = (struct xip_options){};
	return XINET_DROP_BAD_OPTIONS;
}

/**
 * xip_options_hop - let handlers write to their options
 * @xn: state of the namespace
 * @skb: the packet; its header may be written to, and was found sound by
 *	xip_options_compile() in this RCU section
 * @addr: this hop's address, network byte order
 *
 * The header checksum is the caller's business.
 *
 * Context: RCU read lock.
 */
void xip_options_hop(struct xinet_net *xn, struct sk_buff *skb, __be32 addr)
{
	const struct xip_hop hop = {
		.net = xn->net,
		.skb = skb,
		.out = XIPCB(skb)->out,
		.iif = XIPCB(skb)->parm.iif,
		.addr = addr,
	};
	u8 *opt = skb_network_header(skb) + sizeof(struct iphdr), type, size;
	unsigned int len = ip_hdrlen(skb) - sizeof(struct iphdr), at;
	const struct xinet_option *h;

	for (at = xip_option_find(opt, len, 0); at < len;
	     at = xip_option_find(opt, len, at + size)) {
		type = opt[at];
		size = opt[at + 1];
		h = rcu_dereference(xip_option_handlers[type]);
		if (!h || !h->hop)
			continue;
		h->hop(&hop, opt + at, size);
		/* the walk goes by these, and so do later hops */
		opt[at] = type;
		opt[at + 1] = size;
	}
}
