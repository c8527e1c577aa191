/**
 * A process that asks for jobs until its standard input ends: `deno run -A caller_program.ts ORDER`, a
 * {@linkcode CallerOrder} as JSON. Each call is recorded before it is made, and what it answered after it.
 *
 * @module
 */

import { uuidGenerator } from "../../../core/ids.ts";
import { systemClock } from "../../../core/clock.ts";
import type { JobDefinition } from "../../../core/definition.ts";
import { codeOf } from "../../../core/errors.ts";
import { PRIORITIES } from "../../../core/job.ts";
import { pick, type Random, seededRandom, systemRandom } from "../../../core/random.ts";
import { JobMaster, type ScheduleOptions } from "../../../mod.ts";
import { pause } from "../../support/eventually.ts";
import { aDeed, type Deed, deedIn } from "./deeds.ts";
import type { NodeOrder } from "./node_program.ts";
import { Recorder } from "./record.ts";

/** How a caller is started. */
export interface CallerOrder extends NodeOrder {
  /** Decides what it asks for. */
  readonly seed: number;
  /** Whether an agent connection may accept jobs. */
  readonly hasAgent: boolean;
  /** Leases of the nodes, in milliseconds. */
  readonly leaseMs: number;
  /** The schedule it makes; `null` for none. */
  readonly schedule: {
    readonly id: string;
    readonly everySeconds: number;
    readonly lastsMs: number;
  } | null;
}

/** Calls that begin at once, the pause between them in milliseconds, and most that may be under way. */
const MOST_AT_ONCE = 8;
const PAUSE_MS = 80;
const MOST_UNDER_WAY = 100;

/** Codes of calls that certainly took nothing. */
const REFUSALS: ReadonlySet<string> = new Set(["mailbox_full", "invalid_request"]);

class Caller {
  readonly #jm: JobMaster;
  readonly #recorder: Recorder;
  readonly #order: CallerOrder;
  readonly #deed: JobDefinition<Deed>;
  readonly #random: Random;
  readonly #newId = uuidGenerator(systemClock, systemRandom);
  readonly #underWay = new Set<Promise<void>>();
  #isOver = false;

  constructor(jm: JobMaster, recorder: Recorder, order: CallerOrder) {
    this.#jm = jm;
    this.#deed = deedIn(recorder, order.process);
    this.#recorder = recorder;
    this.#order = order;
    this.#random = seededRandom(order.seed);
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      const count = 1 + Math.floor(this.#random.next() * MOST_AT_ONCE);
      for (let each = 0; each < count && this.#underWay.size < MOST_UNDER_WAY; each++) {
        const call = this.#ask();
        this.#underWay.add(call);
        void call.then(() => this.#underWay.delete(call));
      }
      await pause(PAUSE_MS);
    }
    await Promise.all(this.#underWay);
  }

  end(): void {
    this.#isOver = true;
  }

  async #ask(): Promise<void> {
    const job = this.#newId();
    const asked = this.#order.hasAgent && this.#random.next() < 0.5 ? "agent" : "durable";
    const data = aDeed(this.#random, this.#order.leaseMs);
    const options: ScheduleOptions = {
      ...{ id: job, acceptance: asked },
      priority: pick(PRIORITIES, this.#random)!,
    };
    const afterMs = this.#random.next() < 0.2 ? Math.floor(this.#random.next() * 8_000) : 0;
    this.#recorder.write({ act: "invoke", job, asked });
    try {
      const { acceptance } = await this.#jm.schedule.after(this.#deed, data, afterMs, options);
      this.#recorder.write({ act: "ok", job, acceptance });
    } catch (error) {
      const code = codeOf(error);
      this.#recorder.write({ act: REFUSALS.has(code) ? "fail" : "info", job, code });
    }
  }
}

if (import.meta.main) {
  const order = JSON.parse(Deno.args[0]!) as CallerOrder;
  const { process, folder, options, schedule } = order;
  using recorder = new Recorder(folder, process);
  recorder.watchGaps();
  const deed = deedIn(recorder, process);
  const jm = await JobMaster.start({
    ...options,
    jobs: [deed],
    logger: { debug() {}, info() {}, warn: console.error, error: console.error },
  });
  if (schedule !== null) {
    const { id, everySeconds, lastsMs } = schedule;
    const endMs = Math.floor(systemClock.now() + lastsMs);
    await jm.schedule.recurring(deed, `every ${everySeconds} seconds`, {
      ...{ id, endBefore: new Date(endMs), overlap: "allow", misfire: "all" },
      data: { kind: "work", ms: 5 },
    });
    recorder.write({ act: "scheduled", schedule: id, everyMs: everySeconds * 1_000, endMs });
  }
  const caller = new Caller(jm, recorder, order);
  const running = caller.run();
  console.log("ready");
  for await (const _ of Deno.stdin.readable);
  caller.end();
  await running;
  await jm.stop();
  Deno.exit(0);
}
