// SPDX-License-Identifier: GPL-2.0
/*
 * A capture of traced packets: pcapng, as draft-ietf-opsawg-pcapng has it.
 *
 * In: frames, with comments. Out: a file with an interface for each device of
 * each namespace, "NETNS:DEV"; frames have the header LINKTYPE_LINUX_SLL2, real
 * time and direction. The file appears under its name when it is whole.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/xinet.h>

#include "out.h"
#include "trace_pcap.h"
#include "xip.h"

enum {
	BLOCK_SECTION	= 0x0a0d0d0a,
	BLOCK_INTERFACE	= 1,
	BLOCK_PACKET	= 6,
};

enum {
	OPT_END		= 0,
	OPT_COMMENT	= 1,
	SHB_OS		= 3,
	SHB_USERAPPL	= 4,
	IF_NAME		= 2,
	IF_DESCRIPTION	= 3,
	IF_TSRESOL	= 9,
	EPB_FLAGS	= 2,
};

#define LINKTYPE_LINUX_SLL2	276

/**
 * struct sll2 - what stands before a packet; numbers in network byte order
 * @protocol: EtherType
 * @reserved: 0
 * @ifindex: the device's
 * @hatype: ARPHRD_*
 * @pkttype: PACKET_*
 * @halen: bytes of @lladdr
 * @lladdr: the sender's
 */
struct sll2 {
	__be16 protocol;
	__be16 reserved;
	__be32 ifindex;
	__be16 hatype;
	__u8 pkttype;
	__u8 halen;
	__u8 lladdr[8];
};

/**
 * struct block - one that is being made
 * @data: its bytes
 * @len: how many
 */
struct block {
	unsigned char data[8192];
	size_t len;
};

static void put(struct block *b, const void *data, size_t len)
{
	size_t whole = (len + 3) & ~3UL;

	/* room for the end of options and the length */
	if (whole > sizeof(b->data) - b->len - 8)
		return;
	memset(b->data + b->len, 0, whole);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += whole;
}

static void put_u32(struct block *b, __u32 val)
{
	put(b, &val, sizeof(val));
}

static void put_option(struct block *b, __u16 code, const void *data,
		       size_t len)
{
	const __u16 head[] = { code, len };

	put(b, head, sizeof(head));
	put(b, data, len);
}

static void put_text(struct block *b, __u16 code, const char *text)
{
	put_option(b, code, text, strlen(text));
}

static void block_begin(struct block *b, __u32 type)
{
	b->len = 0;
	put_u32(b, type);
	put_u32(b, 0);
}

static void block_end(struct block *b, FILE *file)
{
	__u32 len;

	put_option(b, OPT_END, NULL, 0);
	len = b->len + sizeof(len);
	put_u32(b, len);
	memcpy(b->data + 4, &len, sizeof(len));
	fwrite(b->data, len, 1, file);
}

static void write_section(struct block *b, FILE *file)
{
	static const __u16 version[] = { 1, 0 };
	static const __u32 unknown[] = { 0xffffffff, 0xffffffff };
	struct utsname name;
	char os[sizeof(name.sysname) + sizeof(name.release) + 1];

	block_begin(b, BLOCK_SECTION);
	put_u32(b, 0x1a2b3c4d);
	put(b, version, sizeof(version));
	put(b, unknown, sizeof(unknown));
	if (!uname(&name)) {
		snprintf(os, sizeof(os), "%s %s", name.sysname, name.release);
		put_text(b, SHB_OS, os);
	}
	put_text(b, SHB_USERAPPL, "xip trace");
	block_end(b, file);
}

static void write_interface(struct block *b, const struct tr_frame *f,
			    FILE *file)
{
	const __u16 link[] = { LINKTYPE_LINUX_SLL2, 0 };
	const __u8 nanoseconds = 9;
	char text[128];

	block_begin(b, BLOCK_INTERFACE);
	put(b, link, sizeof(link));
	put_u32(b, 0);
	snprintf(text, sizeof(text), "%s:%s", tr_ns_name(f->netns),
		 f->dev[0] ? f->dev : "-");
	put_text(b, IF_NAME, text);
	snprintf(text, sizeof(text), "namespace %u, interface index %d",
		 f->netns, f->ifindex);
	put_text(b, IF_DESCRIPTION, text);
	put_option(b, IF_TSRESOL, &nanoseconds, 1);
	block_end(b, file);
}

/* Bits 0 and 1: in or out; from bit 2 on how it was received. */
static __u32 frame_flags(const struct tr_frame *f)
{
	static const __u8 received[] = {
		[PACKET_HOST] = 1, [PACKET_MULTICAST] = 2,
		[PACKET_BROADCAST] = 3, [PACKET_OTHERHOST] = 4,
	};

	if (f->where == TR_FRAME_OUT)
		return 2;
	if (f->where != TR_FRAME_IN)
		return 0;
	return 1 | (f->pkttype < sizeof(received) ?
		    received[f->pkttype] << 2 : 0);
}

static void write_frame(struct block *b, const struct tr_frame *f,
			unsigned long long real, FILE *file)
{
	struct sll2 head = {
		.protocol = htons(ETH_P_XIP),
		.ifindex = htonl(f->ifindex),
		.hatype = htons(f->hatype),
		.pkttype = PACKET_OUTGOING,
		.halen = f->halen,
	};
	unsigned long long when = f->when + real;
	unsigned char packet[sizeof(head) + 4096];
	unsigned int size = f->size;
	__u32 flags = frame_flags(f);

	if (f->where == TR_FRAME_IN)
		head.pkttype = f->pkttype <= PACKET_OTHERHOST ? f->pkttype :
								PACKET_HOST;
	memcpy(head.lladdr, f->lladdr, sizeof(head.lladdr));
	if (size > sizeof(packet) - sizeof(head))
		size = sizeof(packet) - sizeof(head);
	memcpy(packet, &head, sizeof(head));
	memcpy(packet + sizeof(head), f->data, size);
	block_begin(b, BLOCK_PACKET);
	put_u32(b, f->iface);
	put_u32(b, when >> 32);
	put_u32(b, when);
	put_u32(b, sizeof(head) + size);
	put_u32(b, sizeof(head) + f->length);
	put(b, packet, sizeof(head) + size);
	put_text(b, OPT_COMMENT, f->comment);
	put_option(b, EPB_FLAGS, &flags, sizeof(flags));
	block_end(b, file);
}

/* The device's number in the file: that of an earlier frame, or a new one. */
static bool frame_iface(const struct tr_pcap *pcap, unsigned int at,
			unsigned int *count)
{
	struct tr_frame *f = pcap->frame[at];

	while (at--) {
		const struct tr_frame *g = pcap->frame[at];

		if (g->comment && g->netns == f->netns &&
		    g->ifindex == f->ifindex && !strcmp(g->dev, f->dev)) {
			f->iface = g->iface;
			return false;
		}
	}
	f->iface = (*count)++;
	return true;
}

/* What the monotonic clock lacks to the time of day, in nanoseconds. */
static unsigned long long real_time(void)
{
	struct timespec real, mono;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	return (real.tv_sec - mono.tv_sec) * 1000000000ULL + real.tv_nsec -
	       mono.tv_nsec;
}

static int pcap_failed(const struct tr_pcap *pcap)
{
	fprintf(stderr, "Error: cannot write \"%s\": %s\n",
		out_clean(pcap->path), strerror(errno));
	return XIP_REFUSED;
}

/* A file of its own beside it, with the mode that open(2) would give. */
static int pcap_part(struct tr_pcap *pcap)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	if (asprintf(&pcap->part, "%s.XXXXXX", pcap->path) < 0) {
		pcap->part = NULL;
		return -1;
	}
	fd = mkstemp(pcap->part);
	if (fd < 0) {
		free(pcap->part);
		pcap->part = NULL;
		return -1;
	}
	fchmod(fd, 0666 & ~mask);
	return fd;
}

/**
 * tr_pcap_open - make sure that there can be a capture
 * @pcap: the capture
 * @path: of the file; a pipe or a device is written to directly
 *
 * Return: exit status.
 */
int tr_pcap_open(struct tr_pcap *pcap, const char *path)
{
	struct stat st;
	int fd = -1;

	pcap->path = path;
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (!stat(path, &st) && !S_ISREG(st.st_mode))
		pcap->file = fopen(path, "we");
	else
		fd = pcap_part(pcap);
	if (fd >= 0)
		pcap->file = fdopen(fd, "w");
	return pcap->file ? XIP_OK : pcap_failed(pcap);
}

/**
 * tr_pcap_write - write the capture
 * @pcap: the capture
 * @list: the events
 * @match: which packets are asked for
 *
 * Without any there is a header at least.
 *
 * Return: exit status.
 */
int tr_pcap_write(struct tr_pcap *pcap, const struct tr_list *list,
		  const struct tr_match *match)
{
	unsigned long long real = real_time();
	unsigned int i, count = 0;
	struct block b;
	bool failed;

	tr_frames_sort(pcap);
	if (tr_comment(pcap, list, match))
		return pcap_failed(pcap);
	write_section(&b, pcap->file);
	for (i = 0; i < pcap->n; i++) {
		if (!pcap->frame[i]->comment)
			continue;
		if (frame_iface(pcap, i, &count))
			write_interface(&b, pcap->frame[i], pcap->file);
		write_frame(&b, pcap->frame[i], real, pcap->file);
	}
	failed = ferror(pcap->file);
	failed |= fclose(pcap->file);
	pcap->file = NULL;
	if (!failed && pcap->part)
		failed = rename(pcap->part, pcap->path);
	if (failed)
		return pcap_failed(pcap);
	free(pcap->part);
	pcap->part = NULL;
	return XIP_OK;
}

/**
 * tr_pcap_close - leave nothing behind but a capture that is whole
 * @pcap: the capture, may never have been opened
 */
void tr_pcap_close(struct tr_pcap *pcap)
{
	if (pcap->file)
		fclose(pcap->file);
	if (pcap->part)
		unlink(pcap->part);
	free(pcap->part);
	tr_frames_free(pcap);
	memset(pcap, 0, sizeof(*pcap));
}
