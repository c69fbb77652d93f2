/** A text in which a secret may show, and where it was found. */
export interface Seen {
  readonly where: string;
  readonly text: string;
}

const sql = (secret: string): string => secret.replaceAll("'", "''");

/** The forms in which a secret may stand somewhere, by name; the raw one is any other's when nothing needs escaping. */
export const formsOf = (secret: string): Readonly<Record<string, string>> => ({
  raw: secret,
  url: encodeURIComponent(secret),
  "url, lower case": encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  form: new URLSearchParams({ x: secret }).toString().slice(2),
  base64: Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  base64url: Buffer.from(secret).toString("base64url"),
  hex: Buffer.from(secret).toString("hex"),
  json: JSON.stringify(secret).slice(1, -1),
  "json in json": JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  shell: secret.replaceAll("'", `'\\''`),
  "shell, double quotes": secret.replace(/["$`\\]/g, "\\$&"),
  sql: sql(secret),
  "sql, escaped": sql(secret).replaceAll("\\", "\\\\"),
});

/** Where any of the secrets stands, in any form: `shop's: json in state file`. */
export const leaks = (secrets: Readonly<Record<string, string>>, seen: readonly Seen[]): string[] =>
  Object.entries(secrets).flatMap(([whose, secret]) => {
    const forms = Object.entries(formsOf(secret));
    return seen.flatMap(({ where, text }) => {
      const [form] = forms.find(([, one]) => text.includes(one)) ?? [];
      return form === undefined ? [] : [`${whose}: ${form} in ${where}`];
    });
  });
