import { REFUSED } from "../environment";
import { at, list, text } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

const EVERYBODY = /^(0\.0\.0\.0|::)(\/0)?$/;
const DATABASE_PORTS = [5432, 6432];

const cloudSql = ({ name, props }: Judged): string[] => {
  const ip = at(props, "settings", "ipConfiguration");
  const networks = list(ip, "authorizedNetworks").map((network) => text(network, "value") ?? "");
  const open = networks.filter((network) => EVERYBODY.test(network));
  const enabled = at(ip, "ipv4Enabled"); // Google's default is true
  return [
    ...(enabled === true || (enabled === undefined && ip !== undefined && typeof ip === "object")
      ? [
          `Instance ${name} has a public IP address: anyone on the internet may try passwords on it. ` +
            `Write on the host: privateIp: true (the default) and network: <VPC network>.`,
        ]
      : []),
    ...(open.length > 0
      ? [
          `Instance ${name} lets every address connect (${open.join(", ")}): only a password is left in between. ` +
            `Take the network out and connect over the VPC: privateIp: true.`,
        ]
      : []),
  ];
};

const container = ({ name, props }: Judged): string[] =>
  list(props, "ports")
    .filter((port) => at(port, "external") !== undefined)
    .filter((port) => EVERYBODY.test(text(port, "ip") ?? (at(port, "ip") === undefined ? "0.0.0.0" : "")))
    .map(
      (port) =>
        `Container ${name} publishes port ${String(at(port, "internal"))} on every address of its machine, past most ` +
        `firewalls, as Docker writes rules of its own. Publish it on 127.0.0.1 (what platform: docker does), or join networks.`,
    );

const service = ({ name, props }: Judged): string[] => {
  const type = text(props, "spec", "type") ?? "ClusterIP";
  const ports = list(props, "spec", "ports").map((one) => at(one, "port"));
  const port = DATABASE_PORTS.find((one) => ports.includes(one));
  if (port === undefined || (type !== "LoadBalancer" && type !== "NodePort")) return [];
  return [
    `Service ${name} is a ${type} of port ${port}: the databases behind it can be reached from outside the ` +
      `cluster. Write type: ClusterIP; whoever is outside comes by a private network.`,
  ];
};

/** Databases are not reached from the internet. */
export const publicAddress: Rule = {
  name: "no-public-ip",
  description: "No database server has an address that the internet can reach.",
  levels: REFUSED,
  resource: (resource) => {
    if (resource.type === TYPES.cloudSql) return cloudSql(resource);
    if (resource.type === TYPES.container) return container(resource);
    return resource.type === TYPES.service ? service(resource) : [];
  },
};
