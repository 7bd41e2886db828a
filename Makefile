# SPDX-License-Identifier: GPL-2.0-only
# evpn: EVPN multihoming for Linux PEs. `make help` lists the targets.

KVER  ?= $(shell uname -r)
# The running kernel's build directory; without one (a guest's host), the newest there is.
KDIR  ?= $(firstword $(wildcard /lib/modules/$(KVER)/build) \
	$(lastword $(sort $(wildcard /lib/modules/*/build))) /lib/modules/$(KVER)/build)
O     ?= $(CURDIR)/build
DESTDIR ?=
PREFIX  ?= /usr
export O DESTDIR PREFIX

all: user

help:
	@echo 'user          evpnd and evpnctl, in build/'
	@echo 'module        evpn.ko for KDIR (or KVER), in kernel/'
	@echo 'check-config  does that kernel have what the module needs?'
	@echo 'unit          the cmocka programs'
	@echo 'fuzz          the libFuzzer targets (fuzz-run: 60 s each)'
	@echo 'style         include rules, SPDX lines, formatting'
	@echo 'deps          install the packages that building and testing need (Debian)'
	@echo 'check         everything, in every guest; ends with a table and a plain count'
	@echo 'check-quick   builds, style, unit, and the scenarios of what has changed'
	@echo 'demo          watch a LACP LAG survive the loss of its active PE'
	@echo 'demo-power    the same, and the PE loses its power: BFD tells'
	@echo 'demo-frr      what FRR floods to a multihomed customer, without evpnd and with it'
	@echo 'bench         the measurements of tools/testing/bench'
	@echo 'install       user space, units, manual pages (the module: dkms)'

user unit fuzz fuzz-run style install clean-user:
	@$(MAKE) --no-print-directory -f user/Makefile $@

module check-config clean-module sparse generate generate-check:
	@$(MAKE) --no-print-directory -f kernel/module.mk KDIR='$(KDIR)' $@

check check-quick demo demo-power demo-frr bench deps:
	@$(MAKE) --no-print-directory -f tools/testing/Makefile $@

clean: clean-user clean-module

.PHONY: all help user unit fuzz fuzz-run style install module check-config sparse \
	generate generate-check check check-quick demo demo-power demo-frr bench deps clean clean-user clean-module
