// SPDX-License-Identifier: GPL-2.0
/*
 * What the family shows of itself in /proc: /proc/net/xinet/snmp in the
 * columns of /proc/net/snmp and one for each cause of a drop,
 * /proc/net/xinet/udp in those of /proc/net/udp, /proc/net/protocols, and the
 * sysctls of /proc/sys/net/xinet with IPv4's names, defaults and limits.
 */
#include "xt_nl.h"

FIXTURE(proc) {
	struct xt_pair p;
	char text[16384];
};

FIXTURE_SETUP(proc)
{
	ASSERT_EQ(0, xt_pair(&self->p));
}

FIXTURE_TEARDOWN(proc)
{
}

/* --- snmp ------------------------------------------------------------------ */

/* The line of a file that begins with @label, the @nth one; "" if none. */
static const char *line_of(const char *text, const char *label, int nth)
{
	static char line[4096];
	const char *p = text;
	size_t len;

	while (*p) {
		len = strcspn(p, "\n");
		if (!strncmp(p, label, strlen(label)) && !nth--) {
			snprintf(line, sizeof(line), "%.*s", (int)len, p);
			return line;
		}
		p += len + !!p[len];
	}
	return "";
}

static int words(const char *line)
{
	int n = 0;

	while (*line) {
		line += strspn(line, " ");
		n += !!*line;
		line += strcspn(line, " ");
	}
	return n;
}

static const char * const snmp_labels[] = {
	"Ip:", "Icmp:", "IcmpMsg:", "Udp:", "Xinet:",
};

TEST_F(proc, snmp_is_pairs_of_lines)
{
	const char *p = self->text, *names;
	int i, columns;

	OK(xt_read("/proc/thread-self/net/xinet/snmp", self->text,
		   sizeof(self->text)));
	STEP("five pairs: names, then as many numbers");
	for (i = 0; i < (int)ARRAY_SIZE(snmp_labels); i++) {
		names = line_of(self->text, snmp_labels[i], 0);
		EXPECT_NE(0, *names);
		columns = words(names);
		EXPECT_EQ(columns, words(line_of(self->text, snmp_labels[i], 1)));
		EXPECT_EQ(0, *line_of(self->text, snmp_labels[i], 2));
	}
	STEP("in that order, nothing else, and only digits in the second lines");
	for (i = 0; *p; i++) {
		ASSERT_GT(10, i);
		EXPECT_EQ(0, strncmp(p, snmp_labels[i / 2],
				     strlen(snmp_labels[i / 2])));
		if (i % 2)
			EXPECT_EQ(strcspn(p, "\n"),
				  strlen(snmp_labels[i / 2]) +
				  strspn(p + strlen(snmp_labels[i / 2]),
					 " 0123456789"));
		p += strcspn(p, "\n");
		p += !!*p;
	}
	EXPECT_EQ(10, i);
}

TEST_F(proc, snmp_has_ipv4s_columns)
{
	static char ours[4096], theirs[4096], *name, *save;
	static const char * const labels[] = { "Ip:", "Icmp:", "Udp:" };
	static char v4[16384];
	unsigned int i;

	if (xt_read("/proc/thread-self/net/snmp", v4, sizeof(v4)))
		SKIP(return, "no IPv4 to compare with");
	OK(xt_read("/proc/thread-self/net/xinet/snmp", self->text,
		   sizeof(self->text)));
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		STEP("%s same names as /proc/net/snmp's (6.1 lacks a few)", labels[i]);
		snprintf(ours, sizeof(ours), "%s ",
			 line_of(self->text, labels[i], 0));
		snprintf(theirs, sizeof(theirs), "%s", line_of(v4, labels[i], 0));
		for (name = strtok_r(theirs, " ", &save); name;
		     name = strtok_r(NULL, " ", &save)) {
			char padded[64];

			/* counted of packets that this family has not yet */
			if (!strcmp(name, "OutTransmits"))
				continue;
			snprintf(padded, sizeof(padded),
				 strchr(name, ':') ? "%s " : " %s ", name);
			EXPECT_NE(NULL, strstr(ours, padded)) {
				TH_LOG("no %s in %s", name, labels[i]);
			}
		}
	}
}

TEST_F(proc, snmp_counts_a_datagram)
{
	long out, requests, in, delivers;
	int fd = xt_udp(), to;
	char c;

	to = xt_bound_in(self->p.b, self->p.a, "10.9.0.2", 5000);
	out = xt_counter("Udp:", "OutDatagrams");
	requests = xt_counter("Ip:", "OutRequests");
	OK(xt_enter(self->p.b));
	in = xt_counter("Udp:", "InDatagrams");
	delivers = xt_counter("Ip:", "InDelivers");
	OK(xt_enter(self->p.a));
	RETURNS(1, xt_sendto(fd, "x", 1, "10.9.0.2", 5000));
	RETURNS(1, xt_recv(to, &c, 1));
	EXPECT_EQ(out + 1, xt_counter("Udp:", "OutDatagrams"));
	EXPECT_EQ(requests + 1, xt_counter("Ip:", "OutRequests"));
	OK(xt_enter(self->p.b));
	EXPECT_EQ(in + 1, xt_counter("Udp:", "InDatagrams"));
	EXPECT_EQ(delivers + 1, xt_counter("Ip:", "InDelivers"));
	STEP("where nobody listens: NoPorts, Xinet NoSocket");
	OK(xt_enter(self->p.a));
	RETURNS(1, xt_sendto(fd, "x", 1, "10.9.0.2", 5001));
	OK(xt_enter(self->p.b));
	SOON(xt_counter("Udp:", "NoPorts") == 1);
	EXPECT_EQ(1, xt_counter("Xinet:", "NoSocket"));
	EXPECT_EQ(1, xt_counter("Icmp:", "OutDestUnreachs"));
	EXPECT_EQ(1, xt_counter("IcmpMsg:", "OutType3"));
	OK(xt_enter(self->p.a));
	SOON(xt_counter("Icmp:", "InDestUnreachs") == 1);
}

TEST_F(proc, snmp_forwarding_and_ttl)
{
	EXPECT_EQ(2, xt_counter("Ip:", "Forwarding"));
	EXPECT_EQ(64, xt_counter("Ip:", "DefaultTTL"));
	OK(xt_sysctl("forwarding", "1"));
	OK(xt_sysctl("default_ttl", "70"));
	EXPECT_EQ(1, xt_counter("Ip:", "Forwarding"));
	EXPECT_EQ(70, xt_counter("Ip:", "DefaultTTL"));
}

/* --- udp ------------------------------------------------------------------- */

/**
 * struct row - one line of /proc/net/xinet/udp
 * @laddr: address as the file shows it
 * @lport: port
 * @raddr: of the peer
 * @rport: of the peer
 * @state: 1 connected, 7 not
 * @tx: bytes in the send buffer
 * @rx: bytes in the receive buffer
 * @uid: owner
 * @inode: of the socket
 * @drops: datagrams lost
 */
struct row {
	unsigned int laddr, lport, raddr, rport, state, tx, rx, uid, drops;
	unsigned long inode;
};

/* The row of a socket, found by its inode. */
static bool row_of(int fd, char *text, size_t size, struct row *r)
{
	struct stat st;
	char *line;

	fstat(fd, &st);
	if (xt_read("/proc/thread-self/net/xinet/udp", text, size))
		return false;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line,
			   "%*d: %x:%x %x:%x %x %x:%x %*x:%*x %*x %u %*u %lu %*d %*s %u",
			   &r->laddr, &r->lport, &r->raddr, &r->rport,
			   &r->state, &r->tx, &r->rx, &r->uid, &r->inode,
			   &r->drops) == 10 && r->inode == st.st_ino)
			return true;
	}
	return false;
}

TEST_F(proc, udp_heading)
{
	static const char * const heading[] = {
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when",
		" retrnsmt   uid  timeout inode ref pointer drops",
	};

	OK(xt_read("/proc/thread-self/net/xinet/udp", self->text,
		   sizeof(self->text)));
	EXPECT_EQ(0, strncmp(self->text, heading[0], strlen(heading[0])));
	EXPECT_NE(NULL, strstr(self->text, heading[1]));
	STEP("no socket, no line");
	EXPECT_EQ(NULL, strchr(self->text, '\n'));
}

TEST_F(proc, udp_columns)
{
	int fd = xt_bound("10.9.0.1", 6000);
	struct row r;

	ASSERT_TRUE(row_of(fd, self->text, sizeof(self->text), &r));
	EXPECT_EQ(inet_addr("10.9.0.1"), r.laddr);
	EXPECT_EQ(6000U, r.lport);
	EXPECT_EQ(0U, r.raddr);
	EXPECT_EQ(0U, r.rport);
	EXPECT_EQ(7U, r.state);
	EXPECT_EQ(0U, r.uid);
	EXPECT_EQ(0U, r.drops);
	STEP("connected: the peer, state 1");
	OK(xt_connect(fd, "10.9.0.2", 5000));
	ASSERT_TRUE(row_of(fd, self->text, sizeof(self->text), &r));
	EXPECT_EQ(inet_addr("10.9.0.2"), r.raddr);
	EXPECT_EQ(5000U, r.rport);
	EXPECT_EQ(1U, r.state);
	STEP("closed: no line");
	close(fd);
	OK(xt_read("/proc/thread-self/net/xinet/udp", self->text,
		   sizeof(self->text)));
	EXPECT_EQ(NULL, strstr(self->text, ":1770 "));
}

TEST_F(proc, udp_queues_and_drops)
{
	int fd = xt_bound("127.0.0.1", 6000), out = xt_udp(), i;
	static char big[1000];
	struct row r;

	OK(xt_set(fd, SOL_SOCKET, SO_RCVBUF, 4096));
	for (i = 0; i < 50; i++)
		xt_sendto(out, big, sizeof(big), "127.0.0.1", 6000);
	SOON(row_of(fd, self->text, sizeof(self->text), &r) && r.drops > 0 &&
	     xt_counter("Udp:", "InDatagrams") + r.drops == 50);
	EXPECT_LE(1000U, r.rx);
	EXPECT_EQ((long)r.drops, xt_counter("Udp:", "RcvbufErrors"));
	while (recv(fd, big, sizeof(big), MSG_DONTWAIT) > 0)
		;
	ASSERT_TRUE(row_of(fd, self->text, sizeof(self->text), &r));
	EXPECT_EQ(0U, r.rx);
}

TEST_F(proc, udp_owner_and_many)
{
	int i, lines = 0, fd;
	struct row r;
	char *p;

	STEP("500 sockets: 500 lines, each once");
	for (i = 0; i < 500; i++)
		ASSERT_LE(0, xt_bound("127.0.0.1", 10000 + i));
	fd = open("/proc/thread-self/net/xinet/udp", O_RDONLY);
	p = malloc(500 * 160);
	for (i = 0; i < 500 * 160;) {
		ssize_t n = read(fd, p + i, 777);

		if (n <= 0)
			break;
		i += n;
	}
	for (fd = 0; fd < i; fd++)
		lines += p[fd] == '\n';
	EXPECT_EQ(501, lines);
	free(p);
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	fd = xt_bound("127.0.0.1", 20000);
	p = malloc(500 * 160);
	ASSERT_TRUE(row_of(fd, p, 500 * 160, &r));
	EXPECT_EQ(XT_NOBODY, (int)r.uid);
	free(p);
}

TEST_F(proc, protocols)
{
	char *xudp;

	OK(xt_read("/proc/net/protocols", self->text, sizeof(self->text)));
	xudp = strstr(self->text, "XUDP");
	ASSERT_NE(NULL, xudp);
	EXPECT_NE(NULL, strstr(self->text, "XPING"));
	STEP("its owner is the module");
	*strchrnul(xudp, '\n') = 0;
	EXPECT_NE(NULL, strstr(xudp, " xinet "));
}

/* --- sysctl ---------------------------------------------------------------- */

/**
 * struct setting - one sysctl
 * @name: below net.xinet
 * @value: by default
 * @good: values that are taken, separated by commas
 * @bad: values that are refused with EINVAL
 */
struct setting {
	const char *name;
	const char *value;
	const char *good;
	const char *bad;
};

