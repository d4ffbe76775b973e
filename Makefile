# qiantong - one Makefile. `make demo` and `make test` need nothing prepared by hand.
#
#   make            the four programs, in build/release/
#   make demo       two provinces exchange on this machine; prints what their ledgers say
#   make test       every test; last line "N passed, N failed"
#   make check      format, lint, unit tests, short simulation (before every commit)
#   make interop    foreign implementations verify what we sign, and we what they sign
#   make fuzz       every fuzz target for FUZZ_S seconds (10)
#   make tsan       the daemon and what has threads under ThreadSanitizer
#   make bench      figures as ratios to the limit measured in the same run
#   make full       check, test, interop, bench and the analysers
#
# V=release|asan|tsan|cov|fuzz chooses the variant, built in build/$(V)/.

V ?= release
B := build/$(V)
CC := $(if $(filter fuzz,$(V)),clang,$(if $(filter default,$(origin CC)),gcc,$(CC)))

RUN_PACKAGES := gcc make pkg-config libxml2-dev libxmlsec1-dev libssl-dev libevent-dev \
	libcurl4-openssl-dev liblmdb-dev libjansson-dev gettext openssl
CHECK_PACKAGES := libcmocka-dev clang clang-format curl libxml2-utils lmdb-utils \
	default-jdk-headless libxml-security-java libbcprov-java
FULL_PACKAGES := cppcheck libxslt1-dev

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wconversion -Wpointer-arith -Wcast-qual -Wundef -Wvla -Werror
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -ftrivial-auto-var-init=zero
LDHARDENING := -Wl,-z,relro,-z,now,-z,noexecstack
FLAGS_release := -O2 -g $(HARDENING)
# -g1: a report names file and line; variables would take a sixth of the time.
FLAGS_asan := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
FLAGS_cov := -O0 -g --coverage
FLAGS_fuzz := -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_release := $(LDHARDENING)
LDFLAGS_fuzz := -fsanitize=fuzzer-no-link,address,undefined

# pkg-config is asked once for each library, not once for each target.
PKG_NAMES := libcrypto libssl xmlsec1-openssl libxml-2.0 lmdb libevent libevent_openssl \
	libevent_pthreads libcurl jansson
$(foreach p,$(PKG_NAMES),$(eval pkg_cflags_$(p) := $(shell pkg-config --cflags $(p) 2>/dev/null)))
$(foreach p,$(PKG_NAMES),$(eval pkg_libs_$(p) := $(shell pkg-config --libs $(p) 2>/dev/null)))
pkg_libs_lmdb := $(or $(pkg_libs_lmdb),-llmdb)
cflags_of = $(sort $(foreach p,$(sort $(1)),$(pkg_cflags_$(p))))
libs_of_names = $(foreach p,$(1),$(pkg_libs_$(p)))
LIBS_crypt := libcrypto
LIBS_wire := xmlsec1-openssl libxml-2.0 libcrypto
LIBS_ledger := lmdb libcrypto
LIBS_net := libevent libevent_openssl libevent_pthreads libcurl libssl libcrypto
LIBS_engine := libcrypto
LIBS_gate := libevent libevent_openssl libevent_pthreads libcurl libssl libcrypto jansson
LIBS_cli := jansson libcrypto
LIBS_sim := jansson libcrypto

CPPFLAGS := -std=gnu11 -D_GNU_SOURCE -Igateway -DOPENSSL_API_COMPAT=30000 -DOPENSSL_NO_DEPRECATED
CFLAGS = $(FLAGS_$(V)) $(WARNINGS) -fPIE
LDFLAGS = -pie $(FLAGS_$(V)) $(LDFLAGS_$(V)) -pthread

# Layers, lowest first; each folder is one archive. Who may include whom: tests/lint/layers.
LAYERS := base crypt core wire ledger engine net gate cli sim
PROGRAMS := $(patsubst gateway/%.c,%,$(wildcard gateway/qiantong*.c))
ARCHIVES_all := gate engine ledger wire net core crypt base
ARCHIVES_qiantongd := $(ARCHIVES_all)
ARCHIVES_qiantong := cli $(ARCHIVES_all)
ARCHIVES_qiantong-sim := sim net wire core crypt base
ARCHIVES_qiantong-audit := wire core crypt base

archive = $(addprefix $(B)/lib,$(addsuffix .a,$(1)))
layer_sources = $(wildcard gateway/$(1)/*.c)
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

.PHONY: all
all: $(addprefix $(B)/,$(PROGRAMS))

define layer_rules
$(B)/lib$(1).a: $(call objects,$(call layer_sources,$(1)))
	@rm -f $$@ && ar rcs $$@ $$^
$(B)/obj/gateway/$(1)/%.o: CPPFLAGS += $(call cflags_of,$(LIBS_$(1)))
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$(l))))

# Libraries in the order of the archives that need them.
libs_of = $(call libs_of_names,$(foreach a,$(1),$(LIBS_$(a))))

define program_rules
$(B)/$(1): $(B)/obj/gateway/$(1).o $(call archive,$(ARCHIVES_$(1)))
	@echo "  link  $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group \
		$$(call libs_of,$(ARCHIVES_$(1)))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rules,$(p))))
$(foreach p,$(PROGRAMS),$(eval $(B)/obj/gateway/$(p).o: CPPFLAGS += $(call cflags_of,jansson $(LIBS_gate) $(LIBS_wire) lmdb)))

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Rebuild when the compiler or its flags change, not only when a source does. Expanded here, once: the
# file is a prerequisite of objects and would else be written with the own flags of the first of them.
FLAGS_LINE := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_LINE)' | cmp -s - $@ || echo '$(FLAGS_LINE)' > $@
.PHONY: FORCE
FORCE:

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# --- tests: tests/unit/<layer>_<name>_test.c links that layer and what lies below it -----------
UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
BELOW_base := base
BELOW_crypt := crypt base
BELOW_core := core base
BELOW_wire := wire core crypt base
BELOW_ledger := ledger core crypt base
BELOW_engine := engine ledger wire core crypt base
BELOW_net := net crypt base
BELOW_gate := $(ARCHIVES_all)
BELOW_cli := cli $(ARCHIVES_all)
BELOW_sim := sim net wire core crypt base
layer_of = $(firstword $(subst _, ,$(1)))

define unit_rules
$(B)/tests/$(1): $(B)/obj/tests/unit/$(1).o $(call archive,$(BELOW_$(call layer_of,$(1))))
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group \
		$$(call libs_of,$(BELOW_$(call layer_of,$(1)))) -lcmocka
$(B)/obj/tests/unit/$(1).o: CPPFLAGS += $(call cflags_of,$(foreach a,$(BELOW_$(call layer_of,$(1))),$(LIBS_$(a)))) -Itests/support
endef
$(foreach u,$(UNITS),$(eval $(call unit_rules,$(u))))

.PHONY: units
units: $(addprefix $(B)/tests/,$(UNITS))

.PHONY: catalogue print-flags
catalogue: $(B)/locale/zh_CN/LC_MESSAGES/qiantong.mo
print-flags:
	@echo '$(CPPFLAGS) $(WARNINGS)'

.PHONY: clean
clean:
	rm -rf build

include tests/tests.mk
