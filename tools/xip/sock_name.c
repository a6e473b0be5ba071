// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and the names that /etc/services has for them; a raw socket's "port"
 * is its protocol. Called by `xip sock`.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "sock.h"

static char *services[65536];

/* Read once: a table may have thousands of ports. */
static void services_read(void)
{
	static bool done;
	struct servent *s;

	if (done)
		return;
	done = true;
	while ((s = getservent())) {
		char **name = &services[ntohs(s->s_port)];

		if (!strcmp(s->s_proto, "udp") && !*name)
			*name = strdup(s->s_name);
	}
	endservent();
}

/**
 * sock_port_name - a port in words
 * @kind: of which socket
 * @port: host byte order
 * @numeric: not in words
 *
 * Return: a static text, good until the next call.
 */
const char *sock_port_name(enum sock_kind kind, unsigned int port,
			   bool numeric)
{
	static char buf[16];

	if (!port)
		return "*";
	snprintf(buf, sizeof(buf), "%u", port);
	if (numeric || kind == SOCK_ICMP)
		return buf;
	if (kind == SOCK_RAWIP)
		return names_get(names_ipproto, port);
	services_read();
	return services[port & 0xffff] ? services[port & 0xffff] : buf;
}

/**
 * sock_port_parse - what a program calls a port
 * @word: a number or the name of a service, with a colon before it or without
 * @port: result, host byte order
 *
 * Return: 0 or -1.
 */
int sock_port_parse(const char *word, __u32 *port)
{
	unsigned int i;

	if (*word == ':')
		word++;
	if (!parse_u32(word, 65535, port))
		return 0;
	services_read();
	for (i = 1; *word && i < 65536; i++)
		if (services[i] && !strcmp(services[i], word)) {
			*port = i;
			return 0;
		}
	return -1;
}
