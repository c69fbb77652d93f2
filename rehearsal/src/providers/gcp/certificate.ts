import { KeyObject, webcrypto } from "node:crypto";

/** A certificate that vouches for itself, and its key; both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const YEAR = 365 * 24 * 3_600_000;

/** Makes a certificate (RFC 5280, P-256, ten years) in `name`: what trusts it as a root trusts the server that has it. */
export const makeCertificate = async (name: string): Promise<Certificate> => {
  await import("reflect-metadata"); // what x509 injects its parts by
  const { BasicConstraintsExtension, X509CertificateGenerator } = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 10 * YEAR),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
  };
};
