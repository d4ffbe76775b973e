# Foreign implementations verify what we sign, and we what they sign; a foreign partner plays a
# case. Needs a JDK and Debian's libxml-security-java and libbcprov-java.

$(B)/obj/tests/interop/xmlsig.o: CPPFLAGS += $(call cflags_of,$(LIBS_wire))
$(B)/tests/xmlsig: $(B)/obj/tests/interop/xmlsig.o $(call archive,$(BELOW_wire))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$(call libs_of,$(BELOW_wire))

.PHONY: interop
interop: $(B)/tests/xmlsig all
	@sh tests/interop/run.sh $(B)
	@bash tests/interop/dialects.sh
	@bash tests/interop/exchange.sh
	@bash tests/interop/partner.sh
