#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each option and keyword of "xip help" and "xip OBJECT help" is in its man
# page, and each object has one that xip(8) names.
. "$(dirname "$0")/ktap.sh"
xip=${XIP:-build/xip/xip}
man=Documentation/man

# Words of a page, without its macros and the requests before them.
page_words()
{
	sed 's/^\.\\".*//' "$1" | tr -cs 'A-Za-z0-9_-' '\n' | sort -u
}

# Options, and words of lower case in the lines that are grammar: those with
# a bracket, a bar or ":=", but no explanation behind an option.
grammar_words()
{
	sed -E 's/^Usage: +//; s/^       (xip )/\1/' |
		sed -nE '/^  -[a-zA-Z] /{s/^  (-[a-zA-Z]).*/\1/p;b}
			 /^  [a-z]+  /{s/^  ([a-z]+)  .*/\1/p;b}
			 /[][{}|]|:=|^xip /p' |
		sed -E 's/\[([a-z]+)\]/\1/g; s/="?[{].*//; s/, as their.*//' |
		tr -cs 'A-Za-z0-9_-' '\n' | grep -E '^-?[A-Za-z][a-z_-]+$|^-[A-Za-z]$' |
		grep -vE '^-?[A-Z]{2,}|^xip$|^is$|^of$' | sort -u
}

# not_there TEXT PAGE: grammar words of the help that the page lacks
not_there()
{
	local word
	grammar_words <<<"$1" | while read -r word; do
		page_words "$2" | grep -qxF -- "${word#-}" || echo "$word"
	done
}

if [ ! -x "$xip" ]; then
	echo "1..0 # SKIP no $xip"
	exit 0
fi
mapfile -t objects < <("$xip" help | sed -n '/OBJECT :=/,/OPTIONS :=/p' |
	sed 's/OBJECT :=//; s/where//; /OPTIONS/d' | tr -cs '[:lower:]' '\n' | sed '/^$/d')

plan $((2 + 2 * ${#objects[@]}))
check "the help names objects at all" \
	"$([ ${#objects[@]} -ge 9 ] || echo "${objects[*]}")"
check "xip.8 has each option" "$(not_there "$("$xip" help | tr -d '[]')" $man/xip.8)"
for object in "${objects[@]}"; do
	page=$man/xip-$object.8
	if [ ! -e "$page" ]; then
		check "$object has a page" "no $page"
		check "$object: keywords" "no $page"
		continue
	fi
	check "xip.8 names $object and its page" \
		"$(grep -qx "\.Xr xip-$object 8 ,\|\.Xr xip-$object 8" $man/xip.8 ||
		   echo "not named")"
	help=$("$xip" "$object" help)
	check "$object: each keyword and option is in its page" \
		"$(not_there "$help" "$page")"
done
finish
