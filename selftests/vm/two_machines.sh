#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two machines with different kernels on one wire.
#
#	+-- 6.1 --------------+                +-- 6.12 -------------+
#	| virtio-net 10.9.0.1 ├─ unix sockets ─┤ virtio-net 10.9.0.2 |
#	+---- the client -----+                +---- the server -----+
#
# The client's checks are this program's; the server's machine must end well,
# too. two_machines.py is what runs in both.
set -u
here=$(dirname "$(readlink -f "$0")")
repo=$(readlink -f "$here/../..")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/xinet-two.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$tmp"' EXIT

# machine KERNEL ROLE LOCAL REMOTE
machine()
{
	"$repo/scripts/vm" --kernel "$1" --load --timeout 300 \
		--qemu -netdev --qemu "dgram,id=n0,local.type=unix,local.path=$tmp/$3,remote.type=unix,remote.path=$tmp/$4" \
		--qemu -device --qemu "virtio-net-pci,netdev=n0,mac=02:00:00:00:0$3:01" \
		-- "$here/two_machines.py" "$2"
}

for kernel in 6.1 6.12; do
	"$repo/scripts/kmod" $kernel >"$tmp/build" 2>&1 || {
		cat "$tmp/build"
		exit 1
	}
done
make -s -C "$repo" tools >"$tmp/build" 2>&1 || { cat "$tmp/build"; exit 1; }

machine 6.12 server 2 1 >"$tmp/server" 2>&1 &
server=$!
status=0
machine 6.1 client 1 2 2>"$tmp/client.err" || status=$?
wait $server || {
	status=1
	sed 's/^/# server: /' "$tmp/server"
}
[ $status = 0 ] || sed 's/^/# client: /' "$tmp/client.err"
exit $status
