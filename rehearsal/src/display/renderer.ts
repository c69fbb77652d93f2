import pc from "picocolors";
import type { DiagnosticEvent, Listener, Op, Phase, PolicyEvent, StepEvent } from "../events";
import { displayType, parseUrn } from "../wire/urn";
import { equal } from "../wire/values";
import { renderOutputs } from "./outputs";
import { renderPolicies } from "./policies";
import { renderTree, type Row } from "./tree";
import { renderSummary } from "./summary";
import { HEADERS, WORDS } from "./words";

/** How to show a run. */
export interface RendererOptions {
  readonly write: (text: string) => void;
  readonly colors: boolean;
  /** A terminal: progress may be overwritten. */
  readonly live: boolean;
  readonly showSecrets: boolean;
  readonly project: string;
}

const isPreview = (phase: Phase): boolean => phase === "preview" || phase === "destroy-preview";
const duration = (seconds: number): string =>
  seconds < 1 ? `${seconds.toFixed(2)}s` : `${Math.floor(seconds)}s`;

const infoOf = ({ op, diff }: StepEvent): string => {
  const shown = op === "update" || op === "replace" || op === "create-replacement";
  return shown && diff.length > 0 ? `[diff: ${diff.join(",")}]` : "";
};

/** The parts of a replacement are one row of a plan. */
const planned = (op: Op): Op => (op === "create-replacement" || op === "delete-replaced" ? "replace" : op);

/** Turns a run's events into text in the manner of Pulumi's non-interactive display. */
export const createRenderer = (options: RendererOptions): Listener => {
  const color = pc.createColors(options.colors);
  const paint = (sign: string): string => {
    if (sign.startsWith("+")) return color.green(sign);
    if (sign.startsWith("-")) return color.red(sign);
    return sign.startsWith("~") ? color.yellow(sign) : sign;
  };
  let phase: Phase = "preview";
  let stack = "";
  let rows = new Map<string, Row>();
  let diagnostics: DiagnosticEvent[] = [];
  let violations: PolicyEvent[] = [];
  let progress = false;

  const erase = (): void => {
    if (progress) options.write("\r\u001b[K");
    progress = false;
  };
  let blank = false;
  const line = (text = ""): void => {
    if (text === "" && blank) return;
    blank = text === "";
    erase();
    options.write(`${text}\n`);
  };
  const named = (urn: string): string => {
    const { type, name } = parseUrn(urn);
    return `${displayType(type)} ${name}`;
  };

  const step = (event: StepEvent): void => {
    const info = infoOf(event);
    if (isPreview(phase)) {
      if (event.status === "started") return;
      const op = planned(event.op);
      const old = rows.get(event.urn);
      rows.set(event.urn, {
        urn: event.urn,
        parent: event.parent,
        op,
        retained: event.retained,
        info: info || (old?.info ?? ""),
      });
      return;
    }
    if (event.op === "same" && event.status !== "failed") return;
    const { sign, doing, done } = WORDS[event.op];
    const retained = event.retained ? "[retain]" : "";
    const status = {
      started: `${doing}${retained} (0s)`,
      done: `${done}${retained} (${duration(event.seconds)})`,
      failed: color.red(`**${doing} failed**`),
    }[event.status];
    line(` ${paint(sign)} ${named(event.urn)} ${status}${info === "" ? "" : ` ${info}`}`);
  };

  const severityOf = ({ severity }: DiagnosticEvent): string => {
    if (severity === "error") return color.red("error: ");
    return severity === "warning" ? color.yellow("warning: ") : "";
  };
  const diagnostic = (event: DiagnosticEvent): void => {
    if (event.severity === "debug") return;
    if (event.ephemeral) {
      if (!options.live) return;
      const text = `@ ${event.message.split("\n")[0] ?? ""}`;
      erase();
      options.write(text.slice(0, Math.max(20, (process.stdout.columns || 100) - 1)));
      progress = true;
      return;
    }
    diagnostics.push(event);
    if (isPreview(phase)) return;
    const who = event.urn === "" ? "" : `${parseUrn(event.urn).name}: `;
    for (const text of event.message.trimEnd().split("\n")) line(`    ${who}${severityOf(event)}${text}`);
  };

  const showPolicies = (): void => {
    for (const text of renderPolicies(violations)) line(text);
    violations = [];
  };
  const showDiagnostics = (): void => {
    if (diagnostics.length === 0) return;
    line("Diagnostics:");
    const stackTitle = `pulumi:pulumi:Stack (${options.project}-${stack})`;
    const groups = new Map<string, DiagnosticEvent[]>();
    for (const event of diagnostics) {
      const { type, name } = parseUrn(event.urn);
      const title = event.urn === "" ? stackTitle : `${displayType(type)} (${name})`;
      groups.set(title, [...(groups.get(title) ?? []), event]);
    }
    for (const [title, events] of groups) {
      line(`  ${color.blue(title)}:`);
      for (const event of events) {
        const [first = "", ...rest] = event.message.trimEnd().split("\n");
        line(`    ${severityOf(event)}${first}`);
        for (const text of rest) line(`    ${text}`);
      }
      line();
    }
  };

  return (event) => {
    switch (event.kind) {
      case "phase":
        ({ phase, stack } = event);
        rows = new Map();
        diagnostics = [];
        violations = [];
        line(color.bold(`${HEADERS[phase]} (${stack}):`));
        if (!isPreview(phase)) line();
        return;
      case "step":
        return step(event);
      case "diagnostic":
        return diagnostic(event);
      case "policy":
        violations.push(event);
        return;
      case "outputs":
        if (isPreview(phase)) for (const text of renderTree([...rows.values()])) line(text);
        rows = new Map();
        line();
        showPolicies();
        showDiagnostics();
        diagnostics = [];
        if (isPreview(phase) && equal(event.before, event.now)) return; // nothing about them is news
        for (const text of renderOutputs(event.before, event.now, options.showSecrets)) line(text);
        line();
        return;
      case "summary":
        if (rows.size > 0) for (const text of renderTree([...rows.values()])) line(text);
        if (rows.size > 0 || diagnostics.length > 0) line();
        showPolicies();
        showDiagnostics();
        for (const text of renderSummary(event, isPreview(phase))) line(text);
        line();
        if (!isPreview(phase)) line(`Duration: ${duration(Math.max(1, event.seconds))}`);
        if (!isPreview(phase)) line();
        return;
    }
  };
};
