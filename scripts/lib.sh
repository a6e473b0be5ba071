# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Common ground of the scripts: where things lie, how to complain, and which
# kernels there are. Sourced, never run.
#
# The cache holds what is expensive to get and the same for every checkout:
#
#	kernel/6.1, kernel/6.12		a stock Debian kernel and its headers
#	kernel/debug			our own debug kernel
#	src/linux-source-6.12		the unpacked kernel source
#	initramfs/			one small initramfs a kernel and recipe
#
# A kernel directory looks the same for all of them:
#
#	release		the text `uname -r` prints under it
#	vmlinuz		the image to boot
#	modules		its /lib/modules/<release>, with modules.dep
#	build		what KDIR has to be to build a module for it

# shellcheck disable=SC2034 # used by those who source this file
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xinet

say()
{
	printf '  %-8s %s\n' "$1" "${*:2}" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# with_lock NAME CMD…: run CMD while no other script holds NAME, which is a word
# or the path of a directory. The lock goes with the file descriptor, so a
# killed script never leaves one behind.
with_lock()
{
	local name=$1 file fd
	shift
	case $name in
	*/*)	file=$name/.lock ;;
	*)	file=$cache/lock.$name ;;
	esac
	mkdir -p "${file%/*}"
	exec {fd}>"$file"
	flock -n "$fd" || { say WAIT "for another ${name##*/}"; flock "$fd"; }
	"$@"
	local rc=$?
	exec {fd}>&-
	return $rc
}

# kernel_dir NAME: the cached directory of kernel NAME, fetched or built when
# it is not there yet. A path to such a directory is a name as well.
kernel_dir()
{
	case $1 in
	6.1|6.12)
		"$repo/scripts/fetch-kernel" "$1" || return
		printf '%s\n' "$cache/kernel/$1" ;;
	debug)
		"$repo/scripts/debug-kernel" || return
		readlink -f "$cache/kernel/debug" ;;
	*)
		[ -e "$1/release" ] || die "no kernel '$1'"
		(cd "$1" && pwd -P) ;;
	esac
}

# object_dir KERNEL-DIR: where this checkout builds the module for it.
object_dir()
{
	printf '%s/build/kmod-%s\n' "$repo" "$(cat "$1/release")"
}
