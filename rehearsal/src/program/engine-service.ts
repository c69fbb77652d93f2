import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { report, type Deployment } from "../deployment/deployment";
import type { Severity } from "../events";
import { unary } from "./monitor";

const SEVERITY: Readonly<Record<messages.LogSeverity, Severity>> = {
  [messages.LogSeverity.DEBUG]: "debug",
  [messages.LogSeverity.INFO]: "info",
  [messages.LogSeverity.WARNING]: "warning",
  [messages.LogSeverity.ERROR]: "error",
};

/** Pulumi's Engine service: logging, and the stack as everybody's parent. */
export const engineService = (deployment: Deployment) => {
  let root = "";
  return {
    log: unary((request: messages.LogRequest) => {
      const severity = SEVERITY[request.getSeverity()];
      if (severity === "error") deployment.failed = true;
      report(deployment, severity, request.getUrn(), request.getMessage(), request.getEphemeral());
      return new Empty();
    }),
    getRootResource: unary(() => {
      const response = new messages.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: messages.SetRootResourceRequest) => {
      root = request.getUrn();
      return new messages.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new Empty()),
    requirePulumiVersion: unary(() => new messages.RequirePulumiVersionResponse()),
  };
};
