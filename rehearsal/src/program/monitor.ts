import { status, type sendUnaryData, type ServerUnaryCall, type ServiceError } from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { fail, Stopping, type Deployment } from "../deployment/deployment";
import { readResource } from "../deployment/read-resource";
import { register } from "../deployment/register";
import { registerOutputs } from "../deployment/register-outputs";
import { messageOf } from "../rehearsal-error";
import { fromStruct, toStruct } from "../wire/struct";
import { goalOf, readGoalOf } from "./goal-of";

const FEATURES = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "resourceHooks",
]);

/** Answers a unary call with what a function makes of its request. */
export const unary =
  <Request, Response>(answer: (request: Request) => Response | Promise<Response>) =>
  (request: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(request.request))
      .then(
        (response) => done(null, response),
        (error: unknown) => done(asServiceError(error), null),
      );
  };

/** "Unavailable" tells the SDK that the run is ending and was explained already. */
const asServiceError = (error: unknown): Partial<ServiceError> => ({
  code: error instanceof Stopping ? status.UNAVAILABLE : status.UNKNOWN,
  details: messageOf(error),
});

/** Refuses what the program asked for, and with it the run. */
const guarded =
  <Request, Response>(deployment: Deployment, answer: (request: Request) => Promise<Response>) =>
  async (request: Request): Promise<Response> => {
    try {
      return await answer(request);
    } catch (error) {
      if (!(error instanceof Stopping)) fail(deployment, "", messageOf(error));
      throw new Stopping();
    }
  };

/**
 * Pulumi's ResourceMonitor: what a program speaks to.
 * @param shutdown called when the program has run to its end; resolves when everything is done
 */
export const monitorService = (deployment: Deployment, shutdown: () => Promise<void>) => ({
  supportsFeature: unary((request: messages.SupportsFeatureRequest) => {
    const response = new messages.SupportsFeatureResponse();
    response.setHassupport(FEATURES.has(request.getId()));
    return response;
  }),
  registerResource: unary(
    guarded(deployment, async (request: messages.RegisterResourceRequest) => {
      const { urn, id, outputs, result } = await register(deployment, goalOf(request));
      const response = new messages.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(id);
      response.setObject(toStruct(outputs));
      response.setResult(result === "skip" ? messages.Result.SKIP : messages.Result.SUCCESS);
      return response;
    }),
  ),
  registerResourceOutputs: unary(
    guarded(deployment, async (request: messages.RegisterResourceOutputsRequest) => {
      await registerOutputs(deployment, request.getUrn(), fromStruct(request.getOutputs()));
      return new Empty();
    }),
  ),
  readResource: unary(
    guarded(deployment, async (request: messages.ReadResourceRequest) => {
      const { urn, outputs } = await readResource(deployment, readGoalOf(request), request.getId());
      const response = new messages.ReadResourceResponse();
      response.setUrn(urn);
      response.setProperties(toStruct(outputs));
      return response;
    }),
  ),
  registerResourceHook: unary((request: messages.RegisterResourceHookRequest) => {
    const callback = request.getCallback();
    deployment.hooks.register(request.getName(), {
      target: callback?.getTarget() ?? "",
      token: callback?.getToken() ?? "",
      onDryRun: request.getOnDryRun(),
      ignoreErrors: request.getIgnoreErrors(),
    });
    return new Empty();
  }),
  registerPackage: unary((request: messages.RegisterPackageRequest) => {
    const response = new messages.RegisterPackageResponse();
    response.setRef(`${request.getName()}@${request.getVersion()}`);
    return response;
  }),
  invoke: unary(
    guarded(deployment, async (request: messages.ResourceInvokeRequest): Promise<never> => {
      throw new Error(`the function "${request.getTok()}" cannot be called in a rehearsal.`);
    }),
  ),
  call: unary(
    guarded(deployment, async (request: messages.ResourceCallRequest): Promise<never> => {
      throw new Error(`the method "${request.getTok()}" cannot be called in a rehearsal.`);
    }),
  ),
  signalAndWaitForShutdown: unary(async () => {
    await shutdown();
    return new Empty();
  }),
});
