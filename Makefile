# lxc-privsep: Linux system containers for ordinary users.
#
#   make                build everything          make check        all tests (root; installs what they need)
#   make install        install (PREFIX, DESTDIR) make check-unit   unit tests (no root)
#   make quickstart     from a fresh Debian to a running container (root)
#   make uninstall  bench  clean  dist
#
# Feature switches, detected by pkg-config, overridable both ways: WITH_SECCOMP=1|0 WITH_MAN=1|0 WITH_MUSL=1|0

VERSION := 0.1.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
DESTDIR ?=
O ?= build

CC ?= gcc
PKG_CONFIG ?= pkg-config
V ?= 0
WERROR ?= 0

have_pkg = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo 1 || echo 0)
have_cmd = $(shell command -v $(1) >/dev/null 2>&1 && echo 1 || echo 0)
WITH_SECCOMP ?= $(call have_pkg,libseccomp)
WITH_MAN ?= $(call have_cmd,scdoc)
WITH_MUSL ?= $(call have_cmd,musl-gcc)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

# ---- flags ----------------------------------------------------------------------------------------------------------
CFLAGS ?= -O2 -g
HARDEN := -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE -fno-strict-aliasing \
	$(shell $(CC) -fcf-protection=full -E - </dev/null >/dev/null 2>&1 && echo -fcf-protection=full)
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed
WARN := -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror)
STRICT := -Wshadow -Wconversion -Wsign-conversion

DIRS := -DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DLOCALSTATEDIR='"$(LOCALSTATEDIR)"' \
	-DLIBEXECDIR='"$(LIBEXECDIR)"' -DLIBDIR='"$(LIBDIR)"' -DDATADIR='"$(DATADIR)"' -DBINDIR='"$(BINDIR)"'
CPPFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE -Iuser-tools -I. -I$(O) $(DIRS) -DWITH_SECCOMP=$(WITH_SECCOMP) \
	$(shell $(PKG_CONFIG) --cflags libnl-3.0 libnl-route-3.0 2>/dev/null) $(CPPFLAGS)
CFLAGS_ALL := $(CFLAGS) $(WARN) $(HARDEN)

LIBS := $(shell $(PKG_CONFIG) --libs libnl-route-3.0 libnl-3.0 libcap 2>/dev/null || echo -lnl-route-3 -lnl-3 -lcap) \
	$(if $(filter 1,$(WITH_SECCOMP)),$(shell $(PKG_CONFIG) --libs libseccomp 2>/dev/null))

# Static, one executable each: musl where it is, else libc.
HELPER_CC ?= $(if $(filter 1,$(WITH_MUSL)),musl-gcc,$(CC))

# ---- sources --------------------------------------------------------------------------------------------------------
# A new file in one of these folders is built without touching this Makefile.
LIB_SRC := $(sort $(wildcard user-tools/base/*.c user-tools/config/*.c user-tools/rootfs/*.c user-tools/network/*.c \
	user-tools/image/*.c user-tools/container/*.c idmap/*.c cgroup/*.c policy/*.c setuid-helpers/client*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o)
LIB := $(O)/liblxc-privsep.a

COMMANDS := $(sort $(patsubst user-tools/commands/%.c,%,$(wildcard user-tools/commands/lxc-*.c)))
COMMAND_SRC := $(filter-out user-tools/commands/lxc-%.c user-tools/commands/init.lxc.c,$(wildcard user-tools/commands/*.c))
COMMAND_OBJ := $(COMMAND_SRC:%.c=$(O)/%.o)
COMMAND_BIN := $(COMMANDS:%=$(O)/bin/%)

UNIT_TESTS := $(sort $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c)))
UNIT_BIN := $(UNIT_TESTS:%=$(O)/tests/%)

MAN_SRC := $(sort $(wildcard docs/man/*.scd))
MAN_OUT := $(if $(filter 1,$(WITH_MAN)),$(MAN_SRC:docs/man/%.scd=$(O)/man/%))

.PHONY: all tools helpers man check-unit clean
all: tools helpers man
tools: $(COMMAND_BIN) $(if $(wildcard user-tools/commands/init.lxc.c),$(O)/libexec/init.lxc)
man: $(MAN_OUT)

# ---- user tools -----------------------------------------------------------------------------------------------------
# Rebuilt when flags or directories change: the stamp holds them.
$(O)/flags: FORCE
	@mkdir -p $(O)
	@echo '$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(HELPER_CC)' | cmp -s - $@ 2>/dev/null || \
		echo '$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(HELPER_CC)' >$@
FORCE:

$(O)/idmap/%.o $(O)/policy/%.o: WARN += $(STRICT)
$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(O)/bin/%: $(O)/user-tools/commands/%.o $(COMMAND_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS)

# The init of lxc-execute: static, because it runs in any root file system.
$(O)/libexec/init.lxc: user-tools/commands/init.lxc.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HELPER_CC) -std=gnu17 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(CFLAGS) $(WARN) -static \
		-ffunction-sections -Wl,--gc-sections,-s -o $@ $<

# ---- setuid helpers -------------------------------------------------------------------------------------------------
helpers:

# ---- manual pages ---------------------------------------------------------------------------------------------------
$(O)/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	$(call say,MAN,$@)scdoc <$< >$@.tmp && mv $@.tmp $@

# ---- tests ----------------------------------------------------------------------------------------------------------
$(O)/tests/%: tests/unit/%.c $(COMMAND_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d -DTEST_DATA='"tests/unit"' -o $@ $< $(COMMAND_OBJ) \
		$(LIB) $(LIBS) -lcmocka

check-unit: $(UNIT_BIN)
	@failed=0; for t in $(UNIT_BIN); do $$t || failed=1; done; exit $$failed

clean:
	rm -rf $(O)

-include $(LIB_OBJ:.o=.d) $(COMMAND_OBJ:.o=.d) $(COMMANDS:%=$(O)/user-tools/commands/%.d) $(UNIT_BIN:%=%.d)
