/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common ground of the C tests: sockets, time, sysctls, counters, namespaces.
 *
 * A test runs in a process of its own (kselftest_harness.h), which takes a
 * network namespace of its own by xt_netns(); both are gone when it ends,
 * however it ends. xt_nl.h adds links, addresses and routes.
 */
#ifndef XT_H
#define XT_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sockios.h>
#include <linux/xinet.h>

#include "kselftest_harness.h"

/* Machines are emulated, and busy: only a hang takes that long. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120
#define XT_PATIENCE		20	/* seconds for what must happen */

#define XT_SYSCTL	"/proc/sys/net/xinet/"
#define XT_NOBODY	65534

/* --- results -------------------------------------------------------------- */

/* Say what comes now; the checks below print themselves. */
#define STEP(fmt, ...) ksft_print_msg("--- " fmt "\n", ##__VA_ARGS__)

static inline const char *xt_err(int err)
{
	return err ? strerrorname_np(err) : "success";
}

/* The call fails with the errno @err. */
#define FAILS(err, call) do {						\
	int __want = (err), __got;					\
									\
	errno = 0;							\
	__got = (long)(call) < 0 ? errno : 0;				\
	ksft_print_msg("  %s: want %s\n", #call, xt_err(__want));	\
	EXPECT_EQ(__want, __got) {					\
		TH_LOG("%s: %s, not %s", #call, xt_err(__got),		\
		       xt_err(__want));					\
	}								\
} while (0)

/* The call succeeds; whatever it returns. */
#define OK(call) FAILS(0, call)

/* The call returns @n. */
#define RETURNS(n, call) do {						\
	long __want_n = (n), __got_n;					\
									\
	errno = 0;							\
	__got_n = (call);						\
	ksft_print_msg("  %s: want %ld\n", #call, __want_n);		\
	EXPECT_EQ(__want_n, __got_n) {					\
		TH_LOG("%s: %ld (%s), not %ld", #call, __got_n,		\
		       xt_err(errno), __want_n);			\
	}								\
} while (0)

/* The condition becomes true in time; polled, never slept for. */
#define SOON(cond) do {							\
	ksft_print_msg("  soon: %s\n", #cond);				\
	EXPECT_TRUE(xt_until(cond, XT_PATIENCE)) {				\
		TH_LOG("never: %s", #cond);				\
	}								\
} while (0)

/* --- time ----------------------------------------------------------------- */

static inline int xt_slow(void)
{
	const char *slow = getenv("XINET_SLOW");
	int factor = slow ? atoi(slow) : 1;

	return factor > 0 ? factor : 1;
}

static inline long xt_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

#define xt_until(cond, seconds) ({					\
	long __end = xt_now_ms() + (seconds) * 1000L * xt_slow();	\
	bool __ok;							\
									\
	while (!(__ok = (cond)) && xt_now_ms() < __end)			\
		usleep(2000);						\
	__ok;								\
})

/* --- sockets -------------------------------------------------------------- */

static inline struct sockaddr_xin xt_sin(const char *addr, int port)
{
	struct sockaddr_xin sin = { .sxin_family = AF_XINET };

	sin.sxin_port = htons(port);
	if (inet_pton(AF_INET, addr, &sin.sxin_addr) != 1)
		abort();
	return sin;
}

static inline int xt_udp(void)
{
	return socket(AF_XINET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static inline int xt_bind(int fd, const char *addr, int port)
{
	struct sockaddr_xin sin = xt_sin(addr, port);

	return bind(fd, (struct sockaddr *)&sin, sizeof(sin));
}

static inline int xt_connect(int fd, const char *addr, int port)
{
	struct sockaddr_xin sin = xt_sin(addr, port);

	return connect(fd, (struct sockaddr *)&sin, sizeof(sin));
}

static inline int xt_disconnect(int fd)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	return connect(fd, &sa, sizeof(sa));
}

static inline ssize_t xt_sendto(int fd, const void *data, size_t len,
				const char *addr, int port)
{
	struct sockaddr_xin sin = xt_sin(addr, port);

	return sendto(fd, data, len, 0, (struct sockaddr *)&sin, sizeof(sin));
}

/* A bound socket, or -1. */
static inline int xt_bound(const char *addr, int port)
{
	int fd = xt_udp();

	if (fd >= 0 && xt_bind(fd, addr, port)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* "ADDR:PORT" of a socket, or the name of the error. */
static inline const char *xt_name(int fd, bool peer)
{
	static char buf[2][64];
	static int turn;
	struct sockaddr_xin sin;
	socklen_t len = sizeof(sin);
	char *to = buf[turn ^= 1];
	int err;

	memset(&sin, 0xff, sizeof(sin));
	err = peer ? getpeername(fd, (struct sockaddr *)&sin, &len) :
		     getsockname(fd, (struct sockaddr *)&sin, &len);
	if (err)
		return xt_err(errno);
	if (len != sizeof(sin) || sin.sxin_family != AF_XINET)
		return "malformed";
	snprintf(to, sizeof(buf[0]), "%s:%d", inet_ntoa(sin.sxin_addr),
		 ntohs(sin.sxin_port));
	return to;
}

static inline int xt_port(int fd)
{
	struct sockaddr_xin sin;
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len))
		return -1;
	return ntohs(sin.sxin_port);
}

static inline int xt_set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* An int option, or -errno. */
static inline int xt_get(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) ? -errno : value;
}

