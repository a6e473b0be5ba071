// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets as lines: in the columns of ss(8), in those of netstat(8), or as
 * JSON objects whose keys are ss's columns in lower case.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "out.h"
#include "sock.h"
#include "util.h"
#include "xip.h"

static const char * const netids[] = {
	[SOCK_UDP] = "udp", [SOCK_ICMP] = "icmp", [SOCK_RAWIP] = "raw",
};

static const struct {
	const char *key;
	int var;
} mem_words[] = {
	{ "r", SK_MEMINFO_RMEM_ALLOC },
	{ "rb", SK_MEMINFO_RCVBUF },
	{ "t", SK_MEMINFO_WMEM_ALLOC },
	{ "tb", SK_MEMINFO_SNDBUF },
	{ "f", SK_MEMINFO_FWD_ALLOC },
	{ "w", SK_MEMINFO_WMEM_QUEUED },
	{ "o", SK_MEMINFO_OPTMEM },
	{ "bl", SK_MEMINFO_BACKLOG },
	{ "d", SK_MEMINFO_DROPS },
};

/* One end in two parts, for the colons of a column to stand below another. */
struct end {
	char addr[INET_ADDRSTRLEN + IFNAMSIZ + 1];
	char port[64];
};

/* Widths of the columns of a table. */
struct widths {
	int src, sport, dst, dport;
};

static const char *state_name(const struct sock_info *s)
{
	static char buf[16];

	switch (s->msg.idiag_state) {
	case SOCK_ESTAB:
		return "ESTAB";
	case SOCK_CLOSE:
		return "UNCONN";
	default:
		snprintf(buf, sizeof(buf), "%u", s->msg.idiag_state);
		return buf;
	}
}

static unsigned long long cookie(const struct sock_info *s)
{
	return (unsigned long long)s->msg.id.idiag_cookie[1] << 32 |
	       s->msg.id.idiag_cookie[0];
}

static void name_end(const struct sock_want *want, const struct sock_info *s,
		     bool src, struct end *e)
{
	const struct inet_diag_sockid *id = &s->msg.id;
	enum sock_kind kind = s->kind;
	unsigned int port = ntohs(src ? id->idiag_sport : id->idiag_dport);

	inet_ntop(AF_INET, src ? id->idiag_src : id->idiag_dst, e->addr,
		  INET_ADDRSTRLEN);
	if (src && id->idiag_if) {
		strcat(e->addr, "%");
		strcat(e->addr, out_clean(dev_name(id->idiag_if)));
	}
	/* whatever was connected to, the other side of a raw socket has none */
	if (!src && kind != SOCK_UDP)
		snprintf(e->port, sizeof(e->port), port ? "%u" : "*", port);
	else
		snprintf(e->port, sizeof(e->port), "%s",
			 sock_port_name(kind, port, want->numeric));
}

static void widen(int *width, const char *text)
{
	int len = strlen(text);

	if (len > *width)
		*width = len;
}

static void print_users(const struct sock_info *s)
{
	const struct sock_user *u;
	unsigned int n, i;

	u = sock_users_of(s->msg.idiag_inode, &n);
	out_list("process");
	for (i = 0; i < n; i++, u++) {
		out_text("%s", i ? "," : " users:(");
		out_open(NULL);
		out_str("name", "(\"%s\",", u->name);
		out_uint("pid", "pid=%llu,", u->pid);
		out_uint("fd", "fd=%llu)", u->fd);
		out_close();
	}
	out_text("%s", n ? ")" : "");
	out_list_end();
}

static void print_extended(const struct sock_info *s)
{
	char arrow[5];

	out_uint("uid", s->msg.idiag_uid ? " uid:%llu" : NULL,
		 s->msg.idiag_uid);
	out_uint("ino", " ino:%llu", s->msg.idiag_inode);
	out_uint("sk", " sk:%llx", cookie(s));
	if (s->mark)
		out_uint("fwmark", " fwmark:0x%llx", s->mark);
	if (s->tos)
		out_uint("tos", " tos:0x%llx", s->tos);
	snprintf(arrow, sizeof(arrow), "%c-%c", s->shutdown & 1 ? '-' : '<',
		 s->shutdown & 2 ? '-' : '>');
	out_text(" %s", arrow);
	out_uint("shutdown", NULL, s->shutdown);
}

static void print_memory(const struct sock_info *s)
{
	unsigned int i;

	if (!s->has_mem)
		return;
	out_text("%sskmem:(", xip_opt.oneline ? " " : "\n\t ");
	out_open("skmem");
	for (i = 0; i < ARRAY_SIZE(mem_words); i++) {
		out_text("%s%s", i ? "," : "", mem_words[i].key);
		out_uint(mem_words[i].key, "%llu", s->mem[mem_words[i].var]);
	}
	out_close();
	out_text(")");
}

