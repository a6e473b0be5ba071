/* SPDX-License-Identifier: GPL-2.0 */
/* Trace events: trace_read.c gets them, the others tell what they mean. */
#ifndef XIP_TRACE_H
#define XIP_TRACE_H

#include <linux/types.h>
#include <stdbool.h>

#include "parse.h"

/**
 * struct tr_event - one trace event
 * @when: nanoseconds of the monotonic clock
 * @id: packet's number, 0: not known
 * @parent: of the datagram that it is a fragment of, or 0
 * @netns: inode of the namespace
 * @name: of the event without "xinet_"
 * @dev: device
 * @saddr: source, network byte order
 * @daddr: destination, network byte order
 * @sport: source port
 * @dport: destination port
 * @len: total length in bytes
 * @proto: protocol
 * @born: the packet gets its number here
 * @cause: of an error that is born: number of the packet it is about, or 0
 * @rest: what this kind of event says beside
 */
struct tr_event {
	unsigned long long when;
	unsigned long long id;
	unsigned long long parent;
	unsigned int netns;
	char name[8];
	char dev[16];
	__be32 saddr;
	__be32 daddr;
	unsigned int sport;
	unsigned int dport;
	unsigned int len;
	unsigned int proto;
	bool born;
	unsigned long long cause;
	char *rest;
};

struct tr_pcap;

/**
 * struct tr_list - events in the order in which they came
 * @ev: the events
 * @n: how many
 * @room: how many there is room for
 * @pcap: where the packets themselves go, or NULL
 */
struct tr_list {
	struct tr_event *ev;
	unsigned int n;
	unsigned int room;
	struct tr_pcap *pcap;
};

/**
 * struct tr_match - which packets are asked for
 * @src: source
 * @dst: destination
 * @proto: protocol, -1: any
 * @sport: source port, -1: any
 * @dport: destination port, -1: any
 */
struct tr_match {
	struct prefix src;
	struct prefix dst;
	int proto;
	int sport;
	int dport;
};

int tr_open(bool drops_only, bool frames);
int tr_read(struct tr_list *list);
int tr_stop(void);
unsigned long long tr_lost(void);
void tr_close(void);
void tr_sort(struct tr_list *list);
void tr_list_free(struct tr_list *list);
void tr_value(const struct tr_event *e, const char *key, char *buf,
	      unsigned int size);

bool tr_event_matches(const struct tr_event *e, const struct tr_match *match);

const char *tr_ns_name(unsigned int netns);
const char *tr_advice(const char *reason);

#endif /* XIP_TRACE_H */
