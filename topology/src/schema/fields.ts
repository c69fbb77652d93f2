import { z } from "zod";
import { didYouMean, listed } from "../nearest";

/**
 * An object with these fields and no others. The message has a line for each unknown key, in their order, with the
 * nearest correct spelling: only here are the correct ones at hand.
 */
export function fields<const Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys
            .map((key) => `is not a field here; fields: ${listed(known)}.${didYouMean(key, known)}`)
            .join("\n")
        : undefined,
  });
}

/** A whole number from `low` to `high`, both allowed. */
export const whole = (low: number, high: number) => z.int().min(low).max(high);

/** A TCP port. */
export const port = () => whole(1, 65535);
