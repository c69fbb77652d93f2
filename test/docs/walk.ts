import { parse, stringify } from "yaml";
import type { Block } from "./markdown";

/** One step of a walk through a page: what its blocks say to run, and what they say comes of it. */
export interface Step {
  readonly line: number;
  readonly script: string;
  /** Lines that the output holds, in this order. */
  readonly shows: readonly string[];
  /** The files that the page has made, as they are then, by name. */
  readonly files: ReadonlyMap<string, string>;
}

type Tree = Record<string, Record<string, Record<string, unknown>>>;

/** A stack file after an edit: each host and service that the edit names is as the edit says. */
const edited = (file: string, edit: string): string => {
  const whole = parse(file) as { config: Record<string, Tree> };
  const topology = whole.config["rehome:topology"] ?? {};
  for (const [part, entries] of Object.entries(parse(edit) as Tree)) {
    topology[part] = { ...topology[part], ...entries };
  }
  return stringify(whole);
};

/** A stack file with more keys under `config`. */
const configured = (file: string, more: string): string => {
  const whole = parse(file) as { config: object };
  return stringify({ config: { ...whole.config, ...(parse(more) as { config: object }).config } });
};

/** Writes a file from the shell. */
const writing = (name: string, text: string): string => `cat > ${name} <<'END-OF-FILE'\n${text}END-OF-FILE\n`;

/**
 * The steps that the blocks marked with `name` make: `run` is run, `file F` is a file's text, `edit F` and `config F` change
 * it, and `shows` is what the last run printed.
 */
export const stepsOf = (blocks: readonly Block[], name: string): Step[] => {
  const files = new Map<string, string>();
  const steps: Step[] = [];
  let before = "";
  for (const { marker = "", text, line } of blocks) {
    const [whose, verb = "", file = ""] = marker.split(" ");
    if (whose !== name) continue;
    const old = files.get(file) ?? "";
    switch (verb) {
      case "run":
        steps.push({ line, script: before + text, shows: [], files: new Map(files) });
        before = "";
        break;
      case "shows": {
        const last = steps.pop();
        if (last === undefined) throw new Error(`line ${line}: shows what nothing has run`);
        const lines = text.split("\n").filter((one) => one.trim() !== "");
        steps.push({ ...last, shows: [...last.shows, ...lines] });
        break;
      }
      case "file":
      case "edit":
      case "config": {
        const now = verb === "file" ? text : verb === "edit" ? edited(old, text) : configured(old, text);
        files.set(file, now);
        before += writing(file, now);
        break;
      }
      default:
        throw new Error(`line ${line}: "${verb}" is no step of a walk`);
    }
  }
  return steps;
};

/** A line without what differs from run to run: sizes and times, how wide a column is. */
const essence = (line: string): string =>
  line
    .replace(/\d[\d,.]* (B|kB|MB|GB)\b/g, "# bytes")
    .replace(/\d[\d,.]* s\b/g, "# s")
    .replace(/-{3,}/g, "-")
    .replace(/\s+/g, " ")
    .trim();

/** The lines that this output does not hold in their order. */
export const missing = (shows: readonly string[], output: string): string[] => {
  const printed = output.split("\n").map(essence);
  let from = 0;
  return shows.filter((line) => {
    const found = printed.findIndex((one, index) => index >= from && one.includes(essence(line)));
    if (found >= 0) from = found + 1;
    return found < 0;
  });
};
