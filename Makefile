# mcp-fleet. `make run` and `make check` are the two commands; `make check-long`
# tests what takes minutes; see README.md.

VERSION = 0.1.0

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
CFLAGS ?= -O2 -g
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

override CPPFLAGS += -Ilib -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DVERSION='"$(VERSION)"' -include lib/banned.h
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
MAN5 = man/mcp-records.5 man/fleet.yaml.5
MAN7 = man/mcp-fleet.7
MAN8 = man/mcp-serve.8
MANUAL = $(MAN7) $(MAN1) $(MAN5) $(MAN8)

# What each program is made of. A new file is a line here.
LIB = lib/xalloc.o lib/buf.o lib/num.o lib/text.o lib/log.o lib/clock.o \
	lib/names.o lib/json.o lib/json_grammar.o lib/jcs.o lib/jcs_number.o \
	lib/sha256.o lib/lines.o lib/record.o lib/record_read.o lib/cache_check.o lib/secret_file.o \
	lib/private_file.o
CONF = lib/conf.o lib/conf_alerts.o lib/conf_check.o lib/conf_policy.o lib/conf_read.o lib/conf_report.o \
	lib/conf_routes.o \
	lib/conf_scalar.o lib/conf_schema.o lib/conf_show.o lib/conf_value.o \
	lib/conf_yaml.o lib/mailbox.o lib/near.o lib/regions.o
PROBE = probe/address.o probe/answer.o probe/budget.o probe/certificate.o probe/challenge.o \
	probe/credential.o probe/diagnose.o probe/discovery.o probe/exchange.o \
	probe/expiry.o probe/expiry_view.o probe/failure.o probe/finding.o \
	probe/handshake.o probe/http.o probe/http_fail.o probe/http_fail_tls.o \
	probe/http_fields.o probe/http_proxy.o probe/http_setup.o \
	probe/http_sockets.o probe/http_tls.o \
	probe/http_transfer.o probe/jwt.o probe/key_pair.o probe/mask.o \
	probe/mirror.o probe/oauth.o probe/opts.o probe/probe.o \
	probe/listing.o probe/reading.o probe/redact.o \
	probe/report.o probe/resolve.o probe/rpc.o probe/send.o probe/sse.o \
	probe/stale_cache.o probe/steps.o probe/stream.o probe/surface.o probe/target.o probe/timer.o \
	probe/token.o probe/token_cache.o probe/tools.o probe/trace.o probe/url.o \
	probe/wall.o probe/wall_judge.o probe/wire.o
mcp-probe_OBJS = $(LIB) lib/record_expiry.o lib/siphash.o $(PROBE) probe/main.o
mcp-probe_LIBS = -lcurl -lcjson -lssl -lcrypto -lm
# The rule of mcp-aggregate: no clock, no I/O.
RULE = aggregate/verdict.o aggregate/run.o aggregate/isolation.o \
	aggregate/drift.o aggregate/churn.o \
	aggregate/history.o aggregate/bucket.o aggregate/standing.o
# What a verdict tells of hours and days: no clock, no I/O.
FIGURES = aggregate/figures.o aggregate/rates.o lib/hist.o \
	lib/error_rate.o lib/failure_layer.o
# Its screen of a fleet: no clock, no I/O.
STATUS = aggregate/status.o aggregate/status_server.o \
	aggregate/status_pipeline.o
mcp-aggregate_OBJS = $(LIB) lib/record_spool.o lib/record_verdict.o aggregate/main.o \
	aggregate/command.o aggregate/input.o aggregate/judge.o aggregate/show.o \
	aggregate/collect.o aggregate/tool_lists.o aggregate/pool.o \
	aggregate/index.o aggregate/batch.o aggregate/configured.o \
	aggregate/backfill.o aggregate/compare.o aggregate/policy.o \
	aggregate/explain.o aggregate/explained.o aggregate/sides.o \
	aggregate/lock.o aggregate/pinned.o aggregate/buckets.o \
	aggregate/fleet.o aggregate/ingest.o aggregate/late.o aggregate/load.o \
	aggregate/rollup.o $(FIGURES) \
	aggregate/isolation_store.o \
	aggregate/publish.o aggregate/publish_queue.o aggregate/scripts.o \
	lib/beat.o lib/keys.o lib/stages.o lib/store.o lib/store_url.o $(CONF) \
	aggregate/survey.o aggregate/survey_fleet.o lib/record_verdict_read.o \
	$(STATUS) $(RULE)
