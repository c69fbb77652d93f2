import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { RehearsalError } from "../rehearsal-error";

/** Encrypts and decrypts as Pulumi's passphrase secrets provider does (format v1: AES-256-GCM). */
export interface Crypter {
  /** What a state file and a stack file keep to check the passphrase by: `v1:<salt>:<encrypted "pulumi">`. */
  readonly salt: string;
  readonly encrypt: (text: string) => string;
  readonly decrypt: (ciphertext: string) => string;
}

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PROBE = "pulumi";
const base64 = (bytes: Buffer): string => bytes.toString("base64");

const keys = new Map<string, Promise<Buffer>>();
/** Deriving takes half a second on purpose, so a process does it once per passphrase and salt. */
const deriveKey = (passphrase: string, salt: Buffer): Promise<Buffer> => {
  const name = `${base64(salt)}:${passphrase}`;
  const known = keys.get(name) ?? promisify(pbkdf2)(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
  keys.set(name, known);
  return known;
};

const encryptWith = (key: Buffer, text: string): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${base64(nonce)}:${base64(sealed)}`;
};

const decryptWith = (key: Buffer, ciphertext: string): string => {
  const [version, nonce, sealed, ...rest] = ciphertext.split(":");
  if (version !== "v1" || nonce === undefined || sealed === undefined || rest.length > 0) {
    throw new RehearsalError("bad-ciphertext", "an encrypted value is not in Pulumi's format v1.");
  }
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const body = bytes.subarray(0, bytes.length - TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
};

const crypter = (key: Buffer, salt: string): Crypter => ({
  salt,
  encrypt: (text) => encryptWith(key, text),
  decrypt: (ciphertext) => decryptWith(key, ciphertext),
});

/** A crypter with a salt of its own. */
export const newCrypter = async (passphrase: string): Promise<Crypter> => {
  const salt = randomBytes(8);
  const key = await deriveKey(passphrase, salt);
  return crypter(key, `v1:${base64(salt)}:${encryptWith(key, PROBE)}`);
};

/** The crypter of a known salt; `undefined` when the passphrase is not the one it was made with. */
export const openCrypter = async (passphrase: string, salt: string): Promise<Crypter | undefined> => {
  const [version, encoded = "", ...probe] = salt.split(":");
  if (version !== "v1" || probe.length !== 3) return undefined;
  const key = await deriveKey(passphrase, Buffer.from(encoded, "base64"));
  try {
    return decryptWith(key, probe.join(":")) === PROBE ? crypter(key, salt) : undefined;
  } catch {
    return undefined; // GCM's tag does not match: another passphrase
  }
};
