// SPDX-License-Identifier: GPL-2.0
/*
 * Records to struct tr_event.
 *
 * In: records of the system "xinet". Out: a list that grows. Where each field
 * lies is asked once for each kind of event. The text of what stands behind the
 * fields that all have is made once for each content: libtraceevent interprets
 * the kernel's format anew each time, and most packets of a flow say the same.
 */
#include <stdlib.h>
#include <string.h>

#include <traceevent/event-parse.h>
#include <traceevent/trace-seq.h>

#include "trace_pcap.h"
#include "trace_ring.h"
#include "util.h"

#define TEXT_BUCKETS	4096
#define TEXT_MAX	32768	/* then all are forgotten */
#define KEY_MAX		512
#define PARTS_MAX	24

enum {
	F_ID, F_PARENT, F_NETNS, F_DEV, F_SADDR, F_DADDR, F_SPORT, F_DPORT,
	F_LEN, F_PROTO, F_BORN, F_CAUSE, F_COUNT,
};

static const char * const field_name[] = {
	[F_ID] = "id", [F_PARENT] = "parent", [F_NETNS] = "netns",
	[F_DEV] = "dev", [F_SADDR] = "saddr", [F_DADDR] = "daddr",
	[F_SPORT] = "sport", [F_DPORT] = "dport", [F_LEN] = "len",
	[F_PROTO] = "proto", [F_BORN] = "born",
	[F_CAUSE] = "cause",
};

/**
 * struct kind - an event's fields
 * @event: the event, NULL: not looked at yet
 * @field: those that all have; NULL where it has none
 * @part: what stands behind them
 * @parts: how many
 * @next: another kind
 */
struct kind {
	struct tep_event *event;
	struct tep_format_field *field[F_COUNT];
	struct tep_format_field *part[PARTS_MAX];
	unsigned int parts;
	struct kind *next;
};

/**
 * struct text - what a content says
 * @next: of its hash chain
 * @len: bytes of the key
 * @words: text, behind the key
 * @key: number of the event and its fields
 */
struct text {
	struct text *next;
	unsigned int len;
	const char *words;
	unsigned char key[];
};

static struct kind *kinds;
static struct text *texts[TEXT_BUCKETS];
static unsigned int n_texts;

static struct kind *kind_new(struct tep_event *event)
{
	struct kind *kind = calloc(1, sizeof(*kind));
	struct tep_format_field *f;
	bool behind = false;
	unsigned int i;

	if (!kind)
		return NULL;
	kind->event = event;
	for (i = 0; i < F_COUNT; i++)
		kind->field[i] = tep_find_field(event, field_name[i]);
	for (f = event->format.fields; f; f = f->next) {
		if (behind && kind->parts < PARTS_MAX)
			kind->part[kind->parts++] = f;
		behind |= !strcmp(f->name, "ttl");
	}
	kind->next = kinds;
	kinds = kind;
	return kind;
}

static const struct kind *kind_of(struct tep_handle *tep,
				  struct tep_record *record)
{
	struct tep_event *event = tep_find_event_by_record(tep, record);
	struct kind *kind;

	if (!event)
		return NULL;
	for (kind = kinds; kind; kind = kind->next)
		if (kind->event == event)
			return kind;
	return kind_new(event);
}

/* A field of a fixed size, or as much of it as there is room for. */
static void copy(const struct tep_format_field *f,
		 const struct tep_record *record, void *to, unsigned int size)
{
	if (!f || f->offset + f->size > (int)record->size)
		return;
	if ((unsigned int)f->size < size)
		size = f->size;
	memcpy(to, (char *)record->data + f->offset, size);
}

static unsigned long long number(const struct tep_format_field *f,
				 const struct tep_record *record)
{
	unsigned long long val = 0;

	if (f && f->offset + f->size <= (int)record->size)
		tep_read_number_field((struct tep_format_field *)f,
				      record->data, &val);
	return val;
}

static unsigned int key_make(const struct kind *kind,
			     const struct tep_record *record,
			     unsigned char *key)
{
	unsigned int i, len = sizeof(kind->event->id);

	memcpy(key, &kind->event->id, len);
	for (i = 0; i < kind->parts; i++) {
		unsigned int size = kind->part[i]->size;

		if (len + size > KEY_MAX)
			return 0;
		memset(key + len, 0, size);
		copy(kind->part[i], record, key + len, size);
		len += size;
	}
	return len;
}

static struct text **text_bucket(const unsigned char *key, unsigned int len)
{
	unsigned int i, hash = 2166136261U;

