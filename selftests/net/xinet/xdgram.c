// SPDX-License-Identifier: GPL-2.0
/*
 * The datagram tool of the shell tests.
 *
 *	xdgram listen [-c COUNT] [-w SECONDS] [-i DEV] [-e] ADDR PORT
 *		print "ready" once bound, then a line a datagram:
 *		FROM-ADDR FROM-PORT LENGTH TTL TOS TEXT (unprintable bytes as
 *		dots, cut at 64). -e sends each back. Ends after COUNT with 0,
 *		or after SECONDS (60, stretched by XINET_SLOW) with 1.
 *	xdgram send [-s ADDR[:PORT]] [-i DEV] [-b] [-C] [-n COUNT] [-l LENGTH]
 *			[-T TTL] [-O TOS] [-w SECONDS] ADDR PORT [TEXT]
 *		send TEXT, or LENGTH bytes of a pattern, COUNT times. -C
 *		connects first, -b sets SO_BROADCAST, -w then waits for one
 *		datagram and prints it as above. A call that fails is named on
 *		stderr with its error's name, as in "send: EMSGSIZE"; exit 2.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/xinet.h>

static char buf[65536];

static void fail(const char *call)
{
	fprintf(stderr, "%s: %s\n", call, strerrorname_np(errno));
	exit(2);
}

static void usage(void)
{
	fprintf(stderr, "xdgram {listen|send} [OPTION...] ADDR PORT [TEXT]\n");
	exit(1);
}

static struct sockaddr_xin address(const char *text, const char *port)
{
	struct sockaddr_xin sin = { .sxin_family = AF_XINET };

	sin.sxin_port = htons(port ? atoi(port) : 0);
	if (inet_pton(AF_INET, text, &sin.sxin_addr) != 1)
		usage();
	return sin;
}

static int timeout_ms(double seconds)
{
	const char *slow = getenv("XINET_SLOW");

	return seconds * 1000 * (slow && atoi(slow) > 0 ? atoi(slow) : 1);
}

static void set_int(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		fail("setsockopt");
}

static void print_datagram(const struct msghdr *msg, ssize_t len)
{
	const struct sockaddr_xin *from = msg->msg_name;
	struct cmsghdr *cmsg;
	int ttl = -1, tos = -1;
	ssize_t i;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR((struct msghdr *)msg, cmsg)) {
		if (cmsg->cmsg_type == IP_TTL)
			ttl = *(int *)CMSG_DATA(cmsg);
		else if (cmsg->cmsg_type == IP_TOS)
			tos = *(unsigned char *)CMSG_DATA(cmsg);
	}
	printf("%s %d %zd %d %d ", inet_ntoa(from->sxin_addr),
	       ntohs(from->sxin_port), len, ttl, tos);
	for (i = 0; i < len && i < 64; i++)
		putchar(buf[i] > ' ' && buf[i] < 127 ? buf[i] : '.');
	putchar('\n');
	fflush(stdout);
}

/* One datagram, printed; false where none came in time. */
static int receive(int fd, int wait_ms, int echo)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char control[256];
	struct sockaddr_xin from;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len;

	if (poll(&pfd, 1, wait_ms) != 1)
		return 0;
	len = recvmsg(fd, &msg, 0);
	if (len < 0)
		fail("recv");
	print_datagram(&msg, len);
	if (echo && sendto(fd, buf, len, 0, (struct sockaddr *)&from,
			   sizeof(from)) != len)
		fail("send");
	return 1;
}

/**
 * struct options - the command line
 * @source: address to bind, NULL for none
 * @port: and port, NULL for any
 * @dev: device to bind to, NULL for none
 * @seconds: to wait; < 0 where not given
 * @len: bytes to send, < 0 for those of the text
 * @count: datagrams to receive or send
 * @ttl: IP_TTL, 0 for the default
 * @tos: IP_TOS, < 0 for the default
 * @echo: send back what comes
 * @broadcast: set SO_BROADCAST
 * @connect: before sending
 */
struct options {
	const char *source;
	const char *port;
	const char *dev;
	double seconds;
	ssize_t len;
	int count;
	int ttl;
	int tos;
	int echo;
	int broadcast;
	int connect;
};

