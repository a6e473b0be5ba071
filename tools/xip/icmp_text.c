// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors in the words of ping(8) and the marks of traceroute(8).
 *
 * No output and no system call, so that tests can link it.
 */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <stdio.h>
#include <string.h>

#include "icmp_text.h"
#include "util.h"

static const char * const unreach_text[] = {
	[ICMP_NET_UNREACH]	= "Destination Net Unreachable",
	[ICMP_HOST_UNREACH]	= "Destination Host Unreachable",
	[ICMP_PROT_UNREACH]	= "Destination Protocol Unreachable",
	[ICMP_PORT_UNREACH]	= "Destination Port Unreachable",
	[ICMP_SR_FAILED]	= "Source Route Failed",
	[ICMP_NET_UNKNOWN]	= "Destination Net Unknown",
	[ICMP_HOST_UNKNOWN]	= "Destination Host Unknown",
	[ICMP_HOST_ISOLATED]	= "Source Host Isolated",
	[ICMP_NET_ANO]		= "Destination Net Prohibited",
	[ICMP_HOST_ANO]		= "Destination Host Prohibited",
	[ICMP_NET_UNR_TOS]	= "Destination Net Unreachable for Type of Service",
	[ICMP_HOST_UNR_TOS]	= "Destination Host Unreachable for Type of Service",
	[ICMP_PKT_FILTERED]	= "Packet filtered",
	[ICMP_PREC_VIOLATION]	= "Precedence Violation",
	[ICMP_PREC_CUTOFF]	= "Precedence Cutoff",
};

static const char * const redirect_text[] = {
	[ICMP_REDIR_NET]	= "Redirect Network",
	[ICMP_REDIR_HOST]	= "Redirect Host",
	[ICMP_REDIR_NETTOS]	= "Redirect Type of Service and Network",
	[ICMP_REDIR_HOSTTOS]	= "Redirect Type of Service and Host",
};

static const char * const exceeded_text[] = {
	[ICMP_EXC_TTL]		= "Time to live exceeded",
	[ICMP_EXC_FRAGTIME]	= "Frag reassembly time exceeded",
};

static void text_unreach(const struct icmp_error *e, char *buf, size_t size)
{
	if (e->code == ICMP_FRAG_NEEDED)
		snprintf(buf, size, "Frag needed and DF set (mtu = %u)",
			 e->info);
	else if (e->code < ARRAY_SIZE(unreach_text))
		snprintf(buf, size, "%s", unreach_text[e->code]);
	else
		snprintf(buf, size, "Dest Unreachable, Bad Code: %u", e->code);
}

static void text_redirect(const struct icmp_error *e, char *buf, size_t size)
{
	struct in_addr gateway = { .s_addr = htonl(e->info) };
	char addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &gateway, addr, sizeof(addr));
	if (e->code < ARRAY_SIZE(redirect_text))
		snprintf(buf, size, "%s(New nexthop: %s)",
			 redirect_text[e->code], addr);
	else
		snprintf(buf, size, "Redirect, Bad Code: %u(New nexthop: %s)",
			 e->code, addr);
}

/**
 * icmp_text - an ICMP error in words
 * @e: the error
 * @buf: result
 * @size: of @buf; ICMP_TEXT_MAX is enough
 */
void icmp_text(const struct icmp_error *e, char *buf, size_t size)
{
	switch (e->type) {
	case ICMP_DEST_UNREACH:
		text_unreach(e, buf, size);
		break;
	case ICMP_SOURCE_QUENCH:
		snprintf(buf, size, "Source Quench");
		break;
	case ICMP_REDIRECT:
		text_redirect(e, buf, size);
		break;
	case ICMP_TIME_EXCEEDED:
		if (e->code < ARRAY_SIZE(exceeded_text))
			snprintf(buf, size, "%s", exceeded_text[e->code]);
		else
			snprintf(buf, size, "Time exceeded, Bad Code: %u",
				 e->code);
		break;
	case ICMP_PARAMETERPROB:
		snprintf(buf, size, "Parameter problem: pointer = %u",
			 e->info);
		break;
	default:
		snprintf(buf, size, "Bad ICMP type: %u", e->type);
	}
}

/* A letter where traceroute(8) has one; port unreachable is the way's end. */
static const char unreach_mark[] = {
	[ICMP_NET_UNREACH]	= 'N',
	[ICMP_HOST_UNREACH]	= 'H',
	[ICMP_PROT_UNREACH]	= 'P',
	[ICMP_SR_FAILED]	= 'S',
	[ICMP_NET_ANO]		= 'X',
	[ICMP_HOST_ANO]		= 'X',
	[ICMP_PKT_FILTERED]	= 'X',
	[ICMP_PREC_VIOLATION]	= 'V',
	[ICMP_PREC_CUTOFF]	= 'C',
};

/**
 * icmp_mark - an ICMP error as a mark behind a time
 * @e: the error
 * @buf: result, empty for what a probe is meant to provoke
 * @size: of @buf; ICMP_TEXT_MAX is enough
 */
void icmp_mark(const struct icmp_error *e, char *buf, size_t size)
{
	*buf = '\0';
	if (e->type == ICMP_TIME_EXCEEDED && e->code == ICMP_EXC_TTL)
		return;
	if (e->type != ICMP_DEST_UNREACH)
		snprintf(buf, size, "!<%u-%u>", e->type, e->code);
	else if (e->code == ICMP_FRAG_NEEDED)
		snprintf(buf, size, "!F-%u", e->info);
	else if (e->code < sizeof(unreach_mark) && unreach_mark[e->code])
		snprintf(buf, size, "!%c", unreach_mark[e->code]);
	else if (e->code != ICMP_PORT_UNREACH)
		snprintf(buf, size, "!<%u>", e->code);
}