static void print_json(const struct sock_want *want, const struct sock_info *s)
{
	char buf[sizeof(struct end) + 1];
	struct end e;

	out_str("netid", NULL, netids[s->kind]);
	out_str("state", NULL, state_name(s));
	out_uint("recv-q", NULL, s->msg.idiag_rqueue);
	out_uint("send-q", NULL, s->msg.idiag_wqueue);
	name_end(want, s, true, &e);
	snprintf(buf, sizeof(buf), "%s:%s", e.addr, e.port);
	out_str("local address:port", NULL, buf);
	name_end(want, s, false, &e);
	snprintf(buf, sizeof(buf), "%s:%s", e.addr, e.port);
	out_str("peer address:port", NULL, buf);
	/* and in parts, which need no taking apart */
	out_addr("src", NULL, s->msg.id.idiag_src[0]);
	out_uint("sport", NULL, ntohs(s->msg.id.idiag_sport));
	out_addr("dst", NULL, s->msg.id.idiag_dst[0]);
	out_uint("dport", NULL, ntohs(s->msg.id.idiag_dport));
	if (s->msg.id.idiag_if)
		out_str("dev", NULL, dev_name(s->msg.id.idiag_if));
}

/* -N: the state of a raw socket is a number there, and UNCONN is none. */
static void print_netstat(const struct sock_want *want,
			  const struct sock_info *s)
{
	char local[sizeof(struct end) + 1], peer[sizeof(struct end) + 1];
	struct end e;

	name_end(want, s, true, &e);
	snprintf(local, sizeof(local), "%s:%s", e.addr, e.port);
	name_end(want, s, false, &e);
	snprintf(peer, sizeof(peer), "%s:%s", e.addr, e.port);
	out_text("%-5s %6u %6u %-23s %-23s ", netids[s->kind],
		 s->msg.idiag_rqueue, s->msg.idiag_wqueue, local, peer);
	if (s->kind == SOCK_RAWIP)
		out_text("%-11u", s->msg.idiag_state);
	else
		out_text("%-11s", s->msg.idiag_state == SOCK_ESTAB ?
			 "ESTABLISHED" : "");
}

static void print_columns(const struct sock_want *want,
			  const struct sock_info *s, const struct widths *w)
{
	struct end src, dst;

	name_end(want, s, true, &src);
	name_end(want, s, false, &dst);
	out_text("%-5s %-6s %-6u %-6u ", netids[s->kind], state_name(s),
		 s->msg.idiag_rqueue, s->msg.idiag_wqueue);
	out_text("%*s:%-*s %*s:%-*s", w->src, src.addr, w->sport, src.port,
		 w->dst, dst.addr, w->dport, dst.port);
}

static void print_one(const struct sock_want *want, const struct sock_info *s,
		      const struct widths *w)
{
	out_open(NULL);
	if (xip_opt.json)
		print_json(want, s);
	else if (want->netstat)
		print_netstat(want, s);
	else
		print_columns(want, s, w);
	if (want->processes)
		print_users(s);
	if (want->extended)
		print_extended(s);
	if (want->memory)
		print_memory(s);
	out_record_end();
	out_close();
}

static void print_heading(const struct sock_want *want, const struct widths *w)
{
	if (want->netstat) {
		out_text("Active AF_XINET sockets (servers and established)\n");
		out_text("%-5s %6s %6s %-23s %-23s %-11s%s\n", "Proto",
			 "Recv-Q", "Send-Q", "Local Address",
			 "Foreign Address", "State",
			 want->processes ? " Process" : "");
		return;
	}
	out_text("%-5s %-6s %-6s %-6s ", "Netid", "State", "Recv-Q", "Send-Q");
	out_text("%*s:%-*s %*s:%-*s%s\n", w->src, "Local Address", w->sport,
		 "Port", w->dst, "Peer Address", w->dport, "Port",
		 want->processes ? " Process" : "");
}

/**
 * sock_print - print sockets
 * @want: in which form
 * @all: the sockets
 * @n: how many
 */
void sock_print(const struct sock_want *want, const struct sock_info *all,
		unsigned int n)
{
	struct widths w = {
		.src = strlen("Local Address"), .sport = strlen("Port"),
		.dst = strlen("Peer Address"), .dport = strlen("Port"),
	};
	struct end e;
	unsigned int i;

	for (i = 0; i < n && !xip_opt.json; i++) {
		name_end(want, &all[i], true, &e);
		widen(&w.src, e.addr);
		widen(&w.sport, e.port);
		name_end(want, &all[i], false, &e);
		widen(&w.dst, e.addr);
		widen(&w.dport, e.port);
	}
	print_heading(want, &w);
	out_start();
	for (i = 0; i < n; i++)
		print_one(want, &all[i], &w);
	out_stop();
}
