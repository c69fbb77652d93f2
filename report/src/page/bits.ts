import { markup, type Markup } from "../markup";
import type { Outcome } from "../journeys";
import type { Placement } from "../model";
import { placementName } from "../placement-name";
import { formatTime } from "../units";

export const time = (iso: string): Markup => markup`<time datetime="${iso}">${formatTime(iso)}</time>`;

export const place = (placement: Placement): Markup =>
  markup`<span class="mono">${placementName(placement)}</span>`;

/** Prose in which what stands between backticks is code. */
export const prose = (text: string): Markup =>
  markup`${text.split("`").map((part, at) => (at % 2 === 1 ? markup`<code>${part}</code>` : part))}`;

interface Told {
  readonly words: string;
  /** A sign of its own beside the colour. */
  readonly sign: string;
  readonly colour: "good" | "bad" | "doing" | "fence" | "muted";
}

const OUTCOMES: Readonly<Record<Outcome, Told>> = {
  proved: { words: "moved and proved", sign: "✓", colour: "good" },
  reopened: { words: "opened again", sign: "↺", colour: "fence" },
  unproved: { words: "moved, proof to come", sign: "◐", colour: "fence" },
  different: { words: "not equal", sign: "✗", colour: "bad" },
  stopped: { words: "stopped", sign: "✗", colour: "bad" },
  "under-way": { words: "under way", sign: "…", colour: "doing" },
  none: { words: "never moved", sign: "–", colour: "muted" },
};

export function outcome(of: Outcome): Markup {
  const { words, sign, colour } = OUTCOMES[of];
  return markup`<span class="state ${colour}"><span aria-hidden="true">${sign}</span> ${words}</span>`;
}

/** Rows from which a table gets a filter, and from which it is closed at first. */
export const FILTERED_FROM = 12;
export const CLOSED_FROM = 25;
/** Rows from which a table is not opened for the printer. */
export const PRINTED_TO = 1000;

/** A wide table that is scrolled by itself: by keyboard too. */
export const scrolled = (label: string, content: Markup): Markup =>
  markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
