import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Tls } from "./cluster";
import { readIfPresent } from "./data-directory";
import { writePrivate } from "./initialize";
import type { Account } from "./server-account";
import { hbaText } from "./settings";

const CERTIFICATE = "server.crt";
const KEY = "server.key";

/** The parameters of a server that speaks TLS. They change with the files, so that a running server reads those anew. */
export const tlsParameters = (tls: Tls | undefined): Readonly<Record<string, string>> =>
  tls === undefined ? {} : { ssl: "on", ssl_cert_file: CERTIFICATE, ssl_key_file: KEY };

/** A line for the settings file that is another for every other certificate or rule. */
export const tlsMark = (tls: Tls | undefined): string[] =>
  tls === undefined
    ? []
    : [
        `# tls ${createHash("sha256")
          .update(JSON.stringify([tls.certificate, tls.required]))
          .digest("hex")}`,
      ];

/** Writes certificate, key and who gets in, where they differ. */
export const writeTls = async (data: string, tls: Tls | undefined, account: Account): Promise<void> => {
  if (tls === undefined) return;
  const files = [
    [CERTIFICATE, tls.certificate],
    [KEY, tls.key],
    ["pg_hba.conf", hbaText(tls.required)],
  ] as const;
  for (const [name, text] of files) {
    const file = join(data, name);
    if ((await readIfPresent(file)) !== text) await writePrivate(file, text, account);
  }
};
