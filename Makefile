# mcp-fleet. `make run` and `make check` are the two commands; see README.md.

VERSION = 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man

CC ?= cc
CFLAGS ?= -O2 -g
SAN ?=
WERROR ?=

# B holds everything that is built. The sanitizers have a tree of their own.
B = build$(if $(SAN),/san)

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	$(if $(WERROR),-Werror)
HARDEN = -fstack-protector-strong $(if $(SAN),,-D_FORTIFY_SOURCE=2)
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
SANITIZE = $(if $(SAN),$(SANITIZERS))

override CPPFLAGS += -Ilib -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DVERSION='"$(VERSION)"' -include lib/banned.h
override CFLAGS += -std=c11 $(WARN) $(HARDEN) $(SANITIZE)
override LDFLAGS += $(SANITIZE)

PROGRAMS = mcp-probe mcp-aggregate
MAN1 = man/mcp-probe.1 man/mcp-aggregate.1
MAN5 = man/mcp-records.5

# What each program is made of. A new file is a line here.
LIB = lib/xalloc.o lib/buf.o lib/num.o lib/text.o lib/log.o lib/clock.o \
	lib/names.o lib/json.o lib/json_grammar.o lib/jcs.o lib/jcs_number.o \
	lib/sha256.o lib/lines.o lib/record.o
PROBE = probe/address.o probe/challenge.o probe/credential.o probe/diagnose.o \
	probe/discovery.o probe/exchange.o probe/failure.o probe/handshake.o \
	probe/http.o probe/http_fail.o probe/http_fields.o probe/oauth.o \
	probe/opts.o probe/probe.o probe/report.o probe/resolve.o probe/rpc.o probe/sse.o \
	probe/steps.o probe/surface.o probe/target.o probe/tools.o probe/url.o \
	probe/wall.o probe/wire.o
mcp-probe_OBJS = $(LIB) $(PROBE) probe/main.o
mcp-probe_LIBS = -lcurl -lcjson -lssl -lcrypto -lm
# The rule of mcp-aggregate: no clock, no I/O.
RULE = aggregate/verdict.o aggregate/run.o aggregate/drift.o \
	aggregate/history.o
mcp-aggregate_OBJS = $(LIB) lib/record_verdict.o aggregate/main.o \
	aggregate/command.o aggregate/input.o aggregate/judge.o aggregate/show.o \
	aggregate/collect.o aggregate/tool_lists.o aggregate/pool.o \
	aggregate/index.o $(RULE)
mcp-aggregate_LIBS = -lcjson -lcrypto -lm

# Unit tests: one program each, from tests/unit/NAME.c and these objects.
UNIT = test_base test_json test_jcs test_lines
UNIT_LIBS = -lcmocka -lcjson -lcrypto -lm
BASE = lib/xalloc.o lib/log.o lib/text.o
test_base_OBJS = $(BASE) lib/buf.o lib/num.o lib/names.o lib/clock.o \
	lib/sha256.o
test_json_OBJS = $(BASE) lib/buf.o lib/json.o lib/json_grammar.o \
	lib/jcs_number.o
test_jcs_OBJS = $(test_json_OBJS) lib/jcs.o
test_lines_OBJS = $(BASE) lib/lines.o
UNIT += test_verdict test_agreement test_regions test_drift test_collect \
	test_record_verdict
test_verdict_OBJS = tests/unit/timeline.o $(BASE) lib/names.o lib/clock.o $(RULE)
test_agreement_OBJS = $(test_verdict_OBJS)
test_regions_OBJS = $(test_verdict_OBJS)
test_drift_OBJS = $(test_verdict_OBJS)
test_collect_OBJS = $(BASE) lib/buf.o lib/names.o lib/num.o lib/json.o \
	lib/json_grammar.o lib/jcs_number.o lib/record.o aggregate/collect.o \
	aggregate/tool_lists.o aggregate/pool.o aggregate/index.o
test_record_verdict_OBJS = $(BASE) lib/buf.o lib/names.o lib/clock.o lib/json.o \
	lib/json_grammar.o lib/jcs_number.o lib/record_verdict.o

OBJS = $(sort $(foreach p,$(PROGRAMS),$($(p)_OBJS)) \
	$(foreach t,$(UNIT),tests/unit/$(t).o $($(t)_OBJS)))

all: $(PROGRAMS:%=$(B)/bin/%)

define program
$(B)/bin/$(1): $(addprefix $(B)/,$($(1)_OBJS)) | $(B)/bin
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) $$(LDLIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

define unit
$(B)/unit/$(1): $(addprefix $(B)/,tests/unit/$(1).o $($(1)_OBJS)) | $(B)/unit
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(UNIT_LIBS) $$(LDLIBS)
endef
$(foreach t,$(UNIT),$(eval $(call unit,$(t))))

$(B)/bin $(B)/unit:
	mkdir -p $@

# Another compiler or other flags build everything anew.
FLAGS = $(CC) $(CPPFLAGS) $(CFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJS:%.o=$(B)/%.d)

deps:
	@scripts/deps build test

# Everything under both compilers, and under the sanitizers with clang's.
check: deps
	$(MAKE) CC=gcc WERROR=1 all unit
	$(MAKE) CC=clang WERROR=1 SAN=1 all unit
	tests/peers/install
	prove -j 2 -e '' $(UNIT:%=build/unit/%) $(UNIT:%=build/san/unit/%)
	prove -j 2 -e 'bats -t' tests/meta/*.bats tests/cli/*.bats
	BIN=$(CURDIR)/build/san/bin prove -j 2 -e 'bats -t' tests/cli/*.bats

unit: $(UNIT:%=$(B)/unit/%)

clean:
	rm -rf build

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man5
	install -m 755 $(PROGRAMS:%=$(B)/bin/%) $(DESTDIR)$(BINDIR)
	install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5

.PHONY: all check clean deps install unit FORCE
.DELETE_ON_ERROR:
