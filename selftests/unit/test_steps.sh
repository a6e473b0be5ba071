#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where xip trace says that a step stands: every stage and every kind of event
# has a row in tools/xip/trace_steps.c, each row's file has its function, and the
# paragraph that it names is there. And each cause of a drop has its advice.
. "$(dirname "$0")/ktap.sh"
steps=tools/xip/trace_steps.c

# The functions of XTRACE_STAGES.
stages()
{
	sed -n '/^#define XTRACE_STAGES/,/[^\\]$/p' include/net/xinet/trace.h |
		grep -oE 'X\([A-Z0-9_]+,[[:space:]]*[a-z0-9_]+' | sed 's/.*[[:space:]]//'
}

# "KIND FUNCTION FILE DOC#ANCHOR" of each row.
rows()
{
	sed -n '/^static const struct tr_place/,/^};/p' $steps | tr '\n' ' ' |
		grep -oE '(STAGE|HOOK|STEP)\([^)]*\)' | tr -d '\t"),' |
		sed -E 's/STEP\(TR_([A-Z]+) +[A-Za-z]+/\1/; s/(STAGE|HOOK)\(/\1 /'
}

stages_without_row()
{
	comm -23 <(stages | sort) <(rows | awk '$1 == "STAGE" { print $2 }' | sort)
}

# What no row of its own fits needs one that fits all of its kind.
kinds_without_row()
{
	local kind
	for kind in HOOK ROUTE NEIGH CT NAT FRAG QUEUE DROP; do
		tr -d '\n\t ' <$steps | grep -qF "STEP(TR_$kind,NULL," ||
			echo "no row for all of $kind"
	done
}

functions_not_there()
{
	local function source
	rows | while read -r _ function source _; do
		grep -qE "^[a-z].*[ *]$function\(|^$function\(" \
			"net/xinet/$source" ||
			echo "net/xinet/$source has no $function"
	done
}

anchors_not_there()
{
	local doc anchor
	doc=$(grep -oE 'Documentation/[a-z/]+\.rst' $steps)
	rows | while read -r _ _ _ anchor; do
		grep -qE "^\.\. _${anchor#DOC(}:$" "$doc" ||
			echo "$doc has no ${anchor#DOC(}"
	done
}

causes_without_advice()
{
	comm -3 <(tr '\\\n' '  ' <include/net/xinet/drop.h |
			grep -oE '\<X\([A-Z0-9_]+,[[:space:]]*[A-Za-z0-9]+,' |
			sed -E 's/.*[[:space:]]([A-Za-z0-9]+),/\1/' | sort) \
		<(sed -nE 's/^	\{ "([A-Za-z0-9]+)",$/\1/p' \
			tools/xip/trace_advice.c | sort)
}

plan 6
check "there are stages and rows at all" \
	"$([ "$(stages | wc -l)" -ge 14 ] && [ "$(rows | wc -l)" -ge 30 ] ||
		echo "only $(stages | wc -l) and $(rows | wc -l)")"
check "each stage has a row" "$(stages_without_row)"
check "each kind of event has a row" "$(kinds_without_row)"
check "each row's file has its function" "$(functions_not_there)"
check "each row's paragraph is there" "$(anchors_not_there)"
check "each cause of a drop has its advice, and no other" \
	"$(causes_without_advice)"
finish
