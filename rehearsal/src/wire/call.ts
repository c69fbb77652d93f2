import type { ServiceError } from "@grpc/grpc-js";

/** A message may hold a dump's worth of text. */
export const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 1024 * 1024 * 400,
  "grpc.max_send_message_length": 1024 * 1024 * 400,
};

/** Awaits a unary call. */
export const call = <Response>(
  invoke: (done: (error: ServiceError | null, response: Response) => void) => void,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    invoke((error, response) => (error === null ? resolve(response) : reject(error)));
  });