static void parse_source(struct options *o, char *arg)
{
	char *colon = strchr(arg, ':');

	o->source = arg;
	if (colon) {
		*colon = 0;
		o->port = colon + 1;
	}
}

/* Options that take no argument. */
static int parse_flag(struct options *o, int opt)
{
	switch (opt) {
	case 'e':
		return o->echo = 1;
	case 'b':
		return o->broadcast = 1;
	case 'C':
		return o->connect = 1;
	default:
		return 0;
	}
}

static void parse(struct options *o, int argc, char **argv, const char *which)
{
	int opt;

	while ((opt = getopt(argc, argv, which)) != -1) {
		if (parse_flag(o, opt))
			continue;
		switch (opt) {
		case 'c':
		case 'n':
			o->count = atoi(optarg);
			break;
		case 'i':
			o->dev = optarg;
			break;
		case 'l':
			o->len = atoi(optarg);
			break;
		case 's':
			parse_source(o, optarg);
			break;
		case 'T':
			o->ttl = atoi(optarg);
			break;
		case 'O':
			o->tos = atoi(optarg);
			break;
		case 'w':
			o->seconds = atof(optarg);
			break;
		default:
			usage();
		}
	}
}

static int make_socket(const struct options *o)
{
	int fd = socket(AF_XINET, SOCK_DGRAM, 0);

	if (fd < 0)
		fail("socket");
	if (o->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->dev,
				 strlen(o->dev) + 1))
		fail("SO_BINDTODEVICE");
	set_int(fd, SOL_IP, IP_RECVTTL, 1);
	set_int(fd, SOL_IP, IP_RECVTOS, 1);
	if (o->broadcast)
		set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
	if (o->ttl)
		set_int(fd, SOL_IP, IP_TTL, o->ttl);
	if (o->tos >= 0)
		set_int(fd, SOL_IP, IP_TOS, o->tos);
	return fd;
}

static int do_listen(int argc, char **argv)
{
	struct options o = { .seconds = 60, .count = 1, .tos = -1 };
	struct sockaddr_xin sin;
	int fd;

	parse(&o, argc, argv, "c:w:i:e");
	if (argc - optind != 2)
		usage();
	sin = address(argv[optind], argv[optind + 1]);
	fd = make_socket(&o);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		fail("bind");
	puts("ready");
	fflush(stdout);
	while (o.count--)
		if (!receive(fd, timeout_ms(o.seconds), o.echo))
			return 1;
	return 0;
}

static ssize_t fill_buffer(const struct options *o, const char *text)
{
	int i;

	if (o->len > (ssize_t)sizeof(buf))
		usage();
	for (i = 0; i < (int)sizeof(buf); i++)
		buf[i] = 'a' + i % 26;
	if (o->len >= 0)
		return o->len;
	return stpncpy(buf, text, sizeof(buf)) - buf;
}

static int do_send(int argc, char **argv)
{
	struct options o = { .len = -1, .seconds = -1, .count = 1, .tos = -1 };
	struct sockaddr_xin sin, from;
	ssize_t len;
	int fd;

	parse(&o, argc, argv, "s:i:bCn:l:T:O:w:");
	if (argc - optind < 2 || argc - optind > 3)
		usage();
	sin = address(argv[optind], argv[optind + 1]);
	len = fill_buffer(&o, argc - optind == 3 ? argv[optind + 2] : "xinet");
	fd = make_socket(&o);
	if (o.source) {
		from = address(o.source, o.port);
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
			fail("bind");
	}
	if (o.connect && connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		fail("connect");
	while (o.count--)
		if (sendto(fd, buf, len, 0,
			   o.connect ? NULL : (struct sockaddr *)&sin,
			   o.connect ? 0 : sizeof(sin)) != len)
			fail("send");
	if (o.seconds >= 0 && !receive(fd, timeout_ms(o.seconds), 0))
		return 1;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		usage();
	if (!strcmp(argv[1], "listen"))
		return do_listen(argc - 1, argv + 1);
	if (!strcmp(argv[1], "send"))
		return do_send(argc - 1, argv + 1);
	usage();
	return 1;
}