static inline int xt_bind_dev(int fd, const char *dev)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev,
			  strlen(dev) + 1);
}

/* Wait until there is something to receive (or an error). */
static inline bool xt_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, XT_PATIENCE * 1000 * xt_slow()) == 1;
}

/* Bytes of the next datagram; -1 where none comes in time. */
static inline ssize_t xt_recv(int fd, void *buf, size_t len)
{
	if (!xt_readable(fd)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return recv(fd, buf, len, MSG_DONTWAIT);
}

/* Nothing is there to receive, now that what was sent has arrived. */
static inline bool xt_silent(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

static inline int xt_poll(int fd)
{
	struct pollfd pfd = {
		.fd = fd,
		.events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI,
	};

	return poll(&pfd, 1, 0) < 0 ? -1 : pfd.revents;
}

/* Byte @i of datagram @n: no two neighbours are alike, nor two datagrams. */
static inline unsigned char xt_pattern(size_t i, unsigned int n)
{
	return i * 7 + (i >> 8) * 13 + n * 29 + 1;
}

static inline void xt_fill(void *buf, size_t len, unsigned int n)
{
	unsigned char *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = xt_pattern(i, n);
}

static inline bool xt_intact(const void *buf, size_t len, unsigned int n)
{
	const unsigned char *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != xt_pattern(i, n))
			return false;
	return true;
}

/* A control message of a received message, or NULL. */
static inline void *xt_cmsg(struct msghdr *msg, int level, int type,
			    size_t len)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == level && cmsg->cmsg_type == type)
			return cmsg->cmsg_len == CMSG_LEN(len) ?
			       CMSG_DATA(cmsg) : NULL;
	return NULL;
}

/* --- files ---------------------------------------------------------------- */

static inline int xt_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err;

	if (fd < 0)
		return -1;
	err = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	errno = err;
	return err ? -1 : 0;
}

/* The file's beginning as a string, without a last newline. */
static inline int xt_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 0, all = 0;

	if (fd < 0)
		return -1;
	while (all < (ssize_t)size - 1 &&
	       (n = read(fd, buf + all, size - 1 - all)) > 0)
		all += n;
	close(fd);
	if (n < 0)
		return -1;
	if (all && buf[all - 1] == '\n')
		all--;
	buf[all] = 0;
	return 0;
}

static inline int xt_sysctl(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), XT_SYSCTL "%s", name);
	return xt_write(path, value);
}

static inline const char *xt_sysctl_get(const char *name)
{
	static char buf[128];
	char path[128];

	snprintf(path, sizeof(path), XT_SYSCTL "%s", name);
	return xt_read(path, buf, sizeof(buf)) ? xt_err(errno) : buf;
}

/*
 * One value of /proc/net/xinet/snmp (of this thread's namespace), such as
 * ("Udp:", "InDatagrams"); -1 where there is no such column.
 */
static inline long xt_counter(const char *line, const char *column)
{
	static char names[4096], values[4096];
	char *n_save, *v_save, *n, *v;
	long result = -1;
	FILE *f = fopen("/proc/thread-self/net/xinet/snmp", "r");

	if (!f)
		return -1;
	while (fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f)) {
		n = strtok_r(names, "\n ", &n_save);
		v = strtok_r(values, "\n ", &v_save);
		if (!n || strcmp(n, line))
			continue;
		while (n && v) {
			n = strtok_r(NULL, "\n ", &n_save);
			v = strtok_r(NULL, "\n ", &v_save);
			if (n && v && !strcmp(n, column)) {
				result = atol(v);
				break;
			}
		}
	}
	fclose(f);
	return result;
}

/* --- namespaces and privileges -------------------------------------------- */

static inline int xt_up(const char *dev)
{
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	err = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	err = err ?: ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return err;
}

/* Enter a new namespace with lo up; a descriptor of it, or -1. */
static inline int xt_netns(void)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	/* its solicitations would use up what a test counts out */
	xt_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	if (xt_up("lo"))
		return -1;
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Become nobody, with no capability and only the group @gid. */
static inline int xt_drop_privileges(gid_t gid)
{
	return setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	       setresuid(XT_NOBODY, XT_NOBODY, XT_NOBODY);
}

/* Run a command of the system, quietly; its exit status. */
static inline int xt_run(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	status = system(cmd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Is xinet.ko there, or can it be had? As lib.sh: modprobe, then XINET_KO. */
static inline bool xt_module(void)
{
	const char *ko = getenv("XINET_KO");
	struct utsname un;

	if (!access("/sys/module/xinet", F_OK) ||
	    !xt_run("modprobe -q xinet 2>/dev/null"))
		return true;
	if (ko && !access(ko, R_OK))
		return !xt_run("insmod '%s'", ko);
	/* run from a checkout, built to build/selftests */
	if (uname(&un))
		return false;
	return !xt_run("insmod ../../../build/kmod-%s/xinet.ko 2>/dev/null",
		       un.release) ||
	       !xt_run("insmod ../kmod-%s/xinet.ko 2>/dev/null", un.release);
}

/* The one program that includes this has its tests, but no main(). */
int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!xt_module())
		ksft_exit_skip("xinet.ko is neither loaded nor loadable\n");
	return test_harness_run(argc, argv);
}

#endif /* XT_H */
