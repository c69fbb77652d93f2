import type { ProblemCode } from "./topology-error";

/** How to reach an `existing` host as its administrator; the password comes from elsewhere. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The database to connect to first. */
  readonly database: string;
  readonly sslmode?: "disable" | "require" | "verify-ca" | "verify-full";
  /** Path of a PEM file with the certificates to trust. */
  readonly sslrootcert?: string;
}

interface Trouble {
  readonly code: ProblemCode;
  readonly message: string;
}
type Reading =
  | { readonly address: ServerAddress; readonly trouble?: never }
  | { readonly address?: never; readonly trouble: Trouble };

const MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
const FORM = "postgres://<admin>@<host>[:5432][/<database>][?sslmode=…&sslrootcert=…]";

const refuse = (message: string, code: ProblemCode = "invalid-value"): Reading => ({
  trouble: { code, message },
});

/**
 * Reads the URL of an `existing` host. Defaults: port 5432, database `postgres`. A URL with a password is refused, and
 * no message repeats any part of the text, because a password may be anywhere in a mistyped one.
 */
export function parseServerUrl(text: string): Reading {
  if (!URL.canParse(text)) return refuse(`is not a URL; write ${FORM}`);
  const url = new URL(text);
  if (url.password !== "" || url.searchParams.has("password"))
    return refuse(
      "holds a password; take it out and write password: { config: <key> } or { env: <VARIABLE> }",
      "password-in-url",
    );
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    return refuse(`does not begin with postgres://; write ${FORM}`);
  if (url.hostname === "") return refuse(`names no server; write ${FORM}`);
  if (url.username === "") return refuse(`names no administrator; write ${FORM}`);
  if (/[/@]/.test(url.pathname.slice(1)))
    return refuse('has "/" or "@" in its database; write %2F or %40, and no password');
  if (url.hash !== "") return refuse(`has a "#" part; write ${FORM}`);
  for (const key of url.searchParams.keys())
    if (key !== "sslmode" && key !== "sslrootcert")
      return refuse("has a parameter other than sslmode and sslrootcert; leave it out");
  const given = url.searchParams.get("sslmode");
  const sslmode = MODES.find((mode) => mode === given);
  if (given !== null && sslmode === undefined)
    return refuse(`has an unknown sslmode; allowed: ${MODES.join(", ")}`);
  const sslrootcert = url.searchParams.get("sslrootcert");
  const [user, database] = [decode(url.username), decode(url.pathname.replace(/^\//, ""))];
  if (user === undefined || database === undefined)
    return refuse("has a broken % sequence; write %25 for a %");
  return {
    address: {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? 5432 : Number(url.port),
      user,
      database: database === "" ? "postgres" : database,
      ...(sslmode === undefined ? {} : { sslmode }),
      ...(sslrootcert === null ? {} : { sslrootcert }),
    },
  };
}

/** The address of an `existing` host of a parsed topology. */
export function serverAddress(host: { readonly url: string }): ServerAddress {
  const { address, trouble } = parseServerUrl(host.url);
  if (trouble !== undefined) throw new TypeError(`The URL ${trouble.message}`);
  return address;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a lone "%": the caller says so
  }
}
