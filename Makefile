# SPDX-License-Identifier: MIT
# mcp-fleet. `make run` and `make check` are the two commands; `make check-long`
# tests what takes minutes; see README.md.

VERSION = 1.0.0

# What is made is made by the rules below, and by no others.
MAKEFLAGS += --no-builtin-rules
# As many commands at a time as there are cores, unless somebody says how many. A make
# that another make starts shares what that one has.
CORES := $(or $(shell nproc 2>/dev/null),1)
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
ifeq ($(filter -j% j% --jobs% --jobserver%,$(MAKEFLAGS) $(shell echo "$$MAKEFLAGS")),)
MAKEFLAGS += -j$(CORES)
endif
endif

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
LIBEXECDIR = $(PREFIX)/libexec/mcp-fleet
DATADIR = $(PREFIX)/share/mcp-fleet
EXAMPLEDIR = $(PREFIX)/share/doc/mcp-fleet/examples
UNITDIR = $(PREFIX)/lib/systemd/system
SYSUSERSDIR = $(PREFIX)/lib/sysusers.d
TMPFILESDIR = $(PREFIX)/lib/tmpfiles.d
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
NAGIOSDIR = $(PREFIX)/lib/nagios/plugins

# gcc by its name, so that `make` and `make check` have the same objects.
ifeq ($(origin CC),default)
CC := $(if $(shell command -v gcc),gcc,cc)
endif
# The sanitizers' tests read large answers, which takes too long without optimization.
CFLAGS ?= $(if $(SAN),-O1,$(if $(COV),-O0,-O2)) -g
SAN ?=
FUZZ ?=
COV ?=
WERROR ?=

# B holds everything that is built. The sanitizers have a tree of their own,
# and so have libFuzzer, which wants SAN=1 too, and gcov.
B = build$(if $(FUZZ),/fuzz,$(if $(SAN),/san,$(if $(COV),/cov)))

# Without optimization gcc warns of what cannot be.
WARN = $(if $(COV),-w,-Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes)
# What the compiler has of these, on this machine: control flow is protected by
# the one on x86 and by the other on Arm. They, and what is fortified, are not for
# the sanitizers, who watch over the stack themselves.
has = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && \
	echo $(1))
PROTECT := $(if $(SAN)$(COV),,$(call has,-fstack-clash-protection) \
	$(call has,-fcf-protection) $(call has,-mbranch-protection=standard))
