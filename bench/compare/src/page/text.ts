import type { Machine } from "../machine";
import type { Measured, Section } from "../results";

export const seconds = (value: number): string =>
  `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} s`;

export const gigabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

export const times = (ratio: number): string => `${ratio.toFixed(2)}×`;

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const machineInWords = ({ cores, processor, memory, system, node, postgresql }: Machine): string =>
  `${cores} cores (${processor}), ${gigabytes(memory)} of memory, ${system}; PostgreSQL ${postgresql}, Node ${node.replace("v", "")}`;

/** What figures were taken on, and how to take them again. */
export function provenance<Name extends Section>(measured: Measured<Name>): string {
  const { machine, versions, parameters, rounds, scale, section } = measured;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const settings = Object.entries(parameters).map(([name, value]) => `\`${name} = ${value}\``);
  const servers = section === "same-server" ? "The server has" : "Both servers on one disk, with";
  return [
    `Taken on ${machineInWords(machine)}${programs.length === 0 ? "" : `; ${programs.join(", ")}`}.`,
    `${servers} ${settings.join(", ")} and PostgreSQL's defaults otherwise (fsync on).`,
    `${rounds} rounds at scale ${scale}; repeat it with \`make bench ONLY=${section} ROUNDS=${rounds}\`.`,
  ].join(" ");
}
