// SPDX-License-Identifier: GPL-2.0
/*
 * Are xip and the module of one make?
 *
 * In: what the loaded module says of itself. Out: a warning, once a run, where
 * it is another version than this tool's: what one does not know of the other
 * would else be met as strange errors. A machine that shows no modules says
 * nothing. Called when the first netlink socket opens, after the module was
 * loaded.
 */
#include <linux/xinet_version.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "version.h"

#define MODULE	"/sys/module/xinet"

/** version_check - warn of a module of another version, once */
void version_check(void)
{
	char version[64] = "";
	static bool done;
	FILE *f;

	if (done || access(MODULE, F_OK))
		return;
	done = true;
	f = fopen(MODULE "/version", "re");
	if (f && !fgets(version, sizeof(version), f))
		version[0] = '\0';
	if (f)
		fclose(f);
	version[strcspn(version, "\n")] = '\0';
	if (strcmp(version, XINET_VERSION))
		fprintf(stderr,
			"Warning: xip is version " XINET_VERSION
			", module xinet %s: one may not know all of the other.\n",
			*version ? out_clean(version) : "tells none");
}
