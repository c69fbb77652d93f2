/** Pulumi's mark of a secret in a state. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value of a state that was exported with its secrets, without their marks: plain values, however deep. */
export const opened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const { [SIGNATURE]: mark, plaintext } = value as Record<string, unknown>;
  if (mark === SECRET) return typeof plaintext === "string" ? opened(JSON.parse(plaintext)) : undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item)]));
};