mcp-aggregate_LIBS = -lyaml -lhiredis -lcjson -lcrypto -lm

# What the pages say: no clock, no I/O.
PAGES = serve/feed.o serve/incidents.o serve/outline.o serve/page_answers.o serve/page_incidents.o \
	serve/page_list.o serve/page_map.o serve/page_past.o \
	serve/page_status.o serve/page_style.o serve/part.o serve/past.o \
	serve/places.o serve/brand.o serve/escape.o serve/search.o \
	serve/sides.o serve/told.o serve/view.o serve/works.o
SERVE = serve/account.o serve/answer.o serve/answer_api.o \
	serve/front.o serve/memory.o serve/openapi.o serve/answer_metrics.o serve/answer_page.o \
	serve/badge.o serve/card.o serve/glyphs.o serve/metrics.o \
	serve/render.o serve/site.o serve/embed.o serve/embed_js.o \
	serve/fetch.o serve/fetch_listing.o \
	serve/fetch_page.o serve/health.o serve/manual.o serve/respond.o \
	serve/route.o serve/server.o serve/subject.o serve/suggest.o \
	serve/manual_pages.o $(PAGES)
mcp-serve_OBJS = $(LIB) lib/bearer.o lib/hist.o lib/keys.o lib/maintenance.o \
	lib/near.o lib/record_maintenance.o lib/regions.o lib/request.o \
	lib/stages.o lib/store.o lib/store_url.o lib/tzif.o lib/zone.o \
	$(SERVE) serve/main.o
# The first is the one with most names to look up when the program starts, which
# are so found at once: that saves a CGI a tenth of its time.
mcp-serve_LIBS = -lcrypto -lfcgi -lhiredis -lcjson -lm

# The state machine of mcp-alert and what it works on: no clock, no I/O.
MACHINE = alertd/machine.o alertd/tally.o alertd/layer.o alertd/event.o \
	alertd/summary.o alertd/state.o alertd/strings.o lib/record_alert.o \
	lib/failure_layer.o lib/regions.o alertd/expiry.o lib/record_expiry.o alertd/ack.o \
	alertd/change.o alertd/churn.o alertd/coldstart.o alertd/conditions.o \
	alertd/divergence.o alertd/drifting.o lib/maintenance.o \
	alertd/handle.o alertd/phrase.o alertd/pipeline.o lib/stages.o alertd/quality.o \
	alertd/quiet.o alertd/sightings.o alertd/silence.o alertd/stray.o \
	lib/error_rate.o lib/tzif.o lib/zone.o
OUTBOX = alertd/outbox.o alertd/routing.o alertd/common.o alertd/member.o \
	alertd/state_read.o alertd/state_read_tools.o \
	alertd/state_write.o alertd/state_duty.o alertd/digest.o \
	alertd/hours.o alertd/ladder.o alertd/elsewhere.o
# What the types of routes make of an event; only http_send.o and smtp_send.o do I/O.
SINKS = alertd/http_send.o alertd/message.o \
	alertd/message_words.o alertd/sink.o alertd/sink_command.o \
	alertd/sink_alertmanager.o alertd/sink_discord.o alertd/sink_email.o \
	alertd/sink_event.o alertd/sink_opsgenie.o \
	alertd/sink_pagerduty.o alertd/sink_slack.o alertd/sink_text.o \
	alertd/sink_twilio.o alertd/sink_webhook.o alertd/mail.o \
	alertd/smtp_send.o alertd/loopback.o
# What would be told: no clock, no I/O; dispatch.o and budget.o are theirs.
REHEARSED = alertd/coverage.o alertd/describe.o alertd/rehearse.o \
	alertd/tested.o
# Maintenances that are put down.
PLANNED = alertd/calendar.o alertd/maintain.o alertd/plan.o \
	lib/record_maintenance.o
