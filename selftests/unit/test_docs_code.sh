#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The documentation knows all of the code: the source map has each file, the
# API pages each exported symbol and each file with kernel-doc, locking.rst each
# lock. And what pages name is in the code.
#
# shellcheck disable=SC2016 # backquotes are those of the pages
. "$(dirname "$0")/ktap.sh"
docs=Documentation/networking/xinet

code_files()
{
	find net include -type f | grep -vE '\.(o|ko|mod|cmd|mod\.c)$' | sort
}

# First cells of the map's rows, but for directories.
map_files()
{
	sed -nE 's/^   ``([^`]*[^/`])`` \| .*/\1/p' $docs/sourcemap.rst | sort
}

# Directories of the map that are not there.
map_directories()
{
	sed -nE 's/^   ``([^`]*\/)`` \| .*/\1/p' $docs/sourcemap.rst |
		while read -r dir; do
			[ -d "$dir" ] || echo "named but not there: $dir"
		done
}

# Files whose kernel-doc a page pulls in.
pulled_files()
{
	sed -nE 's/^\.\. kernel-doc:: //p' $docs/*.rst | sort -u
}

documented_files()
{
	code_files | grep '\.[ch]$' | xargs grep -lxF '/**' | sort
}

# FILE SYMBOL of each export.
exports()
{
	grep -rE '^EXPORT_SYMBOL' net --include='*.c' |
		sed -E 's/:EXPORT_SYMBOL[A-Z_]*\(([^,)]*).*/ \1/'
}

# Exports that api.rst neither names nor pulls in, with a word in the code.
exports_not_told()
{
	local file symbol
	exports | while read -r file symbol; do
		if grep -qE "^\.\. c:var:: .*\<$symbol\>" $docs/api.rst; then
			continue
		fi
		grep -A1 -xF ".. kernel-doc:: $file" $docs/api.rst |
			grep -q ':export:' || echo "$symbol: $file is not in api.rst"
		grep -qE "^ \* $symbol(\(\))? - " "$file" ||
			echo "$symbol: no kernel-doc in $file"
	done
}

# Names of all locks: defined, initialised or declared in a structure.
locks()
{
	code_files | grep '\.[ch]$' | xargs cat | sed -nE '
		s/.*\<DEFINE_(SPINLOCK|RAW_SPINLOCK|MUTEX|RWLOCK|SEQLOCK)\((\w+).*/\2/p
		s/^\s*(static )?(raw_)?(spinlock|rwlock|seqlock)_t (\w+)(\[.*)?;.*/\4/p
		s/^\s*struct mutex (\w+);.*/\1/p
		s/^\s*seqcount(_\w+)?_t (\w+);.*/\2/p
		s/^\s*struct u64_stats_sync (\w+);.*/\1/p' | sort -u
}

# Works, timers, static keys: they run or change beside everybody else.
others()
{
	code_files | grep '\.[ch]$' | xargs cat | sed -nE '
		s/.*\<(DECLARE|DEFINE)_(DELAYED_WORK|WORK|TIMER|STATIC_KEY_FALSE|STATIC_KEY_TRUE)\((\w+).*/\3/p
		s/^\s*struct (delayed_work|work_struct|rcu_work|timer_list|hrtimer) (\w+);.*/\2/p
		s/^(static |extern )?struct static_key_(false|true) (\w+)\b.*/\3/p' |
		sort -u
}

# not_in PAGE: names from stdin that no word of the page is.
not_in()
{
	local words name
	words=$(tr -cs 'A-Za-z0-9_' '\n' <"$docs/$1" | sort -u)
	while read -r name; do
		grep -qxF -- "$name" <<<"$words" || echo "not in $1: $name"
	done
}

# Names in backquotes that look like one of the code's, and are none.
strange_names()
{
	local words name page
	words=$(git ls-files -co --exclude-standard -- net include tools \
		selftests scripts Documentation/examples Documentation/netlink |
		xargs cat | tr -cs 'A-Za-z0-9_' '\n' | sort -u)
	for page in README.md "$docs"/*.rst; do
		grep -oE '`[^` ][^`]*`' "$page" |
			grep -oE '\<x[a-z]*_[a-z0-9_]+' | sort -u |
			while read -r name; do
				grep -q "^$name" <<<"$words" ||
					echo "$page: nothing is called $name"
			done
	done
}

# Files in backquotes: a path from the top, or a bare name that some file has;
# xinet-compat.h is what a build makes.
strange_files()
{
	local all name
	all=$(git ls-files -co --exclude-standard)
	cat README.md $docs/*.rst | grep -oE '`[^` ]+`' | tr -d '`' |
		grep -E '^[A-Za-z0-9_./-]+\.(c|h|S|sh|py|lua|rst|json|yaml|md|[78])$' |
		grep -vE '^(/|linux/|net/(ipv4|netfilter|core)|build/|sys/|xinet-compat\.h)' |
		sort -u | while read -r name; do
			grep -qE "(^|/)${name//./\\.}\$" <<<"$all" ||
				echo "no file: $name"
		done
}

# "make TARGET" that is none.
strange_targets()
{
	grep -ohE '`+make [a-z][a-z0-9-]*' README.md $docs/*.rst | sort -u |
		sed 's/^`*make //' | while read -r target; do
			grep -qE "^($target:|\.PHONY:.*\<$target\>)" Makefile ||
				grep -qE "^	.*\<$target( |\$)" Makefile ||
				echo "no target: make $target"
		done
}

# README's links within the repository.
strange_links()
{
	grep -oE '\]\([^)#:]+\)' README.md | sed 's/^](//; s/)$//' |
		while read -r file; do
			[ -e "$file" ] || echo "README.md: no such file: $file"
		done
}

plan 13
check "the code has files, exports and locks at all" "$(
	[ "$(code_files | wc -l)" -ge 200 ] || echo "files: $(code_files | wc -l)"
	[ "$(exports | wc -l)" -ge 10 ] || echo "exports: $(exports)"
	[ "$(locks | wc -l)" -ge 8 ] || echo "locks: $(locks)")"
check "each file is in the source map" "$(comm -23 <(code_files) <(map_files))"
check "each file of the source map exists" \
	"$(comm -13 <(code_files) <(map_files))"
check "each directory of the source map exists" "$(map_directories)"
check "no file is in the source map twice" "$(map_files | uniq -d)"
check "each file with kernel-doc is on an API page" \
	"$(comm -23 <(documented_files) <(pulled_files))"
check "each exported symbol is in api.rst" "$(exports_not_told)"
check "each lock is in locking.rst" "$(locks | not_in locking.rst)"
check "each work, timer and static key is in locking.rst" \
	"$(others | not_in locking.rst)"
check "functions and the like that pages name exist" "$(strange_names)"
check "files that pages name exist" "$(strange_files)"
check "targets of make that pages name exist" "$(strange_targets)"
check "files that README.md links to exist" "$(strange_links)"
finish
