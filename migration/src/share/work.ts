import type pg from "pg";
import { Pace } from "../copy/pace";
import { closeWires } from "../copy/wire";
import { RehomeError, codeOf, messageOf } from "../errors";
import { placementName } from "../naming";
import { isConnectionLost, open } from "../sql/connect";
import type { MoveRequest } from "../types";
import { ShareError, copyShare, openStream } from "./claim";
import { findShare, type Opened } from "./share";
import { join, leave, noteFailure, tell } from "./workers";

/** The move that is shared in: its dataset and both ends, as whoever leads it has them. */
export type WorkRequest = Pick<MoveRequest, "dataset" | "from" | "to">;

/** How a process shares in a copy. */
export interface WorkOptions {
  /** Who this is, for the journal and messages; another one than all others'. */
  readonly name: string;
  /** Seconds to wait for somebody to lead the move. */
  readonly patience: number;
  /** Told what goes on, in lines. */
  readonly say?: (line: string) => void;
}

/** What a process has copied. */
export interface Worked {
  readonly shares: number;
  readonly bytes: number;
}

const LOOK_MS = 1_000;
/** Shares in a row that may fail before a process gives up. */
const FAILURES = 3;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/**
 * Shares in the copy of a move that another process leads (`move`, with `options.workers`): waits until there is work,
 * copies until none is left, or until the move is done.
 * @throws RehomeError `nobody-leads` when its patience is over; what keeps it from both ends; what its shares failed of
 */
export async function work(
  request: WorkRequest,
  { name, patience, say = () => undefined }: WorkOptions,
): Promise<Worked> {
  const worked = { shares: 0, bytes: 0 };
  let last: Error | undefined;
  for (let since = Date.now(); ; await pause()) {
    try {
      const ending = await inSession(request, async (control) => {
        const found = await findShare(control, request);
        if (found?.state === "switched" || (found?.led === true && found.finished)) return "over";
        if (found === undefined || !isOpen(found)) return "wait";
        say(`shares in the copy of ${request.dataset}`);
        await takePart(control, { request, found, name, worked });
        return "again";
      });
      if (ending === "over") return worked;
      if (ending === "again") since = Date.now();
      last = undefined;
    } catch (error) {
      if (!passes(error)) throw error;
      last = error instanceof Error ? error : undefined;
    }
    if (Date.now() - since > patience * 1000) throw last ?? nobodyLeads(request, patience);
  }
}

const isOpen = (found: Opened): found is Opened & { readonly token: string } =>
  found.led && found.token !== null;

/** What may be otherwise in a moment: servers that start, a database that is yet to be created, a session that was ended. */
function passes(error: unknown): boolean {
  if (isConnectionLost(error) || codeOf(error) === "database-missing") return true;
  return error instanceof RehomeError && error.retryable;
}

const nobodyLeads = ({ dataset, from, to }: WorkRequest, seconds: number): RehomeError =>
  new RehomeError(
    "nobody-leads",
    `nobody has moved ${dataset} from ${placementName(from)} to ${placementName(to)} for ${seconds} s. A worker copies for a move that runs elsewhere: start that.`,
  );

async function inSession<T>({ to }: WorkRequest, use: (control: pg.Client) => Promise<T>): Promise<T> {
  const control = await open(to.server, to.database);
  try {
    return await use(control);
  } finally {
    await control.end().catch(() => undefined);
  }
}

interface Part {
  readonly request: WorkRequest;
  readonly found: Opened & { readonly token: string };
  readonly name: string;
  readonly worked: { shares: number; bytes: number };
}

/** Copies shares until the copy is closed, or over, or nobody leads it any more. */
async function takePart(control: pg.Client, { request, found, name, worked }: Part): Promise<void> {
  const { migration, token, terms } = found;
  const { from, to } = request;
  const pace = new Pace(terms.rate);
  for (let failed = 0; ;) {
    const stream = await openStream({ from, to, migration, token, terms, worker: name }).catch(
      async (error: unknown) => {
        // The journal can be written, so whoever leads hears of it: the old home may be out of reach from here.
        await join(control, migration, name, 0);
        await leave(control, migration, name, messageOf(error));
        throw error;
      },
    );
    let bytes = 0;
    await join(control, migration, name, stream.pid);
    const heart = setInterval(() => void beat().catch(() => undefined), LOOK_MS);
    const beat = async (): Promise<void> => {
      await tell(control, migration, name, bytes);
      pace.hold((await findShare(control, request))?.held === true);
    };
    try {
      for (;;) {
        const now = await findShare(control, request);
        if (now?.token !== token || !now.led) return await leave(control, migration, name);
        const claim = await copyShare(stream, (chunk) => (bytes += chunk), pace);
        bytes = 0;
        if (claim.kind === "closed") return await leave(control, migration, name);
        if (claim.kind === "none") await pause();
        else {
          failed = 0;
          worked.shares += 1;
          worked.bytes += claim.bytes;
        }
      }
    } catch (error) {
      const cause = error instanceof ShareError ? error.cause : error;
      // The session that was lost may be the control's own; then nobody is told.
      const quietly = (what: Promise<void>): Promise<void> => what.catch(() => undefined);
      if (isConnectionLost(cause)) {
        await quietly(leave(control, migration, name));
        throw cause;
      }
      if (error instanceof ShareError)
        await quietly(noteFailure(control, migration, error.ordinal, messageOf(cause)));
      failed += 1;
      await quietly(leave(control, migration, name, messageOf(cause)));
      if (failed >= FAILURES || !(error instanceof ShareError)) throw cause;
    } finally {
      clearInterval(heart);
      closeWires(stream);
    }
  }
}
