// SPDX-License-Identifier: GPL-2.0
/*
 * xhopid: a header option by which a packet tells where it was, and when.
 *
 *	# insmod xhopid.ko		on each host and router
 *	# ./xhops.py			on the receiver
 *	# ./xhops.py 10.9.0.2		on the sender
 *
 * In: option 94 (RFC 4727: an experiment; RFC 791: class 2, measurement, not
 * copied to fragments) of packets that this host sends, forwards or takes.
 * Out: the same with a record of this hop. The stack calls, under the RCU read
 * lock; it finds the option, makes the header writable and its checksum good.
 *
 *	+--------+--------+--------+--------+
 *	|   94   | length | pointer|  lost  |
 *	+--------+--------+--------+--------+
 *	|   address of the hop, by which    |
 *	|   Record Route would know it      |
 *	+-----------------------------------+
 *	|   its clock, microseconds         |
 *	+-----------------------------------+
 *	|   further records of 8 bytes, as many as the sender left room for ...
 *
 * The pointer is that of Record Route: where the next record goes, counted
 * from 1, so that the first is 5. Who finds no room adds one to "lost".
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/string.h>
#include <net/xinet/option.h>

/* [layout] */
#define XHOPID_TYPE	94

struct xhopid {
	u8 type;
	u8 len;
	u8 pointer;
	u8 lost;
};

struct xhopid_record {
	__be32 addr;
	__be32 time;
};

/* [check] */
/* Any sender chose these bytes; @len of them are there, at least two. */
static int xhopid_check(const u8 *opt, unsigned int len)
{
	const struct xhopid *o = (const struct xhopid *)opt;
	unsigned int used;

	if (len < sizeof(*o) ||
	    (len - sizeof(*o)) % sizeof(struct xhopid_record))
		return offsetof(struct xhopid, len);
	if (o->pointer < sizeof(*o) + 1)
		return offsetof(struct xhopid, pointer);
	used = o->pointer - 1;
	if (used > len || (used - sizeof(*o)) % sizeof(struct xhopid_record))
		return offsetof(struct xhopid, pointer);
	return XIP_OPTION_SOUND;
}

/* [hop] */
/* xhopid_check() has passed on them: the pointer is at a record, or the end. */
static void xhopid_hop(const struct xip_hop *hop, u8 *opt, unsigned int len)
{
	u64 us = div_u64(ktime_get_real_ns(), NSEC_PER_USEC);
	struct xhopid *o = (struct xhopid *)opt;
	struct xhopid_record record = {
		.addr = hop->addr,
		.time = htonl((u32)us),
	};

	if (o->pointer > len) {
		if (o->lost < 255)
			o->lost++;
		return;
	}
	/* options begin anywhere: no word of them need be aligned */
	memcpy(opt + o->pointer - 1, &record, sizeof(record));
	o->pointer += sizeof(record);
}

static const struct xinet_option xhopid_option = {
	.check	= xhopid_check,
	.hop	= xhopid_hop,
};

/* [module] */
static int __init xhopid_init(void)
{
	return xinet_add_option(&xhopid_option, XHOPID_TYPE);
}

static void __exit xhopid_exit(void)
{
	xinet_del_option(&xhopid_option, XHOPID_TYPE);
}

module_init(xhopid_init);
module_exit(xhopid_exit);
/* [end] */

MODULE_DESCRIPTION("XHOPID, an example of a header option");
MODULE_LICENSE("GPL");
