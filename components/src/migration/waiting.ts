import type { Wait } from "@rehome/topology";

/** What a move waits for, and what to write for it to begin. */
export const waitingLine = ({ service, code, after }: Wait): string =>
  code === undefined
    ? `${service} stays where it is, and its move is only prepared: it goes after ${after ?? "?"}, which waits itself.`
    : `${service} waits for approval: its move is only prepared. For it to begin, write on the service: ` +
      `gate: { approval: true, approved: ${/^[\w-]+$/.test(code) ? code : JSON.stringify(code)} }`;
