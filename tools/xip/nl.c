// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to rtnetlink, generic netlink and sock_diag, and their answers.
 *
 * In: a request built by nl_req.c. Out: messages to a callback, or what the
 * kernel said of a refusal on stderr. One socket of each kind serves the whole
 * run, opened in the network namespace that was entered before. Called by the
 * objects.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl.h"
#include "nl_priv.h"
#include "out.h"
#include "version.h"
#include "xip.h"

#define RECV_SIZE	65536	/* no dump message of the kernel is larger */
#define DUMP_TRIES	8	/* before an inconsistent dump is shown as such */

static struct mnl_socket *socks[__NL_BUSES];
static struct mnl_socket *sock;	/* the one in use */
static __u32 last_seq;
static long bad_offset;
static char recv_buf[RECV_SIZE] __aligned(8);

static int nl_trouble(const char *what)
{
	fprintf(stderr, "Error: netlink: %s: %s\n", what, strerror(errno));
	return XIP_REFUSED;
}

/*
 * A request for a family that nobody registered is answered by the handlers
 * of all others. Opening a socket of it loads the module, or says no.
 */
static int family_present(void)
{
	int fd = socket(XIP_FAMILY, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		close(fd);
	} else if (errno == EAFNOSUPPORT) {
		fprintf(stderr,
			"Error: the kernel has no AF_XINET: module xinet is not loaded.\n");
		return XIP_REFUSED;
	}
	return XIP_OK;
}

/**
 * nl_use - from now on the functions below use this socket
 * @bus: which; it is open, or nl_open() comes next
 */
void nl_use(enum nl_bus bus)
{
	sock = socks[bus];
}

/**
 * nl_open - have a socket, if there is none yet, and use it
 * @bus: which
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int nl_open(enum nl_bus bus)
{
	static const int protocols[] = {
		[NL_ROUTE] = NETLINK_ROUTE,
		[NL_GENERIC] = NETLINK_GENERIC,
		[NL_DIAG] = NETLINK_SOCK_DIAG,
	};
	int on = 1;

	nl_use(bus);
	if (sock)
		return XIP_OK;
	if (family_present())
		return XIP_REFUSED;
	version_check();
	sock = mnl_socket_open2(protocols[bus], SOCK_CLOEXEC);
	if (!sock)
		return nl_trouble("socket");
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return nl_trouble("bind");
	socks[bus] = sock;
	/* without one of these answers get longer or shorter, not wrong */
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return XIP_OK;
}

/**
 * nl_fd - the descriptor of a socket
 * @bus: which; it is open
 */
int nl_fd(enum nl_bus bus)
{
	return mnl_socket_get_fd(socks[bus]);
}

/**
 * nl_stamp - number a request and ask for its acknowledgment
 * @nlh: the request
 *
 * Return: its sequence number.
 */
__u32 nl_stamp(struct nlmsghdr *nlh)
{
	nlh->nlmsg_seq = ++last_seq;
	nlh->nlmsg_flags |= NLM_F_ACK;
	return last_seq;
}

/**
 * nl_send - send a datagram of requests
 * @buf: one message or several
 * @len: length in bytes
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int nl_send(const void *buf, size_t len)
{
	ssize_t n;

	do
		n = mnl_socket_sendto(sock, buf, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? nl_trouble("send") : XIP_OK;
}

/**
 * nl_recv - receive a datagram of answers
 * @first: its first message, good until the next call
 *
 * Return: length in bytes, or negative with a message.
 */
ssize_t nl_recv(const struct nlmsghdr **first)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(sock, recv_buf, sizeof(recv_buf));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		nl_trouble("receive");
	*first = (const struct nlmsghdr *)recv_buf;
	return n;
}

/**
 * nl_mine - is a message the answer to a request?
 * @nlh: the message
 * @seq: the request's sequence number
 *
 * Answers to an earlier request that was given up may still be queued.
 */
bool nl_mine(const struct nlmsghdr *nlh, __u32 seq)
{
	return nlh->nlmsg_seq == seq &&
	       nlh->nlmsg_pid == mnl_socket_get_portid(sock);
}

/* The text of an acknowledgment or of the end of a dump, or NULL. */
static const char *ext_ack_text(const struct nlmsghdr *nlh)
{
	const char *text = NULL;
	size_t skip = sizeof(int);
	const struct nlattr *attr;

	bad_offset = -1;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

		skip = sizeof(*err);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += mnl_nlmsg_get_payload_len(&err->msg);
	}
	if (mnl_nlmsg_get_payload_len(nlh) < skip)
		return NULL;
	mnl_attr_for_each(attr, nlh, skip) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			text = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
			bad_offset = nl_u32(attr, -1);
	}
	return text;
}

