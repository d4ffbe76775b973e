# integration.mk - what the scripts of tests/integration need beside the programs themselves.

INTEGRATION_TOOLS := $(addprefix $(B)/tests/,proxy speak flood walk.so full.so)

$(B)/tests/proxy: $(B)/obj/tests/support/proxy.o
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $<

SPEAK_ARCHIVES := net wire core crypt base
$(B)/tests/speak: $(B)/obj/tests/support/speak.o $(call archive,$(SPEAK_ARCHIVES))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,$(SPEAK_ARCHIVES))
$(B)/obj/tests/support/speak.o: CPPFLAGS += $(call cflags_of,$(LIBS_net) $(LIBS_wire))

$(B)/tests/flood: $(B)/obj/tests/support/flood.o $(call archive,net crypt base)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(call libs_of,net)
$(B)/obj/tests/support/flood.o: CPPFLAGS += $(call cflags_of,$(LIBS_net))

$(B)/tests/memory_ends: $(B)/obj/tests/integration/memory_ends.o $(call archive,wire core crypt base)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,wire core crypt base) -ldl
$(B)/obj/tests/integration/memory_ends.o: CPPFLAGS += -Itests/support $(call cflags_of,$(LIBS_wire))

# Libraries for LD_PRELOAD: never sanitized, they must load into any program.
$(B)/tests/walk.so $(B)/tests/full.so $(B)/tests/memory.so: $(B)/tests/%.so: tests/support/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -fPIC -shared -o $@ $< -ldl

.PHONY: integration-tools
integration-tools: $(INTEGRATION_TOOLS)
