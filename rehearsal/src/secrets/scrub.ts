import { isList, isObject, isSecret, plain, UNKNOWN, type Value } from "../wire/values";

const SHORTEST = 5;
const TELLING_KEY = /pass|secret|token|url|uri|dsn|credential|key$/i;
const HARMLESS = new Set(["true", "false", "null", "postgres", "public", "localhost", "127.0.0.1", UNKNOWN]);

/** Replaces every secret it has been told of by `[secret]`. */
export interface Scrubber {
  /** Learns every secret within a value. */
  readonly learn: (value: Value) => void;
  readonly scrub: (text: string) => string;
}

/**
 * A secret that is a string is scrubbed whole. Of a secret object (a connection, say) only what its key calls
 * confidential is: a secret connection must not turn every mention of its host or database into `[secret]`.
 */
const leaves = (value: Value, key: string | undefined): string[] => {
  if (typeof value === "string") return key === undefined || TELLING_KEY.test(key) ? [value] : [];
  if (isList(value)) return value.flatMap((item) => leaves(item, key));
  if (isObject(value)) return Object.entries(value).flatMap(([name, item]) => leaves(item, name));
  return [];
};

const secretsIn = (value: Value): string[] => {
  if (isSecret(value)) return leaves(plain(value), undefined);
  if (isList(value)) return value.flatMap(secretsIn);
  if (isObject(value)) return Object.values(value).flatMap(secretsIn);
  return [];
};

export const createScrubber = (): Scrubber => {
  const known = new Set<string>();
  let longestFirst: string[] | undefined;
  return {
    learn: (value) => {
      for (const text of secretsIn(value)) {
        if (text.length < SHORTEST || HARMLESS.has(text) || known.has(text)) continue;
        known.add(text);
        const escaped = JSON.stringify(text).slice(1, -1);
        known.add(escaped);
        longestFirst = undefined;
      }
    },
    scrub: (text) => {
      longestFirst ??= [...known].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((rest, word) => rest.replaceAll(word, "[secret]"), text);
    },
  };
};