/**
 * nl_bad_offset - where in the request was what the kernel refused?
 *
 * Return: bytes from its header, after a refusal that was printed; -1 if the
 * kernel did not say.
 */
long nl_bad_offset(void)
{
	return bad_offset;
}

/**
 * nl_verdict - print what the kernel thinks of a request
 * @nlh: NLMSG_ERROR or NLMSG_DONE message
 * @quiet: print nothing
 *
 * A text that comes with success is a warning.
 *
 * Return: the kernel's error, 0 or negative.
 */
int nl_verdict(const struct nlmsghdr *nlh, bool quiet)
{
	const char *text;
	size_t min = nlh->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) :
						      sizeof(int);
	size_t len;
	int error = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= min)
		error = *(const int *)mnl_nlmsg_get_payload(nlh);
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		error = -EBADMSG;
	if (quiet)
		return error;
	text = ext_ack_text(nlh);
	if (text) {
		len = strlen(text);
		fprintf(stderr, "%s: %s%s\n", error ? "Error" : "Warning",
			out_clean(text),
			len && text[len - 1] == '.' ? "" : ".");
	} else if (error) {
		fprintf(stderr, "%s answers: %s\n",
			sock == socks[NL_ROUTE] ? "RTNETLINK" : "NETLINK",
			strerror(-error));
	}
	return error;
}

/**
 * struct dump - an answer as it arrived
 * @buf: messages, one after another
 * @len: bytes in use
 * @size: bytes allocated
 * @intr: the kernel saw changes while it dumped
 */
struct dump {
	char *buf;
	size_t len, size;
	bool intr;
};

static int dump_add(struct dump *d, const struct nlmsghdr *nlh)
{
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);

	if (d->len + len > d->size) {
		size_t size = 2 * d->size + len + RECV_SIZE;
		char *buf = realloc(d->buf, size);

		if (!buf)
			return nl_trouble("dump");
		d->buf = buf;
		d->size = size;
	}
	memcpy(d->buf + d->len, nlh, nlh->nlmsg_len);
	d->len += len;
	return XIP_OK;
}

static int dump_walk(const struct dump *d, nl_cb cb, void *data)
{
	const struct nlmsghdr *nlh;
	int ret = XIP_OK;
	size_t at;

	for (at = 0; at < d->len && !ret; at += NLMSG_ALIGN(nlh->nlmsg_len)) {
		nlh = (const struct nlmsghdr *)(d->buf + at);
		ret = cb(nlh, data);
	}
	return ret;
}

/* Send one request and read to its acknowledgment; 0 or negative errno. */
static int exchange(struct nl_req *req, struct dump *d, bool quiet)
{
	const struct nlmsghdr *nlh;
	ssize_t n;
	int left;

	if (nl_drain() || nl_open(req->bus))
		return -EIO;
	nl_stamp(req->nlh);
	if (nl_send(req->nlh, req->nlh->nlmsg_len))
		return -EIO;
	for (;;) {
		n = nl_recv(&nlh);
		if (n < 0)
			return -EIO;
		for (left = n; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (!nl_mine(nlh, last_seq))
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return nl_verdict(nlh, quiet);
			if (d && dump_add(d, nlh))
				return -ENOMEM;
		}
	}
}

static int too_large(void)
{
	fprintf(stderr, "Error: the request is too large.\n");
	return XIP_USAGE;
}

/**
 * nl_change - ask for a change
 * @req: the request
 *
 * In a pipeline it may be sent later: a refusal then reaches the pipeline's
 * callback instead of the return value.
 *
 * Return: XIP_OK, XIP_USAGE or XIP_REFUSED, the latter two with a message.
 */
int nl_change(struct nl_req *req)
{
	if (req->full)
		return too_large();
	if (nl_enqueue(req->nlh, req->bus))
		return XIP_OK;
	return exchange(req, NULL, false) ? XIP_REFUSED : XIP_OK;
}

/**
 * nl_change_now - ask for a change and wait for the verdict, pipeline or not
 * @req: the request
 *
 * Return: XIP_OK, XIP_USAGE or XIP_REFUSED, the latter two with a message.
 */
int nl_change_now(struct nl_req *req)
{
	if (req->full)
		return too_large();
	return exchange(req, NULL, false) ? XIP_REFUSED : XIP_OK;
}

/**
 * nl_change_errno - ask for a change, saying nothing of a refusal
 * @req: the request
 *
 * Return: 0 or a negative errno.
 */
