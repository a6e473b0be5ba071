// SPDX-License-Identifier: GPL-2.0
/*
 * What a XUDP datagram looks like on the wire: RFC 791's header with version
 * 14, RFC 768's header and checksum, computed here once more by another hand.
 *
 *	+------------------------+             +----------------------------+
 *	| a     veth0 10.9.0.1/24+-------------+10.9.0.2/24             b   |
 *	|       tx checksum off  |             |       AF_PACKET listens    |
 *	+------------------------+             +----------------------------+
 */
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include "xt_nl.h"

/**
 * struct wire - a captured frame, taken apart
 * @len: of the frame, without the link's header
 * @sll: what the link says of it
 * @raw: from the XIP header on
 * @csum_done: the checksum in it is final, not left to a device
 */
struct wire {
	ssize_t len;
	struct sockaddr_ll sll;
	unsigned char raw[9000];
	bool csum_done;
};

FIXTURE(udp_wire) {
	struct xt_pair p;
	int fd;
	int tap;
	struct wire w;
	unsigned char buf[9000];
};

static int tx_checksum(const char *dev, bool on)
{
	struct ethtool_value value = { ETHTOOL_STXCSUM, on };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	strcpy(ifr.ifr_name, dev);
	err = ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return err;
}

FIXTURE_SETUP(udp_wire)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_XIP),
	};

	ASSERT_EQ(0, xt_pair(&self->p));
	ASSERT_EQ(0, tx_checksum("veth0", false));
	ASSERT_EQ(0, xt_enter(self->p.b));
	self->tap = socket(AF_PACKET, SOCK_DGRAM, 0);
	sll.sll_ifindex = if_nametoindex("veth0");
	ASSERT_EQ(0, bind(self->tap, (struct sockaddr *)&sll, sizeof(sll)));
	ASSERT_EQ(0, xt_set(self->tap, SOL_PACKET, PACKET_AUXDATA, 1));
	ASSERT_LE(0, xt_bound("10.9.0.2", 5000));
	ASSERT_EQ(0, xt_enter(self->p.a));
	self->fd = xt_udp();
	ASSERT_EQ(0, xt_bind(self->fd, "10.9.0.1", 6000));
	ASSERT_EQ(0, xt_connect(self->fd, "10.9.0.2", 5000));
}

FIXTURE_TEARDOWN(udp_wire)
{
}

