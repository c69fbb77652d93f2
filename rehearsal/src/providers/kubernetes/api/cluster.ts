import { setTimeout as sleep } from "node:timers/promises";
import { RehearsalError } from "../../../rehearsal-error";
import type { Values } from "../../../wire/values";
import { KNOWN_KINDS } from "../known-kinds";
import { idOf, valueAt, type Manifest } from "../manifest";
import { NotReady, type Place } from "../place";
import { apiClient, type Answer } from "./client";
import type { Access } from "./kubeconfig";
import { complaintsOf, rolloutOf } from "./rollout";

const NOT_FOUND = 404;
const PAUSE = 250;

/** `/apis/apps/v1/namespaces/shop/deployments/orders` */
const pathOf = ({ apiVersion, kind, namespace, name }: Manifest): string => {
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  const { plural = "" } = KNOWN_KINDS[type] ?? {};
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const inside = namespace === "" ? "" : `/namespaces/${namespace}`;
  return `${root}${inside}/${plural}/${name}`;
};

const refused = (manifest: Manifest, { status, body }: Answer): RehearsalError => {
  const message = typeof body["message"] === "string" ? body["message"] : `status ${status}`;
  return new RehearsalError(
    "refused-by-cluster",
    `the cluster refused ${manifest.kind} ${idOf(manifest)}: ${message}`,
  );
};

/** Applies manifests to a cluster, as Pulumi's provider does: on the server's side, and waits for rollouts and deletions. */
export const cluster = (access: Access): Place => {
  const { call } = apiClient(access);

  const get = async (manifest: Manifest): Promise<Values | undefined> => {
    const answer = await call("GET", pathOf(manifest));
    if (answer.status === NOT_FOUND) return undefined;
    if (answer.status >= 400) throw refused(manifest, answer);
    return answer.body;
  };

  const complaints = async ({ namespace, body }: Manifest): Promise<string[]> => {
    const labels = valueAt(body, ["spec", "selector", "matchLabels"]) as Readonly<Record<string, string>>;
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const query = `labelSelector=${encodeURIComponent(selector.join(","))}`;
    return complaintsOf((await call("GET", `/api/v1/namespaces/${namespace}/pods?${query}`)).body);
  };

  const rolledOut = async (manifest: Manifest): Promise<void> => {
    if (manifest.kind !== "Deployment") return;
    for (;;) {
      const found = await get(manifest);
      if (found === undefined)
        throw new NotReady(`Deployment ${idOf(manifest)} was deleted in mid-rollout`, []);
      const rollout = rolloutOf(found);
      if (rollout.state === "done") return;
      if (rollout.state === "failed")
        throw new NotReady(`Deployment ${idOf(manifest)}: ${rollout.reason}`, await complaints(manifest));
      await sleep(PAUSE);
    }
  };

  const update = async (manifest: Manifest): Promise<void> => {
    const path = `${pathOf(manifest)}?fieldManager=rehearsal&force=true`;
    const answer = await call("PATCH", path, manifest.body, "application/apply-patch+yaml");
    if (answer.status >= 400) throw refused(manifest, answer);
    await rolledOut(manifest);
  };

  return {
    update,
    create: async (manifest, resumed) => {
      if (!resumed && (await get(manifest)) !== undefined) {
        const message = `${manifest.kind} ${idOf(manifest)} is in the cluster already; delete it, or give this one another name.`;
        throw new RehearsalError("exists", message);
      }
      await update(manifest);
    },
    exists: async (manifest) => (await get(manifest)) !== undefined,
    remove: async (manifest) => {
      const answer = await call("DELETE", pathOf(manifest), {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Foreground",
      });
      if (answer.status === NOT_FOUND) return;
      if (answer.status >= 400) throw refused(manifest, answer);
      while ((await get(manifest)) !== undefined) await sleep(PAUSE);
    },
  };
};
