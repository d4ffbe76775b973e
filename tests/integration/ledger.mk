# ledger.mk - the ledger over a disk that stops, lies or fails (tests/integration/crash_states.sh).

$(B)/tests/fault.so: tests/support/fault.c tests/support/fault.h $(B)/flags
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -fPIC -shared -Itests/support -o $@ $< -ldl

$(B)/tests/crash_states: $(B)/obj/tests/integration/crash_states.o \
		$(call archive,ledger core crypt base)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,ledger crypt) -ldl
$(B)/obj/tests/integration/crash_states.o: CPPFLAGS += -Itests/support

.PHONY: crash-states
crash-states: $(B)/tests/crash_states $(B)/tests/fault.so
	@V=$(V) B=$(B) bash tests/integration/crash_states.sh
