// SPDX-License-Identifier: GPL-2.0
/*
 * First packets of many flows, as frames, from as many CPUs as are asked for.
 *
 *	xflood [-j THREADS] [-n FLOWS] [-p PAUSE_US] [-t|-i] DEV MAC SRC DST PORT
 *		Send until killed, or FLOWS. Flow I comes from SRC + I / 60000,
 *		port 1024 + I % 60000. Each thread stays on a CPU and takes its
 *		share of the flows; a frame that the device refuses is sent
 *		again once the device takes it, or is lost after 10 tries.
 *		Prints the number of frames sent.
 *	xflood -b [-s STEP] ...
 *		Both threads send each flow at the same time, thread I from SRC
 *		+ I * STEP: the same packet twice, with STEP 0.
 *	xflood -c FLOWS SRC
 *		Count the lines of `xip conntrack show` on standard input that
 *		are of the flows above; print how many were there once, how
 *		many more than once, and how many lines were others.
 *
 * -t sends SYNs of TCP, -i echo requests of ICMP instead of datagrams; a port
 * is an identification then. Whoever receives needs neither
 * socket nor module here: these are AF_PACKET's frames.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ETH_P_XIP	0x88b5
#define FIRST_PORT	1024
#define PORTS		60000
#define TRIES		10
#define THREADS		8

struct frame {
	uint8_t to[6], from[6];
	uint16_t type;
	uint8_t version, tos;
	uint16_t len, id, off;
	uint8_t ttl, proto;
	uint16_t check;
	uint32_t src, dst;
	union {
		struct {
			uint16_t sport, dport;
		};
		struct {
			uint8_t type, code;
			uint16_t check;
		} icmp;
	};
	union {
		struct {
			uint16_t len, check;
			char data[8];
		} udp;
		struct {
			uint32_t seq, ack;
			uint16_t flags, window, check, urgent;
		} tcp;
		struct {
			uint16_t id, seq;
			char data[8];
		} echo;
	};
} __attribute__((packed));

static struct frame base;
static struct sockaddr_ll device;
static unsigned int threads = 1, step, pause_us;
static uint64_t flows = UINT32_MAX;
static int both;
static pthread_barrier_t together;
static uint64_t sent;

static void die(const char *what)
{
	fprintf(stderr, "xflood: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void usage(void)
{
	fprintf(stderr, "xflood [OPTION...] DEV MAC SRC DST PORT\n"
			"xflood -c FLOWS SRC\n");
	exit(1);
}

static uint32_t sum(uint32_t from, const void *data, size_t len)
{
	const uint8_t *byte = data;

	for (; len > 1; byte += 2, len -= 2)
		from += byte[0] << 8 | byte[1];
	return from;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return htons(~value);
}

static size_t frame_bytes(void)
{
	return 14 + ntohs(base.len);
}

/* The frame of a flow, as that thread sends it. */
static void fill(struct frame *f, uint64_t flow, unsigned int thread)
{
	size_t len = ntohs(base.len) - 20;
	uint16_t port = htons(FIRST_PORT + flow % PORTS);
	uint32_t pseudo = f->proto + len;

	f->src = htonl(ntohl(base.src) + flow / PORTS + thread * step);
	f->id = htons(flow);
	f->check = 0;
	f->check = fold(sum(0, &f->version, 20));
	if (f->proto == IPPROTO_ICMP) {
		f->echo.id = port;
		f->icmp.check = 0;
		f->icmp.check = fold(sum(0, &f->icmp, len));
		return;
	}
	f->sport = port;
	pseudo = sum(pseudo, &f->src, 8);
	if (f->proto == IPPROTO_TCP) {
		f->tcp.check = 0;
		f->tcp.check = fold(sum(pseudo, &f->sport, len));
	} else {
		f->udp.check = 0;
		f->udp.check = fold(sum(pseudo, &f->sport, len));
		if (!f->udp.check)
			f->udp.check = 0xffff;
	}
}

static void emit(int fd, const struct frame *f)
{
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (sendto(fd, f, frame_bytes(), 0, (void *)&device,
			   sizeof(device)) >= 0) {
			__atomic_add_fetch(&sent, 1, __ATOMIC_RELAXED);
			return;
		}
		/* the device is away or full, for a while */
		usleep(1000);
	}
}

static void stay_on_cpu(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* with fewer CPUs than threads, they share */
	sched_setaffinity(0, sizeof(set), &set);
}

static void *run(void *arg)
{
	unsigned int me = (uintptr_t)arg;
	uint64_t i, skip = both ? 1 : threads;
	struct frame f = base;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		die("socket");
	stay_on_cpu(me);
	for (i = both ? 0 : me; i < flows; i += skip) {
		fill(&f, i, me);
		if (both)
			pthread_barrier_wait(&together);
		emit(fd, &f);
		if (pause_us)
			usleep(pause_us);
	}
	close(fd);
	return NULL;
}

static void parse_frame(char **arg, int proto)
{
	unsigned int m[6], i;

	device.sll_family = AF_PACKET;
	device.sll_ifindex = if_nametoindex(arg[0]);
	if (!device.sll_ifindex)
		die(arg[0]);
	if (sscanf(arg[1], "%x:%x:%x:%x:%x:%x", m, m + 1, m + 2, m + 3, m + 4,
		   m + 5) != 6)
		usage();
	for (i = 0; i < 6; i++)
		base.to[i] = m[i];
	base.from[0] = 2;
	base.type = htons(ETH_P_XIP);
	base.version = 0xe5;
	base.ttl = 64;
	base.proto = proto;
	base.len = htons(20 + (proto == IPPROTO_TCP ? 20 : 16));
	if (inet_pton(AF_INET, arg[2], &base.src) != 1 ||
	    inet_pton(AF_INET, arg[3], &base.dst) != 1)
		usage();
	if (proto == IPPROTO_ICMP) {
		base.icmp.type = 8;
		return;
	}
	base.dport = htons(atoi(arg[4]));
	if (proto == IPPROTO_TCP) {
		base.tcp.flags = htons(0x5002);
		base.tcp.window = htons(8192);
	} else {
		base.udp.len = htons(16);
		memcpy(base.udp.data, "xflood..", 8);
	}
}

static int flood(void)
{
	pthread_t thread[THREADS];
	uintptr_t i;

	pthread_barrier_init(&together, NULL, threads);
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, run, (void *)i))
			die("pthread_create");
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("%llu\n", (unsigned long long)sent);
	return 0;
}

/* The flow that a line is of, or UINT64_MAX. */
static uint64_t flow_of(const char *line, uint32_t first)
{
	const char *src = strstr(line, "src="), *sport = strstr(line, "sport=");
	unsigned int a, b, c, d, port;

	if (!src || !sport ||
	    sscanf(src, "src=%u.%u.%u.%u", &a, &b, &c, &d) != 4 ||
	    sscanf(sport, "sport=%u", &port) != 1 || port < FIRST_PORT ||
	    port >= FIRST_PORT + PORTS)
		return UINT64_MAX;
	return (uint64_t)((a << 24 | b << 16 | c << 8 | d) - first) * PORTS +
	       port - FIRST_PORT;
}

static int count(const char *src)
{
	uint8_t *seen = calloc(flows, 1);
	uint64_t flow, once = 0, more = 0, others = 0;
	char *line = NULL;
	uint32_t first;
	size_t room = 0;

	if (!seen || inet_pton(AF_INET, src, &first) != 1)
		usage();
	while (getline(&line, &room, stdin) > 0) {
		flow = flow_of(line, ntohl(first));
		if (flow >= flows)
			others++;
		else if (seen[flow] < 2)
			seen[flow]++;
	}
	for (flow = 0; flow < flows; flow++) {
		once += seen[flow] == 1;
		more += seen[flow] > 1;
	}
	printf("%llu %llu %llu\n", (unsigned long long)once,
	       (unsigned long long)more, (unsigned long long)others);
	return 0;
}

static void stop(int number)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)
			 __atomic_load_n(&sent, __ATOMIC_RELAXED));

	_exit(write(1, text, n) != n);
}

int main(int argc, char **argv)
{
	int opt, proto = IPPROTO_UDP, counting = 0;

	while ((opt = getopt(argc, argv, "j:n:p:s:btic:")) != -1) {
		switch (opt) {
		case 'j':
			threads = atoi(optarg);
			break;
		case 'c':
		case 'n':
			counting |= opt == 'c';
			flows = strtoull(optarg, NULL, 0);
			break;
		case 'p':
			pause_us = atoi(optarg);
			break;
		case 's':
			step = atoi(optarg);
			break;
		case 'b':
			both = 1;
			break;
		case 't':
			proto = IPPROTO_TCP;
			break;
		case 'i':
			proto = IPPROTO_ICMP;
			break;
		default:
			usage();
		}
	}
	if (counting)
		return argc - optind == 1 ? count(argv[optind]) : (usage(), 1);
	if (argc - optind != 5 || threads < 1 || threads > THREADS)
		usage();
	signal(SIGTERM, stop);
	parse_frame(argv + optind, proto);
	return flood();
}
