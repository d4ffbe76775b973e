# tests.mk - everything that proves something. Included by the Makefile.
#
# Each program or script prints one line per check, "ok - ..." or "FAIL - ...", or is a cmocka
# program; tests/support/run.sh runs them, shows what failed and counts.

RUN := bash tests/support/run.sh

# --- what a fresh machine lacks -----------------------------------------------------------------
.PHONY: packages-run packages-check packages-full
packages-run:
	@sh tests/support/packages.sh $(RUN_PACKAGES)
packages-check:
	@sh tests/support/packages.sh $(RUN_PACKAGES) $(CHECK_PACKAGES)
packages-full:
	@sh tests/support/packages.sh $(RUN_PACKAGES) $(CHECK_PACKAGES) $(FULL_PACKAGES)

# --- the simulator: the daemon's engine over a memory store --------------------------------------
SIM_SOURCES := $(wildcard tests/sim/*.c)
$(B)/tests/simulate: $(call objects,$(SIM_SOURCES)) $(call archive,engine ledger core crypt base)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,ledger crypt)
$(call objects,$(SIM_SOURCES)): CPPFLAGS += -Itests/sim -Itests/support

# --- the same for one stay of direct settlement, with its two cores ------------------------------
STAYS_SOURCES := $(wildcard tests/sim_stay/*.c)
$(B)/tests/simulate_stays: $(call objects,$(STAYS_SOURCES)) \
		$(call archive,engine ledger core crypt base)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,ledger crypt)
$(call objects,$(STAYS_SOURCES)): CPPFLAGS += -Itests/sim_stay

# --- messages in the user's language --------------------------------------------------------------
CATALOGUE := $(B)/locale/zh_CN/LC_MESSAGES/qiantong.mo
$(CATALOGUE): gateway/po/zh_CN.po
	@mkdir -p $(@D)
	@msgfmt --check -o $@ $<

-include tests/interop/interop.mk
-include tests/integration/ledger.mk
-include tests/integration/integration.mk
-include tests/fuzz/fuzz.mk
-include tests/bench/bench.mk

.PHONY: test-programs
test-programs: $(B)/tests/simulate $(B)/tests/simulate_stays $(B)/tests/xmlsig $(B)/tests/crash_states $(B)/tests/fault.so \
	$(INTEGRATION_TOOLS)

# --- the two commands ---------------------------------------------------------------------------
# The packages come first and make is started anew: what pkg-config says is read at its start.
.PHONY: demo test check full analyse lint format
demo: packages-run
	@$(MAKE) --no-print-directory V=release -j$$(nproc) all $(CATALOGUE) build/release/tests/proxy
	@bash tests/demo/demo.sh

test: packages-check
	@bash tests/test.sh

check: packages-check
	@bash tests/test.sh check

full: packages-full
	@bash tests/test.sh
	@$(MAKE) --no-print-directory analyse fuzz tsan bench

# Longer than in make test, and the unit tests of what has threads.
TSAN_UNITS := $(addprefix build/tsan/tests/,$(filter net_% gate_% wire_verifiers_test,$(UNITS)))
.PHONY: tsan
tsan: packages-check
	@$(MAKE) --no-print-directory V=tsan -j$$(nproc) $(TSAN_UNITS) >/dev/null
	@for unit in $(TSAN_UNITS); do TSAN_OPTIONS=exitcode=66 $$unit >build/logs/tsan-unit 2>&1 && \
		echo "ok - tsan: $${unit##*/}" || { cat build/logs/tsan-unit; exit 1; }; done
	@bash tests/integration/threads.sh 300

# cppcheck 2.10 trips over compound literals after a question mark (internalAstError).
analyse:
	@cppcheck --quiet --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=internalAstError --error-exitcode=1 \
		--std=c11 -Igateway -j2 gateway && echo "ok - analyse: cppcheck finds nothing"

lint:
	@$(MAKE) --no-print-directory all units
	@bash tests/lint/lint.sh $(B)

format:
	@find gateway tests -name '*.[ch]' -print0 | xargs -0 clang-format -i
