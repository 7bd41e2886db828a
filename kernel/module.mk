# SPDX-License-Identifier: GPL-2.0-only
# The module: build, checks, and the code generated from the netlink specification.
# Run from the top of the tree (`make module` and friends do).

# The directory of the user-space build is none of kbuild's.
MAKEOVERRIDES := $(filter-out O=%,$(MAKEOVERRIDES))
unexport O

KDIR ?= /lib/modules/$(shell uname -r)/build
ARCH_ARG := $(if $(ARCH),ARCH=$(ARCH))
W    ?= 1
KBUILD = $(MAKE) --no-print-directory -C '$(KDIR)' M='$(CURDIR)' $(ARCH_ARG)

module: check-config
	@$(KBUILD) W=$(W) modules

# sparse looks at every file again, whether or not it is up to date.
sparse: check-config
	@$(KBUILD) C=2 CF=-D__CHECK_ENDIAN__ modules

check-config:
	@kernel/check-config.sh '$(KDIR)'

clean-module:
	@if [ -e '$(KDIR)/Makefile' ]; then $(KBUILD) clean; fi
	@rm -f kernel/compat-include/compat-autoconf.h

generate:
	@kernel/generate.sh

generate-check:
	@kernel/generate.sh --check

.PHONY: module sparse check-config clean-module generate generate-check