mcp-alert_OBJS = $(LIB) lib/bearer.o lib/beat.o lib/keys.o lib/request.o \
	lib/store.o lib/store_url.o \
	lib/record_verdict_read.o $(CONF) $(MACHINE) $(OUTBOX) $(PLANNED) \
	alertd/ack_token.o alertd/acknowledge.o alertd/away.o alertd/budget.o \
	alertd/carry.o alertd/cgi.o alertd/cgi_ack.o alertd/cgi_maintenance.o \
	alertd/claim.o alertd/deliver.o alertd/dispatch.o alertd/errand.o \
	alertd/execute.o \
	alertd/gather.o alertd/holder.o alertd/local.o alertd/main.o \
	alertd/ahead.o alertd/later.o alertd/memory.o alertd/round.o \
	alertd/options.o alertd/output.o \
	alertd/decide.o alertd/share.o alertd/tell.o alertd/pager.o alertd/print.o \
	alertd/secret.o alertd/shelf.o alertd/shelf_index.o alertd/sign.o $(SINKS) \
	alertd/input.o alertd/replay.o \
	alertd/recording.o alertd/ledger.o alertd/ledger_compare.o \
	alertd/explain.o alertd/explain_json.o alertd/look.o alertd/timeline.o \
	alertd/pulse.o alertd/heartbeat.o \
	alertd/checking.o alertd/testing.o alertd/test_log.o $(REHEARSED)
mcp-alert_LIBS = -lcurl -lyaml -lhiredis -lcjson -lcrypto -lm

# Unit tests: one program each, from tests/unit/NAME.c and these objects.
UNIT = test_base test_buf test_zone test_json test_jcs test_lines
UNIT_LIBS = -lcmocka -lyaml -lcjson -lcrypto -lm
BASE = lib/xalloc.o lib/log.o lib/text.o
test_base_OBJS = $(BASE) lib/buf.o lib/num.o lib/names.o lib/clock.o \
	lib/sha256.o lib/siphash.o
test_buf_OBJS = $(BASE) lib/buf.o
UNIT += test_store_url
test_store_url_OBJS = $(BASE) lib/num.o lib/store_url.o
test_zone_OBJS = $(BASE) lib/clock.o lib/tzif.o lib/zone.o
test_json_OBJS = $(BASE) lib/buf.o lib/json.o lib/json_grammar.o \
	lib/jcs_number.o
test_jcs_OBJS = $(test_json_OBJS) lib/jcs.o
test_lines_OBJS = $(BASE) lib/lines.o
UNIT += test_verdict test_agreement test_regions test_drift test_collect \
	test_record_verdict
test_verdict_OBJS = tests/unit/timeline.o $(BASE) lib/buf.o lib/names.o lib/num.o \
	lib/clock.o $(RULE)
test_agreement_OBJS = $(test_verdict_OBJS)
test_regions_OBJS = $(test_verdict_OBJS)
test_drift_OBJS = $(test_verdict_OBJS)
UNIT += test_churn
test_churn_OBJS = $(test_verdict_OBJS)
UNIT += test_sides test_side_words
test_sides_OBJS = $(test_verdict_OBJS)
test_side_words_OBJS = $(BASE) lib/buf.o lib/clock.o aggregate/sides.o
UNIT += test_isolation
test_isolation_OBJS = $(test_verdict_OBJS)
UNIT += test_cache_check
test_cache_check_OBJS = $(test_json_OBJS) lib/names.o lib/num.o lib/clock.o \
	lib/cache_check.o $(RULE)
UNIT += test_standing
test_standing_OBJS = $(test_verdict_OBJS)
UNIT += test_bucket
test_bucket_OBJS = $(test_verdict_OBJS)
UNIT += test_rates
test_rates_OBJS = $(BASE) lib/buf.o lib/names.o lib/clock.o lib/json.o \
	lib/json_grammar.o lib/jcs_number.o aggregate/history.o $(FIGURES)
UNIT += test_policy
test_policy_OBJS = $(sort $(test_verdict_OBJS) $(BASE) lib/buf.o lib/num.o) \
	aggregate/policy.o aggregate/compare.o
test_collect_OBJS = $(BASE) lib/buf.o lib/names.o lib/num.o lib/json.o \
	lib/json_grammar.o lib/jcs_number.o lib/record.o lib/record_read.o lib/cache_check.o aggregate/collect.o \
	aggregate/tool_lists.o aggregate/pool.o aggregate/index.o \
	aggregate/history.o lib/clock.o
UNIT += test_property
test_property_OBJS = tests/unit/schedule.o $(RULE) \
	$(sort $(test_collect_OBJS) $(test_record_verdict_OBJS))
test_record_verdict_OBJS = $(BASE) lib/buf.o lib/names.o lib/clock.o lib/json.o \
	lib/json_grammar.o lib/jcs_number.o lib/record_verdict.o lib/cache_check.o \
	lib/error_rate.o lib/failure_layer.o
UNIT += test_status
test_status_OBJS = $(test_json_OBJS) lib/names.o lib/clock.o lib/record.o lib/record_read.o lib/cache_check.o \
	$(STATUS)
UNIT += test_sse test_challenge test_rpc test_url test_oauth test_tools \
	test_address test_record test_record_read test_target test_wire \
	test_token test_redact test_wall_judge test_credential test_mask \
	test_answer test_timer test_mirror test_requests test_budget \
	test_tools_limits
test_sse_OBJS = $(BASE) lib/buf.o lib/num.o probe/sse.o
test_challenge_OBJS = probe/challenge.o
test_rpc_OBJS = $(test_json_OBJS) probe/rpc.o probe/failure.o
test_requests_OBJS = $(test_rpc_OBJS)
test_answer_OBJS = $(test_rpc_OBJS) probe/answer.o probe/budget.o
test_budget_OBJS = $(test_json_OBJS) probe/budget.o probe/failure.o
test_timer_OBJS = $(BASE) lib/clock.o probe/timer.o
test_url_OBJS = lib/num.o lib/text.o probe/url.o probe/address.o
test_oauth_OBJS = $(sort $(test_json_OBJS) $(test_url_OBJS)) probe/oauth.o \
	probe/failure.o
test_token_OBJS = $(test_oauth_OBJS)
test_redact_OBJS = $(test_json_OBJS) lib/names.o lib/record.o lib/record_read.o lib/cache_check.o \
	lib/sha256.o probe/mask.o probe/reading.o probe/redact.o
test_wall_judge_OBJS = $(test_json_OBJS) probe/wall_judge.o probe/rpc.o \
	probe/failure.o
test_tools_OBJS = $(test_jcs_OBJS) lib/sha256.o lib/siphash.o probe/tools.o \
	probe/budget.o probe/failure.o
test_tools_limits_OBJS = $(test_tools_OBJS)
test_address_OBJS = probe/address.o
test_record_OBJS = $(test_json_OBJS) lib/names.o lib/record.o lib/record_read.o lib/cache_check.o
test_record_read_OBJS = $(test_record_OBJS)
test_target_OBJS = $(sort $(test_json_OBJS) $(test_url_OBJS)) lib/names.o \
	lib/clock.o lib/secret_file.o probe/target.o probe/credential.o \
	probe/failure.o probe/key_pair.o probe/jwt.o probe/mask.o \
	probe/oauth.o probe/reading.o
test_credential_OBJS = $(test_target_OBJS)
test_jwt_OBJS = $(test_target_OBJS)
test_mirror_OBJS = $(test_json_OBJS) probe/mirror.o probe/failure.o
test_wire_OBJS = $(sort $(test_target_OBJS) $(test_mirror_OBJS)) probe/wire.o
test_mask_OBJS = $(BASE) lib/buf.o lib/num.o probe/address.o probe/http_proxy.o \
	probe/mask.o probe/reading.o
$(foreach t,url oauth target wire token credential jwt mask,$(B)/unit/test_$(t)): LDLIBS += -lcurl
UNIT += test_view test_respond test_request test_route test_badge test_metrics \
	test_memory
test_metrics_OBJS = $(test_view_OBJS) lib/num.o lib/stages.o serve/metrics.o
test_view_OBJS = $(test_json_OBJS) lib/clock.o lib/names.o serve/view.o
test_respond_OBJS = $(test_json_OBJS) lib/sha256.o serve/respond.o
test_memory_OBJS = $(test_respond_OBJS) serve/memory.o
test_request_OBJS = $(test_json_OBJS) lib/bearer.o lib/names.o lib/near.o lib/sha256.o \
	lib/request.o serve/route.o serve/server.o serve/suggest.o
test_route_OBJS = $(BASE) lib/buf.o lib/request.o serve/route.o
test_badge_OBJS = $(test_view_OBJS) lib/bearer.o lib/request.o \
	lib/sha256.o serve/badge.o serve/card.o serve/glyphs.o \
	serve/escape.o serve/server.o
UNIT += test_page test_past
test_page_OBJS = $(LIB) lib/bearer.o lib/hist.o lib/maintenance.o lib/keys.o \
	lib/record_maintenance.o lib/regions.o lib/stages.o lib/tzif.o lib/zone.o \
	serve/server.o $(PAGES)
test_past_OBJS = $(test_page_OBJS)
UNIT += test_conf test_conf_values test_conf_page
test_conf_OBJS = tests/unit/conf_heard.o $(test_json_OBJS) lib/names.o \
	lib/num.o $(CONF)
test_conf_values_OBJS = $(test_conf_OBJS) lib/clock.o $(RULE)
test_conf_page_OBJS = $(test_conf_OBJS)
UNIT += test_conf_routes test_message test_sinks
test_conf_routes_OBJS = $(test_conf_OBJS)
test_sinks_OBJS = tests/unit/sink_bodies.o $(sort $(test_json_OBJS) $(SINKS)) \
	lib/names.o lib/clock.o lib/record.o lib/record_read.o lib/num.o lib/record_alert.o lib/cache_check.o \
	lib/failure_layer.o lib/secret_file.o alertd/execute.o alertd/handle.o \
	alertd/phrase.o alertd/secret.o alertd/sign.o alertd/strings.o \
	lib/mailbox.o lib/regions.o lib/sha256.o
test_message_OBJS = $(test_sinks_OBJS)
$(B)/unit/test_sinks $(B)/unit/test_message: LDLIBS += -lcurl
UNIT += test_coldstart test_common test_machine test_conditions test_divergence test_quality \
	test_alert_state test_late test_outbox test_record_verdict_read
test_coldstart_OBJS = alertd/coldstart.o
test_common_OBJS = $(test_alert_state_OBJS)
test_machine_OBJS = tests/unit/nights.o $(test_json_OBJS) lib/names.o \
	lib/clock.o lib/num.o lib/record.o lib/record_read.o lib/cache_check.o $(MACHINE)
test_conditions_OBJS = $(test_machine_OBJS)
test_divergence_OBJS = $(test_alert_state_OBJS)
test_late_OBJS = $(test_machine_OBJS)
test_quality_OBJS = $(test_machine_OBJS)
test_alert_state_OBJS = $(test_machine_OBJS) $(OUTBOX) $(CONF) lib/sha256.o
UNIT += test_maintenance test_record_maintenance test_quiet
test_record_maintenance_OBJS = $(test_record_OBJS) lib/clock.o lib/tzif.o lib/zone.o \
	lib/record_maintenance.o
test_quiet_OBJS = $(test_alert_state_OBJS)
UNIT += test_maintenance_chain
test_maintenance_chain_OBJS = $(test_maintenance_OBJS)
test_maintenance_OBJS = $(test_record_maintenance_OBJS) lib/maintenance.o
UNIT += test_elsewhere test_pulse test_mail
test_mail_OBJS = $(BASE) lib/buf.o lib/mailbox.o lib/sha256.o alertd/mail.o
test_pulse_OBJS = $(test_alert_state_OBJS) alertd/pulse.o
test_elsewhere_OBJS = $(test_alert_state_OBJS)
UNIT += test_routing test_duty test_digest test_ack_token
test_ack_token_OBJS = $(BASE) lib/buf.o lib/num.o alertd/ack_token.o alertd/sign.o
test_routing_OBJS = $(test_alert_state_OBJS)
test_duty_OBJS = $(test_alert_state_OBJS) alertd/budget.o \
	alertd/dispatch.o lib/keys.o lib/store.o lib/store_url.o
test_digest_OBJS = $(test_duty_OBJS)
$(B)/unit/test_duty $(B)/unit/test_digest: LDLIBS += -lhiredis
UNIT += test_check test_numbers
test_check_OBJS = $(test_duty_OBJS) $(REHEARSED)
test_numbers_OBJS = $(test_duty_OBJS) $(REHEARSED)
$(B)/unit/test_check $(B)/unit/test_numbers: LDLIBS += -lhiredis
UNIT += test_expiry test_expiry_told test_jwt test_pipeline
test_expiry_OBJS = $(test_record_OBJS) lib/clock.o lib/record_expiry.o \
	probe/finding.o
test_expiry_told_OBJS = $(filter-out tests/unit/nights.o,$(test_alert_state_OBJS))
test_pipeline_OBJS = $(test_expiry_told_OBJS)
UNIT += test_ledger
test_ledger_OBJS = $(sort $(MACHINE) $(OUTBOX) $(CONF) $(test_json_OBJS)) \
	lib/names.o lib/clock.o lib/num.o lib/record.o lib/record_read.o lib/cache_check.o lib/sha256.o alertd/ledger.o \
	alertd/ledger_compare.o
