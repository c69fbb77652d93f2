import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RehearsalError } from "../rehearsal-error";
import { newCrypter, openCrypter, type Crypter } from "./crypter";

/** Where a passphrase came from decides what to advise when it is wrong. */
interface Passphrase {
  readonly text: string;
  readonly origin: string;
}

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** From the environment as with Pulumi, else one generated for this project, so that no question is asked. */
const findPassphrase = async (directory: string): Promise<Passphrase> => {
  const given = process.env["PULUMI_CONFIG_PASSPHRASE"];
  if (given !== undefined) return { text: given, origin: "PULUMI_CONFIG_PASSPHRASE" };
  const namedFile = process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (namedFile) {
    const text = (await readFile(namedFile, "utf8")).trim();
    return { text, origin: `PULUMI_CONFIG_PASSPHRASE_FILE (${namedFile})` };
  }
  const file = join(directory, "passphrase");
  const kept = await readIfThere(file);
  if (kept !== undefined) return { text: kept.trim(), origin: file };
  const text = randomBytes(24).toString("base64url");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${text}\n`, { mode: 0o600, flag: "wx" });
  return { text, origin: file };
};

/** Opens each salt with the passphrase at hand, or makes a new one; a wrong passphrase is an error that says so. */
export interface Vault {
  readonly open: (salt: string, holder: string) => Promise<Crypter>;
  readonly create: () => Promise<Crypter>;
}

export const openVault = async (directory: string): Promise<Vault> => {
  const { text, origin } = await findPassphrase(directory);
  return {
    create: () => newCrypter(text),
    open: async (salt, holder) => {
      const found = await openCrypter(text, salt);
      if (found !== undefined) return found;
      throw new RehearsalError(
        "wrong-passphrase",
        `${holder} was encrypted with another passphrase than the one in ${origin}; set PULUMI_CONFIG_PASSPHRASE to the one it was made with.`,
      );
    },
  };
};
