import type { z } from "zod";
import { didYouMean, listed } from "./nearest";
import { problem, type Path, type Problem, type ProblemCode } from "./topology-error";
import { quoted } from "./quoted";

/** Turns what zod found into sentences: the value found, what is allowed, the nearest spelling. */
export function explainIssue(issue: z.core.$ZodIssue): Problem[] {
  const path: Path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const lines = issue.message.split("\n"); // one for each key: schema/fields.ts
    return issue.keys.map((key, index) => problem("unknown-key", [...path, key], lines[index] ?? ""));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.flatMap((inner) => explainIssue({ ...inner, path: issue.path }));
  return [problem(codeOf(issue), path, sentence(issue, path))];
}

function codeOf(issue: z.core.$ZodIssue): ProblemCode {
  if (issue.code === "custom" && typeof issue.params?.code === "string")
    return issue.params.code as ProblemCode;
  const given = issue.code === "invalid_union" ? valueAt(issue.input, issue.discriminator) : issue.input;
  if ((issue.code === "invalid_type" || "options" in issue) && given === undefined) return "missing";
  return "invalid-value";
}

function sentence(issue: z.core.$ZodIssue, path: Path): string {
  const found = display(issue.input, path);
  if (issue.code === "invalid_type") return wrongType(issue.input, issue.expected, found);
  if (issue.code === "invalid_value") return choice(issue.input, issue.values.map(String), path);
  if (issue.code === "invalid_union" && "options" in issue && issue.options !== undefined)
    return choice(valueAt(issue.input, issue.discriminator), issue.options.map(String), path);
  if (issue.code === "too_small" && (issue.origin === "string" || issue.origin === "array"))
    return "is empty; write at least one, or leave the line out";
  if (issue.code === "too_small" && issue.inclusive === false) return `must be more than ${issue.minimum}`;
  if (issue.code === "too_small") return `${found ?? "this"} is too small; at least ${issue.minimum}`;
  if (issue.code === "too_big" && issue.origin === "string")
    return `${found ?? "this"} is too long; at most ${issue.maximum} characters here`;
  if (issue.code === "too_big") return `${found ?? "this"} is too big; at most ${issue.maximum}`;
  if (issue.code === "invalid_format" && issue.message.startsWith("Invalid"))
    return "is not of the allowed form";
  return issue.message;
}

function wrongType(input: unknown, type: string, found: string | undefined): string {
  const expected = EXPECTED[type] ?? type;
  if (input === undefined) return `is missing; write ${expected}`;
  return `${found ?? kind(input)} is not ${expected}${requote(input, type, found)}`;
}

/** YAML's quotes are there for one and missing for the other. */
function requote(input: unknown, type: string, found: string | undefined): string {
  if (found === undefined) return "";
  if (type === "string") return `; write it in quotes: "${found}"`;
  const digits = typeof input === "string" && (type === "number" || type === "int") && /^[0-9]+$/.test(input);
  return digits ? `; write it without quotes: ${input}` : "";
}

const valueAt = (input: unknown, key: string | undefined): unknown =>
  typeof input === "object" && input !== null && key !== undefined
    ? (input as Record<string, unknown>)[key]
    : undefined;

const EXPECTED: Partial<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping (key: value)",
  record: "a mapping (name: …)",
  array: "a list",
};

function choice(input: unknown, allowed: readonly string[], path: Path): string {
  const found = display(input, path);
  if (input === undefined) return `is missing; allowed: ${listed(allowed)}`;
  const guess = typeof input === "string" ? didYouMean(input, allowed) : "";
  return `${found ?? kind(input)} is not allowed; allowed: ${listed(allowed)}.${guess}`;
}

/** A short value as it may be repeated in a message; nothing of what may be a secret or is long. */
function display(value: unknown, path: Path): string | undefined {
  if (path.some((step) => step === "password" || step === "url" || step === "env")) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.length <= 80 ? quoted(value) : undefined;
}

function kind(value: unknown): string {
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return `a ${typeof value === "string" ? "text" : typeof value}`;
}
