# lxc-privsep: Linux system containers for ordinary users.
#
#   make                build everything          make check        all tests (root; installs what they need)
#   make install        install (PREFIX, DESTDIR) make check-unit   unit tests (no root)
#   make quickstart     from a fresh Debian to a running container (root)
#   make uninstall  bench  clean  dist            make check-vm     tests in a VM with systemd, AppArmor, cgroup2 (root);
#                                                                   check-vm-all: all of the host's that hold there, too
#                                                 make fuzz         each parser against libFuzzer, FUZZ_SECONDS=60
#
# Feature switches, detected, overridable both ways, =1 or =0: WITH_SECCOMP WITH_SYSTEMD WITH_MAN WITH_MUSL WITH_STATIC

VERSION := 0.1.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/lxc-privsep
SYSCONFDIR ?= /etc
# fish looks in $(DATADIR) for packages only.
FISHDIR ?= $(if $(filter /usr,$(PREFIX)),$(DATADIR)/fish/vendor_completions.d,$(SYSCONFDIR)/fish/completions)
LOCALSTATEDIR ?= /var
UNITDIR ?= $(PREFIX)/lib/systemd/system
# The script in $(SYSCONFDIR)/init.d: openrc, sysv or none.
INIT_SCRIPT ?= $(if $(wildcard /sbin/openrc-run),openrc,$(if $(wildcard /lib/systemd/systemd /usr/lib/systemd/systemd),none,$(if \
	$(wildcard /etc/init.d),sysv,none)))
DESTDIR ?=
O ?= build

CC ?= gcc
PKG_CONFIG ?= pkg-config
V ?= 0
WERROR ?= 0

have_pkg = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo 1 || echo 0)
have_cmd = $(shell command -v $(1) >/dev/null 2>&1 && echo 1 || echo 0)
WITH_SECCOMP ?= $(call have_pkg,libseccomp)
WITH_SYSTEMD ?= $(call have_pkg,libsystemd)
WITH_MAN ?= $(call have_cmd,scdoc)
WITH_MUSL ?= $(call have_cmd,musl-gcc)

comma := ,
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
CPPFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE -Iuser-tools -I. -I$(O) -I$(O)/setuid-helpers $(DIRS) -DWITH_SECCOMP=$(WITH_SECCOMP) \
	$(shell $(PKG_CONFIG) --cflags libnl-3.0 libnl-route-3.0 2>/dev/null) $(CPPFLAGS)
CFLAGS_ALL := $(CFLAGS) $(WARN) $(HARDEN)

LIBS := $(shell $(PKG_CONFIG) --libs libnl-route-3.0 libnl-3.0 libcap 2>/dev/null || echo -lnl-route-3 -lnl-3 -lcap) \
	$(if $(filter 1,$(WITH_SECCOMP)),$(shell $(PKG_CONFIG) --libs libseccomp 2>/dev/null))

# Static, one executable each: musl where it is, else libc.
HELPER_CC ?= $(if $(filter 1,$(WITH_MUSL)),musl-gcc,$(CC))

# ---- sources --------------------------------------------------------------------------------------------------------
# A new file in one of these folders is built without touching this Makefile.
LIB_SRC := $(sort $(wildcard user-tools/base/*.c user-tools/config/*.c user-tools/rootfs/*.c user-tools/network/*.c \
	user-tools/image/*.c user-tools/container/*.c user-tools/check/*.c user-tools/access/*.c idmap/*.c cgroup/*.c policy/*.c setuid-helpers/client*.c setuid-helpers/link.c))
LIB_SRC := $(filter-out user-tools/container/seccomp-$(if $(filter 1,$(WITH_SECCOMP)),none,compile).c,$(LIB_SRC))
LIB_SRC := $(filter-out cgroup/user-scope.c,$(LIB_SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o)
LIB := $(O)/liblxc-privsep.a

COMMANDS := $(sort $(patsubst user-tools/commands/%.c,%,$(wildcard user-tools/commands/lxc-*.c)))
COMMAND_SRC := $(filter-out user-tools/commands/lxc-%.c user-tools/commands/init.lxc.c,$(wildcard user-tools/commands/*.c))
COMMAND_OBJ := $(COMMAND_SRC:%.c=$(O)/%.o)
COMMAND_BIN := $(COMMANDS:%=$(O)/bin/%)
# Programs that the commands run, in LIBEXECDIR/lxc-privsep.
COMMAND_LIBEXEC := $(O)/libexec/init.lxc $(if $(filter 1,$(WITH_SYSTEMD)),$(O)/libexec/user-scope)
# Started often, or there for as long as a container is: linked statically where the libraries are there for it, which halves
# their memory, and the time until main(). They use no NSS (base/user.h) and load nothing.
STATIC_COMMANDS := lxc-start lxc-autostart lxc-execute lxc-attach lxc-stop lxc-info lxc-ls lxc-user-nic
links_static = $(shell echo 'int main(void) { return 0; }' | $(CC) -fPIE -static-pie -o /dev/null -xc - $(1) 2>/dev/null && echo 1 || echo 0)
WITH_STATIC := $(or $(WITH_STATIC),$(call links_static,$(LIBS)))

UNIT_TESTS := $(sort $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c)))
UNIT_BIN := $(UNIT_TESTS:%=$(O)/tests/%)
FUZZ_TARGETS := $(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZ_BIN := $(FUZZ_TARGETS:%=$(O)/fuzz/%)

MAN_SRC := $(sort $(wildcard docs/man/*.scd))
DOCUMENTS := $(sort $(wildcard docs/*.md))
MAN_OUT := $(if $(filter 1,$(WITH_MAN)),$(MAN_SRC:docs/man/%.scd=$(O)/man/%))

.PHONY: all tools helpers man check-unit clean
all: tools helpers man completions
tools: $(COMMAND_BIN) $(COMMAND_LIBEXEC)
man: $(MAN_OUT)

# ---- user tools -----------------------------------------------------------------------------------------------------
# Rebuilt when flags or directories change: the stamp (FLAGS_STAMP, below) holds them.
$(O)/flags: FORCE
	@mkdir -p $(O)
	@echo '$(FLAGS_STAMP)' | cmp -s - $@ 2>/dev/null || { \
		printf '#include <%s>\n' netlink/netlink.h netlink/route/link.h sys/capability.h | \
			$(CC) $(CPPFLAGS_ALL) -E - >/dev/null || { echo 'make: a library is missing (docs/INSTALL.md lists' \
			'them); where apt is, as root: user-tools/share/setup/dependencies build' >&2; exit 1; }; \
		echo '$(FLAGS_STAMP)' >$@; }
FORCE:

$(O)/idmap/%.o $(O)/policy/%.o: WARN += $(STRICT)
$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ) $(COMMAND_OBJ)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(O)/bin/%: $(O)/user-tools/commands/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS)

ifeq ($(WITH_STATIC),1)
# No warnings: libnl has functions that would ask NSS; nobody calls them.
$(STATIC_COMMANDS:%=$(O)/bin/%): LDHARDEN := -static-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--gc-sections \
	$(if $(filter 1,$(call links_static,-Wl$(comma)--no-warnings)),-Wl$(comma)--no-warnings)
endif

# Asks the systemd of the user for a scope: cgroup/scope.h.
$(O)/libexec/user-scope: cgroup/user-scope.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDHARDEN) $(LDFLAGS) -o $@ $< $(shell $(PKG_CONFIG) --cflags --libs libsystemd)

# The init of lxc-execute: static, because it runs in any root file system.
$(O)/libexec/init.lxc: user-tools/commands/init.lxc.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HELPER_CC) -std=gnu17 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(CFLAGS) $(WARN) -static \
		-ffunction-sections -Wl,--gc-sections,-s -o $@ $<

# ---- setuid helpers -------------------------------------------------------------------------------------------------
# net-helper and idmap-helper: static, position independent, nothing of the user side in them. Their seccomp tables are
# made by a program of the build host with libseccomp; HELPER_ARCH names the target where it is another one.
# WITH_SECCOMP=0 leaves them out (the lowest tier of docs/INSTALL.md); a libseccomp that is merely missing is an error.
NO_HELPERS := $(if $(filter-out file,$(origin WITH_SECCOMP)),$(filter 0,$(WITH_SECCOMP)))
HELPERS := $(if $(NO_HELPERS),,$(O)/libexec/net-helper $(O)/libexec/idmap-helper)
HELPER_POLICY := policy/text.c policy/account.c
net-helper_SRC := setuid-helpers/net-helper.c setuid-helpers/helper.c setuid-helpers/link.c $(HELPER_POLICY) policy/usernet.c
idmap-helper_SRC := setuid-helpers/idmap-helper.c setuid-helpers/helper.c $(HELPER_POLICY) policy/subid.c
HELPER_ARCH ?=
HOSTCC ?= gcc

helper_multiarch := $(shell $(HELPER_CC) -print-multiarch 2>/dev/null)
MUSL_LIBDIR ?= /usr/lib/$(helper_multiarch:%gnu=%musl)
# musl-gcc knows no -static-pie: its start files are named here. The kernel's headers come after musl's own.
HELPER_LIBC := $(if $(findstring musl,$(HELPER_CC)),-idirafter /usr/include -idirafter /usr/include/$(helper_multiarch) \
	-nostartfiles -static -Wl$(comma)-pie$(comma)--no-dynamic-linker$(comma)-z$(comma)text \
	$(MUSL_LIBDIR)/rcrt1.o $(MUSL_LIBDIR)/crti.o $(MUSL_LIBDIR)/crtn.o,-static-pie)
HELPER_HARDEN := -Os -fno-asynchronous-unwind-tables -fPIE -fstack-protector-strong -fno-strict-overflow -ffunction-sections -fdata-sections \
	$(filter -fcf-protection%,$(HARDEN)) $(shell $(HELPER_CC) -ftrivial-auto-var-init=zero -E - </dev/null >/dev/null 2>&1 \
	&& echo -ftrivial-auto-var-init=zero)
HELPER_CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. -I$(O)/setuid-helpers -DSYSCONFDIR='"$(SYSCONFDIR)"' $(WARN) $(STRICT) $(HELPER_HARDEN)
HELPER_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=none -s

# Expanded here, and not where it is used: there what a target sets for itself would be in it.
FLAGS_STAMP := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDHARDEN) $(LDFLAGS) $(LIBS) helpers: $(HELPER_CC) $(HELPER_CFLAGS) \
	$(HELPER_LIBC) $(HELPER_LDFLAGS) $(HELPER_ARCH) static=$(WITH_STATIC) docs=$(DOCDIR)

helpers: $(HELPERS)
.PRECIOUS: $(O)/setuid-helpers/%-filter.h

ifeq ($(WITH_SECCOMP),1)
$(O)/setuid-helpers/seccomp-table: setuid-helpers/build/seccomp-table.c setuid-helpers/seccomp-table.h setuid-helpers/protocol.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)$(HOSTCC) -std=gnu17 -D_GNU_SOURCE -I. -O1 $(WARN) $(STRICT) -o $@ $< \
		$(shell $(PKG_CONFIG) --cflags --libs libseccomp)

$(O)/setuid-helpers/%-filter.h: $(O)/setuid-helpers/seccomp-table
	$(call say,TABLE,$@)$< $* $(HELPER_ARCH) >$@.tmp && mv $@.tmp $@
else
$(O)/setuid-helpers/%-filter.h: FORCE
	@echo 'net-helper and idmap-helper need libseccomp to be built (not to run): install libseccomp-dev, or leave them out with WITH_SECCOMP=0' >&2; exit 1
endif

# The rtnetlink messages, and the filter of a container's port, as tables.
MESSAGES := $(O)/setuid-helpers/net-messages.h
$(O)/setuid-helpers/net-messages: $(addprefix setuid-helpers/build/,net-messages.c port-filter.c table.h) \
	setuid-helpers/message.h setuid-helpers/protocol.h policy/usernet.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)$(HOSTCC) -std=gnu17 -D_GNU_SOURCE -I. -O1 $(WARN) $(STRICT) -o $@ $(filter %.c,$^)

$(MESSAGES): $(O)/setuid-helpers/net-messages
	$(call say,TABLE,$@)$< >$@.tmp && mv $@.tmp $@
$(O)/setuid-helpers/link.o $(O)/fuzz/setuid-helpers/link.o: $(MESSAGES)

$(O)/libexec/%-helper: $(O)/setuid-helpers/%-filter.h $(MESSAGES) $(O)/flags $(wildcard setuid-helpers/*.[ch] policy/*.[ch])
	@mkdir -p $(@D)
	$(call say,HELPER,$@)$(HELPER_CC) $(HELPER_CFLAGS) -o $@ $($*-helper_SRC) $(HELPER_LIBC) $(HELPER_LDFLAGS)

$(O)/setuid-helpers/%.o: WARN += $(STRICT)

# Programs that call the helpers as an attacker would: tests/system/helpers-*.bats
.PHONY: attacks
attacks: $(patsubst tests/attack/%.c,$(O)/tests/attack/%,$(wildcard tests/attack/*.c)) $(O)/tests/attack/helper-call examples
# This one runs inside of containers that have no library.
$(O)/tests/attack/container-attacks: WARN += -static
$(O)/tests/attack/helper-call: $(wildcard tests/attack/helper-call/*.[ch]) setuid-helpers/protocol.h $(LIB) $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -Iuser-tools -I. $(CFLAGS) $(WARN) -o $@ $(filter %.c,$^) $(LIB) $(LIBS)
$(O)/tests/attack/%: tests/attack/%.c setuid-helpers/protocol.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(CFLAGS) $(WARN) -o $@ $<

# Programs that the documentation shows, which are tested, too.
.PHONY: examples
examples: $(patsubst docs/examples/%.c,$(O)/examples/%,$(wildcard docs/examples/*.c))
$(O)/examples/%: docs/examples/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -std=gnu17 -D_GNU_SOURCE $(CFLAGS) $(WARN) -o $@ $<

# ---- manual pages ---------------------------------------------------------------------------------------------------
# The keys of lxc.container.conf(5) and of COMPATIBILITY come from the one table in config/keys.c.
$(O)/docs/key-table: docs/build/key-table.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS)

$(O)/man/lxc.container.conf.5: docs/man/lxc.container.conf.5.scd $(O)/docs/key-table
	@mkdir -p $(@D)
	$(call say,MAN,$@)$(O)/docs/key-table man >$@.keys && sed -e '/^@KEYS@$$/{r $@.keys' -e 'd}' -e 's|@DOCDIR@|$(DOCDIR)|g' $< | scdoc >$@.tmp && \
		rm $@.keys && mv $@.tmp $@

$(O)/man/%: docs/man/%.scd $(O)/flags
	@mkdir -p $(@D)
	$(call say,MAN,$@)sed 's|@DOCDIR@|$(DOCDIR)|g' $< | scdoc >$@.tmp && mv $@.tmp $@

# The table in docs/COMPATIBILITY.md, between its two marks. A test holds it to the code.
.PHONY: docs
docs: $(O)/docs/key-table
	$(O)/docs/key-table markdown >$(O)/docs/keys.md
	sed -i -e '/^<!-- keys:/,/^<!-- end of keys -->/{//!d}' -e '/^<!-- keys:/r $(O)/docs/keys.md' docs/COMPATIBILITY.md

# ---- completions ----------------------------------------------------------------------------------------------------
# From the commands' own option tables, in the names and places the shells look for.
COMPLETED := $(filter-out lxc-user-nic,$(COMMANDS))
COMPLETIONS := $(COMPLETED:%=$(O)/completions/bash/%) $(COMPLETED:%=$(O)/completions/zsh/_%) $(COMPLETED:%=$(O)/completions/fish/%.fish)
.PHONY: completions
completions: $(COMPLETIONS)
GENERATE := user-tools/share/completions/generate
complete = @mkdir -p $(@D) && $(GENERATE) $(1) $(DATADIR)/lxc/templates $(O)/bin/$* >$@.tmp && mv $@.tmp $@
$(O)/completions/bash/%: $(O)/bin/% $(GENERATE)
	$(call complete,bash)
$(O)/completions/zsh/_%: $(O)/bin/% $(GENERATE)
	$(call complete,zsh)
$(O)/completions/fish/%.fish: $(O)/bin/% $(GENERATE)
	$(call complete,fish)

# ---- fuzzing --------------------------------------------------------------------------------------------------------
# The parsers of what others write, with clang's sanitizers in them: tests/fuzz/fuzz.h. make check runs each target briefly
# (tests/system/fuzz.bats), this as long as asked. What it finds is in $(O)/fuzz/TARGET-crash-*.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CC ?= clang
FUZZ_OBJ := $(patsubst %.c,$(O)/fuzz/%.o,$(filter user-tools/base/% user-tools/config/% user-tools/access/choice% user-tools/access/lint% policy/% idmap/% cgroup/% \
	setuid-helpers/%,$(LIB_SRC)))

.PHONY: fuzz
fuzz: $(FUZZ_BIN) $(O)/docs/key-table
	@$(O)/docs/key-table markdown | sed -n 's/^| `\(lxc[^`]*\)`.*/"\1"/p' | sed 's/\[i\]/0/; s/\.\(NAME\|\*\)"$$/."/' >$(O)/fuzz/keys.dict
	@for t in $(FUZZ_TARGETS); do \
		echo "$$t: $(FUZZ_SECONDS) seconds" && mkdir -p $(O)/fuzz/corpus/$$t && \
		$(O)/fuzz/$$t $$(case $$t in *config) echo -dict=$(O)/fuzz/keys.dict ;; esac) -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=$(O)/fuzz/$$t- $(O)/fuzz/corpus/$$t tests/fuzz/corpus/$$t || exit 1; done

$(O)/fuzz/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,FUZZCC,$@)$(FUZZ_CC) $(CPPFLAGS_ALL) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(FUZZ_BIN): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.o $(FUZZ_OBJ)
	$(call say,LD,$@)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# ---- tests ----------------------------------------------------------------------------------------------------------
$(O)/tests/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d -DTEST_DATA='"tests/unit"' -o $@ $< \
		$(LIB) $(LIBS) -lcmocka

check-unit: $(UNIT_BIN)
	@failed=0; for t in $(UNIT_BIN); do $$t || failed=1; done; exit $$failed

# cmocka needs no root; the system tests run as root in namespaces of their own (tests/lib/sandbox).
SYSTEM_TESTS ?= $(sort $(wildcard tests/system/*.bats)) $(sort $(wildcard tests/compare/*.bats))

.PHONY: check check-system quickstart dist bench
check:
	@user-tools/share/setup/dependencies check
	@$(MAKE) --no-print-directory WERROR=1 all $(UNIT_BIN)
	@$(MAKE) --no-print-directory WERROR=1 check-unit
	@$(MAKE) --no-print-directory WERROR=1 check-system

# Everything a test needs is built before the first; it is installed once, and each file's sandbox begins with that.
check-system: all attacks $(O)/tests/cgroup-driver $(O)/docs/key-table $(FUZZ_BIN) $(O)/service/lxc-net.sysv $(O)/service/lxc-net.openrc
	@tests/lib/debian-tree $(O)/cache
	@tests/lib/debian-lxc $(O)/cache
	@tests/lib/sandbox --save $(O)/world
	@SANDBOX_WORLD=$(O)/world prove --timer --failures --comments --exec 'tests/lib/sandbox bats --print-output-on-failure' $(SYSTEM_TESTS)

# What runs in the VM (tests/vm/README.md): its own tests, and of the others those in which a login and its control groups matter.
VM_TESTS ?= $(sort $(wildcard tests/vm/*.bats)) $(FOUNDATION:%=tests/system/%.bats)
FOUNDATION := job network tenants user-nic idmap quota cgroup keys-cgroup
# The rest of what holds there, for which check-vm has no time: make check-vm-all.
FOUNDATION_LONG := commands crash cycles defaults errors helpers-idmap helpers-mounts helpers-net hostile hostile-root image inside keys keys-console \
	keys-hooks keys-limits keys-mounts keys-namespaces keys-security options places storage terminal update-config

# Booting a whole Debian takes minutes under emulation: tests with the tag "long" run on the host only.
.PHONY: check-vm check-vm-all
check-vm-all:
	@$(MAKE) --no-print-directory check-vm FOUNDATION='$(FOUNDATION) $(FOUNDATION_LONG)'
check-vm:
	@user-tools/share/setup/dependencies vm
	@$(MAKE) --no-print-directory WERROR=1 all attacks $(O)/tests/cgroup-driver
	@tests/lib/debian-tree $(O)/cache
	@tests/vm/vmlane prepare
	@WERROR=1 tests/vm/vmlane pack $(O)/vm-tree.img
	@prove --timer --failures --comments -j2 --exec \
		'tests/vm/vmlane run --tree $(O)/vm-tree.img -- bats --filter-tags !long --print-output-on-failure' $(VM_TESTS)

# A table of ratios against Debian's lxc in the same run; nothing is asserted about time.
bench: all
	@mkdir -p $(O)/tests
	@CC='$(CC)' tests/bench/run

quickstart:
	@user-tools/share/setup/dependencies build
	@$(MAKE) --no-print-directory install
	@BINDIR='$(BINDIR)' SBINDIR='$(SBINDIR)' SYSCONFDIR='$(SYSCONFDIR)' user-tools/share/setup/quickstart

dist:
	@mkdir -p $(O)
	git archive --format=tar.gz --prefix=lxc-privsep-$(VERSION)/ -o $(O)/lxc-privsep-$(VERSION).tar.gz HEAD
	@echo $(O)/lxc-privsep-$(VERSION).tar.gz

# Programs that the system tests run as a user would run ours.
$(O)/tests/cgroup-driver: tests/system/cgroup-driver.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS)

# ---- installation ---------------------------------------------------------------------------------------------------
# Called by other programs under LIBEXECDIR/lxc. Users do not call lxc-user-nic; root finds lxc-net in SBINDIR, too.
NIC := lxc-user-nic lxc-net
INSTALL_DIRS := $(BINDIR) $(SBINDIR) $(LIBEXECDIR)/lxc $(LIBEXECDIR)/lxc-privsep $(LIBDIR)/lxc/rootfs $(DATADIR)/lxc/templates \
	$(DATADIR)/lxc/config/common.conf.d $(DATADIR)/lxc/config/userns.conf.d $(MANDIR) $(SYSCONFDIR)/lxc
# Root owns what root installs, whatever umask it has; an ordinary user installing into DESTDIR owns it and says so.
PUT := install -D -m
export O LIBEXECDIR DESTDIR DATADIR SYSCONFDIR

# ---- shipped configuration ------------------------------------------------------------------------------------------
# Besides common.conf and its like the files of the distributions whose images name one: NAME.common.conf, NAME.userns.conf.
DISTRIBUTIONS := alpine archlinux centos debian fedora gentoo openeuler opensuse openwrt oracle plamo sabayon slackware \
	sparclinux ubuntu ubuntu-cloud voidlinux
SHARED_CONF := $(notdir $(wildcard user-tools/share/config/*.conf)) $(foreach k,common userns,$(DISTRIBUTIONS:%=%.$(k).conf))
distribution = @mkdir -p $(@D) && sed 's|@DATADIR@|$(DATADIR)|g; s|@NAME@|$*|g; s|@KIND@|$(1)|g' $< >$@
$(DISTRIBUTIONS:%=$(O)/config/%.common.conf): $(O)/config/%.common.conf: user-tools/share/config/distribution.conf.in $(O)/flags
	$(call distribution,common)
$(DISTRIBUTIONS:%=$(O)/config/%.userns.conf): $(O)/config/%.userns.conf: user-tools/share/config/distribution.conf.in $(O)/flags
	$(call distribution,userns)
# Service files: the bridge, and the containers at boot.
$(O)/service/%: user-tools/share/service/%.in $(O)/flags
	@mkdir -p $(@D) && sed -e 's|@SBINDIR@|$(SBINDIR)|g; s|@BINDIR@|$(BINDIR)|g' \
		-e 's|@LIBEXECDIR@|$(LIBEXECDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' $< >$@.tmp && mv $@.tmp $@
UNITS := lxc-net.service lxc.service lxc@.service
BOOTED := lxc-net lxc
SERVICES := $(UNITS:%=$(O)/service/%) $(O)/service/lxc-containers $(foreach s,$(filter-out none,$(INIT_SCRIPT)),$(BOOTED:%=$(O)/service/%.$(s)))

$(O)/config/%.conf: user-tools/share/config/%.conf $(O)/flags
	@mkdir -p $(@D) && sed 's|@DATADIR@|$(DATADIR)|g' $< >$@

.PHONY: install uninstall
install: all $(SERVICES) $(SHARED_CONF:%=$(O)/config/%)
	@for d in $(INSTALL_DIRS); do install -d -m 755 $(DESTDIR)$$d; done
	@for c in $(filter-out $(NIC),$(COMMANDS)); do $(PUT) 755 $(O)/bin/$$c $(DESTDIR)$(BINDIR)/$$c || exit 1; done
	@for c in $(filter $(NIC),$(COMMANDS)); do $(PUT) 755 $(O)/bin/$$c $(DESTDIR)$(LIBEXECDIR)/lxc/$$c || exit 1; done
	@for p in $(notdir $(COMMAND_LIBEXEC)); do \
		$(PUT) 755 $(O)/libexec/$$p $(DESTDIR)$(LIBEXECDIR)/lxc-privsep/$$p || exit 1; done
	@for t in $(wildcard user-tools/share/templates/lxc-*); do \
		$(PUT) 755 $$t $(DESTDIR)$(DATADIR)/lxc/templates/$${t##*/} || exit 1; done
	@for f in $(SHARED_CONF); do $(PUT) 644 $(O)/config/$$f $(DESTDIR)$(DATADIR)/lxc/config/$$f || exit 1; done
	@$(PUT) 644 policy/common.seccomp $(DESTDIR)$(DATADIR)/lxc/config/common.seccomp
	@for f in default.conf lxc-usernet; do [ ! -e user-tools/share/etc/$$f ] || [ -e $(DESTDIR)$(SYSCONFDIR)/lxc/$$f ] || \
		$(PUT) 644 user-tools/share/etc/$$f $(DESTDIR)$(SYSCONFDIR)/lxc/$$f || exit 1; done
	@ln -sf $(LIBEXECDIR)/lxc/lxc-net $(DESTDIR)$(SBINDIR)/lxc-net
	@for u in $(UNITS); do $(PUT) 644 $(O)/service/$$u $(DESTDIR)$(UNITDIR)/$$u || exit 1; done
	@$(PUT) 755 $(O)/service/lxc-containers $(DESTDIR)$(LIBEXECDIR)/lxc/lxc-containers
	@for b in $(BOOTED); do [ -e $(DESTDIR)$(SYSCONFDIR)/default/$$b ] || \
		$(PUT) 644 user-tools/share/etc/$$b $(DESTDIR)$(SYSCONFDIR)/default/$$b || exit 1; done
	@[ -e $(DESTDIR)$(SYSCONFDIR)/modprobe.d/lxc-privsep.conf ] || \
		$(PUT) 644 user-tools/share/etc/modprobe.conf $(DESTDIR)$(SYSCONFDIR)/modprobe.d/lxc-privsep.conf
	@for s in $(filter-out none,$(INIT_SCRIPT)); do for b in $(BOOTED); do [ -e $(DESTDIR)$(SYSCONFDIR)/init.d/$$b ] || \
		$(PUT) 755 $(O)/service/$$b.$$s $(DESTDIR)$(SYSCONFDIR)/init.d/$$b || exit 1; done; done
	@for m in $(notdir $(MAN_OUT)); do $(PUT) 644 $(O)/man/$$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$$m || exit 1; done
	@for d in $(notdir $(DOCUMENTS)); do $(PUT) 644 docs/$$d $(DESTDIR)$(DOCDIR)/$$d || exit 1; done
	@for c in $(COMPLETED); do $(PUT) 644 $(O)/completions/bash/$$c $(DESTDIR)$(DATADIR)/bash-completion/completions/$$c && \
		$(PUT) 644 $(O)/completions/zsh/_$$c $(DESTDIR)$(DATADIR)/zsh/site-functions/_$$c && \
		$(PUT) 644 $(O)/completions/fish/$$c.fish $(DESTDIR)$(FISHDIR)/$$c.fish || exit 1; done
ifeq ($(NO_HELPERS),)
	@sh user-tools/share/apparmor/install-profiles install
	@sh setuid-helpers/install-helpers install
else
	@echo 'WITH_SECCOMP=0: no net-helper and no idmap-helper: maps by newuidmap(1), networks "empty" and "none" only'
endif

uninstall:
	@sh setuid-helpers/install-helpers uninstall
	@sh user-tools/share/apparmor/install-profiles uninstall
	@cd / && for c in $(filter-out $(NIC),$(COMMANDS)); do rm -f $(DESTDIR)$(BINDIR)/$$c; done
	@for s in openrc sysv; do for b in $(BOOTED); do ! cmp -s $(O)/service/$$b.$$s $(DESTDIR)$(SYSCONFDIR)/init.d/$$b || \
		rm -f $(DESTDIR)$(SYSCONFDIR)/init.d/$$b; done; done
	@! cmp -s user-tools/share/etc/modprobe.conf $(DESTDIR)$(SYSCONFDIR)/modprobe.d/lxc-privsep.conf || \
		rm -f $(DESTDIR)$(SYSCONFDIR)/modprobe.d/lxc-privsep.conf
	@rm -f $(DESTDIR)$(SBINDIR)/lxc-net $(UNITS:%=$(DESTDIR)$(UNITDIR)/%) $(DESTDIR)$(LIBEXECDIR)/lxc/lxc-containers
	@rm -f $(NIC:%=$(DESTDIR)$(LIBEXECDIR)/lxc/%) $(addprefix $(DESTDIR)$(LIBEXECDIR)/lxc-privsep/,init.lxc user-scope)
	@for t in $(notdir $(wildcard user-tools/share/templates/lxc-*)); do rm -f $(DESTDIR)$(DATADIR)/lxc/templates/$$t; done
	@for f in $(SHARED_CONF); do rm -f $(DESTDIR)$(DATADIR)/lxc/config/$$f; done
	@rm -f $(DESTDIR)$(DATADIR)/lxc/config/common.seccomp
	@for c in $(COMPLETED); do rm -f $(DESTDIR)$(DATADIR)/bash-completion/completions/$$c \
		$(DESTDIR)$(DATADIR)/zsh/site-functions/_$$c $(DESTDIR)$(FISHDIR)/$$c.fish; done
	@for m in $(notdir $(MAN_OUT)); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$$m; done
	@rm -f $(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(DOCUMENTS)))
	@for d in $(DOCDIR) $(LIBEXECDIR)/lxc-privsep $(LIBEXECDIR)/lxc $(LIBDIR)/lxc/rootfs $(LIBDIR)/lxc $(DATADIR)/lxc/config/common.conf.d \
		$(DATADIR)/lxc/config/userns.conf.d $(DATADIR)/lxc/config $(DATADIR)/lxc/templates $(DATADIR)/lxc; do \
		rmdir $(DESTDIR)$$d 2>/dev/null || :; done

clean:
	rm -rf $(O)

.SECONDARY: $(COMMANDS:%=$(O)/user-tools/commands/%.o)
.SECONDARY: $(FUZZ_TARGETS:%=$(O)/fuzz/tests/fuzz/%.o)
-include $(FUZZ_OBJ:.o=.d) $(FUZZ_TARGETS:%=$(O)/fuzz/tests/fuzz/%.d)
-include $(LIB_OBJ:.o=.d) $(COMMAND_OBJ:.o=.d) $(COMMANDS:%=$(O)/user-tools/commands/%.d) $(UNIT_BIN:%=%.d)
