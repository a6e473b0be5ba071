/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a checksum becomes where an address or a port changes under it
 * (RFC 1624): by the difference, so that a packet that was damaged before
 * stays recognisable as that.
 *
 * Pure: sums in, sums out; compiles in userspace too.
 */
#ifndef _XINET_NETFILTER_NAT_CSUM_H
#define _XINET_NETFILTER_NAT_CSUM_H

#ifdef __KERNEL__
#include <net/checksum.h>
#endif

/**
 * xnat_diff4 - what an address adds to a sum by becoming another
 * @from: old, network byte order
 * @to: new
 *
 * Context: any.
 * Return: the difference.
 */
static inline __wsum xnat_diff4(__be32 from, __be32 to)
{
	return csum_add((__force __wsum)~from, (__force __wsum)to);
}

/**
 * xnat_diff2 - what a port adds to a sum by becoming another
 * @from: old, network byte order
 * @to: new
 *
 * Context: any.
 * Return: the difference.
 */
static inline __wsum xnat_diff2(__be16 from, __be16 to)
{
	return csum_add(~csum_unfold((__force __sum16)from),
			csum_unfold((__force __sum16)to));
}

/**
 * xnat_sum - a checksum in a packet, after a difference
 * @check: as it was, that is complemented
 * @diff: what the bytes under it have gained
 *
 * Context: any.
 * Return: as it must be.
 */
static inline __sum16 xnat_sum(__sum16 check, __wsum diff)
{
	return csum_fold(csum_add(~csum_unfold(check), diff));
}

/**
 * xnat_sum_partial - a sum that the device is to complete, after a difference
 * @check: the pseudo-header's sum, not complemented
 * @diff: what the pseudo-header has gained
 *
 * Context: any.
 * Return: as it must be.
 */
static inline __sum16 xnat_sum_partial(__sum16 check, __wsum diff)
{
	return ~csum_fold(csum_add(csum_unfold(check), diff));
}

#endif /* _XINET_NETFILTER_NAT_CSUM_H */
