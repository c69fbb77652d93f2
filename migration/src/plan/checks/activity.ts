import { some, warning, type Check } from "../finding";

/** Who is at work in the old home. */
export const activity: Check = ({ source }) =>
  source.longTransactions.length === 0
    ? []
    : [
        warning(
          "long-transactions",
          `transactions are open in the old home: ${some(source.longTransactions)}.`,
          "The fence waits for them; end them first.",
        ),
      ];
