# SPDX-License-Identifier: MIT
# tests.mk: how tests, fuzz targets and benches are built and run; a part of the
# Makefile, which says what is tested when (check, check-long).

# Unit tests: one program a folder, from tests/unit/FOLDER/test_NAME.c and what else
# is there; each main is a group of it, which tests/unit/groups.c runs. Fuzz targets:
# from tests/fuzz/NAME.c.
UNIT = $(notdir $(basename $(wildcard tests/unit/*/test_*.c)))
FUZZED_lib = engines jcs lines number record servers text tzif verdict
FUZZED_probe = challenge conf credential mask oauth rpc sse ssh_command target \
	tools url
FUZZED_serve = answer fastcgi mcp request session
FUZZED_aggregate = definitions deposit lock signs snapshot
FUZZED_alertd = cgi said sink state token
FUZZED = $(sort $(foreach f,$(FOLDERS),$(FUZZED_$(f))))
# These are scripts, and try a whole program of SAN=1.
FUZZED_PROGRAMS = ingest registry

# groups OBJECT,PROGRAM,NAMES,FILES: what runs these groups in a program.
define groups
$(1): NAMED = -DPROGRAM='"$(2)"' -DGROUPS='$(patsubst %,GROUP(%),$(3))'
$(1): $(4) $(B)/flags
	@mkdir -p $$(@D)
	$$(compile)
endef
# links NAMES: to a program, which knows by its name which group to run.
links = @cd $(@D) && for name in $(1); do ln -sf $(@F) $$name || exit; done

# unit FOLDER: its tests, with what helps them.
tested = $(notdir $(basename $(wildcard tests/unit/$(1)/test_*.c)))
helpers = $(patsubst %.c,$(B)/%.o,$(filter-out tests/unit/$(1)/test_%, \
	$(wildcard tests/unit/$(1)/*.c)))
define unit
$(B)/unit/$(1): $(B)/tests/unit/$(1)/groups.o \
		$(patsubst %,$(B)/tests/unit/$(1)/%.o,$(call tested,$(1))) \
		$(B)/tests/unit/$(1).a $(B)/tests/unit/lib.a $(call of,$(1)) | $(B)/unit
	$$(call link,$$(LLD),-lcmocka $($(1)_LIBS) $$(LDLIBS))
	$$(call links,$(call tested,$(1)))
$(patsubst %,$(B)/unit/%,$(call tested,$(1))): $(B)/unit/$(1) ;
$(B)/tests/unit/$(1)/test_%.o: NAMED = -Dmain=group_$$(*F)
$(call groups,$(B)/tests/unit/$(1)/groups.o,$(1),$(call tested,$(1)),tests/unit/groups.c \
	tests/unit/$(1))
$(B)/tests/unit/$(1).a: $(call helpers,$(1)) tests/unit/$(1)
	mkdir -p $$(@D) && rm -f $$@ && $(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach f,$(FOLDERS),$(eval $(call unit,$(f))))

# fuzzed FOLDER: for libFuzzer, a program each; or, with the same sanitizers, to be fed
# files: one program, but for those whose calls go elsewhere.
WRAPPED = lines cgi engines
comma = ,
define replay
$(B)/replay/$(1): $(patsubst %,$(B)/tests/fuzz/%.o,$(3) fuzz groups/$(1) replay/$(1)) \
		$(sort $(B)/tests/unit/$(2).a $(B)/tests/unit/lib.a) $(call of,$(2)) | $(B)/replay
	$$(call link,$$(LLD),$($(2)_LIBS) -lyaml $$(LDLIBS))
	$$(call links,$(filter-out $(1),$(3)))
$(patsubst %,$(B)/replay/%,$(filter-out $(1),$(3))): $(B)/replay/$(1) ;
$(call groups,$(B)/tests/fuzz/groups/$(1).o,$(1),$(3),tests/unit/groups.c tests/tests.mk)
$(call groups,$(B)/tests/fuzz/replay/$(1).o,$(1),$(3),tests/fuzz/replay.c tests/tests.mk)

endef
define fuzzed
$(FUZZED_$(1):%=$(B)/bin/%): $(B)/bin/%: $(B)/tests/fuzz/%.o \
		$(B)/tests/fuzz/fuzz.o $(sort $(B)/tests/unit/$(1).a $(B)/tests/unit/lib.a) \
		$(call of,$(1)) | $(B)/bin
	$$(call link,-fsanitize=fuzzer $$(LLD),$($(1)_LIBS) -lyaml $$(LDLIBS))
$(call replay,$(1),$(1),$(filter-out $(WRAPPED),$(FUZZED_$(1))))
$(foreach w,$(filter $(WRAPPED),$(FUZZED_$(1))),$(call replay,$(w),$(1),$(w)))
endef
# Without libFuzzer a target is a group, too.
ifndef FUZZ
$(FUZZED:%=$(B)/tests/fuzz/%.o): NAMED = -DLLVMFuzzerTestOneInput=one_input_$(*F)
endif
$(foreach f,$(FOLDERS),$(eval $(call fuzzed,$(f))))
# The target gives it the bytes in pieces.
$(foreach d,replay bin,$(B)/$(d)/lines): LDLIBS += -Wl,--wrap=read
# The servers of a store, without a network.
$(foreach d,replay bin,$(B)/$(d)/engines): LDLIBS += $(patsubst \
	%,-Wl$(comma)--wrap=connection_%,open close ask fail why)
# The CGI of mcp-alert, without a store and without files.
$(foreach d,replay bin,$(B)/$(d)/cgi): $(B)/tests/fuzz/fuzz_store.o
$(foreach d,replay bin,$(B)/$(d)/cgi): LDLIBS += -Wl,--wrap=read \
	-Wl,--wrap=write -Wl,--wrap=conf_load -Wl,--wrap=conf_load_file \
	-Wl,--wrap=acknowledge_secret -Wl,--wrap=slot_take

UNIT_PROGRAMS = $(FOLDERS:%=$(B)/unit/%)
REPLAY_PROGRAMS = $(patsubst %,$(B)/replay/%,$(FOLDERS) $(WRAPPED))
unit: $(UNIT_PROGRAMS)

replay: $(REPLAY_PROGRAMS)

fuzzers: $(FUZZED:%=$(B)/bin/%)

# Inputs that libFuzzer makes up: make fuzz [TARGET=…] [FUZZ_SECONDS=600]
# [FUZZ_JOBS=1]
fuzz:
	@scripts/deps build test fuzz
	@$(MAKE) -s CC=clang WERROR=1 SAN=1 FUZZ=1 fuzzers
	@$(MAKE) -s CC=clang WERROR=1 SAN=1 all
	@tests/fuzz/run $(or $(TARGET),$(FUZZED) $(FUZZED_PROGRAMS))

# How long check-long takes, but for the stages that are under way then, and how much it
# tries of what is statistics: schedules, kills, fuzzing. LONG=8h make check-long finds
# more.
LONG ?= 30m
LONG_MINUTES := $(shell echo '$(LONG)' | sed -n 's/^\([0-9]*\)m$$/\1/p; s/^\([0-9]*\)h$$/\1 60/p' | \
	awk 'NF { print $$1 * (NF > 1 ? $$2 : 1) }')
ifeq ($(LONG_MINUTES),)
$(error LONG=$(LONG): minutes or hours, such as 30m or 8h)
endif
# share NUMBER: what is done of something in that time, as NUMBER in 30 minutes.
share = $(shell expr '(' $(1) '*' $(LONG_MINUTES) + 29 ')' / 30)

long-days:
	DAY_SERVERS=1000 DAY_MINUTES=1440 DAY_KIB=2097152 \
		bats -t -f 'a day' tests/cli/aggregate/simulation.bats
	DAY_DAYS=$(call share,6) bats -t -f 'a day' tests/cli/aggregate/simulation.bats

long-property:
	PROPERTY_SCHEDULES=$(call share,12000) build/unit/test_property
	PROPERTY_SCHEDULES=$(call share,3000) bats -t tests/cli/aggregate/property.bats

long-kills:
	KILLS=$(call share,800) bats -t tests/cli/alert/kills.bats
	KILLS=$(call share,40) bats -t tests/cli/whole/store-kills.bats

long-leaks:
	LEAKS_REQUESTS=$(call share,9000) SOAK_SECONDS=$(call share,60) \
		bats -t tests/cli/serve/leaks.bats

long-sift:
	SIFT_SECONDS=$(call share,45) bats -t tests/cli/fleet/sift.bats

long-month:
	bats -t tests/long/month.bats

long-snapshot:
	bats -t tests/long/snapshot.bats

long-archive:
	SERVERS=$(call share,100) bats -t tests/long/archive.bats

# What changes a decision is noticed: a sample of small changes to the pure areas.
mutants:
	tests/long/mutants

# What decides by itself, and has no branch that no unit test and no story takes: the
# rule; canonical JSON; the hash of tools; incidents.
DECISIONS = $(wildcard aggregate/rule/*.c) \
	lib/json/jcs.c lib/json/jcs_number.c probe/protocol/tool_hash.c \
	$(wildcard alertd/incident/*.c) \
	$(patsubst %,alertd/words/%.c,cause summary)

# How much of each area the unit tests and the stories run, by gcov, and whether they
# take every branch of a decision.
coverage:
	@scripts/deps build test
	$(MAKE) -s CC=gcc COV=1 unit build/cov/bin/mcp-alert
	find build/cov -name '*.gcda' -delete
	prove -Q -f -o -e '' $(UNIT_PROGRAMS:build/%=build/cov/%)
	BIN=$(CURDIR)/build/cov/bin tests/scenarios/run tests/scenarios/*.story >/dev/null
	tests/coverage $(DECISIONS)

# Five regions, and what goes wrong in them; as root, with networks of their own.
lab: all
	@scripts/deps build test long
	tests/lab/run articles
	tests/lab/run day
	tests/lab/run night

BENCHES = again bare constant least server
# What the programs cost beside the least that could be done, as a table and in
# build/bench: BENCH='--json -n ROUNDS probe ingest store replay serve
# deliver engines';
# DAY_SERVERS, DAY_MINUTES: the size of the day that is replayed.
bench:
	@scripts/deps build test bench
	@mkdir -p build/bench
	@{ $(MAKE) all $(BENCHES:%=build/bench/%) && tests/peers/install; } \
		>build/bench/log 2>&1 || { tail -n 30 build/bench/log; exit 1; }
	@tests/bench/run $(BENCH)

build/bench/bare: LDLIBS = -lcurl
build/bench/constant: LDLIBS = -lfcgi
build/bench/least: LDLIBS = $(serve_LIBS)
build/bench/server: LDLIBS = -lssl -lcrypto
build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -std=c11 -D_DEFAULT_SOURCE $(WARN) -o $@ $< $(LDLIBS)

# The same servers watched by us, by blackbox exporter with Alertmanager, and by the
# inspector: what each says of which fault, and when; five minutes.
compare: all
	@scripts/deps build compare
	@tests/compare/run

# Those of README, from the programs as they are.
pictures: all
	@scripts/deps build pictures
	tests/long/pictures

.PHONY: bench compare coverage fuzz fuzzers lab long-archive long-days long-kills long-leaks long-month \
	long-property long-sift long-snapshot mutants pictures replay unit
