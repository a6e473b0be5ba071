// SPDX-License-Identifier: GPL-2.0
/* net/xinet/neigh/xarp_packet.c: each field of a packet, right and wrong. */
#include "../../net/xinet/neigh/xarp_packet.c"
#include <stdlib.h>
#include "ktap.h"

/* Host byte order, for the eye */
#define HOST_A	0x0a090001	/* 10.9.0.1 */
#define HOST_B	0x0a090002

/* A well-formed request from A for B, byte for byte as RFC 826 draws it */
static const __u8 request[XARP_PACKET_LEN] = {
	0x00, 0x01, 0x88, 0xb5, 6, 4, 0x00, 0x01,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 10, 9, 0, 1,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 10, 9, 0, 2,
};

/* One byte of it changed, or its length: what must come of it. */
struct byte_row {
	const char *name;
	unsigned int len;
	unsigned int at;
	__u8 value;
	enum xarp_fault want;
};

static const struct byte_row byte_rows[] = {
	{ "request", 28, 7, 1, XARP_FAULT_NONE },
	{ "reply", 28, 7, 2, XARP_FAULT_NONE },
	{ "padded to 46", 46, 7, 1, XARP_FAULT_NONE },
	{ "length 27", 27, 7, 1, XARP_FAULT_SHORT },
	{ "length 8", 8, 7, 1, XARP_FAULT_SHORT },
	{ "length 0", 0, 7, 1, XARP_FAULT_SHORT },
	{ "hardware 0", 28, 1, 0, XARP_FAULT_HARDWARE },
	{ "hardware 2", 28, 1, 2, XARP_FAULT_HARDWARE },
	{ "hardware 6 (IEEE 802)", 28, 1, 6, XARP_FAULT_HARDWARE },
	{ "hardware 0x101", 28, 0, 1, XARP_FAULT_HARDWARE },
	{ "hln 5", 28, 4, 5, XARP_FAULT_HARDWARE },
	{ "hln 7", 28, 4, 7, XARP_FAULT_HARDWARE },
	{ "hln 255", 28, 4, 255, XARP_FAULT_HARDWARE },
	{ "protocol 0x88b4", 28, 3, 0xb4, XARP_FAULT_PROTOCOL },
	{ "protocol 0x88b6", 28, 3, 0xb6, XARP_FAULT_PROTOCOL },
	{ "protocol 0x08b5", 28, 2, 0x08, XARP_FAULT_PROTOCOL },
	{ "pln 3", 28, 5, 3, XARP_FAULT_PROTOCOL },
	{ "pln 5", 28, 5, 5, XARP_FAULT_PROTOCOL },
	{ "pln 0", 28, 5, 0, XARP_FAULT_PROTOCOL },
	{ "op 0", 28, 7, 0, XARP_FAULT_OP },
	{ "op 3", 28, 7, 3, XARP_FAULT_OP },
	{ "op 0x101", 28, 6, 1, XARP_FAULT_OP },
	{ "sender MAC a group's", 28, 8, 0x03, XARP_FAULT_SHA },
	{ "sender MAC 00:…:0a", 28, 8, 0x00, XARP_FAULT_NONE },
};

/* Addresses in host byte order; MAC 0 is none, 1 a host's, 0xff broadcast. */
struct addr_row {
	const char *name;
	__u16 op;
	__u8 sha;
	__u32 spa, tpa;
	enum xarp_fault want;
};

static const struct addr_row addr_rows[] = {
	{ "A asks for B", 1, 1, HOST_A, HOST_B, XARP_FAULT_NONE },
	{ "announcement", 1, 1, HOST_A, HOST_A, XARP_FAULT_NONE },
	{ "probe", 1, 1, 0, HOST_B, XARP_FAULT_NONE },
	{ "reply from 0", 2, 1, 0, HOST_B, XARP_FAULT_SPA },
	{ "reply to a probe", 2, 1, HOST_A, 0, XARP_FAULT_NONE },
	{ "request for 0", 1, 1, HOST_A, 0, XARP_FAULT_TPA },
	{ "probe for 0", 1, 1, 0, 0, XARP_FAULT_TPA },
	{ "sender MAC 0", 1, 0, HOST_A, HOST_B, XARP_FAULT_SHA },
	{ "sender MAC broadcast", 1, 0xff, HOST_A, HOST_B, XARP_FAULT_SHA },
	{ "from 0.0.0.1", 1, 1, 1, HOST_B, XARP_FAULT_NONE },
	{ "from 1.0.0.0", 1, 1, 0x01000000, HOST_B, XARP_FAULT_NONE },
	{ "from 126.255.255.255", 1, 1, 0x7effffff, HOST_B, XARP_FAULT_NONE },
	{ "from 127.0.0.0", 1, 1, 0x7f000000, HOST_B, XARP_FAULT_SPA },
	{ "from 127.255.255.255", 1, 1, 0x7fffffff, HOST_B, XARP_FAULT_SPA },
	{ "from 128.0.0.0", 1, 1, 0x80000000, HOST_B, XARP_FAULT_NONE },
	{ "from 223.255.255.255", 1, 1, 0xdfffffff, HOST_B, XARP_FAULT_NONE },
	{ "from 224.0.0.0", 1, 1, 0xe0000000, HOST_B, XARP_FAULT_SPA },
	{ "from 239.255.255.255", 1, 1, 0xefffffff, HOST_B, XARP_FAULT_SPA },
	{ "from 240.0.0.0", 1, 1, 0xf0000000, HOST_B, XARP_FAULT_NONE },
	{ "from 255.255.255.254", 1, 1, 0xfffffffe, HOST_B, XARP_FAULT_NONE },
	{ "from 255.255.255.255", 1, 1, 0xffffffff, HOST_B, XARP_FAULT_SPA },
	{ "for 127.0.0.1", 1, 1, HOST_A, 0x7f000001, XARP_FAULT_TPA },
	{ "for 224.0.0.1", 1, 1, HOST_A, 0xe0000001, XARP_FAULT_TPA },
	{ "for 255.255.255.255", 1, 1, HOST_A, 0xffffffff, XARP_FAULT_TPA },
	{ "for 0.0.0.1", 1, 1, HOST_A, 1, XARP_FAULT_NONE },
	{ "reply to 127.0.0.1", 2, 1, HOST_A, 0x7f000001, XARP_FAULT_TPA },
};

