// SPDX-License-Identifier: GPL-2.0
/*
 * Devices by name and by index, in the namespace that was entered.
 *
 * A name is looked up anew each time, since a batch may be read for hours
 * while devices come and go; an index keeps its name for one command, since a
 * dump names the same few devices over and over.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dev.h"

#define CACHE	64	/* slots, by index modulo */

static struct {
	unsigned int ifindex;
	char name[IFNAMSIZ];
} cache[CACHE];

/* Any socket serves the device ioctls; it is kept for the run. */
static int dev_ioctl(unsigned long cmd, struct ifreq *ifr)
{
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -1 : ioctl(fd, cmd, ifr);
}

/**
 * dev_index - index of a device
 * @name: its name, shorter than IFNAMSIZ
 *
 * Return: the index, or 0 if there is no such device.
 */
unsigned int dev_index(const char *name)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	if (dev_ioctl(SIOCGIFINDEX, &ifr))
		return 0;
	return ifr.ifr_ifindex;
}

/**
 * dev_name - name of a device
 * @ifindex: its index
 *
 * Return: the name, or "if" and the number if there is no such device; good
 * until dev_forget() or the next call.
 */
const char *dev_name(unsigned int ifindex)
{
	unsigned int slot = ifindex % CACHE;
	struct ifreq ifr;

	if (ifindex && cache[slot].ifindex == ifindex)
		return cache[slot].name;
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_ifindex = ifindex;
	cache[slot].ifindex = ifindex;
	if (dev_ioctl(SIOCGIFNAME, &ifr))
		snprintf(cache[slot].name, IFNAMSIZ, "if%u", ifindex);
	else
		memcpy(cache[slot].name, ifr.ifr_name, IFNAMSIZ);
	return cache[slot].name;
}

/**
 * dev_is_down - is a device there, but not up?
 * @ifindex: its index
 */
bool dev_is_down(unsigned int ifindex)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, dev_name(ifindex), IFNAMSIZ);
	return !dev_ioctl(SIOCGIFFLAGS, &ifr) && !(ifr.ifr_flags & IFF_UP);
}

/**
 * dev_mtu - the MTU of a device
 * @ifindex: its index
 *
 * Return: bytes, 0 if there is no such device.
 */
unsigned int dev_mtu(unsigned int ifindex)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, dev_name(ifindex), IFNAMSIZ);
	return dev_ioctl(SIOCGIFMTU, &ifr) ? 0 : ifr.ifr_mtu;
}

/** dev_forget - names may have changed: a new command begins */
void dev_forget(void)
{
	memset(cache, 0, sizeof(cache));
}
