// SPDX-License-Identifier: GPL-2.0
/* Unit tests of how ICMP errors are shown, without a kernel. KTAP on stdout. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "icmp_text.h"
#include "util.h"

static const struct {
	struct icmp_error e;
	const char *text, *mark;
} rows[] = {
	{ { 3, 0, 0 }, "Destination Net Unreachable", "!N" },
	{ { 3, 1, 0 }, "Destination Host Unreachable", "!H" },
	{ { 3, 2, 0 }, "Destination Protocol Unreachable", "!P" },
	{ { 3, 3, 0 }, "Destination Port Unreachable", "" },
	{ { 3, 4, 1280 }, "Frag needed and DF set (mtu = 1280)", "!F-1280" },
	{ { 3, 4, 0 }, "Frag needed and DF set (mtu = 0)", "!F-0" },
	{ { 3, 5, 0 }, "Source Route Failed", "!S" },
	{ { 3, 6, 0 }, "Destination Net Unknown", "!<6>" },
	{ { 3, 7, 0 }, "Destination Host Unknown", "!<7>" },
	{ { 3, 8, 0 }, "Source Host Isolated", "!<8>" },
	{ { 3, 9, 0 }, "Destination Net Prohibited", "!X" },
	{ { 3, 10, 0 }, "Destination Host Prohibited", "!X" },
	{ { 3, 11, 0 }, "Destination Net Unreachable for Type of Service",
	  "!<11>" },
	{ { 3, 12, 0 }, "Destination Host Unreachable for Type of Service",
	  "!<12>" },
	{ { 3, 13, 0 }, "Packet filtered", "!X" },
	{ { 3, 14, 0 }, "Precedence Violation", "!V" },
	{ { 3, 15, 0 }, "Precedence Cutoff", "!C" },
	{ { 3, 16, 0 }, "Dest Unreachable, Bad Code: 16", "!<16>" },
	{ { 3, 255, 0 }, "Dest Unreachable, Bad Code: 255", "!<255>" },
	{ { 4, 0, 0 }, "Source Quench", "!<4-0>" },
	{ { 5, 0, 0x0a090003 }, "Redirect Network(New nexthop: 10.9.0.3)",
	  "!<5-0>" },
	{ { 5, 1, 0x0a090003 }, "Redirect Host(New nexthop: 10.9.0.3)",
	  "!<5-1>" },
	{ { 5, 2, 0 },
	  "Redirect Type of Service and Network(New nexthop: 0.0.0.0)",
	  "!<5-2>" },
	{ { 5, 3, ~0U },
	  "Redirect Type of Service and Host(New nexthop: 255.255.255.255)",
	  "!<5-3>" },
	{ { 5, 255, ~0U },
	  "Redirect, Bad Code: 255(New nexthop: 255.255.255.255)",
	  "!<5-255>" },
	{ { 11, 0, 0 }, "Time to live exceeded", "" },
	{ { 11, 1, 0 }, "Frag reassembly time exceeded", "!<11-1>" },
	{ { 11, 2, 0 }, "Time exceeded, Bad Code: 2", "!<11-2>" },
	{ { 12, 0, 20 }, "Parameter problem: pointer = 20", "!<12-0>" },
	{ { 12, 1, ~0U }, "Parameter problem: pointer = 4294967295",
	  "!<12-1>" },
	{ { 0, 0, 0 }, "Bad ICMP type: 0", "!<0-0>" },
	{ { 255, 255, 0 }, "Bad ICMP type: 255", "!<255-255>" },
};

int main(void)
{
	unsigned int failures = 0;
	size_t i;

	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(rows));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[ICMP_TEXT_MAX], mark[ICMP_TEXT_MAX];
		bool ok;

		icmp_text(&rows[i].e, text, sizeof(text));
		icmp_mark(&rows[i].e, mark, sizeof(mark));
		ok = !strcmp(text, rows[i].text) && !strcmp(mark, rows[i].mark);
		failures += !ok;
		printf("%s %zu type %u code %u: \"%s\" \"%s\"\n",
		       ok ? "ok" : "not ok", i + 1, rows[i].e.type,
		       rows[i].e.code, text, mark);
	}
	return failures ? 1 : 0;
}
