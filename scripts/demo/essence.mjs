// What the tour shows of a preview and of an update: plans, progress, sums. Everything else is in the log.
const SUM = /^\s*([+~-] )?\d+ (to (create|update|delete)|created|updated|deleted|changes\.? .*|unchanged)/;
const PROBLEM = /\b(error|warning|BLOCKER)\b/;

/** Of a preview: the first plan whole, then each dataset's way and size. Gives the lines to show for each line. */
export const plans = () => {
  let first;
  return (line) => {
    const text = line.trim();
    const [, dataset] = /^(\S+): \S+ → \S+$/.exec(text) ?? [];
    first ??= dataset;
    if (dataset !== undefined) {
      first = first === dataset || first === "" ? first : "";
      return [text];
    }
    if (/^data {2}/.test(text)) return [`  ${text}`];
    if (/^(strategy|objects|fence|proof|way back) /.test(text)) return first === "" ? [] : [`  ${text}`];
    return SUM.test(line) || PROBLEM.test(line) ? [text] : [];
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
