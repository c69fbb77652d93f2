import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { bits, integer, objectId, octets, sequence, set, tagged, time, utf8, yes } from "./der";

/** A certificate that vouches for itself, and its key; both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = objectId("2.5.4.3");
const BASIC_CONSTRAINTS = objectId("2.5.29.19");

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString("base64").replace(/.{1,64}/g, "$&\n")}-----END ${label}-----\n`;

const YEAR = 365 * 24 * 3_600_000;

/** Makes a certificate (RFC 5280, P-256, ten years) in `name`: what trusts it as a root trusts the server that has it. */
export const makeCertificate = (name: string): Certificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const who = sequence(set(sequence(COMMON_NAME, utf8(name))));
  const now = Date.now();
  const content = sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    who,
    sequence(time(new Date(now - 3_600_000)), time(new Date(now + 10 * YEAR))),
    who,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, sequence(sequence(BASIC_CONSTRAINTS, yes(), octets(sequence(yes()))))),
  );
  const signature = sign("sha256", content, privateKey);
  return {
    certificate: pem("CERTIFICATE", sequence(content, ECDSA_WITH_SHA256, bits(signature))),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
};
