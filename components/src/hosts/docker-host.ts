import type * as docker from "@pulumi/docker";
import type * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import type { DockerHost as DockerHostSpec } from "@rehome/topology";
import { encodePart } from "../naming";
import { administratorPassword, throughLoopback } from "./administrator";
import { ADMIN, containerArgs, dockerName, PASSWORD_FILE, VOLUME_PATH } from "./container-args";
import { FreePort } from "./free-port";
import { closeMaintenanceDatabases, type Host, type HostContext } from "./host";

type Docker = Pick<typeof docker, "Container" | "Network" | "RemoteImage" | "Volume">;

/** Loaded by a stack that has such a host, and by no other. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it always
const loadDocker = (): Docker => require("@pulumi/docker") as Docker;

/** A PostgreSQL server in a container of the Docker engine that the provider reaches (`docker:host`, else this machine's). */
export class DockerHost extends pulumi.ComponentResource implements Host {
  readonly custody = "rehome";
  readonly admin = ADMIN;
  readonly connection: pulumi.Output<ServerConnection>;
  readonly provider: postgresql.Provider;
  readonly ready: readonly pulumi.Resource[];

  /** The administrator's password is drawn. While anything is placed here (`inUse`), the volume is protected. */
  constructor(
    /** The host's name in the stack file. */
    readonly name: string,
    spec: DockerHostSpec,
    { inUse }: HostContext,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rehome:index:DockerHost", name, {}, opts);
    const child = { parent: this };
    const { Container, RemoteImage } = loadDocker();
    const logical = encodePart(name);
    const own = dockerName(pulumi.getProject(), pulumi.getStack(), name);
    const password = administratorPassword(ADMIN, name, child);
    const image = new RemoteImage(logical, { name: spec.image, keepLocally: true }, child);
    const volume = this.#volume(spec.volume ?? `${own}-data`, inUse);
    const network = this.#network(spec.network, own);
    const port = spec.port ?? new FreePort(logical, { whose: `docker ${own}` }, child).port;
    const container = new Container(
      logical,
      {
        name: own,
        image: image.imageId,
        ...containerArgs(name, spec),
        ports: [{ internal: 5432, external: port, ip: "127.0.0.1" }],
        volumes: [{ volumeName: volume, containerPath: VOLUME_PATH }],
        networksAdvanced: [{ name: network, aliases: [dockerName(name)] }],
        uploads: [{ file: PASSWORD_FILE, content: pulumi.secret(password), permissions: "0400" }],
      },
      // Its name, port and volume can be one container's only.
      { ...child, deleteBeforeReplace: true, additionalSecretOutputs: ["uploads"] },
    );
    // What is there once it is healthy, and not before.
    const address = pulumi.all([port, container.id]).apply(([number]) => number);
    const server = { host: "127.0.0.1", port: address, admin: ADMIN, password };
    const { connection, provider } = throughLoopback(logical, server, child);
    this.connection = connection;
    this.provider = provider;
    closeMaintenanceDatabases(name, { ...child, provider: this.provider });
    this.ready = [container];
    this.registerOutputs({ host: "127.0.0.1", port: address });
  }

  #volume(name: string, inUse: boolean): pulumi.Output<string> {
    const { Volume } = loadDocker();
    // Another name would be another, empty volume; what is kept goes when its homes have been retired.
    return new Volume(encodePart(this.name), { name }, { parent: this, protect: inUse }).name;
  }

  #network(given: string | undefined, name: string): pulumi.Input<string> {
    if (given !== undefined) return given;
    const { Network } = loadDocker();
    return new Network(encodePart(this.name), { name }, { parent: this }).name;
  }
}
