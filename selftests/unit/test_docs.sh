#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The documentation says what the code says: every drop cause is in the table
# of counters.rst with its column, and none that is not in drop.h; the files
# that the documentation names are there.
. "$(dirname "$0")/ktap.sh"
docs=Documentation/networking/xinet

# "CAUSE Column" from the X-macro list, whose entries may span lines.
causes_in_code()
{
	tr '\\\n' '  ' <include/net/xinet/drop.h |
		grep -oE '\<X\([A-Z0-9_]+,[[:space:]]*[A-Za-z0-9]+,' |
		sed -E 's/X\(([^,]+),[[:space:]]*([^,]+),/\1 \2/' | sort
}

# The same from the rows "* - Column" and "(CAUSE)" of the tables.
causes_in_docs()
{
	sed -nE '/^   \* - [A-Za-z0-9]+$/{
		s/^   \* - //
		h
		n
		s/^ +\(([A-Z0-9_]+)\)$/\1/
		T
		G
		s/\n/ /p
	}' $docs/counters.rst | sort
}

missing_files()
{
	grep -ohE '(include|net|selftests|scripts|tools|Documentation)/[a-z_/.-]+\.(c|h|sh|py|rst)\>' \
		README.md $docs/*.rst | sort -u | while read -r file; do
		[ -e "$file" ] || echo "named but not there: $file"
	done
}

# Last cells of conformance.rst: "PROGRAM: part of a check's name" or "PROGRAM".
tests_not_there()
{
	local program name file
	[ -e $docs/conformance.rst ] || return
	# a cell may be folded: join its lines first
	sed -E ':a;N;$!ba;s/\n {7}/ /g' $docs/conformance.rst |
		grep -oE '[a-z_0-9]+\.(py|c|sh)(: .*)?$' | sort -u |
		while read -r program; do
			name=${program#*: }
			file=$(find selftests -name "${program%%: *}" | head -n 1)
			[ -n "$file" ] || { echo "no test $program"; continue; }
			[ "$name" = "$program" ] ||
				tr -s '\n" ' ' ' <"$file" | grep -qF -- "$name" ||
				echo "$file has no check: $name"
		done
}

# "FILE", then "FILE MARK" for each mark, of the literalinclude directives
excerpts()
{
	sed -nE '/^\.\. literalinclude:: /{s///;h;p}
		/^   :(start-after|start-at|end-before): /{s///;H;g;s/\n.*\n/\n/;s/\n/ /p}' \
		$docs/*.rst
}

excerpts_not_there()
{
	excerpts | while read -r file mark; do
		grep -qsF -- "$mark" "$docs/$file" || echo "$file: no $mark"
	done
}

plan 6
check "drop.h has causes at all" "$([ "$(causes_in_code | wc -l)" -ge 50 ] ||
	echo "only $(causes_in_code | wc -l)")"
check "each drop cause is documented" \
	"$(comm -23 <(causes_in_code) <(causes_in_docs))"
check "each documented drop cause exists" \
	"$(comm -13 <(causes_in_code) <(causes_in_docs))"
check "each file that the documentation names exists" "$(missing_files)"
check "each test that conformance.rst names exists" "$(tests_not_there)"
check "each excerpt has its file and its marks" "$(excerpts_not_there)"
finish