static bool capture(int tap, struct wire *w)
{
	char control[128];
	struct iovec iov = { w->raw, sizeof(w->raw) };
	struct msghdr msg = {
		.msg_name = &w->sll, .msg_namelen = sizeof(w->sll),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata *aux;

	if (!xt_readable(tap))
		return false;
	w->len = recvmsg(tap, &msg, 0);
	aux = xt_cmsg(&msg, SOL_PACKET, PACKET_AUXDATA, sizeof(*aux));
	w->csum_done = aux && !(aux->tp_status & TP_STATUS_CSUMNOTREADY);
	return w->len >= 28;
}

/* RFC 1071, written for clarity: 16 bits at a time, the carry put back. */
static uint32_t sum16(const unsigned char *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? p[i] : p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* The pseudo-header's and the datagram's sum; 0xffff where all is right. */
static uint32_t udp_sum(const unsigned char *ip)
{
	unsigned int udp_len = ip[24] << 8 | ip[25];
	unsigned char pseudo[12] = {};
	uint32_t sum;

	memcpy(pseudo, ip + 12, 8);
	pseudo[9] = IPPROTO_UDP;
	pseudo[10] = udp_len >> 8;
	pseudo[11] = udp_len;
	sum = sum16(pseudo, 12, 0);
	return sum16(ip + 20, udp_len, sum);
}

static unsigned int wire_check(const unsigned char *ip)
{
	return ip[26] << 8 | ip[27];
}

TEST_F(udp_wire, header)
{
	const unsigned char *ip = self->w.raw;

	OK(xt_set(self->fd, SOL_IP, IP_TOS, 0x5a));
	OK(xt_set(self->fd, SOL_IP, IP_TTL, 77));
	RETURNS(5, send(self->fd, "hello", 5, 0));
	ASSERT_TRUE(capture(self->tap, &self->w));
	STEP("version 14, IHL 5, TOS, total length 33");
	EXPECT_EQ(0xe5, ip[0]);
	EXPECT_EQ(0x5a, ip[1]);
	EXPECT_EQ(33, self->w.len);
	EXPECT_EQ(33, ip[2] << 8 | ip[3]);
	STEP("no fragment, and not to be made one");
	EXPECT_EQ(0x4000, ip[6] << 8 | ip[7]);
	STEP("TTL 77, protocol 17, both addresses");
	EXPECT_EQ(77, ip[8]);
	EXPECT_EQ(17, ip[9]);
	EXPECT_EQ(0, memcmp(ip + 12, "\12\11\0\1\12\11\0\2", 8));
	EXPECT_EQ(0xffffU, sum16(ip, 20, 0));
	STEP("ports 6000 and 5000, length 13, the data");
	EXPECT_EQ(6000, ip[20] << 8 | ip[21]);
	EXPECT_EQ(5000, ip[22] << 8 | ip[23]);
	EXPECT_EQ(13, ip[24] << 8 | ip[25]);
	EXPECT_EQ(0, memcmp(ip + 28, "hello", 5));
	STEP("on the link: EtherType 0x88B5, to this host");
	EXPECT_EQ(htons(0x88b5), self->w.sll.sll_protocol);
	EXPECT_EQ(PACKET_HOST, self->w.sll.sll_pkttype);
}

TEST_F(udp_wire, checksum)
{
	static const size_t sizes[] = {
		0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 1023, 1471, 1472,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		STEP("%zu bytes: right, by our own reckoning", sizes[i]);
		xt_fill(self->buf, sizes[i], i);
		ASSERT_EQ((ssize_t)sizes[i],
			  send(self->fd, self->buf, sizes[i], 0));
		ASSERT_TRUE(capture(self->tap, &self->w));
		EXPECT_TRUE(self->w.csum_done);
		EXPECT_EQ(0xffffU, udp_sum(self->w.raw));
		EXPECT_NE(0U, wire_check(self->w.raw));
		EXPECT_EQ((ssize_t)sizes[i] + 28, self->w.len);
		EXPECT_TRUE(xt_intact(self->w.raw + 28, sizes[i], i));
	}
}

TEST_F(udp_wire, checksum_over_odd_pieces)
{
	static const size_t pieces[] = { 1, 3, 0, 5, 2, 7, 1, 1001, 1, 30 };
	struct iovec iov[ARRAY_SIZE(pieces)];
	size_t at = 0;
	unsigned int i;

	STEP("an odd piece shifts all that follow");
	xt_fill(self->buf, sizeof(self->buf), 5);
	for (i = 0; i < ARRAY_SIZE(pieces); at += pieces[i++])
		iov[i] = (struct iovec){ self->buf + at, pieces[i] };
	RETURNS(at, writev(self->fd, iov, ARRAY_SIZE(iov)));
	ASSERT_TRUE(capture(self->tap, &self->w));
	EXPECT_EQ(0xffffU, udp_sum(self->w.raw));
	EXPECT_TRUE(xt_intact(self->w.raw + 28, at, 5));
}

TEST_F(udp_wire, checksum_of_paged_data)
{
	size_t size;

	OK(xt_link_set("veth0", -1, 9000));
	OK(xt_enter(self->p.b));
	OK(xt_link_set("veth0", -1, 9000));
	OK(xt_enter(self->p.a));
	STEP("datagrams that do not lie in one piece of memory");
	for (size = 3600; size <= 8972; size += 199) {
		xt_fill(self->buf, size, size);
		ASSERT_EQ((ssize_t)size, send(self->fd, self->buf, size, 0));
		ASSERT_TRUE(capture(self->tap, &self->w));
		EXPECT_EQ(0xffffU, udp_sum(self->w.raw)) {
			TH_LOG("%zu bytes", size);
		}
	}
}

/* RFC 768: a computed 0 is sent as all ones, for 0 says there is none. */
TEST_F(udp_wire, checksum_that_would_be_zero)
{
	unsigned int check;

	RETURNS(2, send(self->fd, "\0\0", 2, 0));
	ASSERT_TRUE(capture(self->tap, &self->w));
	check = wire_check(self->w.raw);
	STEP("two bytes that complete the sum: 0xffff");
	self->buf[0] = check >> 8;
	self->buf[1] = check;
	RETURNS(2, send(self->fd, self->buf, 2, 0));
	ASSERT_TRUE(capture(self->tap, &self->w));
	EXPECT_EQ(0xffffU, wire_check(self->w.raw));
	EXPECT_EQ(0xffffU, udp_sum(self->w.raw));
}

TEST_F(udp_wire, checksum_left_out)
{
	int in = xt_bound_in(self->p.b, self->p.a, "10.9.0.2", 5001);

	RETURNS(0, xt_get(self->fd, SOL_SOCKET, SO_NO_CHECK));
	OK(xt_set(self->fd, SOL_SOCKET, SO_NO_CHECK, 1));
	RETURNS(1, xt_sendto(self->fd, "x", 1, "10.9.0.2", 5001));
	ASSERT_TRUE(capture(self->tap, &self->w));
	STEP("the field is zero, and a receiver takes it");
	EXPECT_EQ(0U, wire_check(self->w.raw));
	RETURNS(1, xt_recv(in, self->buf, 1));
}

TEST_F(udp_wire, checksum_left_to_the_device)
{
	OK(tx_checksum("veth0", true));
	RETURNS(5, send(self->fd, "hello", 5, 0));
	ASSERT_TRUE(capture(self->tap, &self->w));
	STEP("veth never computes it: the field holds the pseudo-header's sum");
	EXPECT_FALSE(self->w.csum_done);
	self->w.raw[26] ^= 0xff;
	self->w.raw[27] ^= 0xff;
	EXPECT_EQ(sum16(self->w.raw + 12, 8, 17 + 13),
		  0xffffU ^ wire_check(self->w.raw));
}
