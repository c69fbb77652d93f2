import { Socket, type OnReadOpts, type SocketConstructorOpts } from "node:net";

/** Bytes of one read at most. */
const SIZE = 256 * 1024;

/** What becomes of the bytes of one read. They are its own until `done` is called, then the next read's. */
export type Reader = (bytes: Buffer, done: () => void) => void;

/**
 * A connection whose reads go to a few buffers in turn. Node gives each read a buffer of its own otherwise, and what that costs
 * in page faults and garbage is most of what the engine costs while rows pass. Until somebody takes the bytes, they are
 * emitted as any socket's are.
 */
export class Reads {
  readonly socket: Socket;
  private readonly free: Buffer[] = [];
  private reader: Reader = (bytes, done) => {
    this.socket.emit("data", Buffer.from(bytes));
    done();
  };

  constructor() {
    const onread: OnReadOpts = {
      buffer: () => this.free.pop() ?? Buffer.allocUnsafeSlow(SIZE),
      callback: (length, buffer) => {
        const whole = buffer as Buffer;
        this.reader(whole.subarray(0, length), () => this.free.push(whole));
        return true;
      },
    };
    // Node's types know the option of `connect` alone, which hands it to this constructor.
    this.socket = new Socket({ onread } as SocketConstructorOpts);
  }

  /** From now on bytes go to `reader` instead of the socket's listeners. */
  take(reader: Reader): void {
    this.reader = reader;
  }
}
