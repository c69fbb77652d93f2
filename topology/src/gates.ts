import type { Dataset, Service } from "./expand";
import { placementName } from "./placement-name";

/** Why a service's move is prepared and not begun. */
export interface Wait {
  readonly service: string;
  /** What to write as `approved` for it to begin; absent where it only waits for another service. */
  readonly code?: string;
  /** The service that it goes after, which waits itself. */
  readonly after?: string;
}

/** FNV-1a: tells moves apart; nothing is secured by it. */
const hash = (text: string): string => {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum.toString(16).padStart(8, "0");
};

const moving = (datasets: readonly Dataset[], service: string): Dataset[] =>
  datasets.filter((dataset) => dataset.service === service && dataset.formerly !== undefined);

/**
 * The name of a service's move, `payment-1f0c39aa`: of all its datasets between the same places, in whichever direction,
 * so that going back needs no approval and another move does.
 */
export const moveCode = (service: string, datasets: readonly Dataset[]): string => {
  const pairs = moving(datasets, service).map(({ name, home, formerly }) => [
    name,
    ...[home, ...(formerly ? [formerly] : [])].map(placementName).sort(),
  ]);
  return `${service}-${hash(JSON.stringify(pairs.sort()))}`;
};

/** The moves that wait: for their approval, or for a service that waits for its own. */
export const waits = (services: readonly Service[], datasets: readonly Dataset[]): Wait[] => {
  const found = new Map<string, Wait>();
  const movers = services.filter(({ name }) => moving(datasets, name).length > 0);
  const approved = ({ name, gate }: Service): boolean =>
    gate?.approved?.split(/\s/, 1)[0] === moveCode(name, datasets);
  for (const service of movers) {
    if (service.gate?.approval !== true || approved(service)) continue;
    found.set(service.name, { service: service.name, code: moveCode(service.name, datasets) });
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const service of movers) {
      const after = service.after.find((name) => found.has(name));
      if (after === undefined || found.has(service.name) || approved(service)) continue;
      found.set(service.name, { service: service.name, after });
      grown = true;
    }
  }
  return movers.flatMap(({ name }) => found.get(name) ?? []);
};

/** A dataset as it is while its move waits: at home where it was, the new home being prepared. */
export const held = (dataset: Dataset): Dataset => {
  const { home, formerly, ...rest } = dataset;
  return formerly === undefined ? dataset : { ...rest, home: formerly, next: home };
};
