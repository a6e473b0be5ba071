// SPDX-License-Identifier: GPL-2.0
/* net/xinet/route/devconf_rule.h: every combination of both values. */
#include <stdbool.h>
#include "shim_ip.h"
#include "../../net/xinet/route/devconf_rule.h"
#include "ktap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define UNSET	(-1)

/* the namespace's value, the device's, of a router; what holds */
struct row {
	int all, dev, router, want;
};

static const struct row forwarding[] = {
	{ 0, UNSET, 0, 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 1 },
	{ 1, UNSET, 0, 1 }, { 1, 0, 0, 0 }, { 1, 1, 0, 1 },
};

static const struct row rp_filter[] = {
	{ 0, UNSET, 0, 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 0, 2, 0, 2 },
	{ 1, UNSET, 0, 1 }, { 1, 0, 0, 1 }, { 1, 1, 0, 1 }, { 1, 2, 0, 2 },
	{ 2, UNSET, 0, 2 }, { 2, 0, 0, 2 }, { 2, 1, 0, 2 }, { 2, 2, 0, 2 },
	{ 0, 2, 1, 2 }, { 2, 0, 1, 2 },
};

static const struct row accept_redirects[] = {
	{ 0, UNSET, 0, 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 1 },
	{ 1, UNSET, 0, 1 }, { 1, 0, 0, 1 }, { 1, 1, 0, 1 },
	{ 0, UNSET, 1, 0 }, { 0, 0, 1, 0 }, { 0, 1, 1, 0 },
	{ 1, UNSET, 1, 1 }, { 1, 0, 1, 0 }, { 1, 1, 1, 1 },
};

static const struct row send_redirects[] = {
	{ 0, UNSET, 0, 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 1 },
	{ 1, UNSET, 0, 1 }, { 1, 0, 0, 1 }, { 1, 1, 0, 1 },
	{ 0, 1, 1, 1 }, { 1, 0, 1, 1 },
};

static const struct {
	const char *name;
	enum xconf_key key;
	const struct row *rows;
	int n;
} tables[] = {
	{ "forwarding", XCONF_FORWARDING, forwarding, ARRAY_SIZE(forwarding) },
	{ "rp_filter", XCONF_RP_FILTER, rp_filter, ARRAY_SIZE(rp_filter) },
	{ "accept_redirects", XCONF_ACCEPT_REDIRECTS, accept_redirects,
	  ARRAY_SIZE(accept_redirects) },
	{ "send_redirects", XCONF_SEND_REDIRECTS, send_redirects,
	  ARRAY_SIZE(send_redirects) },
};

int main(void)
{
	int t, i, n = 0;

	for (t = 0; t < (int)ARRAY_SIZE(tables); t++)
		n += tables[t].n;
	ktap_plan(n);
	for (t = 0; t < (int)ARRAY_SIZE(tables); t++) {
		for (i = 0; i < tables[t].n; i++) {
			const struct row *r = &tables[t].rows[i];

			ktap_ok(xconf_rule(tables[t].key, r->all, r->dev + 1,
					   r->router) == r->want,
				"xconf_rule: %s %d, %d of the device%s: %d",
				tables[t].name, r->all, r->dev,
				r->router ? ", a router" : "", r->want);
		}
	}
	return ktap_exit();
}
