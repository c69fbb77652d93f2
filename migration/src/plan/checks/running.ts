import { warning, type Check } from "../finding";

/** Another run of the same dataset. It may be over when this one begins. */
export const running: Check = ({ request, source, target }) =>
  !source.obstacles.running && target?.obstacles.running !== true
    ? []
    : [
        warning(
          "already-running",
          `dataset "${request.dataset}" is being moved by another run at this moment.`,
          "Wait for it to end: only one at a time is let in.",
        ),
      ];
