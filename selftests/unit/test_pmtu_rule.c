// SPDX-License-Identifier: GPL-2.0
/* net/xinet/route/pmtu_rule.h and socket/pmtu.h: boundary rows, and all modes. */
#include <stdbool.h>
#include "shim_ip.h"
#include <netinet/in.h>
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#include "../../net/xinet/route/pmtu_rule.h"
#include "../../net/xinet/socket/pmtu.h"
#include "ktap.h"

static const u32 plateaus[][2] = {
	{ 65535, 32000 }, { 32001, 32000 }, { 32000, 17914 },
	{ 17915, 17914 }, { 17914, 8166 }, { 8167, 8166 }, { 8166, 4352 },
	{ 4353, 4352 }, { 4352, 2002 }, { 2003, 2002 }, { 2002, 1492 },
	{ 1500, 1492 }, { 1493, 1492 }, { 1492, 1006 }, { 1007, 1006 },
	{ 1006, 508 }, { 509, 508 }, { 508, 296 }, { 297, 296 }, { 296, 68 },
	{ 69, 68 }, { 0, 68 },
};

static const struct {
	u32 told, tot_len, hlen;
	bool want;
} claims[] = {
	{ 1399, 1400, 20, true }, { 1400, 1400, 20, false },
	{ 1401, 1400, 20, false }, { 0, 69, 20, true }, { 0, 68, 20, false },
	{ 68, 69, 20, true }, { 69, 69, 20, false }, { 0, 0, 20, false },
	{ 0, 27, 20, false }, { 0, 69, 60, true }, { 0, 69, 61, true },
	{ 0, 69, 62, false }, { 65534, 65535, 20, true },
	{ 65535, 65535, 20, false },
};

static const struct {
	u32 old, told, floor, want;
	bool locked;
} lower[] = {
	{ 1500, 1501, 552, 1500, false }, { 1500, 1500, 552, 1500, false },
	{ 1500, 1499, 552, 1499, false }, { 1500, 552, 552, 552, false },
	{ 1500, 551, 552, 552, true }, { 1500, 0, 552, 552, true },
	{ 552, 551, 552, 552, true }, { 500, 551, 552, 500, false },
	{ 500, 499, 552, 500, true }, { 1500, 68, 68, 68, false },
	{ 1500, 67, 68, 68, true },
};

/* by man 7 ip: uses, learns, fragments, DF if it fits, if not, if locked */
static const bool modes[][6] = {
	[IP_PMTUDISC_DONT]	= { true, true, true, false, false, false },
	[IP_PMTUDISC_WANT]	= { true, true, true, true, false, false },
	[IP_PMTUDISC_DO]	= { true, true, false, true, true, true },
	[IP_PMTUDISC_PROBE]	= { false, true, false, true, true, true },
	[IP_PMTUDISC_INTERFACE]	= { false, false, false, false, false, false },
	[IP_PMTUDISC_OMIT]	= { false, false, true, false, false, false },
};

static bool plateaus_hold(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (xpmtu_plateau(plateaus[i][0]) != plateaus[i][1])
			return false;
	for (i = 69; i < 65536; i++)
		if (xpmtu_plateau(i) >= i || xpmtu_plateau(i) < 68)
			return false;
	return true;
}

static bool claims_hold(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claims); i++)
		if (xpmtu_plausible(claims[i].told, claims[i].tot_len,
				    claims[i].hlen) != claims[i].want)
			return false;
	return true;
}

static bool lower_holds(void)
{
	unsigned int i;
	bool locked;
	u32 got;

	for (i = 0; i < ARRAY_SIZE(lower); i++) {
		got = xpmtu_lower(lower[i].old, lower[i].told, lower[i].floor,
				  &locked);
		if (got != lower[i].want || locked != lower[i].locked)
			return false;
	}
	return true;
}

static bool modes_hold(void)
{
	u8 m;

	for (m = 0; m < 6; m++)
		if (xpmtu_mode_uses(m) != modes[m][0] ||
		    xpmtu_mode_learns(m) != modes[m][1] ||
		    xpmtu_mode_fragments(m) != modes[m][2] ||
		    xpmtu_mode_df(m, true, false) != modes[m][3] ||
		    xpmtu_mode_df(m, false, false) != modes[m][4] ||
		    xpmtu_mode_df(m, true, true) != modes[m][5])
			return false;
	return true;
}

int main(void)
{
	ktap_plan(4);
	ktap_ok(plateaus_hold(), "pmtu: plateaus");
	ktap_ok(claims_hold(), "pmtu: what a message may claim");
	ktap_ok(lower_holds(), "pmtu: lower, floor, lock");
	ktap_ok(modes_hold(), "pmtu: the six modes");
	return ktap_exit();
}
