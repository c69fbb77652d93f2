import { setTimeout as sleep } from "node:timers/promises";
import { log } from "@pulumi/pulumi";
import { plainError } from "../provider-errors";
import type { GateArgs } from "./gate";
import { tell } from "./plan-file";

const HEALTHY = 200;
/** Milliseconds between two questions, and that one may take. */
const PAUSE = 1_000;
const PATIENCE = 10_000;

/** How the passages of a gate are told apart: an address or a timeout that is edited later opens nothing anew. */
const passed = (olds: Partial<GateArgs>, { move }: GateArgs): boolean => olds.move === move;

/** `payment: begins its move when wallet has moved and https://… answers 200` */
const condition = ({ service, after, url }: GateArgs): string => {
  const before =
    after.length === 0 ? "" : `${after.join(", ")} ${after.length === 1 ? "has" : "have"} moved and `;
  return `${service}: begins its move when ${before}${url} answers ${HEALTHY}`;
};

/** Says what the service waits for, for as long as it does. */
export const check = async (olds: Partial<GateArgs>, news: GateArgs) => {
  if (!passed(olds, news)) {
    const { service, after, url } = news;
    await tell({ kind: "gate", service, after, url });
    await log.info(condition(news));
  }
  return { inputs: news };
};

export const diff = async (olds: Partial<GateArgs>, news: GateArgs) => ({ changes: !passed(olds, news) });

/** Why an address is not healthy; undefined when it is. */
const trouble = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: "follow" });
    await response.body?.cancel();
    return response.status === HEALTHY ? undefined : `it answers ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return `it does not answer: ${cause?.code ?? message}`;
  }
};

const pass = async ({ service, url, timeout }: GateArgs): Promise<void> => {
  const end = Date.now() + timeout * 1_000;
  for (;;) {
    const why = await trouble(url);
    if (why === undefined) return;
    await log.info(`${service}: waits for ${url}; ${why}`, undefined, undefined, true);
    if (Date.now() + PAUSE > end) {
      throw new Error(
        `${service} does not begin its move: ${url} was not healthy for ${timeout} s; ${why}. What moved before keeps ` +
          `its new home. Mend it and run pulumi up again, or take that move back by swapping its home and formerly.`,
      );
    }
    await sleep(PAUSE);
  }
};

const passing = async (args: GateArgs): Promise<void> => {
  try {
    await pass(args);
  } catch (error) {
    throw plainError(error);
  }
};

export const create = async (inputs: GateArgs) => {
  await passing(inputs);
  return { id: inputs.service, outs: inputs };
};

export const update = async (news: GateArgs) => {
  await passing(news);
  return { outs: news };
};
