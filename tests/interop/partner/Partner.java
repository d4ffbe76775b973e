import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.*;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.BooleanSupplier;
import javax.net.ssl.*;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.*;
import javax.xml.crypto.dsig.spec.*;
import javax.xml.parsers.*;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.validation.*;
import org.w3c.dom.*;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A partner province, IN, that was written from docs/partner.md alone ("section" below means a section of it), with
 * nothing but the JDK. It sends one letter, takes what the gateway sends, and ends when the case is completed: one run,
 * one case. What it sends and takes is stored as it should be, but not read again: a real one begins with that.
 *
 *     java Partner CONFIG.properties
 *
 * Keys: own, their (party ids), url (of their /v1/messages), port (of our server), tls.crt, tls.key, sign.crt, sign.key,
 * ca.crt, their.tls.crt, their.sign.crt (PEM; keys as PKCS #8), schemas, store (directories), seconds (to give up after),
 * trace, letter (their numbers), name, identity, sex, lose (an action whose first answer is lost, to be sent again),
 * offset (milliseconds between this machine's clock and the one of the test).
 */
public class Partner {
    static final String ENV = "urn:qiantong:envelope:1", PEN = "urn:qiantong:pension:1", DS = XMLSignature.XMLNS;
    static final String C14N = "http://www.w3.org/2001/10/xml-exc-c14n#", ENVELOPED = DS + "enveloped-signature";
    static final String ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    static final int LARGEST = 1 << 20;

    /** Why a message is not taken. Early: its id is not used up, and the receipt does not name it (section 14). */
    @SuppressWarnings("serial") static class No extends Exception {
        final String code; final int status; final boolean early;
        No(String code, int status, boolean early, String reason) { super(reason); this.code = code; this.status = status; this.early = early; }
        static No early(String code, String reason) {
            return new No(code, code.equals("SIZE") ? 413 : code.equals("PIN") || code.equals("DENIED") ? 403 : 422, true, reason);
        }
        static No last(String code, String reason) { return new No(code, 422, false, reason); }
    }

    final Properties config = new Properties();
    final String own, their;
    final Path store;
    final PrivateKey signKey;
    final X509Certificate signCertificate, theirSign, theirTls;
    final Schema envelopeSchema, pensionSchema;
    final HttpClient client;
    final Instant end;

    Partner(String file) throws Exception {
        try (Reader in = Files.newBufferedReader(Path.of(file))) { config.load(in); }
        offset = Long.parseLong(config.getProperty("offset", "0"));
        caseId = uuid();
        own = get("own"); their = get("their"); store = Path.of(get("store"));
        for (String name : List.of("in", "out")) Files.createDirectories(store.resolve(name));
        signKey = key(get("sign.key")); signCertificate = certificate(get("sign.crt"));
        theirSign = certificate(get("their.sign.crt")); theirTls = certificate(get("their.tls.crt"));
        SchemaFactory factory = SchemaFactory.newInstance("http://www.w3.org/2001/XMLSchema");
        envelopeSchema = factory.newSchema(new File(get("schemas"), "envelope.xsd"));
        pensionSchema = factory.newSchema(new File(get("schemas"), "national/pension.xsd"));
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls(theirTls))
            .connectTimeout(Duration.ofSeconds(3)).followRedirects(HttpClient.Redirect.NEVER).build();
        end = Instant.now().plusSeconds(Long.parseLong(get("seconds")));
        logId = hex(sha256((own + store.toAbsolutePath()).getBytes(UTF_8))).substring(0, 32);
    }

    String get(String key) {
        String value = config.getProperty(key);
        if (value == null) throw new IllegalArgumentException("not in the configuration: " + key);
        return value;
    }

    // ---- certificates, TLS (section 2) ----

    static X509Certificate certificate(String file) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static PrivateKey key(String file) throws Exception {
        String text = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]*-----|\\s", "");
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }

    /** As a client we trust the pinned certificate alone; as a server all of the authority, and say 403 in answer(). */
    SSLContext tls(X509Certificate trusted) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12"), trust = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", key(get("tls.key")), new char[0], new java.security.cert.Certificate[] { certificate(get("tls.crt")) });
        trust.load(null, null);
        trust.setCertificateEntry("trusted", trusted);
        KeyManagerFactory km = KeyManagerFactory.getInstance("PKIX");
        km.init(keys, new char[0]);
        TrustManagerFactory tm = TrustManagerFactory.getInstance("PKIX");
        tm.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(km.getKeyManagers(), tm.getTrustManagers(), null);
        return context;
    }

    // ---- XML ----

    static Document parse(byte[] bytes) throws No {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature(javax.xml.XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
        } catch (Exception e) {
            throw No.early(String.valueOf(e.getMessage()).contains("DOCTYPE") ? "DOCTYPE" : "PARSE", "not well-formed");
        }
    }

    static List<Element> children(Element e) {
        List<Element> list = new ArrayList<>();
        for (Node n = e.getFirstChild(); n != null; n = n.getNextSibling()) if (n instanceof Element) list.add((Element) n);
        return list;
    }

    /** The text of the element at the end of this path of local names, or null. */
    static String text(Element e, String path) {
        for (String name : path.split("/")) {
            Element found = null;
            for (Element child : children(e)) if (child.getLocalName().equals(name)) found = child;
            if (found == null) return null;
            e = found;
        }
        return e.getTextContent();
    }

    static boolean valid(Schema schema, Node node) {
        try { schema.newValidator().validate(new DOMSource(node)); return true; } catch (Exception e) { return false; }
    }

    static String escape(String s) { return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"); }
    static String element(String name, String content) { return "<" + name + ">" + content + "</" + name + ">\n"; }

    // ---- identifiers, times, digests (section 3) ----

    static final DateTimeFormatter INSTANT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.ofHours(8));
    static final SecureRandom RANDOM = new SecureRandom();
    static long offset;
    static Instant clock() { return Instant.now().plusMillis(offset); }
    static String now() { return INSTANT.format(clock()); }
    static String today() { return now().substring(0, 10); }

    static String uuid() {
        long high = clock().toEpochMilli() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
        return new UUID(high, RANDOM.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }

    static byte[] sha256(byte[] bytes) throws Exception { return MessageDigest.getInstance("SHA-256").digest(bytes); }
    static String hex(byte[] bytes) { return HexFormat.of().formatHex(bytes); }

    // ---- signature (section 4) ----

    static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");

    byte[] message(String id, String caseId, String inReplyTo, String flow, String action, String namespace, String body) throws Exception {
        Document document = parse(("<Message xmlns=\"" + ENV + "\">\n<Header>\n" + element("MessageId", id) + element("CaseId", caseId)
            + (inReplyTo == null ? "" : element("InReplyTo", inReplyTo)) + element("From", own) + element("To", their)
            + element("Flow", flow) + element("Action", action) + element("Revision", "1") + element("SentAt", now())
            + "</Header>\n<Body dialect=\"national\" schema=\"" + namespace + "\">\n<" + action + " xmlns=\"" + namespace + "\">\n"
            + body + "</" + action + ">\n</Body>\n</Message>").getBytes(UTF_8));
        if (!valid(envelopeSchema, document) || namespace.equals(PEN) && !valid(pensionSchema, body(document))) throw new IllegalStateException(action + ": does not follow the schema");
        Reference reference = SIGNATURES.newReference("", SIGNATURES.newDigestMethod(SHA256, null),
            List.of(SIGNATURES.newTransform(ENVELOPED, (TransformParameterSpec) null), SIGNATURES.newTransform(C14N, (TransformParameterSpec) null)), null, null);
        SignedInfo info = SIGNATURES.newSignedInfo(SIGNATURES.newCanonicalizationMethod(C14N, (C14NMethodParameterSpec) null),
            SIGNATURES.newSignatureMethod(ECDSA, null), List.of(reference));
        var infos = SIGNATURES.getKeyInfoFactory();
        DOMSignContext context = new DOMSignContext(signKey, document.getDocumentElement());
        context.setDefaultNamespacePrefix("ds");
        SIGNATURES.newXMLSignature(info, infos.newKeyInfo(List.of(infos.newX509Data(List.of(signCertificate))))).sign(context);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(out));
        return out.toByteArray();
    }

    static final String SHAPE = "Signature(SignedInfo(CanonicalizationMethod[Algorithm=" + C14N + "]()SignatureMethod[Algorithm=" + ECDSA
        + "]()Reference[URI=](Transforms(Transform[Algorithm=" + ENVELOPED + "]()Transform[Algorithm=" + C14N + "]())DigestMethod[Algorithm="
        + SHA256 + "]()DigestValue(#)))SignatureValue(#)KeyInfo(X509Data(X509Certificate(#))))";

    /** The grammar of a signature as one line, to be compared with the one that is allowed. */
    static String shape(Element e) {
        StringBuilder s = new StringBuilder(DS.equals(e.getNamespaceURI()) ? e.getLocalName() : "?");
        for (int i = 0; i < e.getAttributes().getLength(); i++) {
            Node a = e.getAttributes().item(i);
            if (!"http://www.w3.org/2000/xmlns/".equals(a.getNamespaceURI())) s.append('[').append(a.getNodeName()).append('=').append(a.getNodeValue()).append(']');
        }
        s.append('(');
        for (Node n = e.getFirstChild(); n != null; n = n.getNextSibling())
            if (n instanceof Element) s.append(shape((Element) n));
            else if (!n.getTextContent().isBlank()) s.append('#');
        return s.append(')').toString();
    }

    /** No comment, no processing instruction, no schemaLocation, not too deep. */
    static void plain(Node node, int depth) throws No {
        if (depth > 64) throw No.early("DEPTH", "more than 64 levels");
        for (Node n = node.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n.getNodeType() == Node.COMMENT_NODE || n.getNodeType() == Node.PROCESSING_INSTRUCTION_NODE) throw No.early("SHAPE", "a comment or an instruction");
            if (n instanceof Element && ((Element) n).hasAttributeNS("http://www.w3.org/2001/XMLSchema-instance", "schemaLocation")) throw No.early("SHAPE", "schemaLocation");
            plain(n, n instanceof Element ? depth + 1 : depth);
        }
    }

    /** The one element in Body. */
    static Element body(Document d) { return children(children(d.getDocumentElement()).get(1)).get(0); }
    static Element header(Document d) { return children(d.getDocumentElement()).get(0); }

    /** Verifies signature and header of a message or receipt of the other party; gives its tree. */
    Document verify(byte[] bytes) throws No {
        Document document = parse(bytes);
        plain(document, 0);
        Element root = document.getDocumentElement();
        List<Element> parts = children(root);
        if (root.getElementsByTagNameNS(DS, "Signature").getLength() != 1 || parts.size() != 3) throw No.early("SHAPE", "not one signature");
        Element signature = parts.get(2);
        if (!shape(signature).equals(SHAPE)) throw No.early("SHAPE", "outside the profile");
        try {
            byte[] der = Base64.getDecoder().decode(text(signature, "KeyInfo/X509Data/X509Certificate").replaceAll("[ \t\r\n]", ""));
            if (!Arrays.equals(der, theirSign.getEncoded())) throw No.early("PIN", "the signing certificate is not pinned");
            DOMValidateContext context = new DOMValidateContext(theirSign.getPublicKey(), signature);
            if (!SIGNATURES.unmarshalXMLSignature(context).validate(context)) throw No.early("SIGNATURE", "digest or signature does not hold");
        } catch (GeneralSecurityException | javax.xml.crypto.MarshalException | XMLSignatureException | IllegalArgumentException e) {
            throw No.early("SIGNATURE", "digest or signature does not hold");
        }
        if (!valid(envelopeSchema, document)) throw No.early("SCHEMA", "the envelope does not follow its schema");
        Element header = header(document);
        Instant sent = OffsetDateTime.parse(text(header, "SentAt")).toInstant(), now = clock();
        long made = Long.parseLong(text(header, "MessageId").replace("-", "").substring(0, 12), 16);
        if (!their.equals(text(header, "From"))) throw No.early("HEADER", "From");
        if (!own.equals(text(header, "To"))) throw No.early("HEADER", "To");
        if (sent.isAfter(now.plus(5, ChronoUnit.MINUTES)) || sent.isBefore(now.minus(90, ChronoUnit.DAYS))) throw No.early("HEADER", "SentAt");
        if (Math.abs(made - sent.toEpochMilli()) > 86400_000L) throw No.early("HEADER", "the time in MessageId");
        return document;
    }

    // ---- the ledger: what was taken, and what was answered ----

    final String logId;
    final Map<String, byte[]> messages = new HashMap<>(), receipts = new HashMap<>();
    long sequence;

    static void durable(Path path, byte[] bytes) throws IOException {
        Path part = path.resolveSibling("." + path.getFileName());
        Files.write(part, bytes);
        try (FileChannel c = FileChannel.open(part, StandardOpenOption.WRITE)) { c.force(true); }
        Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel c = FileChannel.open(path.getParent())) { c.force(true); }
    }

    /** A receipt (section 6). message is null if it could not be read. */
    byte[] receipt(Document message, byte[] bytes, String verdict, No no, String receivedAt, long sequence) throws Exception {
        String id = uuid(), answered = message == null ? null : text(header(message), "MessageId");
        return message(id, message == null ? id : text(header(message), "CaseId"), answered, message == null ? "none" : text(header(message), "Flow"),
            "receipt", ENV, (answered == null ? "" : element("MessageId", answered)) + element("Verdict", verdict)
            + (no == null ? "" : element("Code", no.code) + element("Reason", escape(no.getMessage()))) + element("DigestKind", "sha256")
            + element("Digest", hex(sha256(bytes))) + element("ReceivedAt", receivedAt) + element("LogId", logId) + element("Sequence", "" + sequence));
    }

    // ---- server ----

    final Set<String> lost = new HashSet<>();

    HttpsServer serve() throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(get("port"))), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(certificate(get("ca.crt")))) {
            @Override public void configure(HttpsParameters parameters) {
                SSLParameters p = getSSLContext().getDefaultSSLParameters();
                p.setNeedClientAuth(true);
                parameters.setSSLParameters(p);
            }
        });
        server.createContext("/v1/messages", exchange -> {
            try (exchange) { answer((HttpsExchange) exchange); } catch (Exception e) { e.printStackTrace(); }
        });
        server.setExecutor(Executors.newFixedThreadPool(4, task -> { Thread t = new Thread(task); t.setDaemon(true); return t; }));
        server.start();
        return server;
    }

    void answer(HttpsExchange exchange) throws Exception {
        byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST + 1);
        if (!exchange.getSSLSession().getPeerCertificates()[0].equals(theirTls)) { exchange.sendResponseHeaders(403, -1); return; }
        if (!exchange.getRequestMethod().equals("POST")) { exchange.sendResponseHeaders(405, -1); return; }
        int[] status = { 200 };
        byte[] receipt = receive(bytes, status);
        if (receipt == null) { exchange.getResponseHeaders().set("Retry-After", "1"); exchange.sendResponseHeaders(503, -1); return; }
        String action = status[0] == 200 ? text(header(parse(bytes)), "Action") : "";
        if (action.equals(config.getProperty("lose")) && lost.add(action)) { say("lost", "the answer to " + action); return; }
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status[0], receipt.length);
        exchange.getResponseBody().write(receipt);
    }

    /** Takes one message; gives the receipt, or null: not now. */
    synchronized byte[] receive(byte[] bytes, int[] status) throws Exception {
        Document message = null;
        String id = null;
        Runnable effect = null; // of a message that is taken
        No no = null;
        try {
            if (bytes.length > LARGEST) throw No.early("SIZE", "larger than 1 MiB");
            message = verify(bytes);
            String action = text(header(message), "Action"), flow = text(header(message), "Flow");
            if (!flow.equals("pension.employee") || !TAKEN.contains(action)) throw No.early("UNKNOWN_FLOW", "flow or action not known here");
            id = text(header(message), "MessageId");
            if (messages.containsKey(id)) { // section 8: the same verdict for the same bytes, the first one stands
                if (Arrays.equals(messages.get(id), bytes)) {
                    say("again", action);
                    byte[] first = receipts.get(id);
                    status[0] = text(body(parse(first)), "Verdict").equals("accepted") ? 200 : 422;
                    return first;
                }
                status[0] = 409;
                return receipt(message, bytes, "conflict", new No("CONFLICT", 409, false, "this id was used for other bytes"), now(), 0);
            }
            Instant sent = OffsetDateTime.parse(text(header(message), "SentAt")).toInstant();
            if (!text(header(message), "CaseId").equals(caseId)) {
                if (sent.isAfter(clock().minus(10, ChronoUnit.MINUTES))) return null;
                throw No.last("FLW-03", "no such case");
            }
            effect = take(message, action);
        } catch (No e) {
            no = e;
            status[0] = e.status;
            if (e.early) {
                say("refused", e.code + " early");
                return receipt(null, bytes, "refused", e, now(), 0);
            }
        }
        durable(store.resolve("in/" + id + ".xml"), bytes); // the commit; the receipt comes after it
        byte[] receipt = receipt(message, bytes, no == null ? "accepted" : "refused", no, now(), ++sequence);
        durable(store.resolve("in/" + id + ".receipt.xml"), receipt);
        messages.put(id, bytes);
        receipts.put(id, receipt);
        if (effect != null) effect.run();
        say(no == null ? "took" : "refused", text(header(message), "Action") + (no == null ? "" : " " + no.code));
        notifyAll();
        return receipt;
    }

    // ---- the case (sections 11, 12): we are IN ----

    static final Set<String> TAKEN = Set.of("acceptance", "letter_return", "certificate", "notice", "form", "fund_advice", "reminder", "status_answer");
    final String caseId;
    String form, returned; // the form's total; why the letter was returned
    long money;            // advised, in fen; a bank would have booked it
    String answeredState, answeredTotal;
    int formMonths;

    /** What the message does to the case, once it is committed. */
    Runnable take(Document message, String action) throws No {
        Element document = body(message);
        String schema = ((Element) document.getParentNode()).getAttribute("schema");
        if (!document.getLocalName().equals(action) || !schema.equals(PEN) || !PEN.equals(document.getNamespaceURI()))
            throw No.last("HEADER", "Body and Header contradict each other");
        if (!valid(pensionSchema, document)) throw No.last("SCHEMA", "the document does not follow its schema");
        String said = text(document, "reference").replaceAll("\\s", ""); // the four values, one behind the other
        if (!said.equals(reference().replaceAll("<[^>]*>|\\s", ""))) throw No.last("PEN-C19", "reference");
        String identity = text(document, "person/identityNumber");
        if (identity != null && !identity.equals(get("identity"))) throw No.last("PEN-C19", "person");
        if (action.equals("letter_return")) return () -> returned = text(document, "code");
        if (action.equals("fund_advice")) {
            long amount = fen(document, "amount");
            if (amount <= 0) throw No.last("PEN-C04", "amount");
            return () -> money += amount;
        }
        if (action.equals("status_answer")) return () -> { answeredState = text(document, "state"); answeredTotal = text(document, "formTotal"); };
        if (action.equals("form")) {
            if (form != null) throw No.last("FLW-01", "the form is here");
            if (!text(header(message), "Revision").equals("1")) throw No.last("FLW-02", "Revision 1 is due");
            return () -> { // PEN-C02, PEN-C03: a form that fails them is taken, and would be answered with a form_return
                long account = fen(document, "amounts/account"), all = account + fen(document, "amounts/pooled");
                long boxes = fen(document, "amounts/before1998") + fen(document, "amounts/toLastYear") + fen(document, "amounts/thisYear");
                if (account != boxes || all != fen(document, "amounts/total")) say("form", "sums do not hold");
                form = text(document, "amounts/total");
                formMonths = Integer.parseInt(text(document, "localMonths"));
            };
        }
        return () -> { };
    }

    static long fen(String yuan) { return Long.parseLong(yuan.replace(".", "")); }
    static long fen(Element document, String path) { return fen(text(document, path)); }

    String reference() {
        return element("reference", element("traceNumber", get("trace")) + element("inRegion", own.substring(5))
            + element("outRegion", their.substring(5)) + element("insuranceKind", "110"));
    }

    static String handler() {
        return element("handler", element("name", "𠮷野") + element("date", today()) + element("agencyCode", "449900")
            + element("agencyName", "广东省社会保险基金管理局"));
    }

    // ---- client ----

    byte[] make(String action, String body) throws Exception {
        String id = uuid();
        byte[] bytes = message(id, caseId, null, "pension.employee", action, PEN, reference() + body);
        durable(store.resolve("out/" + id + ".xml"), bytes); // section 1: stored before it is sent, never signed again
        return bytes;
    }

    /** Posts the same bytes until there is a receipt that verifies; gives it. */
    byte[] send(byte[] bytes) throws Exception {
        for (long wait = 1; ; wait = Math.min(2 * wait, 900)) {
            try {
                HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(URI.create(get("url"))).timeout(Duration.ofSeconds(35))
                    .header("Content-Type", "application/xml").POST(HttpRequest.BodyPublishers.ofByteArray(bytes)).build(), HttpResponse.BodyHandlers.ofByteArray());
                int status = answer.statusCode();
                if (status == 429 || status == 503) {
                    wait = answer.headers().firstValueAsLong("Retry-After").orElse(wait);
                } else if (status < 500) {
                    try {
                        Document receipt = verify(answer.body());
                        Element said = body(receipt);
                        String id = text(said, "MessageId"), mine = text(header(parse(bytes)), "MessageId");
                        if (!"receipt".equals(text(header(receipt), "Action")) || !hex(sha256(bytes)).equals(text(said, "Digest")) || id != null && !id.equals(mine))
                            throw No.early("HEADER", "a receipt to something else");
                        say(text(header(parse(bytes)), "Action"), status + " " + text(said, "Verdict") + " " + Objects.toString(text(said, "Code"), "-")
                            + (id == null ? " unnamed" : "") + (text(said, "Reason") == null ? "" : ": " + text(said, "Reason")));
                        return answer.body();
                    } catch (No no) {
                        if (status != 200) throw new IllegalStateException("a person must look: " + status + " " + new String(answer.body(), UTF_8));
                        say("receipt", "does not verify: " + no.code); // no outcome
                    }
                }
            } catch (IOException e) {
                say("line", e.toString());
            }
            if (Instant.now().plusSeconds(wait).isAfter(end)) throw new IllegalStateException("no verdict in time");
            Thread.sleep(wait * 1000);
        }
    }

    synchronized void await(String what, BooleanSupplier there) throws Exception {
        while (!there.getAsBoolean()) {
            long left = Duration.between(Instant.now(), end).toMillis();
            if (left <= 0 || returned != null) throw new IllegalStateException("no " + what + (returned == null ? " in time" : ": returned with " + returned));
            wait(left);
        }
    }

    static void say(String about, String what) { System.out.println(about + ": " + what); System.out.flush(); }

    void run() throws Exception {
        say("case", caseId);
        byte[] letter = make("letter", element("letterNumber", get("letter"))
            + element("person", element("name", get("name")) + element("identityNumber", get("identity")) + element("sex", get("sex")))
            + element("insuranceKindOld", "110") + element("oldAgency", element("name", "贵州省社会保险事业局"))
            + element("bank", element("name", "中国某某银行广州某某支行") + element("holder", "广东省社会保险基金管理局") + element("account", "4499000000000000015"))
            + element("address", "广州市某某路1号") + element("postcode", "510000") + element("phone", "020-00000000") + handler());
        byte[] receipt = send(letter);
        if (!"accepted".equals(text(body(parse(receipt)), "Verdict"))) throw new IllegalStateException("the letter was not taken");
        say("same", "" + Arrays.equals(receipt, send(letter))); // section 8: the same message, the same receipt
        await("form and money", () -> form != null && money >= fen(form));
        say("total", form);
        send(make("status_query", element("text", "参保人询问进度")));
        await("status_answer", () -> answeredState != null);
        say("state", answeredState + " " + answeredTotal);
        byte[] changed = new String(make("status_query", element("text", "改动之前")), UTF_8).replace("改动之前", "改动之后").getBytes(UTF_8);
        send(changed); // one deliberately bad message

        send(make("completion", element("letterNumber", get("letter")) + element("linkedOn", today()) + element("months", "" + formMonths) + handler()));
        say("done", "taken " + messages.size());
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("com.sun.org.apache.xml.internal.security.ignoreLineBreaks", "true"); // section 4: no &#13; in base64
        Partner partner = new Partner(arguments[0]);
        HttpsServer server = partner.serve();
        say("serving", partner.get("port"));
        try { partner.run(); } finally { server.stop(1); }
    }
}
