# SPDX-License-Identifier: GPL-2.0
#
# The door to everything; the work is done by scripts/. `make help` lists it.

# Which kernel `make` and `make install` are for: the running one unless told.
# KVER is its release, or 6.1, 6.12 or debug for the ones scripts/vm boots;
# KDIR is a directory with its headers.
KVER ?= $(shell uname -r)
KERNEL := $(or $(KDIR),$(KVER))

PREFIX ?= /usr/local
INSTALL ?= install
# where Debian's Wireshark looks for the plugins of all users
WIRESHARK ?= $(firstword $(wildcard /usr/lib/*/wireshark/plugins) \
	$(PREFIX)/lib/wireshark/plugins)
export INSTALL_MOD_PATH ?= $(DESTDIR)
export PREFIX DESTDIR

# The scripts take these; as make's own variables they would confuse the makes
# that the scripts start.
unexport KDIR KVER K T
MAKEOVERRIDES =

.PHONY: all help module modules-6.1 modules-6.12 modules-debug tools install \
	demo check check-debug bench lint htmldocs clean

all: module tools

help:
	@sed -n 's/^#? \?//p' $(firstword $(MAKEFILE_LIST))

#?  make              build xinet.ko for the running kernel, and the tools
#?  make install      install both, the headers and the plugin for Wireshark
#?     KVER=RELEASE   for another installed kernel, or 6.1, 6.12, debug
#?     KDIR=DIR       for the kernel whose headers are at DIR
#?     DESTDIR= PREFIX= INSTALL_MOD_PATH=    as usual
module:
	@scripts/kmod --fallback '$(KERNEL)'

modules-6.1 modules-6.12 modules-debug: modules-%:
	@scripts/kmod $*

tools:
	@scripts/deps build
	@printf '  %-8s %s\n' MAKE build/xip/xip
	@$(MAKE) -s --no-print-directory -C tools/xip O='$(CURDIR)/build/xip'

# Debian's headers hold neither a key to sign with nor the System.map that
# kbuild wants to see before it runs depmod.
install: tools
	@scripts/kmod '$(KERNEL)'
	@scripts/kmod '$(KERNEL)' INSTALL_MOD_STRIP=1 INSTALL_MOD_DIR=updates \
		CONFIG_MODULE_SIG_ALL= DEPMOD=true modules_install
	$(if $(INSTALL_MOD_PATH),,depmod "$$(basename "$$(scripts/kmod --dir \
		'$(KERNEL)')" | sed 's/^kmod-//')")
	@$(MAKE) --no-print-directory -C tools/xip O='$(CURDIR)/build/xip' install
	@cd tools/wireshark && find . -name '*.lua' | while read -r part; do \
		$(INSTALL) -v -D -m 644 "$$part" \
			"$(DESTDIR)$(WIRESHARK)/xinet/$$part" || exit; \
	done
	@cd include/uapi && find . -name '*.h' | while read -r header; do \
		$(INSTALL) -v -D -m 644 "$$header" \
			"$(DESTDIR)$(PREFIX)/include/$$header" || exit; \
	done

#?
#?  make demo         see it work: client, NAT gateway and server in a VM
demo: modules-6.12 tools
	@scripts/demo

#?  make check        the test suite, in VMs on Debian's 6.1 and 6.12 kernels
#?     T=GLOB         only the test programs of that name
#?     K=6.12         only on that kernel
check:
	@scripts/deps build vm test source
	@scripts/check $(if $(K),--kernel '$(K)') $(if $(T),'$(T)')

#?  make check-debug  the same under a kernel with KASAN, lockdep, kmemleak, ...
check-debug:
	@scripts/deps build vm test source debug
	@scripts/check --kernel debug $(if $(T),'$(T)')

#?  make bench        instruction counts beside IPv4's
bench: modules-6.12 tools
	@scripts/deps vm test
	@scripts/bench

#?  make lint         checkpatch, sparse, W=1, kernel-doc, shellcheck, luacheck,
#?                    codespell, htmldocs
lint:
	@scripts/deps build lint docs source
	@scripts/lint

#?  make htmldocs     the documentation as build/htmldocs/index.html
htmldocs:
	@scripts/htmldocs

#?  make clean        remove build/ (not the cached kernels)
clean:
	rm -rf build
