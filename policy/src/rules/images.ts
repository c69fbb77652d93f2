import { ADVICE } from "../environment";
import { list, text } from "../known";
import type { Rule } from "../rule";
import { TYPES, WORKLOADS } from "../types";

/** A digest names one image for ever; a version's tag is at least meant to. */
const FIXED = /@sha256:[0-9a-f]{64}$|^sha256:[0-9a-f]{64}$/;
const tagOf = (image: string): string | undefined => /:([^/:@]+)(@|$)/.exec(image)?.[1];

const trouble = (what: string, image: string): string[] => {
  const tag = tagOf(image);
  if (FIXED.test(image) || (tag !== undefined && /\d/.test(tag))) return [];
  return [
    `${what} runs ${image}, which ${tag === undefined ? "names no version" : `is whatever "${tag}" means on the day`}: two ` +
      `pods of one Deployment may differ, and no rollback brings the old one back. Write a version, best with its digest: ${image.replace(/(@[^/]*|:[^/]*)$/, "")}:1.4@sha256:….`,
  ];
};

/** The same stack file runs the same images. */
export const images: Rule = {
  name: "pinned-images",
  description: "Images are named by version or digest.",
  levels: ADVICE,
  resource: ({ type, name, props }) => {
    const path = WORKLOADS.get(type);
    if (path !== undefined)
      return list(props, ...path, "containers").flatMap((one) =>
        trouble(`Workload ${name}`, text(one, "image") ?? "?:1"),
      );
    const image = type === TYPES.container ? text(props, "image") : undefined;
    return image === undefined ? [] : trouble(`Container ${name}`, image);
  },
};