/* Exactly as many bytes as there are: reading one more is caught. */
static enum xarp_fault parse(const __u8 *data, unsigned int len,
			     struct xarp_packet *p)
{
	__u8 *copy = malloc(len ? len : 1);
	enum xarp_fault fault;

	memcpy(copy, data, len);
	fault = xarp_packet_parse(copy, len, p);
	free(copy);
	return fault;
}

static void test_byte(const struct byte_row *r)
{
	__u8 data[64] = { 0 };
	struct xarp_packet p;
	enum xarp_fault got;

	memcpy(data, request, sizeof(request));
	data[r->at] = r->value;
	got = parse(data, r->len, &p);
	if (!ktap_ok(got == r->want, "parse: %s", r->name))
		printf("# want %d got %d\n", r->want, got);
}

static void make(const struct addr_row *r, struct xarp_packet *p)
{
	memset(p, 0, sizeof(*p));
	p->op = r->op;
	p->spa = htonl(r->spa);
	p->tpa = htonl(r->tpa);
	if (r->sha == 0xff)
		memset(p->sha, 0xff, sizeof(p->sha));
	else
		p->sha[5] = r->sha;
	p->tha[0] = 0xa5;
}

static void test_addr(const struct addr_row *r)
{
	__u8 data[XARP_PACKET_LEN];
	struct xarp_packet p, q;
	enum xarp_fault got;

	make(r, &p);
	xarp_packet_build(data, &p);
	memset(&q, 0, sizeof(q));
	got = parse(data, sizeof(data), &q);
	if (!ktap_ok(got == r->want && (got || !memcmp(&p, &q, sizeof(p))),
		     "build and parse: %s", r->name))
		printf("# want %d got %d\n", r->want, got);
}

static void test_build(void)
{
	struct xarp_packet p = {
		.op = XARP_REQUEST,
		.sha = { 0x02, 0, 0, 0, 0, 0x0a },
		.spa = htonl(HOST_A),
		.tpa = htonl(HOST_B),
	};
	__u8 data[XARP_PACKET_LEN];

	memset(data, 0xff, sizeof(data));
	xarp_packet_build(data, &p);
	ktap_ok(!memcmp(data, request, sizeof(data)),
		"build: byte for byte RFC 826's layout");
}

static void test_gratuitous(void)
{
	struct xarp_packet p = {
		.op = XARP_REQUEST,
		.sha = { 2, 0, 0, 0, 0, 1 },
		.spa = htonl(HOST_A),
		.tpa = htonl(HOST_A),
	};

	ktap_ok(xarp_packet_gratuitous(&p), "gratuitous: announcement");
	p.op = XARP_REPLY;
	ktap_ok(!xarp_packet_gratuitous(&p),
		"gratuitous: not a reply with another target MAC");
	memcpy(p.tha, p.sha, sizeof(p.tha));
	ktap_ok(xarp_packet_gratuitous(&p),
		"gratuitous: reply that names itself");
	p.tpa = htonl(HOST_B);
	ktap_ok(!xarp_packet_gratuitous(&p),
		"gratuitous: not a reply to another host");
	p.op = XARP_REQUEST;
	ktap_ok(!xarp_packet_gratuitous(&p),
		"gratuitous: not a request for another host");
}

int main(void)
{
	unsigned int nb = sizeof(byte_rows) / sizeof(*byte_rows);
	unsigned int na = sizeof(addr_rows) / sizeof(*addr_rows);
	unsigned int i;

	ktap_plan(nb + na + 6);
	for (i = 0; i < nb; i++)
		test_byte(&byte_rows[i]);
	for (i = 0; i < na; i++)
		test_addr(&addr_rows[i]);
	test_build();
	test_gratuitous();
	return ktap_exit();
}
