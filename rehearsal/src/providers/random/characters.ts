import { randomInt } from "node:crypto";
import type { Attributes } from "../attributes";
import type { Values } from "../../wire/values";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** What a random text may be made of; every change draws anew. */
export const CHARACTER_ATTRIBUTES: Attributes = {
  length: { required: true, forceNew: true },
  keepers: { forceNew: true },
  lower: { default: true, forceNew: true },
  upper: { default: true, forceNew: true },
  number: { default: true, forceNew: true },
  numeric: { default: true, forceNew: true },
  special: { default: true, forceNew: true },
  minLower: { default: 0, forceNew: true },
  minUpper: { default: 0, forceNew: true },
  minNumeric: { default: 0, forceNew: true },
  minSpecial: { default: 0, forceNew: true },
  overrideSpecial: { forceNew: true },
};

const pick = (alphabet: string): string => alphabet[randomInt(alphabet.length)] ?? "";

const shuffle = (items: readonly string[]): string[] => {
  const rest = [...items];
  return items.map(() => rest.splice(randomInt(rest.length), 1)[0] ?? "");
};

/** Draws a text with the wanted number of each class of characters. */
export const randomText = (wanted: Values): string => {
  const allowed = (key: string): boolean => wanted[key] !== false;
  const special = typeof wanted["overrideSpecial"] === "string" ? wanted["overrideSpecial"] : SPECIAL;
  const classes = [
    { alphabet: LOWER, allowed: allowed("lower"), least: Number(wanted["minLower"] ?? 0) },
    { alphabet: UPPER, allowed: allowed("upper"), least: Number(wanted["minUpper"] ?? 0) },
    {
      alphabet: DIGITS,
      allowed: allowed("numeric") && allowed("number"),
      least: Number(wanted["minNumeric"] ?? 0),
    },
    { alphabet: special, allowed: allowed("special"), least: Number(wanted["minSpecial"] ?? 0) },
  ];
  const every = classes
    .filter((one) => one.allowed)
    .map((one) => one.alphabet)
    .join("");
  const least = classes.flatMap(({ alphabet, least }) => Array.from({ length: least }, () => pick(alphabet)));
  const length = Number(wanted["length"]);
  const rest = Array.from({ length: Math.max(0, length - least.length) }, () => pick(every));
  return shuffle([...least, ...rest]).join("");
};
