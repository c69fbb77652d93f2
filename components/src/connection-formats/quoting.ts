/** Percent-encodes everything but letters, digits, `-`, `.`, `_` and `~`: nothing that any parser of URLs treats specially. */
export const percent = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `host:port`, the host in brackets when it is an IPv6 address. */
export const authority = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** `user:password@`; without a password, `user@`. */
export const userinfo = ({ user, password }: { readonly user: string; readonly password?: string }): string =>
  `${percent(user)}${password === undefined ? "" : `:${percent(password)}`}@`;

/** `?a=1&b=2`, values percent-encoded; parameters without a value are left out. */
export const query = (parameters: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${percent(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
};

/** A value of libpq's `keyword='value'`. */
export const keywordValue = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** A setting for the server's command line (libpq's `options`), where spaces part and backslashes keep together. */
export const serverOption = (name: string, value: string): string =>
  `-c${name}=${value.replace(/[\\\s]/g, "\\$&")}`;

/**
 * A value of an ADO.NET connection string: within double quotes, doubled inside, which hold anything. Plain words go
 * without.
 */
export const adoValue = (text: string): string =>
  /^[A-Za-z0-9_./:@-]+$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