	for (i = 0; i < len; i++)
		hash = (hash ^ key[i]) * 16777619U;
	return &texts[(hash ^ hash >> 16) % TEXT_BUCKETS];
}

static void texts_forget(void)
{
	struct text *t;
	unsigned int i;

	for (i = 0; i < TEXT_BUCKETS; i++) {
		while ((t = texts[i])) {
			texts[i] = t->next;
			free(t);
		}
	}
	n_texts = 0;
}

/* What the kernel's format makes of it, behind the fields that all have. */
static char *text_make(const struct kind *kind, struct tep_record *record)
{
	struct trace_seq seq;
	char *words, *from;

	trace_seq_init(&seq);
	tep_print_event(kind->event->tep, &seq, record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&seq);
	from = seq.buffer ? strstr(seq.buffer, " ttl=") : NULL;
	from = from ? strchr(from + 1, ' ') : NULL;
	words = strdup(from ? from + 1 : "");
	trace_seq_destroy(&seq);
	return words;
}

static void text_keep(const unsigned char *key, unsigned int len,
		      const char *words)
{
	struct text *t = malloc(sizeof(*t) + len + strlen(words) + 1);
	struct text **at;

	if (!t)
		return;
	if (n_texts++ >= TEXT_MAX)
		texts_forget();
	at = text_bucket(key, len);
	t->len = len;
	memcpy(t->key, key, len);
	memcpy(t->key + len, words, strlen(words) + 1);
	t->words = (char *)t->key + len;
	t->next = *at;
	*at = t;
}

static char *text_of(const struct kind *kind, struct tep_record *record)
{
	unsigned char key[KEY_MAX];
	unsigned int len = key_make(kind, record, key);
	const struct text *t = len ? *text_bucket(key, len) : NULL;
	char *words;

	for (; t; t = t->next)
		if (t->len == len && !memcmp(t->key, key, len))
			return strdup(t->words);
	words = text_make(kind, record);
	if (words && len)
		text_keep(key, len, words);
	return words;
}

static struct tr_event *list_add(struct tr_list *list)
{
	unsigned int room = list->room ? 2 * list->room : 1024;
	struct tr_event *e;

	if (list->n == list->room) {
		e = realloc(list->ev, room * sizeof(*e));
		if (!e)
			return NULL;
		list->ev = e;
		list->room = room;
	}
	e = &list->ev[list->n];
	memset(e, 0, sizeof(*e));
	return e;
}

static void fill(struct tr_event *e, const struct kind *kind,
		 const struct tep_record *record)
{
	struct tep_format_field * const *f = kind->field;

	e->when = record->ts;
	snprintf(e->name, sizeof(e->name), "%s", kind->event->name + 6);
	e->id = number(f[F_ID], record);
	e->parent = number(f[F_PARENT], record);
	e->netns = number(f[F_NETNS], record);
	e->sport = number(f[F_SPORT], record);
	e->dport = number(f[F_DPORT], record);
	e->len = number(f[F_LEN], record);
	e->proto = number(f[F_PROTO], record);
	e->born = number(f[F_BORN], record);
	e->cause = number(f[F_CAUSE], record);
	copy(f[F_SADDR], record, &e->saddr, sizeof(e->saddr));
	copy(f[F_DADDR], record, &e->daddr, sizeof(e->daddr));
	copy(f[F_DEV], record, e->dev, sizeof(e->dev) - 1);
}

/**
 * tr_decode - make an event of a record
 * @tep: who knows the formats
 * @record: any record of the buffer
 * @list: grows, if it is one of ours; frames go to its capture
 *
 * Return: 0, or -1 without memory.
 */
int tr_decode(struct tep_handle *tep, struct tep_record *record,
	      struct tr_list *list)
{
	const struct kind *kind = kind_of(tep, record);
	struct tr_event *e;

	if (!kind || strncmp(kind->event->name, "xinet_", 6))
		return 0;
	if (!strcmp(kind->event->name, "xinet_frame"))
		return list->pcap ?
		       tr_frame_take(list->pcap, kind->event, record) : 0;
	e = list_add(list);
	if (!e)
		return -1;
	fill(e, kind, record);
	e->rest = text_of(kind, record);
	if (!e->rest)
		return -1;
	list->n++;
	return 0;
}

/** tr_decode_end - forget the formats, which go with their handle */
void tr_decode_end(void)
{
	struct kind *kind;

	while ((kind = kinds)) {
		kinds = kind->next;
		free(kind);
	}
	texts_forget();
}
