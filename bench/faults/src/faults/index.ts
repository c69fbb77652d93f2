import { clientFaults } from "./clients";
import { networkFaults } from "./network";
import { processFaults } from "./processes";
import type { Fault } from "./fault";

/** Every kind of fault. @param disks whether servers have disks that can be filled */
export const allFaults = (disks: boolean): Fault[] => [
  ...processFaults(disks),
  ...networkFaults,
  ...clientFaults,
];
