import pc from "picocolors";

/** Where a command's words go, and what the reader's end can show. */
export interface Terminal {
  readonly print: (text: string) => void;
  /** For what is not the answer: warnings, what is being waited for. */
  readonly note: (text: string) => void;
  /** Whether somebody looks at the answer as it is printed. */
  readonly live: boolean;
  /** Whether a question can be asked. */
  readonly asks: boolean;
  /** Columns, for views that are drawn again. */
  readonly columns: number;
  readonly paint: Paint;
}

/** Colours by what they mean; as they are where no colours are wanted. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

export const paintOf = (colors: boolean): Paint => {
  const { bold, dim, green, cyan, yellow, red } = pc.createColors(colors);
  return { strong: bold, faint: dim, good: green, busy: cyan, warn: yellow, bad: red };
};

/** Colours on a terminal alone, and none where NO_COLOR or `--no-color` forbids them. */
export const processTerminal = (color: boolean): Terminal => {
  const { stdout, stderr, stdin, env } = process;
  const colors = color && stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    live: stdout.isTTY,
    asks: stdin.isTTY && stdout.isTTY,
    get columns() {
      return stdout.columns ?? 80; // a window may be made wider
    },
    paint: paintOf(colors),
  };
};