static const struct setting settings[] = {
	{ "forwarding", "0", "1,0", "2,-1,x" },
	{ "default_ttl", "64", "1,255,64", "0,256,-1" },
	{ "rp_filter", "0", "0,1,2", "3,-1" },
	{ "ping_group_range", "1\t0", "0 0,0 2147483647", "-1 0,x" },
	{ "local_port_range", "32768\t60999", "1024 65535,5000 5000",
	  "0 100,5000 4999,1023 5000,5000 65536" },
	{ "ip_unprivileged_port_start", "1024", "0,80,1024",
	  "-1,65536,32769" },
	{ "icmp_ratelimit", "1000", "0,1,1000", "-1" },
	{ "icmp_ratemask", "6168", "0,6168", "x" },
	{ "icmp_msgs_per_sec", "1000", "0,5000", "-1" },
	{ "icmp_msgs_burst", "50", "0,500", "-1" },
	{ "icmp_echo_ignore_all", "0", "1,0", "2,-1" },
	{ "icmp_echo_ignore_broadcasts", "1", "0,1", "2,-1" },
	{ "accept_redirects", "0", "1,0", "2,-1" },
	{ "send_redirects", "1", "0,1", "2,-1" },
	{ "igmp_max_memberships", "20", "0,4096,20", "4097,-1" },
	{ "mcast_max", "8192", "0,65536,8192", "65537,-1" },
	{ "rule_max", "32768", "0,65536,32768", "65537,-1" },
	{ "gc_thresh1", "128", "0,128", "-1" },
	{ "gc_thresh2", "512", "0,512", "-1" },
	{ "gc_thresh3", "1024", "1,1024", "0,-1" },
	{ "base_reachable_time_ms", "30000", "1000,30000", "0,-1" },
	{ "retrans_time_ms", "1000", "1,1000", "0,-1" },
	{ "delay_first_probe_time", "5", "1,5", "-1" },
	{ "gc_stale_time", "60", "1,60", "-1" },
	{ "ucast_solicit", "3", "0,3", "-1" },
	{ "mcast_solicit", "3", "1,3", "-1" },
	{ "unres_qlen_bytes", "212992", "0,212992", "-1" },
};

/* Write each of a list in turn; how many went differently from @err. */
static int write_all(const char *name, const char *list, int err)
{
	char copy[128], *save, *value;
	int wrong = 0, got;

	snprintf(copy, sizeof(copy), "%s", list);
	for (value = strtok_r(copy, ",", &save); value;
	     value = strtok_r(NULL, ",", &save)) {
		got = xt_sysctl(name, value) ? errno : 0;
		if (got == err)
			continue;
		ksft_print_msg("%s = '%s': %s\n", name, value, xt_err(got));
		wrong++;
	}
	return wrong;
}

TEST_F(proc, sysctl_defaults)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		STEP("%s", settings[i].name);
		EXPECT_STREQ(settings[i].value, xt_sysctl_get(settings[i].name));
	}
}

TEST_F(proc, sysctl_ranges)
{
	char before[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		STEP("%s takes %s", settings[i].name, settings[i].good);
		EXPECT_EQ(0, write_all(settings[i].name, settings[i].good, 0));
		snprintf(before, sizeof(before), "%s",
			 xt_sysctl_get(settings[i].name));
		STEP("%s refuses %s", settings[i].name, settings[i].bad);
		EXPECT_EQ(0, write_all(settings[i].name, settings[i].bad,
				       EINVAL));
		EXPECT_STREQ(before, xt_sysctl_get(settings[i].name));
	}
}

TEST_F(proc, sysctl_of_a_namespace)
{
	OK(xt_sysctl("default_ttl", "99"));
	OK(xt_enter(self->p.b));
	EXPECT_STREQ("64", xt_sysctl_get("default_ttl"));
}

TEST_F(proc, sysctl_not_for_everyone)
{
	ASSERT_EQ(0, xt_drop_privileges(XT_NOBODY));
	FAILS(EACCES, xt_sysctl("forwarding", "1"));
	STEP("reading is");
	EXPECT_STREQ("0", xt_sysctl_get("forwarding"));
}
