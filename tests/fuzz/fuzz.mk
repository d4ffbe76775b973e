# fuzz.mk - fuzz targets: tests/fuzz/<layer>_<name>_fuzz.c links that layer and what lies below it.
#
#   make fuzz [FUZZ_S=10]      every target so many seconds, from where the last run ended
#
# libFuzzer needs clang: the targets exist in the variant fuzz only. One run by hand, or again:
#   build/fuzz/tests/core_entry_fuzz FILE

FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_S ?= 10

define fuzz_rules
$(B)/tests/$(1): $(B)/obj/tests/fuzz/$(1).o $(B)/obj/tests/fuzz/fuzz.o \
		$(call archive,$(BELOW_$(call layer_of,$(1))))
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) \
		-Wl,--end-group $$(call libs_of,$(BELOW_$(call layer_of,$(1)))) -lcmocka
$(B)/obj/tests/fuzz/$(1).o: CPPFLAGS += -Itests/support \
	$(call cflags_of,$(foreach a,$(BELOW_$(call layer_of,$(1))),$(LIBS_$(a))))
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rules,$(f))))

.PHONY: fuzzers fuzz
fuzzers: $(addprefix $(B)/tests/,$(FUZZERS))
fuzz: packages-check
	@$(MAKE) --no-print-directory V=fuzz -j$$(nproc) fuzzers
	@bash tests/fuzz/fuzz.sh $(FUZZ_S)
