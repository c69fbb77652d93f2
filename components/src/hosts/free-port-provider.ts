import { freePort } from "@rehome/postgres";
import { plainError } from "../provider-errors";

/** What a `FreePort` is for: whoever asks with the same text gets the same port, as long as that is free. */
export interface FreePortInputs {
  readonly whose: string;
}

/** A port that is free now. It is kept in the state from then on, whatever becomes of it. */
export const create = async ({ whose }: FreePortInputs) => {
  try {
    const port = await freePort(whose);
    return { id: String(port), outs: { whose, port } };
  } catch (error) {
    throw plainError(error);
  }
};

/** Never another one: what is published there has been handed out. */
export const diff = async () => ({ changes: false });
