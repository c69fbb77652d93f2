import { prove, reopenedHome, type MoveOptions, type ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import { followEngine } from "../follow-engine";
import { plainError } from "../provider-errors";
import { telling } from "./carry-out";
import { following } from "./following";

/** What a `Proof` is made from, as the dynamic provider receives it. */
export interface ProofInputs {
  readonly dataset: string;
  readonly owner: string;
  readonly home: Placement;
  readonly formerly: Placement;
  readonly options: MoveOptions;
  readonly homeServer: ServerConnection;
  readonly formerlyServer: ServerConnection;
  /** The migration that is proven, by the journal's key; unknown in the preview of a move. */
  readonly migration: string | null;
}

const request = ({ dataset, owner, options, ...ends }: ProofInputs) => ({
  dataset,
  options,
  from: { ...ends.formerly, server: ends.formerlyServer, owner },
  to: { ...ends.home, server: ends.homeServer, owner },
});

/** The way back: the home that was left follows the one that came after it. */
const back = (inputs: ProofInputs) => {
  const { from, to, ...rest } = request(inputs);
  return following({ ...rest, from: to, to: from });
};

const key = ({ home, formerly, migration }: Partial<ProofInputs>): string =>
  JSON.stringify(
    [home, formerly].map((at) => [at?.host, at?.database, at?.schema]).concat([[migration ?? undefined]]),
  );

/** Whether there is a switch to be proven, or a way back to be mended: to what was lost, none is. */
export const diff = async (olds: Partial<ProofInputs> & { readonly clean?: boolean }, news: ProofInputs) => ({
  changes: key(olds) !== key(news) || (olds.clean !== false && (await back(news)).broken),
});

const outputs = async (news: ProofInputs) => {
  followEngine();
  try {
    const ends = request(news);
    await prove(ends, telling());
    return { ...news, clean: (await reopenedHome(ends)) === undefined };
  } catch (error) {
    throw plainError(error);
  }
};

export const create = async (news: ProofInputs) => ({ id: news.dataset, outs: await outputs(news) });

export const update = async (news: ProofInputs) => ({ outs: await outputs(news) });
