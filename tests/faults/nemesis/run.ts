/**
 * One run: calm, trouble, healing, quiet, and a verdict.
 *
 * @module
 */

import { systemClock } from "../../../core/clock.ts";
import { uuidGenerator } from "../../../core/ids.ts";
import { seededRandom, systemRandom } from "../../../core/random.ts";
import { eventually, pause } from "../../support/eventually.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { autopsy } from "./autopsy.ts";
import type { Account } from "./checkers/account.ts";
import { checkConservation } from "./checkers/conservation.ts";
import { checkDuplicates, type Duplicates } from "./checkers/duplicates.ts";
import { FinalityWatch } from "./checkers/finality.ts";
import { checkOccurrences, isOver } from "./checkers/occurrences.ts";
import { checkOverlaps } from "./checkers/overlap.ts";
import { checkQueue, type Queue, violationsOf } from "./checkers/total_queue.ts";
import { type Fault, planFaults } from "./fault_plan.ts";
import { type Ledger, ledgerOf, NEMESIS } from "./ledger.ts";
import { countOpen, readEnded, readJobs } from "./master_rows.ts";
import { readRecords, Recorder } from "./record.ts";
import { strikeAll } from "./strikes.ts";
import { World, type WorldOptions } from "./world.ts";

/** What a run is started with. */
export interface RunOptions extends Pick<WorldOptions, "master" | "agent" | "seed" | "lease"> {
  /** How long there is trouble. */
  readonly seconds: number;
  /** How long everything may take to end once all is healed, in milliseconds. */
  readonly quietMs: number;
  /** An empty folder in which records are kept. @default {one that is deleted} */
  readonly records?: string;
}

/** What a run has shown. */
export interface Verdict {
  /** What was done. */
  readonly faults: readonly Fault[];
  /** What was recorded. */
  readonly ledger: Ledger;
  /** Jobs of the master that have ended. */
  readonly ended: number;
  /** What became of everything that was asked for. */
  readonly queue: Queue;
  /** Runs that did not end their jobs. */
  readonly duplicates: Duplicates;
  /** Runs that began while another one of their job went on. */
  readonly overlaps: number;
  /** Jobs of schedules. */
  readonly occurrences: number;
  /** How often ended jobs were looked at. */
  readonly looks: number;
  /** How long it took until all had ended, once all was healed, in milliseconds. */
  readonly quietMs: number;
  /** Every broken promise. */
  readonly violations: readonly string[];
  /** What processes complained about. */
  readonly complaints: readonly string[];
}

const EVERY_SECONDS = 2;
const LOOK_EVERY_MS = 1_500;

/** Does it. */
export async function runNemesis(options: RunOptions): Promise<Verdict> {
  const { seconds, seed, lease } = options;
  await using stack = new AsyncDisposableStack();
  const folder = options.records ?? stack.use(await temporaryFolder()).path;
  using recorder = new Recorder(folder, NEMESIS);
  const schedule = {
    id: uuidGenerator(systemClock, systemRandom)(),
    everySeconds: EVERY_SECONDS,
    lastsMs: (seconds + 5) * 1_000,
  };
  await using world = await World.start({ ...options, schedule }, {
    ...{ folder, recorder },
  });
  recorder.watchGaps();
  const faults = planFaults(world.field(seconds * 1_000), seededRandom(seed));
  const finality = new FinalityWatch();
  const watching = keepLooking(world, finality);
  await Promise.all([strikeAll(world, faults, recorder), pause(seconds * 1_000)]);
  const healedMono = systemClock.monotonic();
  await Promise.all([...world.places.values()].map((place) => place.started()));
  await world.endCallers();
  const ledgerSoFar = ledgerOf(await readRecords(folder));
  const late = await untilQuiet(world, ledgerSoFar, options.quietMs);
  const quietMs = systemClock.monotonic() - healedMono;
  await watching.stop();
  const rows = await eventually("the master's jobs", () => readJobs(world.ask));
  const account: Account = {
    ...{ ledger: ledgerOf(await readRecords(folder)), rows, leaseMs: lease.leaseMs },
  };
  return {
    ...{ faults, ledger: account.ledger, looks: finality.looks, quietMs },
    ...judge(account, [...late, ...finality.violations]),
    complaints: world.complaints,
  };
}

function judge(account: Account, more: readonly string[]) {
  const queue = checkQueue(account);
  const duplicates = checkDuplicates(account);
  const overlaps = checkOverlaps(account);
  const occurrences = checkOccurrences(account);
  return {
    ended: account.rows.size - queue.stuck.length,
    ...{ queue, duplicates, overlaps: overlaps.count, occurrences: occurrences.count },
    violations: [
      ...more,
      ...violationsOf(queue),
      ...checkConservation(account),
      ...duplicates.violations,
      ...overlaps.violations,
      ...occurrences.violations,
    ],
  };
}

/** Looks at ended jobs again and again; while the master is down there is nothing to see. */
function keepLooking(world: World, finality: FinalityWatch): { stop(): Promise<void> } {
  let isStopped = false;
  const look = () => readEnded(world.ask).then((ended) => finality.look(ended));
  const looking = (async () => {
    while (!isStopped) {
      await look().catch(() => {/* the master is down */});
      await pause(LOOK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await looking;
      await eventually("a last look", () => look().then(() => true));
    },
  };
}

/** Waits until everything that was accepted is there and has ended; answers a complaint when that takes too long. */
async function untilQuiet(
  world: World,
  { asked, schedules }: Ledger,
  timeoutMs: number,
): Promise<readonly string[]> {
  const accepted = [...asked.values()].filter(({ answer }) =>
    answer === "durable" || answer === "acknowledged"
  );
  const look = async () => {
    if (await countOpen(world.ask) > 0) return false;
    const rows = await readJobs(world.ask);
    const last = (id: string) => {
      const times = [...rows.values()].filter(({ schedule }) => schedule === id)
        .map(({ occurrenceMs }) => occurrenceMs!);
      return times.length === 0 ? undefined : Math.max(...times);
    };
    return accepted.every(({ job }) => rows.has(job)) &&
      schedules.every((schedule) => isOver(schedule, last(schedule.schedule)));
  };
  try {
    await eventually("everything to end", look, { timeoutMs, everyMs: 500 });
    await pause(2_000); // a message that nobody waits for may still become a job
    await eventually("everything to have ended", look, { timeoutMs, everyMs: 500 });
    return [];
  } catch (error) {
    const where = await autopsy(world.ask, world.agentUrl).catch((problem) => [String(problem)]);
    return [error instanceof Error ? error.message : String(error), ...where];
  }
}
