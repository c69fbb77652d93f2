// What the tour shows of a preview and of an update: plans, progress, sums. Everything else is in the log.
const SUM = /^\s*([+~-] )?\d+ (to (create|update|delete)|created|updated|deleted|changes\.? .*|unchanged)/;
const PROBLEM = /\b(error|warning|BLOCKER)\b|\. \[[a-z-]+\]$/; // a finding, and the remedy below it

const WAY = /(\S+): \S+ → \S+$/;
const ROW = /\b(strategy|data|objects|fence|disk|proof|way back) {2,}\S.*$/;

/** Of a preview: the first plan whole, then each dataset's way and size. Gives the lines to show for each line. */
export const plans = () => {
  const seen = new Set();
  let repeated = true;
  return (line) => {
    const [way, dataset] = WAY.exec(line) ?? [];
    if (dataset !== undefined) {
      repeated = seen.has(dataset); // Pulumi says it all again at the end
      seen.add(dataset);
      return repeated ? [] : [way];
    }
    const [row, kind] = ROW.exec(line) ?? [];
    if (kind !== undefined) return !repeated && (kind === "data" || seen.size === 1) ? [`  ${row}`] : [];
    return SUM.test(line) || PROBLEM.test(line) ? [line.trim()] : [];
  };
};

const STAGE = /(\S+): (copy|verify|switch)\b[^→]*$/;
const MEANING = { copy: "fenced, copying", verify: "copied, verifying", switch: "verified, switched" };

/** Of an update: how far each dataset is, said once, and the sums. */
export const progress = () => {
  const began = Date.now();
  const said = new Set();
  return (line) => {
    const [, dataset, stage] = STAGE.exec(line) ?? [];
    if (dataset === undefined) return SUM.test(line) || PROBLEM.test(line) ? [line.trim()] : [];
    if (said.has(`${dataset} ${stage}`)) return [];
    said.add(`${dataset} ${stage}`);
    return [`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${dataset}: ${MEANING[stage]}`];
  };
};
