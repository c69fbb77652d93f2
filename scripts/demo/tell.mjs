// What the tour says, and the checks that it stands or falls with.
import console from "node:console";
import process from "node:process";

const plain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined;
const paint = (code) => (text) => (plain ? text : `\u001b[${code}m${text}\u001b[0m`);
export const bold = paint("1");
export const dim = paint("2");
export const green = paint("32");
export const red = paint("31");

let chapter = 0;

/** A headline, and a few lines of text below it. */
export const headline = (title, ...lines) => {
  chapter += 1;
  console.log(`\n${bold(`${chapter}. ${title}`)}`);
  for (const line of lines) console.log(line);
};
export const say = (...lines) => lines.forEach((line) => console.log(line));

/** A check that failed. Its message is the one line that is printed. */
export class CheckFailed extends Error {}

let passed = 0;
export const checksPassed = () => passed;

/** Says what holds; the tour ends where it does not. */
export const check = (holds, claim, otherwise = "") => {
  if (!holds) throw new CheckFailed(`not true: ${claim}${otherwise === "" ? "" : ` (${otherwise})`}`);
  passed += 1;
  console.log(`  ${green("✓")} ${claim}`);
};

/** Rows as an aligned table; numbers to the right. */
export const table = (rows) => {
  const keys = Object.keys(rows[0] ?? {});
  const text = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : String(value));
  const width = (key) => Math.max(key.length, ...rows.map((row) => text(row[key]).length));
  const cell = (key, value, right) => text(value)[right ? "padStart" : "padEnd"](width(key));
  const right = (key) => typeof rows[0]?.[key] === "number";
  console.log(`  ${dim(keys.map((key) => cell(key, key, right(key))).join("  "))}`);
  for (const row of rows)
    console.log(`  ${keys.map((key) => cell(key, row[key], right(key))).join("  ")}`.trimEnd());
};
