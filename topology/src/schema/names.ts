import { z } from "zod";
import { quoted } from "../quoted";

/** PostgreSQL's NAMEDATALEN − 1: longer names are cut off silently by the server. */
const MAX_NAME_BYTES = 63;

/** The length of a name as PostgreSQL counts it, in bytes of UTF-8. */
const byteLength = (name: string): number => new TextEncoder().encode(name).length;

/** Why no PostgreSQL server could hold this text as a name, or undefined. Quotes, spaces and line breaks are no reason. */
function impossibleName(name: string): string | undefined {
  if (name.includes("\0")) return "holds a NUL character, which no PostgreSQL name can";
  if (/[\uD800-\uDFFF]/u.test(name)) return "is not valid Unicode; PostgreSQL stores names in UTF-8";
  return undefined;
}

/** Why this name is too long, or undefined. */
export function tooLong(name: string): string | undefined {
  const bytes = byteLength(name);
  if (bytes <= MAX_NAME_BYTES) return undefined;
  return `${quoted(name)} is ${bytes} bytes long; PostgreSQL keeps ${MAX_NAME_BYTES}. Shorten it by ${bytes - MAX_NAME_BYTES}`;
}

const checked = (why: (name: string) => string | undefined) =>
  z.string().check((context) => {
    const message = why(context.value);
    if (message !== undefined) {
      const code = tooLong(context.value) === message ? "name-too-long" : "invalid-name";
      context.issues.push({ code: "custom", message, input: context.value, params: { code } });
    }
  });

/** A database's or schema's name, before tenants are put in; its length is checked after. */
export const nameTemplate = () => checked(impossibleName).min(1);

/** A PostgreSQL name: anything but empty, NUL, broken Unicode, or more than 63 bytes. */
export const identifier = () => checked((name) => impossibleName(name) ?? tooLong(name)).min(1);

/** A role's name: an identifier that the server does not keep for itself. */
export const roleName = () =>
  checked((name) => impossibleName(name) ?? tooLong(name) ?? reservedRole(name)).min(1);

/** Why this cannot be a role's name, or undefined. In whatever case, `public` is everybody to Pulumi's provider. */
export function reservedRole(name: string): string | undefined {
  const reserved = name.toLowerCase() === "public" || name === "none" || name.startsWith("pg_");
  return reserved ? `${quoted(name)} is a name that PostgreSQL keeps for itself; choose another` : undefined;
}

/**
 * The name of a host, service, dataset or tenant. It becomes part of resource names, paths and one-line messages, so
 * control characters, slashes and the directories `.` and `..` are refused; everything else is allowed.
 */
export const label = () =>
  checked((name) => {
    const impossible = impossibleName(name) ?? tooLong(name);
    if (impossible !== undefined) return impossible;
    // eslint-disable-next-line no-control-regex
    const bad = /[\u0000-\u001f\u007f-\u009f\u2028\u2029/\\]/.test(name) || name === "." || name === "..";
    return bad
      ? `${quoted(name)} cannot name this: no control characters, "/", "\\", "." or ".."`
      : undefined;
  }).min(1);

/** A server parameter's name, as PostgreSQL allows them: `work_mem`, `app.tenant_id`. */
export const parameterName = () =>
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$/, {
    error: (issue) =>
      `${quoted(String(issue.input))} is not a parameter's name; letters, digits and "_", as in work_mem or app.tenant_id`,
  });
