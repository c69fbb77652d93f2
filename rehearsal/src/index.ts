export type {
  DiagnosticEvent,
  Op,
  OutputsEvent,
  Phase,
  PolicyEvent,
  RehearsalEvent,
  Severity,
  Step,
  StepEvent,
  SummaryEvent,
} from "./events";
export type { PolicyPackOptions } from "./policies/pack";
export { RehearsalError, type RehearsalErrorCode } from "./rehearsal-error";
export type { StackFile } from "./project/stack-config";
export { findStack, readStackFileOf, type FoundStack } from "./run/find-stack";
export { stackNames } from "./run/stack-name";
export { rehearse, readStack, type Command, type RehearseOptions, type RehearseResult } from "./run/rehearse";
export { createRenderer, type RendererOptions } from "./display/renderer";
export type { Value, Values } from "./wire/values";