test_outbox_OBJS = $(test_alert_state_OBJS) alertd/sign.o
test_record_verdict_read_OBJS = $(test_record_verdict_OBJS) \
	lib/record_verdict_read.o lib/record.o lib/record_read.o lib/num.o

# Fuzz targets: one program each, from tests/fuzz/NAME.c and these objects.
FUZZED = answer cgi challenge conf credential jcs lines mask number oauth record \
	request rpc sink sse target text tools tzif url verdict
# These are scripts, and try a whole program of SAN=1.
FUZZED_PROGRAMS = ingest
FUZZED_LIBS = -lcurl -lyaml -lcjson -lcrypto -lm
fuzz_answer_OBJS = $(LIB) lib/bearer.o lib/hist.o lib/maintenance.o lib/near.o \
	lib/record_maintenance.o lib/regions.o lib/request.o lib/stages.o \
	lib/tzif.o lib/zone.o $(filter-out serve/fetch%,$(SERVE))
# The CGI of mcp-alert, without a store and without files.
fuzz_cgi_OBJS = tests/fuzz/fuzz_store.o $(filter-out alertd/main.o \
	lib/store.o lib/store_url.o,$(mcp-alert_OBJS))
$(foreach d,replay bin,$(B)/$(d)/cgi): LDLIBS += -Wl,--wrap=read \
	-Wl,--wrap=write -Wl,--wrap=conf_load -Wl,--wrap=acknowledge_secret
fuzz_challenge_OBJS = $(BASE) lib/buf.o probe/challenge.o
fuzz_conf_OBJS = $(sort $(test_target_OBJS) $(CONF))
fuzz_credential_OBJS = $(test_target_OBJS)
fuzz_jcs_OBJS = $(test_jcs_OBJS)
fuzz_lines_OBJS = $(BASE) lib/buf.o lib/lines.o
fuzz_mask_OBJS = $(test_redact_OBJS)
fuzz_number_OBJS = $(test_json_OBJS)
fuzz_oauth_OBJS = $(test_oauth_OBJS)
fuzz_record_OBJS = $(test_record_OBJS) lib/clock.o lib/num.o \
	lib/record_expiry.o lib/record_spool.o
fuzz_request_OBJS = $(BASE) lib/buf.o lib/request.o serve/route.o
fuzz_rpc_OBJS = $(test_rpc_OBJS)
fuzz_sink_OBJS = $(test_sinks_OBJS)
fuzz_sse_OBJS = $(test_sse_OBJS)
fuzz_target_OBJS = $(test_target_OBJS)
fuzz_text_OBJS = $(BASE) lib/buf.o lib/clock.o lib/names.o lib/num.o
fuzz_tools_OBJS = $(test_tools_OBJS) lib/names.o
fuzz_tzif_OBJS = $(BASE) lib/buf.o lib/tzif.o
fuzz_url_OBJS = $(BASE) lib/buf.o $(test_url_OBJS)
fuzz_verdict_OBJS = $(test_record_verdict_read_OBJS)
# The target gives it the bytes in pieces.
$(foreach d,replay bin,$(B)/$(d)/lines): LDLIBS += -Wl,--wrap=read

OBJS = $(sort $(foreach p,$(PROGRAMS),$($(p)_OBJS)) \
	$(foreach t,$(UNIT),tests/unit/$(t).o $($(t)_OBJS)) \
	$(foreach t,$(FUZZED),tests/fuzz/$(t).o) \
	tests/fuzz/fuzz.o tests/fuzz/replay.o)

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

# For libFuzzer; or, with the same sanitizers, to be fed files.
define fuzzed
$(B)/bin/$(1): $(addprefix $(B)/,$(sort tests/fuzz/$(1).o tests/fuzz/fuzz.o \
		$(fuzz_$(1)_OBJS))) | $(B)/bin
	$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(FUZZED_LIBS) \
		$$(LDLIBS)
$(B)/replay/$(1): $(addprefix $(B)/,$(sort tests/fuzz/$(1).o \
		tests/fuzz/fuzz.o tests/fuzz/replay.o $(fuzz_$(1)_OBJS))) | \
		$(B)/replay
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(FUZZED_LIBS) $$(LDLIBS)
endef
$(foreach t,$(FUZZED),$(eval $(call fuzzed,$(t))))