HARDEN = -fPIE -fstack-protector-strong $(PROTECT) \
	$(if $(SAN)$(COV),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
# All addresses are looked up at the start, and what they stand in is sealed.
HARDEN_LINK = -pie -Wl,-z,relro,-z,now,-z,noexecstack
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
SANITIZE = $(if $(SAN),$(SANITIZERS)) $(if $(FUZZ),-fsanitize=fuzzer-no-link) \
	$(if $(COV),--coverage)

# Compiled before, on this machine: not compiled again. Where there is no home, or CC
# names it already, ccache can do nothing. CCACHE= is without.
ifeq ($(origin CCACHE),undefined)
CCACHE := $(if $(findstring ccache,$(CC))$(COV),,$(shell \
	ccache $(CC) -x c -c -o /dev/null /dev/null 2>/dev/null && echo ccache))
endif
# The quicker linker, for tests: what is installed is linked as the compiler does by
# itself. LLD= is without. It is looked for where something is linked.
ifeq ($(origin LLD),undefined)
LLD = $(eval LLD := $(shell echo 'int main(void) { return 0; }' | \
	$(CC) -fuse-ld=lld -x c -o /dev/null - 2>/dev/null && echo -fuse-ld=lld))$(LLD)
endif

override CPPFLAGS += -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DVERSION='"$(VERSION)"' -include lib/base/banned.h
override CFLAGS += -std=c11 $(WARN) $(HARDEN) $(SANITIZE)
override LDFLAGS += $(HARDEN_LINK) $(SANITIZE)

PROGRAMS = mcp-probe mcp-aggregate mcp-serve mcp-alert
SCRIPTS = scripts/mcp-archive scripts/mcp-fleet scripts/mcp-guardrail \
	scripts/mcp-registry scripts/mcp-rotate
MAN1 = man/mcp-probe.1 man/mcp-aggregate.1 man/mcp-alert.1 \
	man/mcp-fleet.1 man/mcp-guardrail.1 man/mcp-registry.1 man/mcp-rotate.1 \
	man/mcp-archive.1 man/check_mcp.1
UNITS = mcp-serve.socket mcp-serve@.service mcp-site.service \
	mcp-fleet.service mcp-fleet.timer mcp-alert.service mcp-alert.timer mcp-alert.path mcp-registry.service mcp-registry.timer \
	mcp-report.service mcp-report.timer mcp-region.service mcp-region.timer \
	mcp-expiry.service mcp-expiry-alert.service mcp-expiry.timer mcp-snapshot.service mcp-snapshot.timer \
	mcp-archive.service mcp-archive.timer
# For those who read: copied, and then made theirs.
EXAMPLES = $(wildcard scripts/deploy/*.conf scripts/deploy/*.cron) \
	scripts/deploy/fleet.yaml scripts/deploy/compose.yaml scripts/deploy/kubernetes.yaml \
	scripts/deploy/image/README.md \
	$(wildcard scripts/deploy/store/*.conf scripts/deploy/store/*.acl) \
	scripts/deploy/worker/Dockerfile scripts/deploy/worker/lighttpd.conf \
	$(wildcard scripts/prometheus/*.yml scripts/grafana/*.json) \
	$(wildcard scripts/datadog/*) scripts/nagios/mcp.cfg
INBOXES = $(patsubst %,inbox_%.bash,file https s3 dynamodb gist cloudflare-kv)
LIVENESS = package.json liveness.js liveness.d.ts README.md
MAN5 = man/mcp-records.5 man/fleet.yaml.5 man/mcp-routes.5
MAN7 = man/mcp-fleet.7 man/mcp-incidents.7 man/mcp-runbook.7 \
	man/mcp-audit.7 man/mcp-snapshot.7 man/mcp-store.7 man/mcp-inbox.7 \
	man/mcp-tools.7
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
lib_LIBS = -lyaml -lhiredis -lcjson -lssl -lcrypto -lm
probe_LIBS = -lcurl -lcjson -lssl -lcrypto -lbrotlidec -lz -lm
aggregate_LIBS = -lyaml -lhiredis -lcjson -lssl -lcrypto -lm
# The first is the one with most names to look up when the program starts, which
# are so found at once: that saves a CGI a tenth of its time.
serve_LIBS = -lcrypto -lssl -lfcgi -lhiredis -lcjson -lz -lm
alertd_LIBS = -lcurl -lyaml -lhiredis -lcjson -lssl -lcrypto -lm

# What the sanitizers or gcov watch is tested, and not installed.
all: $(PROGRAMS:%=$(B)/bin/%) $(if $(SAN)$(COV),,completions)

# Areas of one program use each other, and the linker looks until nothing is
# missing.
link = $(CC) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) -Wl,--start-group \
	$(filter %.a,$^) -Wl,--end-group $(2)
of = $(call archives,$(sort $(1) lib))

define program
$(B)/bin/$(1): $(B)/$($(1)_FOLDER)/main.o $(call of,$($(1)_FOLDER)) | $(B)/bin
	$$(call link,$(if $(SAN)$(COV),$$(LLD)),$($($(1)_FOLDER)_LIBS))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# objects AREA: those of its files, main.c apart, and of what is made for it.
aggregate/store_MADE = scripts
alertd/web_MADE = console_js console_css
serve/widget_MADE = embed_js
serve/pages_MADE = manual_pages page_js style drawings
serve/api_MADE = openapi
serve/mcp_MADE = tools
serve/preview_MADE = glyphs
objects = $(patsubst %.c,$(B)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c))) \
	$(patsubst %,$(B)/$(1)/%.o,$($(1)_MADE)) \
	$(patsubst %.lua,$(B)/%_lua.o,$(filter alertd/%,$(wildcard $(1)/*.lua)))

define archive
$(B)/$(1).a: $(call objects,$(1)) $(1)
	rm -f $$@ && $(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach a,$(foreach f,$(FOLDERS),$(call areas,$(f))),$(eval $(call archive,$(a))))

include tests/tests.mk

$(B)/bin $(B)/replay $(B)/unit:
	mkdir -p $@

# Another compiler or other flags build everything anew; so does WERROR=1 where the
# compiler warned of something before.
FLAGS = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@{ printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ && \
		$(if $(WERROR),[ ! -e $(B)/warned ],:); } || { rm -f $(B)/warned && \
		printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@; }

# An object without a warning is the same with WERROR=1 and without, and is made once
# for both. A warning is an error with WERROR=1; without, it is shown, and remembered.
object = $(CCACHE) $(CC) $(SEEN) $(CPPFLAGS) $(CFLAGS) $(NAMED) -MMD -MP -c -o $@ $<
compile = $(if $(WERROR),$(object) -Werror,{ [ ! -e $(B)/warned ] && \
	$(object) -Werror 2>/dev/null; } || { $(object) && touch $(B)/warned; })

# A file sees its own folder and lib, and names the area: "store/keys.h".
SEEN = -Ilib
$(foreach f,$(FOLDERS),$(eval $(B)/$(f)/%.o $(B)/tests/unit/$(f)/%.o \
	$(FUZZED_$(f):%=$(B)/tests/fuzz/%.o): SEEN = $(addprefix -I,$(sort $(f) lib))))

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(compile)

$(B)/%.o: $(B)/%.c $(B)/flags
	$(compile)

# What is no C becomes a part of the programs as an array: c_array TYPE,NAME,COMMAND
# is the output of a command, with a NUL behind it.
LICENCE = echo '/* SPDX-License-Identifier: MIT */'
c_array = echo 'const $(1) $(2)[] = {'; $(3) | od -An -v -tu1 | \
	sed 's/[0-9][0-9]*/&,/g'; echo '0};'
sized = { $(LICENCE); echo '\#include "$(2)"'; $(call c_array,$(1),$(basename $(@F)),cat $<); \
	echo 'const size_t $(basename $(@F))_size = sizeof $(basename $(@F)) - 1;'; } >$@
$(B)/serve/widget/embed_js.c: serve/widget/embed.js Makefile
	@mkdir -p $(@D)
	$(call sized,unsigned char,widget/embed.h)

$(B)/serve/pages/page_js.c: serve/pages/page.js Makefile
	@mkdir -p $(@D)
	$(call sized,char,pages/pages.h)

$(B)/alertd/web/console_js.c: alertd/web/console.js Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "web/console.h"'; $(call c_array,char,console_js,cat $<); } >$@

$(B)/alertd/web/console_css.c: alertd/web/console.css Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "web/console.h"'; $(call c_array,char,console_css,\
		sed '/^\/\*.*\*\/$$/d' $<); } >$@

$(B)/serve/api/openapi.c: serve/api/openapi.json Makefile
	@mkdir -p $(@D)
	$(call sized,char,api/api.h)

$(B)/serve/mcp/tools.c: serve/mcp/tools.json Makefile
	@mkdir -p $(@D)
	$(call sized,char,mcp/tool.h)

$(B)/serve/preview/glyphs.c: serve/preview/glyphs.bin Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "preview/canvas.h"'; \
		$(call c_array,unsigned char,glyphs,cat $<); } >$@

# Where the letters of link previews change; the programs are built without.
FONTS = /usr/share/fonts/truetype/dejavu/DejaVuSansCondensed
glyphs:
	@scripts/deps build glyphs
	@mkdir -p build
	$(CC) -O2 -std=c11 $(WARN) -o build/glyphs scripts/glyphs.c \
		$$(pkg-config --cflags --libs freetype2)
	build/glyphs $(FONTS)-Bold.ttf 56 $(FONTS).ttf 32 >build/glyphs.bin
	mv build/glyphs.bin serve/preview/glyphs.bin

# The scripts of the store are files of Lua, those of mcp-aggregate of one or more,
# and the styles of the pages files of CSS. Comments and indentation are for who
# reads the files.
lua_text = sed 's/^[[:blank:]]*//; /^--/d'
# Kept: were they removed, as what only leads to another file is, the next make
# would make them and the program anew, beneath those who use it.
.PRECIOUS: $(B)/alertd/%_lua.c
$(B)/alertd/%_lua.c: alertd/%.lua Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); $(call c_array,char,lua_$(*F),$(lua_text) $<); } >$@

