# bench.mk - make bench: figures as ratios to the limit measured in the same run.

BENCHES := stages commits load mapping idle asks
BENCH_COMMON := $(addprefix $(B)/obj/tests/bench/,bench.o documents.o)
BENCH_stages := $(addprefix $(B)/obj/tests/bench/,stages.o stages_fixture.o primitives.o)
BENCH_commits := $(addprefix $(B)/obj/tests/bench/,commits.o)
BENCH_load := $(addprefix $(B)/obj/tests/bench/,load.o)
BENCH_mapping := $(addprefix $(B)/obj/tests/bench/,mapping.o)
BENCH_idle := $(addprefix $(B)/obj/tests/bench/,idle.o)
BENCH_asks := $(addprefix $(B)/obj/tests/bench/,asks.o asks_cores.o asks_floor.o)

# libxslt is only what the mapping is compared with; without it that comparison is left out.
XSLT_FLAGS := $(shell pkg-config --exists libxslt 2>/dev/null && echo -DBENCH_XSLT $$(pkg-config --cflags libxslt))
XSLT_LIBS := $(shell pkg-config --libs libxslt 2>/dev/null)

BENCH_FLAGS := -Itests/bench $(call cflags_of,$(LIBS_gate) $(LIBS_wire) lmdb) $(XSLT_FLAGS)
$(B)/obj/tests/bench/%.o: CPPFLAGS += $(BENCH_FLAGS)

define bench_rules
$(B)/bench/$(1): $(BENCH_$(1)) $(BENCH_COMMON) $(call archive,sim $(ARCHIVES_all))
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) \
		-Wl,--end-group $$(call libs_of,$(ARCHIVES_all)) $(XSLT_LIBS)
endef
$(foreach b,$(BENCHES),$(eval $(call bench_rules,$(b))))

.PHONY: bench benches
benches: all $(addprefix $(B)/bench/,$(BENCHES))
bench: benches
	@B=$(B) bash tests/bench/bench.sh
