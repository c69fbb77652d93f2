import { journeys } from "../journeys";
import { markup, type Markup } from "../markup";
import type { StackReport } from "../model";
import { lines, type Line } from "../picture/lines";
import { prose } from "./bits";
import { stackFile, type Edit } from "./stack-file";

/** Something to do, of every dataset with which it can be done. */
interface Step {
  readonly title: string;
  readonly text: string;
  readonly of: string;
  /** What the dataset's lines in the stack file are to be. */
  readonly edit?: Edit["placements"];
}

/** What is to be done next, and how to take a move back. */
export function nextSteps(report: StackReport): Markup {
  const all = lines(journeys(report)).flatMap(stepsOf);
  const together = new Map<string, Step[]>();
  for (const step of all) {
    const key = `${step.title}\n${step.text}`;
    together.set(key, [...(together.get(key) ?? []), step]);
  }
  return markup`<section aria-labelledby="next"><h2 id="next">What next, and how to go back</h2>
    ${all.length === 0 && markup`<p>Nothing has moved: there is nothing to go back to.</p>`}
    ${[...together.values()].map(section)}</section>
    `;
}

function section(steps: readonly Step[]): Markup {
  const { title, text } = steps[0] as Step;
  const edits = steps.flatMap(({ of, edit }) =>
    edit === undefined ? [] : [{ dataset: of, placements: edit }],
  );
  const names = [...new Set(steps.map(({ of }) => of))];
  const several = edits.length > 1 ? " Each of them may go alone." : "";
  return markup`<h3>${title}</h3><p>${prose(text)}${several}</p>
    ${
      edits.length === 0
        ? markup`<p class="muted">${names.join(", ")}</p>`
        : markup`<pre tabindex="0" aria-label="Lines of the stack file"><code>${stackFile(edits)}</code></pre>`
    }`;
}

function stepsOf({ kind, outcome, before, after, group: of }: Line): Step[] {
  const goBack = { home: before, formerly: after };
  if (outcome === "reopened")
    return kind === "moves"
      ? [
          {
            of,
            title: "Give up what is lost",
            text: "The home that was left was opened again, for the one after it is lost. Once nothing more is expected of that, delete `formerly`.",
            edit: { home: after },
          },
        ]
      : [];
  switch (kind) {
    case "stays":
      return [];
    case "prepares":
      return [
        {
          of,
          title: "Hand the prepared homes out",
          text: "Write this and run `pulumi up`.",
          edit: { home: after, formerly: before },
        },
        {
          of,
          title: "Give the preparation up",
          text: "Delete `next`: nothing of it stays.",
          edit: { home: before },
        },
      ];
    case "waits":
      return [
        outcome === "stopped" || outcome === "different"
          ? {
              of,
              title: "Go on",
              text: "The service works where it was. See to what stopped the move, and run `pulumi up` again: it goes on from the journal.",
            }
          : { of, title: "Move", text: "The service works where it was. `pulumi up` carries the move out." },
        {
          of,
          title: "Stay",
          text: "To give the move up, write this and run `pulumi up`.",
          edit: { home: before },
        },
      ];
    case "given-up":
      return [
        {
          of,
          title: "Move there again",
          text: "The old home has been given up. A new copy takes the data there:",
          edit: goBack,
        },
      ];
    case "moves":
      return [
        ...(outcome === "proved" ? [] : [unproved(of, outcome)]),
        {
          of,
          title: "Go back",
          text: "Swap `home` and `formerly`, as `git revert` does, and run `pulumi up`. What was written since goes along.",
          edit: goBack,
        },
        ...(outcome === "proved"
          ? [
              {
                of,
                title: "Finish",
                text: "Delete `formerly`, and the old home is given up.",
                edit: { home: after },
              },
            ]
          : []),
      ];
    default:
      return kind satisfies never;
  }
}

const unproved = (of: string, outcome: Line["outcome"]): Step =>
  outcome === "different"
    ? {
        of,
        title: "Not equal",
        text: "The proof found differences: they are marked below. The old home is complete; it cannot be deleted.",
      }
    : {
        of,
        title: "Proof to come",
        text: "`pulumi up` makes it. Until then the old home cannot be deleted.",
      };