int nl_change_errno(struct nl_req *req)
{
	return exchange(req, NULL, true);
}

/**
 * nl_delete - delete one of many, which may be gone in the meantime
 * @req: the request
 * @gone: the negative errno that says so
 *
 * Return: XIP_OK, or XIP_REFUSED with a message.
 */
int nl_delete(struct nl_req *req, int gone)
{
	int err = nl_change_errno(req);

	if (!err || err == gone)
		return XIP_OK;
	fprintf(stderr, "RTNETLINK answers: %s\n", strerror(-err));
	return XIP_REFUSED;
}

static int get(struct nl_req *req, nl_cb cb, void *data, bool quiet)
{
	struct dump d = { };
	int ret;

	if (req->full)
		return too_large();
	ret = exchange(req, &d, quiet) ? XIP_REFUSED : XIP_OK;
	if (!ret)
		ret = dump_walk(&d, cb, data);
	free(d.buf);
	return ret;
}

/**
 * nl_get - ask for one thing
 * @req: the request
 * @cb: takes the answer, once it is known to be whole
 * @data: passed to @cb
 *
 * Return: XIP_OK, XIP_USAGE or XIP_REFUSED, the latter two with a message.
 */
int nl_get(struct nl_req *req, nl_cb cb, void *data)
{
	return get(req, cb, data, false);
}

/**
 * nl_get_quiet - the same, where a refusal is an answer too
 * @req: the request
 * @cb: takes the answer, once it is known to be whole
 * @data: passed to @cb
 *
 * Return: XIP_OK, XIP_USAGE or XIP_REFUSED.
 */
int nl_get_quiet(struct nl_req *req, nl_cb cb, void *data)
{
	return get(req, cb, data, true);
}

/* One attempt: all messages of a dump to @cb, who may not make requests. */
static int dump_each(struct nl_req *req, nl_cb cb, void *data, bool *intr)
{
	const struct nlmsghdr *nlh;
	ssize_t n;
	int left, ret;

	req->nlh->nlmsg_seq = ++last_seq;
	req->nlh->nlmsg_flags |= NLM_F_DUMP;
	if (nl_send(req->nlh, req->nlh->nlmsg_len))
		return XIP_REFUSED;
	for (;;) {
		n = nl_recv(&nlh);
		if (n < 0)
			return XIP_REFUSED;
		for (left = n; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (!nl_mine(nlh, last_seq))
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				*intr = true;
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR)
				return nl_verdict(nlh, false) ? XIP_REFUSED :
								 XIP_OK;
			ret = cb(nlh, data);
			if (ret)
				return ret;
		}
	}
}

static int dump_keep(const struct nlmsghdr *nlh, void *data)
{
	return dump_add(data, nlh) ? XIP_REFUSED : XIP_OK;
}

/* One attempt: all messages of a dump into @d. */
static int dump_once(struct nl_req *req, struct dump *d)
{
	d->len = 0;
	d->intr = false;
	return dump_each(req, dump_keep, d, &d->intr);
}

/**
 * nl_stream - ask for all of something that may be very much
 * @req: the request
 * @cb: takes each message as it comes, and makes no request itself
 * @data: passed to @cb
 *
 * Return: XIP_OK, XIP_REFUSED with a message, or what @cb returned.
 */
int nl_stream(struct nl_req *req, nl_cb cb, void *data)
{
	bool intr = false;
	int ret;

	nl_drain();
	ret = nl_open(req->bus);
	return ret ?: dump_each(req, cb, data, &intr);
}

/**
 * nl_dump - ask for all of something
 * @req: the request
 * @cb: takes each message; a result other than XIP_OK ends the walk
 * @data: passed to @cb
 *
 * The dump is read whole before the first message is handed on: an
 * inconsistent one is asked for again, a refused one prints nothing, and @cb
 * may itself make requests.
 *
 * Return: XIP_OK, XIP_REFUSED with a message, or what @cb returned.
 */
int nl_dump(struct nl_req *req, nl_cb cb, void *data)
{
	struct dump d = { };
	unsigned int tries = 0;
	int ret;

	nl_drain();
	ret = nl_open(req->bus);
	if (ret)
		return ret;
	do
		ret = dump_once(req, &d);
	while (!ret && d.intr && ++tries < DUMP_TRIES);
	if (!ret && d.intr)
		fprintf(stderr,
			"Warning: changes never paused, the list may be inconsistent.\n");
	if (!ret)
		ret = dump_walk(&d, cb, data);
	free(d.buf);
	return ret;
}
