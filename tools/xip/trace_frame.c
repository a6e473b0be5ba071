// SPDX-License-Identifier: GPL-2.0
/* Frames: out of the records of the event xinet_frame, into a list. */
#include <stdlib.h>
#include <string.h>

#include <traceevent/event-parse.h>

#include "trace_pcap.h"

static unsigned long long frame_number(struct tep_event *event,
				       struct tep_record *record,
				       const char *key)
{
	unsigned long long val = 0;

	tep_get_field_val(NULL, event, key, record, &val, 0);
	return val;
}

/* A field's bytes within the record, as far as it reaches. */
static const void *frame_bytes(struct tep_event *event,
			       struct tep_record *record, const char *key,
			       unsigned int *len)
{
	struct tep_format_field *field = tep_find_field(event, key);
	unsigned int at, size;
	__u32 where;

	*len = 0;
	if (!field || field->offset + field->size > (int)record->size)
		return NULL;
	at = field->offset;
	size = field->size;
	if (field->flags & TEP_FIELD_IS_DYNAMIC) {
		memcpy(&where, (char *)record->data + at, sizeof(where));
		at = where & 0xffff;
		size = where >> 16;
	}
	if (at + size > (unsigned int)record->size)
		return NULL;
	*len = size;
	return (char *)record->data + at;
}

static void frame_copy(struct tep_event *event, struct tep_record *record,
		       const char *key, void *to, unsigned int size)
{
	unsigned int len;
	const void *from = frame_bytes(event, record, key, &len);

	memset(to, 0, size);
	if (from)
		memcpy(to, from, len < size ? len : size);
}

static void frame_fill(struct tr_frame *f, struct tep_event *event,
		       struct tep_record *record)
{
	f->when = record->ts;
	f->id = frame_number(event, record, "id");
	f->parent = frame_number(event, record, "parent");
	f->netns = frame_number(event, record, "netns");
	f->ifindex = frame_number(event, record, "ifindex");
	f->length = frame_number(event, record, "length");
	f->hatype = frame_number(event, record, "hatype");
	f->where = frame_number(event, record, "where");
	f->pkttype = frame_number(event, record, "pkttype");
	f->halen = frame_number(event, record, "halen");
	if (f->halen > sizeof(f->lladdr))
		f->halen = sizeof(f->lladdr);
	frame_copy(event, record, "lladdr", f->lladdr, sizeof(f->lladdr));
	frame_copy(event, record, "dev", f->dev, sizeof(f->dev) - 1);
}

static bool frame_room(struct tr_pcap *pcap)
{
	unsigned int room = pcap->room ? 2 * pcap->room : 256;
	struct tr_frame **frame;

	if (pcap->n < pcap->room)
		return true;
	frame = realloc(pcap->frame, room * sizeof(*frame));
	if (!frame)
		return false;
	pcap->frame = frame;
	pcap->room = room;
	return true;
}

/**
 * tr_frame_take - keep a frame
 * @pcap: of which capture
 * @event: the event xinet_frame
 * @record: one of it
 *
 * Return: 0, or -1 without memory.
 */
int tr_frame_take(struct tr_pcap *pcap, struct tep_event *event,
		  struct tep_record *record)
{
	unsigned int size;
	const void *data = frame_bytes(event, record, "data", &size);
	struct tr_frame *f;

	if (!data)
		return 0;
	if (!frame_room(pcap))
		return -1;
	f = calloc(1, sizeof(*f) + size);
	if (!f)
		return -1;
	frame_fill(f, event, record);
	f->size = size;
	memcpy(f->data, data, size);
	pcap->frame[pcap->n++] = f;
	return 0;
}

static int frame_earlier(const void *a, const void *b)
{
	const struct tr_frame *x = *(struct tr_frame *const *)a;
	const struct tr_frame *y = *(struct tr_frame *const *)b;

	return x->when < y->when ? -1 : x->when > y->when;
}

/**
 * tr_frames_sort - put frames in the order of their time
 * @pcap: the capture
 */
void tr_frames_sort(struct tr_pcap *pcap)
{
	if (pcap->n)
		qsort(pcap->frame, pcap->n, sizeof(*pcap->frame),
		      frame_earlier);
}

/**
 * tr_frames_free - give the frames' memory back
 * @pcap: the capture, without frames afterwards
 */
void tr_frames_free(struct tr_pcap *pcap)
{
	while (pcap->n) {
		struct tr_frame *f = pcap->frame[--pcap->n];

		free(f->comment);
		free(f);
	}
	free(pcap->frame);
	pcap->frame = NULL;
	pcap->room = 0;
}
