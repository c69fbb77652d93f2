import { readFileSync } from "node:fs";
import { checkServerIdentity, rootCertificates, type ConnectionOptions } from "node:tls";
import type { ErrorCode } from "../codes";
import { RehomeError, codeOf, messageOf } from "../errors";
import type { ServerConnection } from "../types";

const LOOPBACK = /^(localhost|127\..*|::1|\/.*)$/;

/** Whether a server's `host` is an address, or a socket's folder, of this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** The TLS mode used with a server: none on this machine unless it is asked for, else encrypted. */
export const sslmodeOf = ({
  host,
  sslmode,
}: Pick<ServerConnection, "host" | "sslmode">): NonNullable<ServerConnection["sslmode"]> =>
  sslmode ?? (isLoopback(host) ? "disable" : "require");

const BEGIN = "-----BEGIN CERTIFICATE-----";

/**
 * The certificates that a server's own must go back to; undefined where none is checked. As in libpq, `require`
 * checks the certificate once there is a file to check it by.
 * @throws RehomeError `tls-root-unreadable` when `sslrootcert` names no file with certificates
 */
export function trustedRoots(server: ServerConnection): string | undefined {
  const { sslrootcert } = server;
  const sslmode = sslmodeOf(server);
  if (sslmode === "disable") return undefined;
  if (sslrootcert === undefined) return sslmode === "require" ? undefined : rootCertificates.join("\n");
  let text: string;
  try {
    text = readFileSync(sslrootcert, "utf8");
  } catch (error) {
    throw unreadable(server, codeOf(error) === "ENOENT" ? "there is no such file" : messageOf(error), error);
  }
  if (!text.includes(BEGIN)) throw unreadable(server, "it holds no certificate in PEM form");
  return text;
}

/** How Node is to speak TLS with a server; false: not at all. @throws RehomeError `tls-root-unreadable` */
export function tlsOptions(server: ServerConnection): ConnectionOptions | false {
  if (sslmodeOf(server) === "disable") return false;
  const ca = trustedRoots(server);
  if (ca === undefined) return { rejectUnauthorized: false };
  return {
    ca,
    rejectUnauthorized: true,
    // By the host that was asked for: Node itself would look at a name only, and `pg` gives it none for an address.
    checkServerIdentity: (_, certificate) =>
      server.sslmode === "verify-full" ? checkServerIdentity(server.host, certificate) : undefined,
  };
}

const NAME = /does not match certificate|host name/i;
const UNTRUSTED = /certificate/i;
const WITHOUT = /does not support SSL/i;
const UNENCRYPTED = /no encryption/i;

/**
 * The error of a connection that TLS has failed, in one form for Node's and libpq's words; undefined when it was
 * something else.
 */
export function tlsFailure(server: ServerConnection, error: unknown): RehomeError | undefined {
  const reason = messageOf(error);
  const where = `PostgreSQL at ${server.host}:${server.port}`;
  const mode = sslmodeOf(server);
  const fail = (code: ErrorCode, text: string): RehomeError => new RehomeError(code, text, { cause: error });
  if (WITHOUT.test(reason)) {
    return fail(
      "tls-missing",
      `${where} speaks no TLS, and sslmode=${mode} asks for it. Switch ssl on at the server, or, on a network that nobody else reaches, write sslmode=disable.`,
    );
  }
  if (mode === "disable") {
    if (!UNENCRYPTED.test(reason)) return undefined;
    return fail(
      "tls-required",
      `${where} refuses sessions without TLS: ${reason}. Write sslmode=verify-full with sslrootcert, or sslmode=require, in the host's URL.`,
    );
  }
  if (NAME.test(reason)) {
    return fail(
      "tls-refused",
      `${where} has a certificate for another host: ${reason}. Write the host as the certificate names it, or sslmode=verify-ca.`,
    );
  }
  if (!UNTRUSTED.test(reason)) return undefined;
  const trusted =
    server.sslrootcert === undefined ? "the well-known authorities" : `those in ${server.sslrootcert}`;
  return fail(
    "tls-refused",
    `${where} has a certificate that ${trusted} do not vouch for: ${reason}. Name the file with its authority's certificate in sslrootcert; if it should be the right one, somebody may be in between.`,
  );
}

function unreadable(server: ServerConnection, reason: string, cause?: unknown): RehomeError {
  return new RehomeError(
    "tls-root-unreadable",
    `sslrootcert of ${server.host}:${server.port} is ${String(server.sslrootcert)}, which cannot be used: ${reason}. Give the path of a PEM file with the certificates to trust.`,
    { cause },
  );
}
