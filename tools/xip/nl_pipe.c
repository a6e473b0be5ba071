// SPDX-License-Identifier: GPL-2.0
/*
 * Changes sent many at a time.
 *
 * In: changes of a batch that goes on after a failure, each under the tag of
 * its command. Out: one datagram for up to PIPE_MSGS of them; the kernel takes
 * them in order, and each refusal finds its command by sequence number.
 */
#include <string.h>

#include "nl.h"
#include "nl_priv.h"
#include "xip.h"

#define PIPE_MSGS	64	/* their acknowledgments fit a default rcvbuf */

static struct {
	void (*failed)(unsigned int tag);
	unsigned int tag, tags[PIPE_MSGS];
	__u32 first_seq;
	unsigned int n;
	enum nl_bus bus;
	size_t len;
	char buf[NL_REQ_MAX] __aligned(8);
} pipeline;

/**
 * nl_pipeline - from now on send changes many at a time
 * @failed: hears of a refusal, after its message; NULL ends the mode
 */
void nl_pipeline(void (*failed)(unsigned int tag))
{
	pipeline.failed = failed;
}

/**
 * nl_tag - name the command that the next changes belong to
 * @tag: handed to the pipeline's callback
 */
void nl_tag(unsigned int tag)
{
	pipeline.tag = tag;
}

/**
 * nl_enqueue - put a change into the pipeline
 * @nlh: the request
 * @bus: where it goes
 *
 * Return: false if there is none, so that it is to be sent right away.
 */
bool nl_enqueue(struct nlmsghdr *nlh, enum nl_bus bus)
{
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);
	__u32 seq;

	if (!pipeline.failed)
		return false;
	if (pipeline.n == PIPE_MSGS || pipeline.len + len > NL_REQ_MAX ||
	    (pipeline.n && pipeline.bus != bus))
		nl_drain();
	pipeline.bus = bus;
	seq = nl_stamp(nlh);
	if (!pipeline.n)
		pipeline.first_seq = seq;
	pipeline.tags[pipeline.n++] = pipeline.tag;
	memcpy(pipeline.buf + pipeline.len, nlh, nlh->nlmsg_len);
	memset(pipeline.buf + pipeline.len + nlh->nlmsg_len, 0,
	       len - nlh->nlmsg_len);
	pipeline.len += len;
	return true;
}

static void drain_one(const struct nlmsghdr *nlh, unsigned int n,
		      unsigned int *acked)
{
	__u32 i = nlh->nlmsg_seq - pipeline.first_seq;

	if (nlh->nlmsg_type != NLMSG_ERROR || i >= n ||
	    !nl_mine(nlh, nlh->nlmsg_seq))
		return;
	++*acked;
	if (nl_verdict(nlh, false))
		pipeline.failed(pipeline.tags[i]);
}

/**
 * nl_drain - send what a pipeline holds and hear the verdicts
 *
 * Return: XIP_OK, or XIP_REFUSED if the kernel could not be reached.
 */
int nl_drain(void)
{
	const struct nlmsghdr *nlh;
	unsigned int n = pipeline.n, acked = 0;
	size_t len = pipeline.len;
	ssize_t got;
	int left;

	pipeline.n = 0;
	pipeline.len = 0;
	if (!n)
		return XIP_OK;
	if (nl_open(pipeline.bus) || nl_send(pipeline.buf, len))
		goto lost;
	while (acked < n) {
		got = nl_recv(&nlh);
		if (got < 0)
			goto lost;
		for (left = got; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			drain_one(nlh, n, &acked);
	}
	return XIP_OK;
lost:
	/* what the kernel did not acknowledge may or may not be done */
	for (; acked < n; acked++)
		pipeline.failed(pipeline.tags[acked]);
	return XIP_REFUSED;
}
