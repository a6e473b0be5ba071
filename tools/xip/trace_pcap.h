/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of traced packets, as a capture: trace_frame.c keeps them,
 * trace_pcap.c writes the file, trace_comment.c says what each has met.
 */
#ifndef XIP_TRACE_PCAP_H
#define XIP_TRACE_PCAP_H

#include <stdbool.h>
#include <stdio.h>

#include "trace.h"

struct tep_event;
struct tep_record;

/* Where a frame was seen, as the event's field has it. */
enum tr_where {
	TR_FRAME_IN,
	TR_FRAME_OUT,
	TR_FRAME_DROPPED,
};

/**
 * struct tr_frame - a packet where it arrived, left or ended
 * @when: nanoseconds of the monotonic clock
 * @id: the packet's number
 * @parent: of the datagram that it is a fragment of, or 0
 * @netns: inode of the namespace
 * @ifindex: the device's, 0: none yet
 * @dev: and its name
 * @length: bytes of the packet
 * @size: how many of them there are in @data
 * @hatype: ARPHRD_* of the device
 * @where: enum tr_where
 * @pkttype: PACKET_*
 * @halen: bytes of @lladdr
 * @lladdr: link-layer address of the sender
 * @iface: number of its interface in the file
 * @comment: what it has met; NULL: it is not in the file
 * @data: from the XIP header on
 */
struct tr_frame {
	unsigned long long when;
	unsigned long long id;
	unsigned long long parent;
	unsigned int netns;
	int ifindex;
	char dev[16];
	unsigned int length;
	unsigned int size;
	unsigned int hatype;
	unsigned int where;
	unsigned int pkttype;
	unsigned int halen;
	unsigned char lladdr[8];
	unsigned int iface;
	char *comment;
	unsigned char data[];
};

/**
 * struct tr_pcap - a capture that is to be
 * @path: of the file, NULL: none is asked for
 * @part: what it is called until it is whole, NULL: it is written to directly
 * @file: open
 * @frame: what was taken, in any order
 * @n: how many
 * @room: how many there is room for
 */
struct tr_pcap {
	const char *path;
	char *part;
	FILE *file;
	struct tr_frame **frame;
	unsigned int n;
	unsigned int room;
};

int tr_frame_take(struct tr_pcap *pcap, struct tep_event *event,
		  struct tep_record *record);
void tr_frames_sort(struct tr_pcap *pcap);
void tr_frames_free(struct tr_pcap *pcap);

int tr_comment(struct tr_pcap *pcap, const struct tr_list *list,
	       const struct tr_match *match);

int tr_pcap_open(struct tr_pcap *pcap, const char *path);
int tr_pcap_write(struct tr_pcap *pcap, const struct tr_list *list,
		  const struct tr_match *match);
void tr_pcap_close(struct tr_pcap *pcap);

#endif /* XIP_TRACE_PCAP_H */
