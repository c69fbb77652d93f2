import { blocker, some, warning, type Check } from "../finding";

/** A move down: to a server that is older than the one that the definitions come from. */
export const versionFeatures: Check = ({ source, target }) => {
  if (target === undefined || target.serverVersion >= source.serverVersion) return [];
  const unknown = source.versionFeatures.filter(({ since }) => since > target.serverVersion);
  if (unknown.length === 0) {
    return [
      warning(
        "version-downward",
        `the new home runs PostgreSQL ${target.serverVersion}, the old one ${source.serverVersion}.`,
        `What only newer servers know is refused before the fence, and the service goes on where it is.`,
      ),
    ];
  }
  return [
    blocker(
      "version-older",
      `the new home runs PostgreSQL ${target.serverVersion}, which does not know ${features(unknown)}.`,
      `Move to PostgreSQL ${Math.max(...unknown.map(({ since }) => since))} or newer, or do without them.`,
    ),
  ];
};

function features(unknown: readonly { readonly feature: string; readonly object: string }[]): string {
  const named = new Map<string, string[]>();
  for (const { feature, object } of unknown) named.set(feature, [...(named.get(feature) ?? []), object]);
  return [...named].map(([feature, objects]) => `${feature} (${some(objects)})`).join(", ");
}
