import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine";
import type { CopyResult } from "./sections/copy";
import type { Growth } from "./sections/growth";
import type { InsideLap } from "./sections/same-server";

/** What is measured in one go, and can be asked for by name. */
export interface Sections {
  readonly copy: readonly CopyResult[];
  readonly "same-server": readonly InsideLap[];
  readonly growth: readonly Growth[];
}
export type Section = keyof Sections;

/** A section's figures, with all that one needs to know to believe them. */
export interface Measured<Name extends Section> {
  readonly section: Name;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly scale: number;
  readonly rounds: number;
  /** The servers' parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: Sections[Name];
}

const file = (directory: string, section: Section): string => join(directory, `${section}.json`);

export async function saveMeasured<Name extends Section>(
  directory: string,
  measured: Measured<Name>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(file(directory, measured.section), `${JSON.stringify(measured, null, 2)}\n`);
}

/** A section's saved figures; undefined when it has not been measured. */
export async function loadMeasured<Name extends Section>(
  directory: string,
  section: Name,
): Promise<Measured<Name> | undefined> {
  try {
    return JSON.parse(await readFile(file(directory, section), "utf8")) as Measured<Name>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
