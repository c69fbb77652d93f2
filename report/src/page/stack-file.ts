import type { Placement } from "../model";

/** What a dataset's keys in the stack file are to be. */
export interface Edit {
  /** `payment`, `contact/tenants` */
  readonly dataset: string;
  readonly placements: Readonly<Partial<Record<"home" | "next" | "formerly", Placement>>>;
}

/** Words that YAML takes for something else than text. */
const OTHER = /^(?:true|false|yes|no|on|off|null|y|n)$/i;
const plain = (text: string): boolean => /^[A-Za-z_][\w-]*$/.test(text) && !OTHER.test(text);
const word = (text: string): string => (plain(text) ? text : JSON.stringify(text));

const flow = ({ host, database, schema }: Placement): string =>
  `{ host: ${word(host)}, database: ${word(database)}, schema: ${word(schema)} }`;

/** The lines of a stack file, below `rehome:topology`. */
export function stackFile(edits: readonly Edit[]): string {
  let path: readonly string[] = [];
  const lines = edits.flatMap(({ dataset, placements }) => {
    const [service = dataset, part] = dataset.split("/");
    const to = ["services", service, ...(part === undefined ? [] : ["datasets", part])];
    const shared = to.findIndex((name, at) => path[at] !== name);
    path = to;
    const keys = Object.entries(placements).map(([key, at]) => `${key}: ${flow(at)}`);
    return [
      ...to.flatMap((name, at) =>
        at < (shared < 0 ? to.length : shared) ? [] : [indented(`${word(name)}:`, at)],
      ),
      ...keys.map((line) => indented(line, to.length)),
    ];
  });
  return lines.join("\n");
}

const indented = (line: string, depth: number): string => `${"  ".repeat(depth)}${line}`;