$(B)/bin $(B)/replay $(B)/unit:
	mkdir -p $@

# Another compiler or other flags build everything anew.
FLAGS = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The widget, as bytes of mcp-serve.
$(B)/serve/embed_js.c: serve/embed.js
	@mkdir -p $(@D)
	{ echo '#include "embed_js.h"'; \
	echo 'const unsigned char embed_js[] = {'; \
	od -An -v -tu1 $< | sed 's/[0-9][0-9]*/&,/g'; \
	echo '};'; \
	echo 'const size_t embed_js_size = sizeof embed_js;'; } >$@

$(B)/serve/embed_js.o: $(B)/serve/embed_js.c $(B)/flags
	$(CC) $(CPPFLAGS) -Iserve $(CFLAGS) -MMD -MP -c -o $@ $<

# The manual pages as HTML are part of mcp-serve.
$(B)/serve/manual_pages.c: scripts/manual $(MANUAL)
	@mkdir -p $(@D)
	scripts/manual $(MANUAL) >$@

$(B)/serve/manual_pages.o: $(B)/serve/manual_pages.c $(B)/flags
	$(CC) $(CPPFLAGS) -Iserve $(CFLAGS) -MMD -MP -c -o $@ $<

# A file that is served as it is.
$(B)/serve/openapi.c: serve/openapi.json
	@mkdir -p $(@D)
	{ echo '#include "openapi.h"'; echo 'const char openapi[] = {'; \
		od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g'; \
		echo '}; const size_t openapi_size = sizeof openapi;'; } >$@

$(B)/serve/openapi.o: $(B)/serve/openapi.c $(B)/flags
	$(CC) $(CPPFLAGS) -Iserve $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJS:%.o=$(B)/%.d)

deps:
	@scripts/deps build test

# The whole pipeline on this machine: make run [URL=https://…]
run:
	@scripts/deps build run
	@$(MAKE) -s -j 2 all
	@scripts/run $(URL)

# These take long, and send the probe nothing that others do not.
ONCE = tests/cli/conformance.bats tests/cli/peers-nginx.bats

# Everything under both compilers, and under the sanitizers with clang's. More
# tests than cores at a time, for many wait for an answer that does not come.
check: deps
	$(MAKE) -j 2 CC=gcc WERROR=1 all unit
	$(MAKE) -j 2 CC=clang WERROR=1 SAN=1 all unit replay
	tests/peers/install
	prove -j 2 -e '' $(UNIT:%=build/unit/%) $(UNIT:%=build/san/unit/%) \
		$(FUZZED:%=build/san/replay/%)
	prove -f -o -j 4 -e 'bats -t' tests/meta/*.bats tests/cli/*.bats
	BIN=$(CURDIR)/build/san/bin prove -f -o -j 4 -e 'bats -t' \
		$(filter-out $(ONCE),$(wildcard tests/cli/*.bats))

# What takes minutes: a day of 1,000 servers, judged in 2 GiB, and 20 small days;
# many more schedules and kills; inputs that libFuzzer makes up; a real browser.
check-long: deps
	@scripts/deps long
	$(MAKE) -j 2 CC=gcc WERROR=1 all unit
	DAY_SERVERS=1000 DAY_MINUTES=1440 DAY_KIB=2097152 \
		bats -t -f 'a day' tests/cli/simulation.bats
	DAY_DAYS=20 bats -t -f 'a day' tests/cli/simulation.bats
	PROPERTY_SCHEDULES=100000 build/unit/test_property
	PROPERTY_SCHEDULES=5000 bats -t tests/cli/property.bats
	KILLS=5000 bats -t tests/cli/kills.bats
	SIFT_SECONDS=300 bats -t tests/cli/sift.bats
	CPU=0.5 bats -t tests/cli/probe-hostile.bats
	bats -t tests/long/hostile.bats
	SLACK=1 bats -t tests/cli/serve-trouble.bats
	tests/peers/install
	bats -t tests/long/pages.bats
	tests/long/run
	$(MAKE) fuzz FUZZ_SECONDS=40 FUZZ_JOBS=2

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
build/bench/least: LDLIBS = $(mcp-serve_LIBS)
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

.PHONY: all bench check check-long clean deps fuzz fuzzers install replay run unit FORCE
.DELETE_ON_ERROR:
