import type { SummaryEvent } from "../events";
import { SUMMARY_ORDER, WORDS } from "./words";

/** `Resources:` and how many of them were dealt with in which way. */
export const renderSummary = ({ changes, errored }: SummaryEvent, preview: boolean): string[] => {
  const counted = SUMMARY_ORDER.filter((op) => (changes[op] ?? 0) > 0);
  const lines = counted.map((op) => {
    const { sign, toDo, summary } = WORDS[op];
    return `    ${sign}${changes[op] ?? 0} ${preview ? `to ${toDo}` : summary}`;
  });
  const total = counted.reduce((sum, op) => sum + (changes[op] ?? 0), 0);
  const rest = [
    ...(counted.length > 1 ? [`${total} changes.`] : []),
    ...((changes.same ?? 0) > 0 ? [`${changes.same ?? 0} unchanged`] : []),
  ].join(" ");
  return [
    "Resources:",
    ...lines,
    ...(rest === "" ? [] : [`    ${rest}`]),
    ...(errored > 0 ? [`    ${errored} errored`] : []),
  ];
};
