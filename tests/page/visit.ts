/** The agent's page of a pod that is held, open in a real browser. */
import type { Page } from "playwright-core";
import { NATRA, Scene } from "../rig/scene.ts";
import type { Child } from "../rig/child.ts";
import { pause } from "../rig/interruption.ts";
import { RigError } from "../rig/run.ts";
import { startBrowser } from "./browser.ts";

const PORT = 9631;
/** Where the page is. */
export const ADDRESS = `http://127.0.0.1:${PORT}`;

/** A browser's visit. Disposing of it ends the browser, the agent and the limit. */
export class Visit implements AsyncDisposable {
  /**
   * What the browser complained of: errors of the page, and what its content security policy kept from
   * happening.
   */
  readonly complaints: string[] = [];
  /** Every address that the browser asked for. */
  readonly requests: string[] = [];

  private constructor(
    readonly scene: Scene,
    readonly page: Page,
    agent: Child,
    readonly owned: AsyncDisposable,
  ) {
    this.#agent = agent;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  #agent: Child;

  /**
   * Holds a pod, and opens the page.
   *
   * @param name what the runtime calls the pod
   */
  static async create(name: string): Promise<Visit> {
    await using owned = new AsyncDisposableStack();
    const scene = owned.use(await Scene.create());
    await scene.call("ADD", { env: { CNI_ARGS: `K8S_POD_NAMESPACE=shop;K8S_POD_NAME=${name}` } });
    const agent = await startAgent(scene);
    const { browser } = owned.use(await startBrowser(scene.pod.node, scene.directory));
    const page = await browser.newPage({ viewport: { width: 1100, height: 560 }, colorScheme: "light" });
    const visit = new Visit(scene, page, agent, owned.move());
    await page.goto(`${ADDRESS}/`);
    await page.waitForSelector("article");
    return visit;
  }

  /** Ends the agent. */
  async stopAgent(): Promise<void> {
    await this.#agent.stop();
  }

  /** Starts it again. */
  async startAgent(): Promise<void> {
    this.#agent = await startAgent(this.scene);
  }

  /**
   * Waits until something is so in the page. Playwright's own way asks with eval(), which the page forbids.
   *
   * @param expression JavaScript
   * @throws {RigError} If it is not so within 60 s.
   */
  async until(expression: string): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await this.page.evaluate<unknown>(`Boolean(${expression})`)) return;
      await pause(100);
    }
    throw new RigError(`Failed to see "${expression}" on the page: ${await this.text("body")}`);
  }

  /** The text of the first element that a selector finds. @throws {RigError} If there is none. */
  async text(selector: string): Promise<string> {
    const text = await this.page.textContent(selector);
    if (text === null) throw new RigError(`Failed to find "${selector}" on the page`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.stop();
    await this.owned[Symbol.asyncDispose]();
  }
}

function startAgent(scene: Scene): Promise<Child> {
  return scene.pod.node.startServer([NATRA, "agent", "--listen", `127.0.0.1:${PORT}`], PORT);
}
