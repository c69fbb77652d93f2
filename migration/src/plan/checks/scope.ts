import { blocker, type Check } from "../finding";

/** What this version does not move. */
export const scope: Check = ({ request }) =>
  request.options.mode !== "online"
    ? []
    : [
        blocker(
          "mode-online",
          `${request.dataset} asks for mode: online, which this version cannot do.`,
          "Write mode: offline.",
        ),
      ];
