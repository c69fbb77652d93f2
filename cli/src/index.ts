export type { ConnectDocument } from "./commands/connect";
export type { HistoryDocument } from "./commands/history";
export type { PlanDocument } from "./commands/plan";
export type { SizesDocument } from "./commands/sizes";
export type { StatusDocument } from "./commands/status";
export type { DocumentHead } from "./context";
export type { ErrorDocument } from "./main";
export type { DatasetState, DatasetStatus, Verification } from "./status/dataset-status";
