import { examineHost } from "@rehome/migration";
import type { HostCheck } from "@rehome/migration";
import type { Command } from "commander";
import { CliError } from "../cli-error";
import { contextOf, headOf } from "../context";
import { examineHosts, type ExaminedHost } from "../doctor/examine-stack";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { serverByUrl } from "../stack/by-url";
import type { Paint } from "../terminal/terminal";
import { counted } from "../terminal/words";

/** What `rehome doctor --json` prints; without project and stack for a host by its URL. */
export interface DoctorDocument {
  readonly command: "doctor";
  readonly version: 1;
  readonly project?: string;
  readonly stack?: string;
  readonly hosts: readonly ExaminedHost[];
  readonly problems: number;
  readonly warnings: number;
}

interface Flags extends CommonFlags {
  readonly url?: string;
  readonly online?: boolean;
}

const DESCRIPTION: Description = {
  usage: "doctor [host...]",
  summary: "whether the stack's hosts are fit for moves, and what to do if not",
  about:
    "Examines hosts before anything is to move: version, wal_level, slots, connections, rights, extensions, disk, and what would hold a fence up. Each finding has a code and a remedy. Reads only. A host that is in no stack yet is named by its URL; its password is then read from PGPASSWORD.",
  examples: [
    ["rehome doctor", "every host of the stack"],
    ["rehome doctor main --json", "one host, for programs"],
    [
      "PGPASSWORD=… rehome doctor --url postgres://admin@db:5432 --online",
      "a host that is to be followed from",
    ],
  ],
};

const MARKS = { ok: "✓", warning: "!", problem: "✗" } as const;

/** A host's checks, those that are not well with their codes and remedies. */
const formatHost = ({ host, checks }: ExaminedHost, paint: Paint): string => {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const how = { ok: paint.good, warning: paint.warn, problem: paint.bad } as const;
  const lines = checks.flatMap(({ check, level, code, message, remedy }) => [
    `  ${how[level](MARKS[level])} ${check.padEnd(width)}  ${message}`,
    ...(code === null
      ? []
      : [`    ${" ".repeat(width)}  ${[remedy, `[${code}]`].filter(Boolean).join(" ")}`]),
  ]);
  return [paint.strong(host), ...lines].join("\n");
};

const count = (hosts: readonly ExaminedHost[], level: HostCheck["level"]): number =>
  hosts.flatMap(({ checks }) => checks).filter((check) => check.level === level).length;

const byUrl = async (url: string, online: boolean): Promise<ExaminedHost[]> => {
  const { server, database } = serverByUrl(url);
  const query = { server, database, online, managed: false, extensions: [] };
  return [{ host: `${server.host}:${server.port}`, checks: await examineHost(query) }];
};

const run = async (names: readonly string[], flags: Flags): Promise<ExitCode> => {
  const { terminal, open, answer } = contextOf(flags);
  const stack = flags.url === undefined ? await open() : undefined;
  const known = stack === undefined ? [] : [...stack.hosts.keys()].sort();
  const unknown = names.find((name) => !known.includes(name));
  if (stack !== undefined && unknown !== undefined) {
    const message = `the stack's state has no host "${unknown}"; it has: ${known.join(", ") || "none yet"}.`;
    throw new CliError("no-host", message, EXIT.noStack);
  }
  const wanted = names.length === 0 ? known : names;
  const hosts = stack
    ? await examineHosts(stack, wanted)
    : await byUrl(flags.url ?? "", flags.online === true);
  const [problems, warnings] = [count(hosts, "problem"), count(hosts, "warning")];
  const head = stack ? headOf("doctor", stack) : { version: 1 as const };
  const document: DoctorDocument = { ...head, command: "doctor", hosts, problems, warnings };
  answer(document, () =>
    [
      ...hosts.map((host) => formatHost(host, terminal.paint)),
      `${counted(problems, "problem")}, ${counted(warnings, "warning")}`,
    ].join("\n\n"),
  );
  return problems > 0 ? EXIT.failed : EXIT.ok;
};

/** `rehome doctor`: whether hosts are fit for moves. */
export const addDoctor = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option(
      "--url <url>",
      "a host that is in no stack: postgres://<admin>@<host>[:5432][/<database>][?sslmode=…]",
    )
    .option("--online", "with --url: whether it could be followed from, and follow")
    .action(async (names: string[], flags: Flags) => done(await run(names, flags)));
};
