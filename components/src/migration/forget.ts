import { log } from "@pulumi/pulumi";
import { abandonAt, isSilence, stopFollowing, type Endpoint } from "@rehome/migration";
import { placementName } from "@rehome/topology";
import { plainError } from "../provider-errors";

/** Whether an end cannot be asked. */
const isGone = (error: unknown): boolean =>
  isSilence(error) || (error as { code?: unknown }).code === "database-missing";

/** What came of ending at one end alone what it keeps of the other; fenced: it stays so, for its data were handed out elsewhere. */
type Ending = "ended" | "fenced" | "unasked";

/**
 * Ends what two placements of a dataset keep of each other. Where one of them is not there, what does not follow is forgotten
 * all the same, with a warning; what follows, or where neither is there, is not: a slot would keep its server's WAL for ever,
 * and nothing would speak of it any more.
 */
export async function forget(
  dataset: string,
  ends: readonly [from: Endpoint, to: Endpoint],
  follows: boolean,
): Promise<void> {
  const [from, to] = ends;
  try {
    await stopFollowing({ dataset, from, to });
  } catch (error) {
    if (!isGone(error)) throw error;
    const apart = await endApart(dataset, ends);
    const unasked = apart.filter(({ ending }) => ending === "unasked");
    if (unasked.length === 0) return; // a database that is gone has taken its slots along
    const said = [(error as Error).message, ...apart.map((end) => whatIsLeft(dataset, end))].join(" ");
    if (follows || unasked.length > 1) throw new Error(`${said} ${wayOn(dataset)}`, { cause: error });
    await log.warn(`${dataset} is forgotten: ${said}`);
  }
}

/**
 * Gives up a preparation: on the home nothing of it is left, whether the next one's server is there or not. What was made
 * there is deleted as soon as it answers.
 */
export async function giveUp(dataset: string, home: Endpoint, next: Endpoint): Promise<void> {
  try {
    await stopFollowing({ dataset, from: home, to: next });
  } catch (error) {
    if (!isGone(error)) throw error;
    const [atHome, atNext] = await endApart(dataset, [home, next]);
    const left = [atHome, atNext].flatMap((end) => (end ? [whatIsLeft(dataset, end)] : []));
    const said = [(error as Error).message, ...left].join(" ");
    if (atHome?.ending !== "ended") throw new Error(said, { cause: error });
    await log.warn(`${dataset} is no longer prepared: ${said}`);
  }
}

interface Ended {
  readonly at: string;
  readonly ending: Ending;
}

/** @throws what stands in the way at an end that can be asked, when both have been asked */
async function endApart(dataset: string, [from, to]: readonly [Endpoint, Endpoint]): Promise<Ended[]> {
  const endAt = async (here: Endpoint, there: Endpoint): Promise<Ended> => {
    const at = placementName(here);
    try {
      return { at, ending: (await abandonAt(dataset, here, there)) ? "fenced" : "ended" };
    } catch (error) {
      if (!isGone(error)) throw plainError(error);
      return { at, ending: "unasked" };
    }
  };
  const settled = await Promise.allSettled([endAt(from, to), endAt(to, from)]);
  return settled.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}

function whatIsLeft(dataset: string, { at, ending }: Ended): string {
  switch (ending) {
    case "ended":
      return `${at} has no replication slot and no fence of ${dataset} any more.`;
    case "fenced":
      return `${at} stays fenced, for ${dataset} was handed out elsewhere; it follows no more.`;
    case "unasked":
      return `Whether a replication slot or a fence of ${dataset} is left in ${at} is not known.`;
  }
}

/** What to do about a server that is not there: the state alone still speaks of it. */
const wayOn = (dataset: string): string =>
  `Run this again when it answers; where it is gone for good, take the Migration out of the state (pulumi state delete, with the URN that ends in :Migration::${dataset}), and run this again.`;
