import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { Client } from "pg";
import { codeOf } from "./cluster-error";
import { asAdministrator } from "./administrator";

const ITERATIONS = 4096;

/** What PostgreSQL keeps of a password (SCRAM-SHA-256): sent in its place, so that no log or view can show it. */
export const scramVerifier = (password: string, salt: Buffer = randomBytes(16)): string => {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, ITERATIONS, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
};

const REFUSED = new Set(["28P01", "28000"]); // invalid_password, invalid_authorization_specification

/** Where a server listens, and whether it speaks TLS. Its certificate is not checked: it is ours, on this machine. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

const opens = async ({ host, port, tls }: Listening, password: string): Promise<boolean> => {
  const ssl = tls && { rejectUnauthorized: false };
  const client = new Client({ host, port, ssl, user: "postgres", password, database: "postgres" });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (REFUSED.has(codeOf(error) ?? "")) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined); // never connected
  }
};

/** Makes `password` the administrator's, when it is not already. */
export const ensurePassword = async (
  at: Listening,
  socketDirectory: string,
  password: string,
): Promise<void> => {
  if (await opens(at, password)) return;
  await asAdministrator({ port: at.port, socketDirectory }, async (client) => {
    await client.query(`ALTER ROLE postgres LOGIN PASSWORD '${scramVerifier(password)}'`);
  });
};
