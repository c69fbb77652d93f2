import type { Claim, ServerConnection, Standing } from "@rehome/migration";

/** What is asked of the engine before something is created. */
export interface Engine {
  readonly standing: (server: ServerConnection, claim: Claim) => Promise<Standing>;
  readonly removeBare: (server: ServerConnection, claim: Claim) => Promise<boolean>;
}

/** Where something is to be created. */
export interface Site {
  readonly host: string;
  readonly server: ServerConnection;
  /** The logical name of what is to be created. */
  readonly logical: string;
  /** Whether someone else runs the server: what stands there is theirs. */
  readonly existing: boolean;
  readonly preview: boolean;
}

/** A server that cannot be asked says why itself, when it comes to creating. */
const UNASKED: readonly unknown[] = [
  "unreachable",
  "connections-too-few",
  "authentication-failed",
  "database-missing",
  "rights-missing",
];

const ask = async (work: () => Promise<Standing>): Promise<Standing> => {
  try {
    return await work();
  } catch (error) {
    if (UNASKED.includes((error as { code?: unknown }).code)) return "absent";
    throw error;
  }
};

const TYPES = { database: "postgresql:index/database:Database", role: "postgresql:index/role:Role" } as const;

/** As a shell takes it for one word. */
const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const waysToUse = ({ kind }: Claim, host: string): string =>
  kind === "role"
    ? "To use it as it is, write adoptRole: true and its password for the services that have it; to begin anew, drop it there."
    : `To use what is there, let the home be on one more host, with the url of "${host}" and without manage: true, which takes databases and roles as found; to begin anew, drop it there.`;

/**
 * Why something may not be created, undefined when it may: it is on its server already, and not in the state of this stack.
 * What a killed run has left half made on a server of Rehome's own is taken away, so that it is made whole.
 */
export const occupiedRefusal = async (
  claim: Claim,
  { host, server, logical, existing, preview }: Site,
  engine: Engine,
): Promise<string | undefined> => {
  const found = await ask(() => engine.standing(server, claim));
  if (found === "absent") return undefined;
  if (!existing && found === "bare" && (preview || (await engine.removeBare(server, claim))))
    return undefined;
  const { kind, name } = claim;
  return [
    `Host "${host}" has a ${kind} "${name}" already, and this run would create it.`,
    existing ? waysToUse(claim, host) : "If nobody needs it, drop it there.",
    "While it is there, --replace cannot make another.",
    "If this stack made it and has lost or given up its state, take it back, with the URNs of its parent and its provider (docs/faq.md), without which the next run would delete it:",
    `pulumi import ${TYPES[kind]} ${word(logical)} ${word(name)} --protect=false --generate-code=false --parent 'topology=URN' --provider ${word(`${host}=URN`)}`,
  ].join(" ");
};
