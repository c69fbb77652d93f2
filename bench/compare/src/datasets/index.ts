import type { Dataset } from "./dataset";
import { huge } from "./huge";
import { many } from "./many";
import { pgbench } from "./pgbench";
import { wide } from "./wide";

export type { Dataset } from "./dataset";
export const DATASETS: readonly Dataset[] = [pgbench, wide, many, huge];
