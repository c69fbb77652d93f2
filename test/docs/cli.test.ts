import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT_CODES_HELP } from "../../cli/src/exit-codes";
import { rehome } from "../../cli/src/rehome";
import { HOST_CODES } from "../../migration/src/codes";

const page = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
const section = (title: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";

type Command = Awaited<ReturnType<typeof rehome>>["commands"][number];
let commands: readonly Command[];
/** What `--help` prints, examples too. */
const helpOf = (command: Command): string => {
  let text = "";
  command.configureOutput({ writeOut: (line: string) => (text += line) }).outputHelp();
  return text;
};
const squeezed = (text: string): string => text.replace(/ +/g, " ").trim();

beforeAll(async () => {
  const program = await rehome("0", [], () => undefined);
  commands = program.commands.filter((command) => !["help", "complete"].includes(command.name()));
});

describe("docs/cli.md", () => {
  it("has a section for every command, and for no other", () => {
    const titles = [...page.matchAll(/^## rehome (\S+)$/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(8);
    expect(titles.sort()).toEqual(commands.map((command) => command.name()).sort());
  });

  it("has the examples that --help has, and no other", () => {
    for (const command of commands) {
      const [, examples = ""] = helpOf(command).split("Examples:\n");
      const [, shown = ""] = /```\n([^]*?)```/.exec(section(`rehome ${command.name()}`)) ?? [];
      const lines = (text: string): string[] => text.trim().split("\n").map(squeezed);
      expect(lines(shown)).toEqual(lines(examples));
    }
  });

  it("names every flag", () => {
    for (const { long } of commands.flatMap((command) => command.options))
      expect(page).toContain(long ?? "a flag without a long form");
  });

  it("has the exit codes of rehome help", () => {
    const rows = [...page.matchAll(/^\| (\d) +\| (.+?) +\|$/gm)].map(([, code, means]) => `${code} ${means}`);
    const listed = EXIT_CODES_HELP.split("\n").slice(1).map(squeezed);
    expect(rows.map((row) => row.replaceAll("`", ""))).toEqual(listed);
  });

  it("has every code of a command's own errors, and no other", () => {
    const room = join(import.meta.dirname, "../../cli/src");
    const sources = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".ts"),
    );
    const thrown = sources.flatMap((path) =>
      [
        ...readFileSync(join(room, path), "utf8").matchAll(/(?:new CliError|throw refuse)\(\s*"([a-z-]+)"/g),
      ].map(([, code]) => code),
    );
    const listed = [...section("What a command refuses").matchAll(/^\| `([a-z-]+)`/gm)].map(
      ([, code]) => code,
    );
    expect(listed.sort()).toEqual([...new Set(thrown)].sort());
  });

  it("has every code of doctor, and no other", () => {
    const codes = [...section("rehome doctor").matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
    expect(codes).toEqual([...HOST_CODES]);
  });
});
