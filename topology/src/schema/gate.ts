import { z } from "zod";
import { fields, whole } from "./fields";

const health = fields({
  url: z
    .string()
    .check((context) => {
      const say = (message: string): void =>
        void context.issues.push({ code: "custom", message, input: undefined });
      if (!URL.canParse(context.value) || !/^https?:/.test(context.value))
        return say("is not an http:// or https:// address; for example https://wallet.internal/health");
      const { username, password } = new URL(context.value);
      if (username !== "" || password !== "")
        say("holds a user or a password; it is shown in previews, so name an address that needs none");
    })
    .describe("Address that must answer 200: the health of what has moved before."),
  timeout: whole(1, 86_400)
    .default(120)
    .describe("Seconds to wait for that answer; asked again every second. Default: 120."),
});

/** What a service's move waits for, besides the services in `after`. */
export const gate = fields({
  health: health
    .exactOptional()
    .describe("What must be healthy before this service's move begins. Default: nothing."),
  approval: z
    .boolean()
    .default(false)
    .describe(
      "true: a move is only prepared until `approved` names it; the preview says how. Going back needs no approval. Default: false.",
    ),
  approved: z
    .string()
    .min(1)
    .exactOptional()
    .describe("The move that may begin, as the preview names it; words after it are yours. Default: none."),
})
  .check((context) => {
    const { approval, approved } = context.value;
    if (approval || approved === undefined) return;
    const message = "approves what waits for no approval; write approval: true beside it, or delete it";
    context.issues.push({ code: "custom", message, input: approved, path: ["approved"] });
  })
  .meta({ id: "Gate", description: "What a service's move waits for, besides the services in `after`." });

/** What a service's move waits for, as parsed: `health.timeout` in seconds. */
export type Gate = z.output<typeof gate>;
