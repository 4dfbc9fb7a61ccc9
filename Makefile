# mcp-fleet. `make run` and `make check` are the two commands; `make check-long`
# tests what takes minutes; see README.md.

VERSION = 0.1.0

# What is made is made by the rules below, and by no others.
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
LIBEXECDIR = $(PREFIX)/libexec/mcp-fleet
DATADIR = $(PREFIX)/share/mcp-fleet
EXAMPLEDIR = $(PREFIX)/share/doc/mcp-fleet/examples
UNITDIR = $(PREFIX)/lib/systemd/system
NAGIOSDIR = $(PREFIX)/lib/nagios/plugins

CC ?= cc
CFLAGS ?= $(if $(SAN),-O1,-O2) -g
SAN ?=
FUZZ ?=
WERROR ?=

# B holds everything that is built. The sanitizers have a tree of their own,
# and so has libFuzzer, which wants SAN=1 too.
B = build$(if $(FUZZ),/fuzz,$(if $(SAN),/san))

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	$(if $(WERROR),-Werror)
# What the compiler has of these, on this machine: control flow is protected by
# the one on x86 and by the other on Arm. They, and what is fortified, are not for
# the sanitizers, who watch over the stack themselves.
has = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && \
	echo $(1))
PROTECT := $(if $(SAN),,$(call has,-fstack-clash-protection) \
	$(call has,-fcf-protection) $(call has,-mbranch-protection=standard))
HARDEN = -fPIE -fstack-protector-strong $(PROTECT) \
	$(if $(SAN),,-D_FORTIFY_SOURCE=2)
# All addresses are looked up at the start, and what they stand in is sealed.
HARDEN_LINK = -pie -Wl,-z,relro,-z,now,-z,noexecstack
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
SANITIZE = $(if $(SAN),$(SANITIZERS)) $(if $(FUZZ),-fsanitize=fuzzer-no-link)

override CPPFLAGS += -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DVERSION='"$(VERSION)"' -include lib/base/banned.h
override CFLAGS += -std=c11 $(WARN) $(HARDEN) $(SANITIZE)
override LDFLAGS += $(HARDEN_LINK) $(SANITIZE)

PROGRAMS = mcp-probe mcp-aggregate mcp-serve mcp-alert
SCRIPTS = scripts/mcp-fleet scripts/mcp-guardrail scripts/mcp-registry
MAN1 = man/mcp-probe.1 man/mcp-aggregate.1 man/mcp-alert.1 \
	man/mcp-fleet.1 man/mcp-guardrail.1 man/mcp-registry.1 man/check_mcp.1
UNITS = mcp-serve.socket mcp-serve@.service mcp-fleet.service mcp-fleet.timer \
	mcp-alert.service mcp-alert.timer
# For those who read: copied, and then made theirs.
EXAMPLES = $(wildcard scripts/deploy/*.conf scripts/deploy/*.cron) \
	$(wildcard scripts/prometheus/*.yml scripts/grafana/*.json) \
	$(wildcard scripts/datadog/*) scripts/nagios/mcp.cfg
LIVENESS = package.json liveness.js liveness.d.ts README.md
MAN5 = man/mcp-records.5 man/fleet.yaml.5 man/mcp-routes.5
MAN7 = man/mcp-fleet.7
MAN8 = man/mcp-serve.8
MANUAL = $(MAN7) $(MAN1) $(MAN5) $(MAN8)

# Each of these folders has areas, which are folders too: what is in an area is
# one archive, and so are the files beside the areas. A new file is no line here:
# an archive is made anew when its folder changed.
FOLDERS = lib probe aggregate serve alertd
areas = $(patsubst %/,%,$(sort $(dir $(wildcard $(1)/*.c $(1)/*/*.c))))
archives = $(patsubst %,$(B)/%.a,$(foreach f,$(1),$(call areas,$(f))))

mcp-probe_FOLDER = probe
mcp-aggregate_FOLDER = aggregate
mcp-serve_FOLDER = serve
mcp-alert_FOLDER = alertd
lib_LIBS = -lyaml -lhiredis -lcjson -lcrypto -lm
probe_LIBS = -lcurl -lcjson -lssl -lcrypto -lm
aggregate_LIBS = -lyaml -lhiredis -lcjson -lcrypto -lm
# The first is the one with most names to look up when the program starts, which
# are so found at once: that saves a CGI a tenth of its time.
serve_LIBS = -lcrypto -lfcgi -lhiredis -lcjson -lm
alertd_LIBS = -lcurl -lyaml -lhiredis -lcjson -lcrypto -lm

