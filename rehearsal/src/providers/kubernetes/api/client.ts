import { Agent, request } from "node:https";
import type { Values } from "../../../wire/values";
import type { Access } from "./kubeconfig";

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly body: Values;
}

export interface ApiClient {
  readonly call: (method: string, path: string, body?: Values, type?: string) => Promise<Answer>;
}

const parsed = (text: string): Values => {
  try {
    return JSON.parse(text) as Values;
  } catch {
    return { message: text.slice(0, 200) }; // a proxy's words, or none
  }
};

/** Speaks to a cluster's API: JSON over HTTPS. */
export const apiClient = ({ server, tls, authorization }: Access): ApiClient => {
  const agent = new Agent({ ...tls, keepAlive: false });
  return {
    call: (method, path, body, type = "application/json") =>
      new Promise((resolve, reject) => {
        const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
        const headers = {
          accept: "application/json",
          ...(authorization === undefined ? {} : { authorization }),
          ...(payload && { "content-type": type, "content-length": payload.length }),
        };
        const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
        const sent = request(url, { method, agent, headers }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("error", reject);
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
        });
        sent.on("error", reject);
        sent.end(payload);
      }),
  };
};
