/*
 * Interop.java - the signature profile, written against Apache Santuario and Bouncy Castle. It
 * shares no code with the gateway and uses neither libxml2 nor xmlsec.
 *
 *   java -cp JARS Interop.java COMMANDS
 *
 * COMMANDS is a file with one command on each line; for each one line is printed:
 *   sign   SUITE KEY CERTIFICATE IN OUT      "ok"
 *   verify SUITE CERTIFICATE FILE            "ok", or "no REASON"
 *
 * Suite ecdsa goes through Santuario's own XMLSignature. For gm, which Santuario does not know,
 * only its canonicaliser is used; digest and signature are Bouncy Castle's SM3 and SM2.
 */
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;

import org.apache.xml.security.Init;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.jcajce.spec.SM2ParameterSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public final class Interop {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private static final String ENVELOPED = DS + "enveloped-signature";
    private static final String ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    private static final String RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    private static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    private static final String SM2 = "http://www.w3.org/2018/02/xmlgmdsig#ecsm2-sm3";
    private static final String SM3 = "http://www.w3.org/2018/02/xmlgmdsig#sm3";
    private static final byte[] ID = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

    /** A document we do not accept, with a reason. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    private static void require(boolean condition, String reason) throws Refused {
        if (!condition)
            throw new Refused(reason);
    }

    // ---- files -----------------------------------------------------------------------------

    private static byte[] pem(String path) throws Exception {
        String text = Files.readString(Path.of(path), StandardCharsets.US_ASCII);
        String body = text.replaceAll("-----[^-]+-----", "").replaceAll("\\s", "");
        return Base64.getDecoder().decode(body);
    }

    private static PrivateKey privateKey(String path, String suite) throws Exception {
        String kind = suite.equals("rsa") ? "RSA" : "EC";
        return KeyFactory.getInstance(kind, "BC").generatePrivate(new PKCS8EncodedKeySpec(pem(path)));
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(new ByteArrayInputStream(der));
    }

    private static Document parse(String path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setXIncludeAware(false);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(new File(path));
    }

    private static void write(Document document, String path) throws Exception {
        Transformer plain = TransformerFactory.newInstance().newTransformer();
        plain.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
        try (FileOutputStream out = new FileOutputStream(path)) {
            plain.transform(new DOMSource(document), new StreamResult(out));
        }
    }

    // ---- the grammar -----------------------------------------------------------------------

    private static List<Element> elements(Node parent) throws Refused {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element)
                found.add((Element) node);
            else
                require(node.getNodeType() == Node.TEXT_NODE && node.getNodeValue().isBlank(),
                        "shape");
        }
        return found;
    }

    private static Element only(Element parent, String name) throws Refused {
        List<Element> children = elements(parent);
        require(children.size() == 1, "shape");
        return named(children.get(0), name);
    }

    private static Element named(Element element, String name) throws Refused {
        require(DS.equals(element.getNamespaceURI()) && name.equals(element.getLocalName()),
                "shape");
        return element;
    }

    private static void algorithm(Element element, String expected) throws Refused {
        require(element.getAttribute("Algorithm").equals(expected) && !element.hasChildNodes(),
                "algorithm");
    }

    private static Element signatureOf(Document document) throws Refused {
        Node last = document.getDocumentElement().getLastChild();
        while (last != null && last.getNodeType() == Node.TEXT_NODE && last.getNodeValue().isBlank())
            last = last.getPreviousSibling();
        require(last instanceof Element, "shape");
        require(document.getElementsByTagNameNS(DS, "Signature").getLength() == 1, "shape");
        return named((Element) last, "Signature");
    }

    /** Algorithms and the one reference to the whole document; gives DigestValue. */
    private static Element checkSignedInfo(Element signedInfo, String method, String digest)
        throws Refused {
        List<Element> parts = elements(signedInfo);
        require(parts.size() == 3, "reference");
        algorithm(named(parts.get(0), "CanonicalizationMethod"), EXCLUSIVE);
        algorithm(named(parts.get(1), "SignatureMethod"), method);
        Element reference = named(parts.get(2), "Reference");
        require(reference.hasAttribute("URI") && reference.getAttribute("URI").isEmpty(),
                "reference");
        List<Element> inside = elements(reference);
        require(inside.size() == 3, "shape");
        List<Element> transforms = elements(named(inside.get(0), "Transforms"));
        require(transforms.size() == 2, "transform");
        algorithm(named(transforms.get(0), "Transform"), ENVELOPED);
        algorithm(named(transforms.get(1), "Transform"), EXCLUSIVE);
        algorithm(named(inside.get(1), "DigestMethod"), digest);
        return named(inside.get(2), "DigestValue");
    }

    private static byte[] base64(Element leaf) {
        return Base64.getMimeDecoder().decode(leaf.getTextContent());
    }

    // ---- canonical form, SM3, SM2 ----------------------------------------------------------

    private static byte[] canonical(Node node) throws Exception {
        return Canonicalizer.getInstance(EXCLUSIVE).canonicalizeSubtree(node);
    }

    private static byte[] sm3(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SM3", "BC").digest(bytes);
    }

    private static byte[] raw(byte[] der) {
        ASN1Sequence pair = ASN1Sequence.getInstance(der);
        byte[] out = new byte[64];
        for (int i = 0; i < 2; i++) {
            byte[] value = ASN1Integer.getInstance(pair.getObjectAt(i)).getValue().toByteArray();
            int skip = Math.max(0, value.length - 32);
            System.arraycopy(value, skip, out, 32 * i + 32 - (value.length - skip),
                             value.length - skip);
        }
        return out;
    }

    private static byte[] der(byte[] raw) throws Exception {
        ASN1EncodableVector pair = new ASN1EncodableVector();
        pair.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 0, 32))));
        pair.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 32, 64))));
        return new DERSequence(pair).getEncoded();
    }

    private static Signature sm2() throws Exception {
        Signature signature = Signature.getInstance("SM3withSM2", "BC");
        signature.setParameter(new SM2ParameterSpec(ID));
        return signature;
    }

    // ---- verify ----------------------------------------------------------------------------

    private static void verify(String suite, String pinPath, String path) throws Exception {
        Document document = parse(path);
        byte[] pin = pem(pinPath);
        Element signature = signatureOf(document);
        List<Element> parts = elements(signature);
        require(parts.size() == 3, "shape");
        Element signedInfo = named(parts.get(0), "SignedInfo");
        Element value = named(parts.get(1), "SignatureValue");
        Element claim = only(only(named(parts.get(2), "KeyInfo"), "X509Data"), "X509Certificate");
        require(Arrays.equals(base64(claim), pin), "pin");
        boolean gm = suite.equals("gm");
        String method = gm ? SM2 : suite.equals("rsa") ? RSA : ECDSA;
        Element digest = checkSignedInfo(signedInfo, method, gm ? SM3 : SHA256);
        if (gm)
            verifyGm(signature, signedInfo, base64(value), base64(digest), certificate(pin));
        else
            require(new XMLSignature(signature, "", true).checkSignatureValue(
                        certificate(pin).getPublicKey()), "signature");
    }

    private static void verifyGm(Element signature, Element signedInfo, byte[] value, byte[] digest,
                                 X509Certificate pin) throws Exception {
        require(value.length == 64, "signature");
        Signature check = sm2();
        check.initVerify(pin.getPublicKey());
        check.update(canonical(signedInfo));
        require(check.verify(der(value)), "signature");
        Element root = signature.getOwnerDocument().getDocumentElement();
        root.removeChild(signature);
        require(MessageDigest.isEqual(sm3(canonical(root)), digest), "signature");
    }

    // ---- sign ------------------------------------------------------------------------------

    private static Element append(Element parent, String name) {
        Element child = parent.getOwnerDocument().createElementNS(DS, "ds:" + name);
        parent.appendChild(child);
        return child;
    }

    private static Element method(Element parent, String name, String uri) {
        Element child = append(parent, name);
        child.setAttribute("Algorithm", uri);
        return child;
    }

    private static void sign(String suite, String keyPath, String pinPath, String in, String out)
        throws Exception {
        Document document = parse(in);
        PrivateKey key = privateKey(keyPath, suite);
        byte[] pin = pem(pinPath);
        if (suite.equals("gm"))
            signGm(document, key, pin);
        else
            signWithLibrary(document, key, pin, suite.equals("rsa") ? RSA : ECDSA);
        write(document, out);
    }

    private static void signWithLibrary(Document document, PrivateKey key, byte[] pin, String method)
        throws Exception {
        XMLSignature signature = new XMLSignature(document, "", method, EXCLUSIVE);
        document.getDocumentElement().appendChild(signature.getElement());
        Transforms transforms = new Transforms(document);
        transforms.addTransform(ENVELOPED);
        transforms.addTransform(EXCLUSIVE);
        signature.addDocument("", transforms, SHA256);
        signature.addKeyInfo(certificate(pin));
        signature.sign(key);
    }

    private static void signGm(Document document, PrivateKey key, byte[] pin) throws Exception {
        Element root = document.getDocumentElement();
        String digest = Base64.getEncoder().encodeToString(sm3(canonical(root)));
        Element signature = document.createElementNS(DS, "ds:Signature");
        signature.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:ds", DS);
        root.appendChild(signature);
        Element signedInfo = append(signature, "SignedInfo");
        method(signedInfo, "CanonicalizationMethod", EXCLUSIVE);
        method(signedInfo, "SignatureMethod", SM2);
        Element reference = append(signedInfo, "Reference");
        reference.setAttribute("URI", "");
        Element transforms = append(reference, "Transforms");
        method(transforms, "Transform", ENVELOPED);
        method(transforms, "Transform", EXCLUSIVE);
        method(reference, "DigestMethod", SM3);
        append(reference, "DigestValue").setTextContent(digest);
        Signature maker = sm2();
        maker.initSign(key);
        maker.update(canonical(signedInfo));
        append(signature, "SignatureValue")
            .setTextContent(Base64.getEncoder().encodeToString(raw(maker.sign())));
        append(append(append(signature, "KeyInfo"), "X509Data"), "X509Certificate")
            .setTextContent(Base64.getEncoder().encodeToString(pin));
    }

    // ---- commands --------------------------------------------------------------------------

    private static String run(String[] words) {
        try {
            if (words[0].equals("sign"))
                sign(words[1], words[2], words[3], words[4], words[5]);
            else if (words[0].equals("verify"))
                verify(words[1], words[2], words[3]);
            else
                return "no such command";
            return "ok";
        } catch (Refused refused) {
            return "no " + refused.getMessage();
        } catch (Exception exception) {
            return "no " + exception;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Init.init();
        for (String line : Files.readAllLines(Path.of(arguments[0])))
            System.out.println(run(line.trim().split("\\s+")));
    }

    private Interop() {
    }
}
