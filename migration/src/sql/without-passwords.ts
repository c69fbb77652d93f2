const VALUE = String.raw`(?:''[^']*''|E?'(?:[^']|'')*'?|"[^"]*"?|[^\s'",;)]+)`;
/** `password=…`, `"token": …`, `PASSWORD '…'`: a word that tells of a secret, and what follows it. */
const NAMED = new RegExp(
  String.raw`\b(\w*(?:passw(?:or)?d|pwd|secret|token|api_?key)['"]*)(\s*(?::=|=>|[:=])\s*|\s+(?=E?'))${VALUE}`,
  "gi",
);
const IN_URL = /(:\/\/[^\s:/@']*):[^\s@/']+@/g;

/** SQL or code as it may be shown: what looks like a password in it is taken out. */
export function withoutPasswords(text: string): string {
  return text.replace(NAMED, "$1$2***").replace(IN_URL, "$1:***@");
}
