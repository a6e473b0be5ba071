// SPDX-License-Identifier: GPL-2.0
/*
 * A protocol or an option that does nothing, under a number that insmod names.
 *
 * In: insmod, which fails with the error of the registration. Under that
 * number packets of the protocol end, and the option is always sound.
 */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/xinet/option.h>
#include <net/xinet/protocol.h>

static int protocol = -1;
module_param(protocol, int, 0444);
static int option = -1;
module_param(option, int, 0444);
static bool empty;
module_param(empty, bool, 0444);
MODULE_PARM_DESC(empty, "register a handler without its function");

static void xtaken_rcv(struct sk_buff *skb)
{
	consume_skb(skb);
}

static int xtaken_check(const u8 *opt, unsigned int len)
{
	return XIP_OPTION_SOUND;
}

static const struct xinet_protocol xtaken_protocol = { .handler = xtaken_rcv };
static const struct xinet_option xtaken_option = { .check = xtaken_check };
static const struct xinet_protocol xtaken_no_protocol;
static const struct xinet_option xtaken_no_option;

static int __init xtaken_init(void)
{
	/* somebody else's registration must not be taken back */
	if (protocol >= 0 &&
	    xinet_del_protocol(&xtaken_protocol, protocol) != -ENOENT)
		return -EIO;
	if (option >= 0 && xinet_del_option(&xtaken_option, option) != -ENOENT)
		return -EIO;
	if (protocol >= 0)
		return xinet_add_protocol(empty ? &xtaken_no_protocol :
						  &xtaken_protocol, protocol);
	return xinet_add_option(empty ? &xtaken_no_option : &xtaken_option,
				option);
}

static void __exit xtaken_exit(void)
{
	if (protocol >= 0)
		xinet_del_protocol(&xtaken_protocol, protocol);
	else
		xinet_del_option(&xtaken_option, option);
}

module_init(xtaken_init);
module_exit(xtaken_exit);

MODULE_DESCRIPTION("Takes a number, for tests of who may have it");
MODULE_LICENSE("GPL");