LUA = ingest definitions uncount figures baseline month_figures report count \
	places publish listing read_keys restore_list restore_lock put_targets \
	clear_inbox
lua_ingest = probe_counts hour_row evidence tool_lists tool_list_limit ingest
lua_definitions = definitions
lua_uncount = probe_counts hour_row uncount
lua_figures = percentiles figures
lua_baseline = percentiles baseline
lua_month_figures = percentiles month_figures
lua_report = report
lua_count = uptime count
lua_places = places
lua_publish = uptime tool_lists publish
lua_listing = listing
lua_read_keys = read_keys
lua_restore_list = restore_list
lua_restore_lock = restore_lock
lua_put_targets = put_targets
lua_clear_inbox = clear_inbox
$(B)/aggregate/store/scripts.c: $(wildcard aggregate/store/*.lua) Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "store/scripts.h"'; $(foreach s,$(LUA),$(call c_array,char,script_$(s), \
	$(lua_text) $(lua_$(s):%=aggregate/store/%.lua));) } >$@

CSS = $(basename $(notdir $(wildcard serve/pages/*.css)))
$(B)/serve/pages/style.c: $(wildcard serve/pages/*.css) Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "pages/pages.h"'; $(foreach s,$(CSS),$(call c_array,char,page_$(s), \
	sed '/^\/\*.*\*\/$$/d' serve/pages/$(s).css);) } >$@

# Drawings, without the line ends and comments that are for who reads the files.
drawing = sed '/^<!--.*-->$$/d; s/^[[:blank:]]*//' serve/pages/$(1) | tr -d '\n'
$(B)/serve/pages/drawings.c: serve/pages/icons.svg serve/pages/land.path Makefile
	@mkdir -p $(@D)
	{ $(LICENCE); echo '#include "pages/pages.h"'; \
		$(call c_array,char,page_icons,{ $(call drawing,icons.svg); echo; }); \
		$(call c_array,char,page_land,$(call drawing,land.path)); } >$@

$(B)/serve/pages/manual_pages.c: scripts/manual $(MANUAL)
	@mkdir -p $(@D)
	scripts/manual $(MANUAL) >$@

# Of what is there now: a file that was moved leaves its list behind in build.
-include $(patsubst %.o,%.d,$(foreach f,$(FOLDERS),$(foreach a,$(call areas,$(f)), \
	$(call objects,$(a))))) $(patsubst %.c,$(B)/%.d,$(wildcard */main.c \
	tests/unit/*/*.c tests/fuzz/*.c)) $(wildcard $(B)/tests/unit/*/groups.d \
	$(B)/tests/fuzz/*/*.d)

# The manual for strangers: as a site of files, for any web server, and as Markdown, for
# a forge, which is committed.
html:
	scripts/manual --html build/html $(MANUAL)
	scripts/manual --markdown man/md $(MANUAL)

# For shells: what --help says, and that of each command.
COMPLETED = $(PROGRAMS:%=$(B)/bin/%) $(SCRIPTS)
completions: $(B)/completions/made
$(B)/completions/made: $(COMPLETED) $(wildcard scripts/*.bash) \
		scripts/completions scripts/completions.awk
	rm -rf $(@D)
	scripts/completions $(@D) $(COMPLETED)
	@touch $@

# Packages for Debian and Ubuntu, into build/deb.
deb:
	@scripts/deps build deb
	scripts/package

# Images of these packages, into build/images: for docker, podman, containerd.
images: deb
	@scripts/deps images
	scripts/image

deps:
	@scripts/deps build test

# What mcp-fleet doctor --cve compares with: the libraries of each supported Debian as
# they are now. A release has one; in a clone it is made by hand.
LIBRARIES = scripts/libraries.list
libraries:
	scripts/libraries $(VERSION) >$(LIBRARIES).new && \
		mv $(LIBRARIES).new $(LIBRARIES) || { rm -f $(LIBRARIES).new; exit 1; }

# A release, of the last commit, into build/dist: the sources with such a list, packages
# and images of these sources, a bill of materials, and checksums. With LIST=file, with this
# list: the same commit and list are the same bytes; those of images as long as Debian's
# packages are the same. PACKAGES= is without packages and images.
DIST = mcp-fleet-$(VERSION)
PACKAGES = yes
dist: $(if $(LIST),,libraries)
	@scripts/deps build ci $(if $(PACKAGES),deb images)
	$(if $(LIST),cp $(LIST) $(LIBRARIES))
	rm -rf build/dist
	@mkdir -p build/dist
	git -c tar.umask=022 archive --format=tar --prefix=$(DIST)/scripts/ --add-file=$(LIBRARIES) \
		--prefix=$(DIST)/ HEAD | gzip -9n >build/dist/$(DIST).tar.gz
	$(if $(PACKAGES),tar -C build/dist -xzf build/dist/$(DIST).tar.gz && \
		build/dist/$(DIST)/scripts/package && build/dist/$(DIST)/scripts/image && \
		mv build/dist/$(DIST)/build/deb/*.deb build/dist/$(DIST)/build/images/* build/dist && \
		rm -r build/dist/$(DIST))
	scripts/bill $(LIBRARIES) build/dist/$(DIST).tar.gz \
		$(if $(PACKAGES),build/dist/*.deb build/dist/mcp-*.oci.tar) \
		>build/$(DIST).spdx.json
	mv build/$(DIST).spdx.json build/dist
	cd build/dist && sha256sum * >../SHA256SUMS && mv ../SHA256SUMS .

# What people call; everything else is called by these.
define HELP
make run        the whole pipeline on this machine, until Ctrl-C; of your server:
                make run URL=https://... [TOKEN_FILE=file]
make demo       an outage and more, in five minutes; in seconds: QUICK=-q
make            the programs, into build/bin; CC=clang SAN=1: with sanitizers
make check      the tests
make check-long what takes minutes, in stages: LONG=8h for a night
make check-packages one of its stages: packages and images, in a Debian of their own; as root
make unit       the unit tests, into build/unit
make install    programs, pages and units, into PREFIX, below DESTDIR
make uninstall  what install put there is removed again
make deb        packages for Debian and Ubuntu, into build/deb
make images     of the packages, for docker and podman, into build/images
make dist       a release: sources, packages, images, bill and checksums, into build/dist
make libraries  the versions of libraries that mcp-fleet doctor --cve compares with
make html       the manual as a site, into build/html, and as Markdown, into man/md
make deps       install what building and testing need
make clean      remove build

make fuzz       look for inputs that break what reads strangers' bytes; TARGET=url
make coverage   how much the unit tests run, and whether every branch of decisions
make mutants    small changes to decisions: do the tests notice?
make lab        five regions, and what goes wrong in them; as root
make bench      what the programs cost; BENCH='-n 3 probe': a part of it
make compare    us beside other monitors, in five minutes
make pictures   those of README
make glyphs     the letters of link previews
endef
help:
	@: $(info $(HELP))

# quoted TEXT: for the shell.
quoted = '$(subst ','\'',$(1))'

# The whole pipeline on this machine: make run [URL=https://… [TOKEN_FILE=file]].
# Where npm cannot be had, it goes on without the servers that come from there.
run:
	@scripts/deps build run $(if $(URL),,servers || scripts/deps build run)
	@[ -e $(B)/bin/mcp-serve ] || echo "building the programs: about a minute"
	@$(MAKE) -s all
	@scripts/run $(if $(TOKEN_FILE),--token-file $(call quoted,$(TOKEN_FILE))) \
		$(if $(URL),$(call quoted,$(URL)))

# An outage and more, on this machine, in five minutes: make demo [QUICK=-q]
demo:
	@scripts/deps build run
	@$(MAKE) -s all
	@PATH=$(CURDIR)/build/bin:$$PATH scripts/mcp-fleet demo $(QUICK)

# Tests of whole programs: those that take longest come first, and their folders.
LONGEST = $(patsubst %,tests/cli/%.bats,fleet/inbox-elsewhere fleet/crawl fleet/rotate \
	fleet/doctor whole/late fleet/enroll fleet/clients fleet/cve whole/deploy whole/run serve/api fleet/init \
	fleet/spool serve/pages fleet/runner probe/inward probe/secrets alert/hung-routes)
FIRST = $(LONGEST) $(filter-out $(LONGEST),$(foreach d,whole fleet probe serve,\
	$(wildcard tests/cli/$(d)/*.bats)))
CLI = $(FIRST) $(filter-out $(FIRST),$(wildcard tests/cli/*/*.bats))

# More tests than cores at a time, for many wait for an answer that does not come.
TESTS := $(shell expr 3 '*' $(CORES))

# bats JOBS,FILES[,TAG]: each once; of a tag (`later`, `!later`) those tests alone.
bats = prove --timer -f -o -e 'bats -t $(if $(3),--filter-tags $(3))' -j $(1) $(2)

# Minutes of ssh, of web servers, of suites that others wrote, of months of data, of every
# form of a client's file, of packed sources, of attacks, of secrets that come back in
# every form, of programs that are killed again and again, and what tests of units or of
# other programs nearly say, are left to check-long: a line of the file says so,
# `# bats file_tags=later`, or one before the test, `# bats test_tags=later`.
tagged = $(shell grep -l '^\# bats $(1)_tags=later$$' tests/meta/*.bats tests/cli/*/*.bats)
LATER = $(call tagged,file)

# The MCP servers and SDKs that tests use, from npm: while others are compiled.
peers:
	tests/peers/install

# stage NAME,COMMANDS: a part of check, whose output goes to build/check/NAME.log.
stage = @mkdir -p build/check; tests/stage $(1) || exit 0; from=$$(date +%s); \
	{ $(2); } >build/check/$(1).log 2>&1; tests/stage $(1) $$? $$from

# Everything under both compilers. The programs come first, built by gcc; while they are
# tested, which is waiting for most of the time, clang builds them and the units once
# more, for the sanitizers. A stage that fails stops those that need it, and no others.
check: deps
	@rm -rf build/check && mkdir -p build/check
	@$(MAKE) -s -k check-programs check-units; tests/stage

check-gcc:
	$(call stage,gcc,$(MAKE) CC=gcc WERROR=1 all)

check-peers:
	$(call stage,peers,tests/peers/install)

# The soak wants what clang builds meanwhile.
check-programs: check-gcc check-peers
	$(call stage,programs,SOAK_SECONDS=0 && export SOAK_SECONDS && \
		{ $(call bats,$(TESTS),tests/meta/*.bats $(filter-out $(LATER),$(CLI)),!later); })

check-clang: check-gcc
	$(call stage,clang,$(MAKE) CC=clang WERROR=1 SAN=1 all unit replay)

check-units: check-clang check-peers
	$(call stage,units,PROPERTY_SCHEDULES=300 prove -f -o -e '' \
		$(patsubst build/%,build/san/%,$(UNIT_PROGRAMS) $(REPLAY_PROGRAMS)) && \
		bats -t -f 'no request ends' tests/cli/serve/leaks.bats)

# What differs between the releases of Debian that are supported: web servers, OpenSSL,
# Node, Redis. tests/bare runs this in another one.
DIFFERING = $(patsubst %,tests/cli/%.bats,whole/deploy whole/run whole/acl fleet/init \
	alert/maintenance-web alert/answers alert/ack probe/tls probe/mtls probe/inward \
	serve/serve serve/fastcgi)
check-differing: deps
	$(MAKE) peers all
	$(call bats,$(TESTS),$(DIFFERING))

# Tests of what reads bytes of strangers, which check-long runs under the sanitizers; the
# pages have the soak of leaks. Some that check left are of other stages; the rest is run
# as it is.
STRANGERS = $(filter tests/cli/probe/% \
	$(patsubst %,tests/cli/serve/%.bats,api fastcgi mcp mcp-conformance) \
	$(patsubst %,tests/cli/aggregate/%.bats,aggregate definitions fuzz-ingest input \
		servers_from strangers) \
	$(patsubst %,tests/cli/alert/%.bats,ack answers email maintenance-web sinks \
		sinks-answers) \
	$(patsubst %,tests/cli/fleet/%.bats,forced inbox poisoned),$(CLI))

# What takes minutes, in stages, each run although another failed, and none begun when
# LONG is over. Some wait for most of their time: strangers' bytes under the sanitizers;
# what check leaves; limits; the packages; a real browser; us beside other monitors; what
# differs in the other release of Debian; kills. Two of them run at a time, those that
# found most or take longest first. The others compute, one after the other, and step
# back for the first: unit tests as they are; requests, schedules; small changes to
# decisions, which the tests must notice; a day of 1,000 servers; every branch of
# decisions; inputs that libFuzzer makes up; a month, and one in SQL.
WAITING = strangers later limits packages browser compare trixie kills
COMPUTING = plain leaks property sift mutants days coverage fuzz month snapshot archive
# Two stages that install packages at the same time would wait for each other.
check-long: deps
	@scripts/deps long
	@scripts/deps build test deb packages bare compare fuzz || :
	@rm -rf build/check && mkdir -p build/check
	@echo $$(($$(date +%s) + $(LONG_MINUTES) * 60)) >build/check/until
	@$(MAKE) -s -k check-clang check-peers || :
	@MAKEFLAGS='$(filter-out -j% --jobserver%,$(MAKEFLAGS))' $(MAKE) -s -k -j 3 check-computing $(WAITING:%=check-%); tests/stage

check-computing:
	@for stage in $(COMPUTING); do nice $(MAKE) -s check-$$stage; done

check-plain:
	$(call stage,plain,$(MAKE) -j $(CORES) CC=gcc WERROR=1 unit && prove -f -o -e '' $(UNIT_PROGRAMS))

check-strangers:
	$(call stage,strangers,BIN=$(CURDIR)/build/san/bin && export BIN && \
		{ $(call bats,4,$(STRANGERS)); })

check-later:
	$(call stage,later,$(call bats,$(TESTS),$(filter-out $(STRANGERS) $(STAGED) $(LIMITS), \
		$(filter $(LATER) $(call tagged,test),$(CLI) $(wildcard tests/meta/*.bats))),later))

# Files of which these try more than `make check` would.
STAGED = $(patsubst %,tests/cli/%.bats,aggregate/property alert/kills whole/store-kills \
	fleet/sift)
STATISTICS = leaks kills property sift days month snapshot archive
$(STATISTICS:%=check-%): check-%:
	$(call stage,$*,$(MAKE) long-$*)

check-coverage:
	$(call stage,coverage,$(MAKE) -j $(CORES) coverage)

check-mutants:
	$(call stage,mutants,tests/long/mutants -n $(call share,100) -t $(call share,240))

# Those that wait longest come first. A third of the servers of the audit, which take this
# machine less of its time.
LIMITS = $(patsubst %,tests/%.bats,long/lab long/crawl long/hostile long/engines \
	long/inboxes cli/serve/trouble long/targets cli/probe/hostile long/registry)
check-limits:
	$(call stage,limits,$(MAKE) build/bench/server && export SERVERS=$${SERVERS:-727} INBOX_ROUNDS=$${INBOX_ROUNDS:-12} \
		CPU=1 SLACK=1; $(call bats,3,$(LIMITS)))

check-browser:
	$(call stage,browser,bats -t tests/long/pages.bats && tests/long/run)

check-fuzz:
	$(call stage,fuzz,$(MAKE) -j $(CORES) fuzz FUZZ_SECONDS=$(call share,4) FUZZ_JOBS=$(CORES))

check-packages:
	$(call stage,packages,bats -t tests/long/packages.bats tests/long/images.bats)

check-compare:
	$(call stage,compare,scripts/deps build compare && bats -t tests/long/compare.bats)

check-trixie:
	$(call stage,trixie,tests/bare trixie differing || [ $$? -eq 3 ])

clean:
	rm -rf build

# copy MODE,FOLDER,FILES
copy = install -D -m $(1) -t $(DESTDIR)$(2) $(3)
install: all
	$(call copy,755,$(BINDIR),$(PROGRAMS:%=$(B)/bin/%) $(SCRIPTS))
	$(call copy,644,$(LIBEXECDIR),$(addprefix scripts/,\
		region.bash cloud.bash config.bash needs.bash inbox.bash init.bash enroll.bash doctor.bash \
		doctor_rounds.bash doctor_cve.bash demo.bash crawl.bash secrets.bash \
		snapshot.bash inbox_take.bash inbox_region.bash inbox_start.bash inbox_at.bash \
		$(INBOXES)))
	if [ -e $(LIBRARIES) ]; then $(call copy,644,$(DATADIR),$(LIBRARIES)); fi
	$(call copy,644,$(DATADIR)/sql,$(wildcard scripts/sql/*.sql))
	$(call copy,644,$(DATADIR)/sql/queries,$(wildcard scripts/sql/queries/*.sql))
	$(call copy,644,$(MANDIR)/man1,$(MAN1))
	$(call copy,644,$(MANDIR)/man5,$(MAN5))
	$(call copy,644,$(MANDIR)/man7,$(MAN7))
	$(call copy,644,$(MANDIR)/man8,$(MAN8))
	$(call copy,755,$(NAGIOSDIR),scripts/nagios/check_mcp)
	$(call copy,644,$(DATADIR)/liveness,$(LIVENESS:%=scripts/liveness/%))
	$(call copy,644,$(UNITDIR),$(UNITS:%=scripts/deploy/%))
	sed -i 's|/usr/local/bin/|$(BINDIR)/|' $(UNITS:%=$(DESTDIR)$(UNITDIR)/%)
	install -D -m 644 scripts/deploy/mcp-fleet.sysusers \
		$(DESTDIR)$(SYSUSERSDIR)/mcp-fleet.conf
	install -D -m 644 scripts/deploy/mcp-fleet.tmpfiles \
		$(DESTDIR)$(TMPFILESDIR)/mcp-fleet.conf
	$(call copy,644,$(BASHDIR),$(B)/completions/bash/*)
	$(call copy,644,$(ZSHDIR),$(B)/completions/zsh/*)
	$(call copy,644,$(FISHDIR),$(B)/completions/fish/*)
	for file in $(EXAMPLES); do \
		$(call copy,644,$(EXAMPLEDIR)/$$(basename $$(dirname $$file)),$$file) || \
			exit; done
	$(call copy,755,$(EXAMPLEDIR)/store,scripts/deploy/store/run)
	$(call copy,755,$(EXAMPLEDIR)/lambda,$(wildcard scripts/deploy/lambda/*))
	$(call copy,755,$(EXAMPLEDIR)/worker,scripts/deploy/worker/mcp-worker)
	$(call copy,755,$(EXAMPLEDIR)/image,scripts/deploy/image/entry)

# What install puts there, and the folders of mcp-fleet that are empty then.
uninstall: all
	@to=$$(mktemp -d) && trap 'rm -rf "$$to"' EXIT && \
		$(MAKE) -s -o all install DESTDIR="$$to" && \
		cd "$$to" && { find . -type f -print0; printf '.$(DATADIR)/libraries.list\0'; } | \
		(cd '$(abspath $(DESTDIR)/)' && xargs -0 rm -f) && \
		find . -depth -type d -path '*/mcp-fleet*' -print0 | \
		(cd '$(abspath $(DESTDIR)/)' && xargs -0 rmdir 2>/dev/null || :)

.PHONY: all check check-differing check-long clean completions deb demo deps dist glyphs images \
	help html install libraries peers run uninstall FORCE $(addprefix check-,gcc clang programs units computing $(WAITING) $(COMPUTING))
.DELETE_ON_ERROR:
