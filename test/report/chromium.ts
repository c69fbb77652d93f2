import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where a Chromium is on this machine; undefined: tests that need one are skipped. */
export const chromium = NAMES.map((name) => {
  try {
    return execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}).find((path) => path !== undefined);

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
  readonly media: "screen" | "print";
  readonly scripts: boolean;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A browser without a window, spoken to by its DevTools protocol through two pipes. */
export class Browser {
  private next = 1;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly listeners = new Map<string, () => void>();
  /** Errors that pages reported: refused by their policy, thrown by their scripts, or fetched. */
  readonly complaints: string[] = [];
  private session: string | undefined;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
  ) {
    let pending = "";
    (process.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (pending + text).split("\0");
      pending = messages.pop() ?? "";
      for (const message of messages) this.heard(JSON.parse(message) as Answer & { params?: unknown });
    });
  }

  static async start(path: string): Promise<Browser> {
    const profile = mkdtempSync("/tmp/rehome-chromium-");
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
    ];
    const child = spawn(
      path,
      [...flags, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
      {
        stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      },
    );
    const browser = new Browser(child, profile);
    const { targetId } = await browser.send<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
    });
    const attached = await browser.send<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    browser.session = attached.sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.send(`${domain}.enable`);
    return browser;
  }

  /** Opens a file as it is to be looked at. */
  async open(file: string, view: Partial<View> = {}): Promise<void> {
    const { width = 1200, height = 900, scheme = "light", media = "screen", scripts = true } = view;
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.send("Emulation.setScriptExecutionDisabled", { value: !scripts });
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { media: media === "screen" ? "" : media, features });
    const loaded = new Promise<void>((resolve) => this.listeners.set("Page.loadEventFired", resolve));
    await this.send("Page.navigate", { url: `file://${file}` });
    await loaded;
  }

  /** What an expression of JavaScript is in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{
      result: { value: T };
      exceptionDetails?: unknown;
    }>("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Presses a key as a person does. */
  async press(key: "Tab" | "Enter"): Promise<void> {
    const code = key === "Tab" ? 9 : 13;
    const text = key === "Enter" ? { text: "\r" } : {};
    await this.send("Input.dispatchKeyEvent", {
      type: "keyDown",
      key,
      code: key,
      windowsVirtualKeyCode: code,
      ...text,
    });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
  }

  /** The page as PNG: the whole of it, or a part. */
  async screenshot(part?: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>("Page.captureScreenshot", {
      captureBeyondViewport: true,
      ...(part && { clip: { ...part, scale: 1 } }),
    });
    return Buffer.from(data, "base64");
  }

  async pdf(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>("Page.printToPDF", {
      preferCSSPageSize: true,
      printBackground: true,
      paperWidth: 8.27,
      paperHeight: 11.69,
    });
    return Buffer.from(data, "base64");
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async send<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = this.next++;
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    const session = this.session === undefined ? {} : { sessionId: this.session };
    (this.process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  private heard(message: Answer & { params?: unknown }): void {
    if (message.id !== undefined) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
      return;
    }
    const method = message.method ?? "";
    if (method === "Log.entryAdded" || method === "Runtime.exceptionThrown")
      this.complaints.push(JSON.stringify(message.params));
    const { request } = (message.params ?? {}) as { request?: { url: string } };
    if (method === "Network.requestWillBeSent" && request?.url.startsWith("file:") !== true)
      this.complaints.push(`fetched ${request?.url}`);
    this.listeners.get(method)?.();
  }
}

export const temporary = (): string => mkdtempSync(join("/tmp", "rehome-report-"));