# Unit tests: one program each, from tests/unit/FOLDER/test_NAME.c and what else
# is there. Fuzz targets: from tests/fuzz/NAME.c.
UNIT = $(notdir $(basename $(wildcard tests/unit/*/test_*.c)))
FUZZED_lib = jcs lines number record text tzif verdict
FUZZED_probe = challenge conf credential mask oauth rpc sse target tools url
FUZZED_serve = answer request
FUZZED_alertd = cgi sink
FUZZED = $(sort $(foreach f,$(FOLDERS),$(FUZZED_$(f))))
# These are scripts, and try a whole program of SAN=1.
FUZZED_PROGRAMS = ingest

all: $(PROGRAMS:%=$(B)/bin/%)

# Areas of one program use each other, and the linker looks until nothing is
# missing.
link = $(CC) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) -Wl,--start-group \
	$(filter %.a,$^) -Wl,--end-group $(2)
of = $(call archives,$(sort $(1) lib))

define program
$(B)/bin/$(1): $(B)/$($(1)_FOLDER)/main.o $(call of,$($(1)_FOLDER)) | $(B)/bin
	$$(call link,,$($($(1)_FOLDER)_LIBS))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# objects AREA: those of its files, main.c apart, and of what is made for it.
aggregate/store_MADE = scripts
serve/widget_MADE = embed_js
serve/pages_MADE = manual_pages style
serve/api_MADE = openapi
objects = $(patsubst %.c,$(B)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c))) \
	$(patsubst %,$(B)/$(1)/%.o,$($(1)_MADE))

define archive
$(B)/$(1).a: $(call objects,$(1)) $(1)
	rm -f $$@ && $(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach a,$(foreach f,$(FOLDERS),$(call areas,$(f))),$(eval $(call archive,$(a))))

# unit FOLDER: its tests, with what helps them.
helpers = $(patsubst %.c,$(B)/%.o,$(filter-out tests/unit/$(1)/test_%, \
	$(wildcard tests/unit/$(1)/*.c)))
define unit
$(patsubst tests/unit/$(1)/%.c,$(B)/unit/%,$(wildcard tests/unit/$(1)/test_*.c)): \
$(B)/unit/%: $(B)/tests/unit/$(1)/%.o $(B)/tests/unit/$(1).a \
		$(B)/tests/unit/lib.a $(call of,$(1)) | $(B)/unit
	$$(call link,,-lcmocka $($(1)_LIBS) $$(LDLIBS))
$(B)/tests/unit/$(1).a: $(call helpers,$(1)) tests/unit/$(1)
	mkdir -p $$(@D) && rm -f $$@ && $(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach f,$(FOLDERS),$(eval $(call unit,$(f))))

# fuzzed FOLDER: for libFuzzer; or, with the same sanitizers, to be fed files.
define fuzzed
$(FUZZED_$(1):%=$(B)/bin/%): $(B)/bin/%: $(B)/tests/fuzz/%.o \
		$(B)/tests/fuzz/fuzz.o $(B)/tests/unit/$(1).a $(call of,$(1)) | $(B)/bin
	$$(call link,-fsanitize=fuzzer,$($(1)_LIBS) -lyaml $$(LDLIBS))
$(FUZZED_$(1):%=$(B)/replay/%): $(B)/replay/%: $(B)/tests/fuzz/%.o \
		$(B)/tests/fuzz/fuzz.o $(B)/tests/fuzz/replay.o \
		$(B)/tests/unit/$(1).a $(call of,$(1)) | $(B)/replay
	$$(call link,,$($(1)_LIBS) -lyaml $$(LDLIBS))
endef
$(foreach f,$(FOLDERS),$(eval $(call fuzzed,$(f))))
# The target gives it the bytes in pieces.
$(foreach d,replay bin,$(B)/$(d)/lines): LDLIBS += -Wl,--wrap=read
# The CGI of mcp-alert, without a store and without files.
$(foreach d,replay bin,$(B)/$(d)/cgi): $(B)/tests/fuzz/fuzz_store.o
$(foreach d,replay bin,$(B)/$(d)/cgi): LDLIBS += -Wl,--wrap=read \
	-Wl,--wrap=write -Wl,--wrap=conf_load -Wl,--wrap=acknowledge_secret

$(B)/bin $(B)/replay $(B)/unit:
	mkdir -p $@

# Another compiler or other flags build everything anew.
FLAGS = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@

# A file sees its own folder and lib, and names the area: "store/keys.h".
SEEN = -Ilib
$(foreach f,$(FOLDERS),$(eval $(B)/$(f)/%.o $(B)/tests/unit/$(f)/%.o \
	$(FUZZED_$(f):%=$(B)/tests/fuzz/%.o): SEEN = $(addprefix -I,$(sort $(f) lib))))

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(SEEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.o: $(B)/%.c $(B)/flags
	$(CC) $(SEEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The widget and the description of the API, as bytes of mcp-serve.
bytes = { echo '\#include "$(1)/$(basename $(@F)).h"'; \
	echo 'const $(2) $(basename $(@F))[] = {'; \
	od -An -v -tu1 $< | sed 's/[0-9][0-9]*/&,/g'; echo '};'; \
	echo 'const size_t $(basename $(@F))_size = sizeof $(basename $(@F));'; } >$@
$(B)/serve/widget/embed_js.c: serve/widget/embed.js
	@mkdir -p $(@D)
	$(call bytes,widget,unsigned char)

$(B)/serve/api/openapi.c: serve/api/openapi.json
	@mkdir -p $(@D)
	$(call bytes,api,char)

# The scripts that run in the store, as text: each is of these files, one after the
# other. Comments and indentation are for who reads the files.
LUA = ingest uncount figures baseline count publish
lua_ingest = tally tool_lists tool_room ingest
lua_uncount = tally uncount
lua_figures = percentiles figures
lua_baseline = percentiles baseline
lua_count = uptime count
lua_publish = uptime tool_lists publish
$(B)/aggregate/store/scripts.c: $(wildcard aggregate/store/*.lua) Makefile
	@mkdir -p $(@D)
	{ echo '#include "store/scripts.h"'; $(foreach s,$(LUA), \
	echo 'const char script_$(s)[] = {'; \
	sed 's/^[[:blank:]]*//; /^--/d' $(lua_$(s):%=aggregate/store/%.lua) | \
		od -An -v -tu1 | sed 's/[0-9][0-9]*/&,/g'; echo '0};';) } >$@

# The styles of the pages, without the lines that are comments.
$(B)/serve/pages/style.c: $(wildcard serve/pages/*.css) Makefile
	@mkdir -p $(@D)
	{ echo '#include "pages/style.h"'; $(foreach s,$(basename $(notdir \
		$(wildcard serve/pages/*.css))),echo 'const char page_$(s)[] = {'; \
	sed '/^\/\*.*\*\/$$/d' serve/pages/$(s).css | od -An -v -tu1 | \
		sed 's/[0-9][0-9]*/&,/g'; echo '0};';) } >$@

# The manual pages as HTML are part of mcp-serve.
$(B)/serve/pages/manual_pages.c: scripts/manual $(MANUAL)
	@mkdir -p $(@D)
	scripts/manual $(MANUAL) >$@

# Of what is there now: a file that was moved leaves its list behind in build.
-include $(patsubst %.o,%.d,$(foreach f,$(FOLDERS),$(foreach a,$(call areas,$(f)), \
	$(call objects,$(a))))) $(patsubst %.c,$(B)/%.d,$(wildcard */main.c \
	tests/unit/*/*.c tests/fuzz/*.c))

deps:
	@scripts/deps build test

# The whole pipeline on this machine: make run [URL=https://…]
run:
	@scripts/deps build run
	@$(MAKE) -s -j 2 all
	@scripts/run $(URL)

# These take long, and send the probe nothing that others do not: the sanitizers
# do without.
ONCE = tests/cli/probe/conformance.bats tests/cli/probe/peers-nginx.bats

# Everything under both compilers; units under the sanitizers too. More tests than
# cores at a time, for many wait for an answer that does not come.
check: deps
	$(MAKE) -j 2 CC=gcc WERROR=1 all unit
	$(MAKE) -j 2 CC=clang WERROR=1 SAN=1 all unit replay
	tests/peers/install
	PROPERTY_SCHEDULES=1000 prove -j 2 -e '' $(UNIT:%=build/unit/%) $(UNIT:%=build/san/unit/%) \
		$(FUZZED:%=build/san/replay/%)
	prove --timer -f -o -j 4 -e 'bats -t' tests/meta/*.bats tests/cli/*/*.bats

# What takes minutes: whole programs under the sanitizers; a day of 1,000 servers,
# judged in 2 GiB, and 20 small days; many more schedules and kills; inputs that
# libFuzzer makes up; a real browser.
check-long: deps
	@scripts/deps long
	$(MAKE) -j 2 CC=gcc WERROR=1 all unit
	$(MAKE) -j 2 CC=clang WERROR=1 SAN=1 all
	tests/peers/install
	BIN=$(CURDIR)/build/san/bin prove --timer -f -o -j 4 -e 'bats -t' \
		$(filter-out $(ONCE),$(wildcard tests/cli/*/*.bats))
	$(MAKE) -j 2 long-days long-property long-kills long-sift
	CPU=0.5 bats -t tests/cli/probe/hostile.bats
	bats -t tests/long/hostile.bats
	SLACK=1 bats -t tests/cli/serve/trouble.bats
	bats -t tests/long/pages.bats
	tests/long/run
	$(MAKE) fuzz FUZZ_SECONDS=40 FUZZ_JOBS=2

long-days:
	DAY_SERVERS=1000 DAY_MINUTES=1440 DAY_KIB=2097152 \
		bats -t -f 'a day' tests/cli/aggregate/simulation.bats
	DAY_DAYS=20 bats -t -f 'a day' tests/cli/aggregate/simulation.bats

long-property:
	PROPERTY_SCHEDULES=30000 build/unit/test_property
	PROPERTY_SCHEDULES=5000 bats -t tests/cli/aggregate/property.bats

long-kills:
	KILLS=5000 bats -t tests/cli/alert/kills.bats

long-sift:
	SIFT_SECONDS=120 bats -t tests/cli/fleet/sift.bats

BENCH = again bare constant least
# What the programs cost beside the least that could be done: BENCH_ROUNDS=n;
# DAY_SERVERS, DAY_MINUTES: the size of the day that is replayed.
bench: all $(BENCH:%=build/bench/%)
	@scripts/deps build test bench
	tests/peers/install
	tests/bench/run $(BENCH_ROUNDS)
	node tests/bench/deliver.mjs $(BENCH_ROUNDS)

build/bench/bare: LDLIBS = -lcurl
build/bench/constant: LDLIBS = -lfcgi
build/bench/least: LDLIBS = $(serve_LIBS)
build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -std=c11 -D_DEFAULT_SOURCE $(WARN) -o $@ $< $(LDLIBS)

unit: $(UNIT:%=$(B)/unit/%)

replay: $(FUZZED:%=$(B)/replay/%)

fuzzers: $(FUZZED:%=$(B)/bin/%)

# Inputs that libFuzzer makes up: make fuzz [TARGET=…] [FUZZ_SECONDS=600]
# [FUZZ_JOBS=1]
fuzz:
	@scripts/deps build test fuzz
	@$(MAKE) -s -j 2 CC=clang WERROR=1 SAN=1 FUZZ=1 fuzzers
	@$(MAKE) -s -j 2 CC=clang WERROR=1 SAN=1 all
	@tests/fuzz/run $(or $(TARGET),$(FUZZED) $(FUZZED_PROGRAMS))

clean:
	rm -rf build

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) \
		$(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
		$(DESTDIR)$(MANDIR)/man8
	install -m 755 $(PROGRAMS:%=$(B)/bin/%) $(DESTDIR)$(BINDIR)
	install -m 755 $(SCRIPTS) $(DESTDIR)$(BINDIR)
	install -m 644 scripts/region.bash $(DESTDIR)$(LIBEXECDIR)
	install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5
	install -m 644 $(MAN7) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(MAN8) $(DESTDIR)$(MANDIR)/man8
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(EXAMPLEDIR) \
		$(DESTDIR)$(NAGIOSDIR) $(DESTDIR)$(DATADIR)/liveness
	for unit in $(UNITS); do \
		sed 's|/usr/local/bin/|$(BINDIR)/|' scripts/deploy/$$unit \
			>$(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit; done
	for file in $(EXAMPLES); do \
		folder=$(DESTDIR)$(EXAMPLEDIR)/$$(basename $$(dirname $$file)) && \
		install -d $$folder && install -m 644 $$file $$folder || exit; done
	install -m 755 scripts/nagios/check_mcp $(DESTDIR)$(NAGIOSDIR)
	install -m 644 $(LIVENESS:%=scripts/liveness/%) \
		$(DESTDIR)$(DATADIR)/liveness

.PHONY: all bench check check-long clean deps fuzz fuzzers install long-days \
	long-kills long-property long-sift replay run unit FORCE
.DELETE_ON_ERROR:
