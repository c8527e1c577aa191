/** What becomes of a job on a server does not depend on who comes first: each call meets a change that is about to commit. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { STATUS } from "../../storage/sql/codes.ts";
import type { Tables } from "../../storage/sql/table_names.ts";
import { Scene } from "../conformance/scene.ts";
import { aFailure, aSettlement, AT_MS } from "../support/factories.ts";
import { rivalsOn } from "./rivals.ts";
import { KINDS, skipMissing } from "./server_place.ts";

skipMissing("calls about jobs that meet");

for (const kind of KINDS) {
  const rivals = rivalsOn(kind);

  rivals(
    "jobs.claim, mark, settle, release and reclaim act on no bucket that is lost meanwhile",
    async (rivalry) => {
      const { master: { jobs }, tables } = rivalry;
      const scene = await Scene.open(rivalry.master);
      const { clusterId } = scene;
      const waiting = await scene.assigned();
      const running = await scene.queued({ id: crypto.randomUUID() });
      const items = [{ jobId: waiting.id, revision: waiting.revision }];
      const marks = [{
        ...{ jobId: running.id, status: "Processing" as const, fence: 1 } as const,
        ...{ startedAtMs: AT_MS, progress: null },
      }];
      const settlements = [aSettlement(running, {})];
      const lost = `UPDATE ${tables.buckets} SET epoch = epoch + 1`;
      const proof = () => ({ ...scene.proof(), epoch: epoch++ });
      let epoch = scene.bucket.epoch;
      const error = aFailure();

      equal(await rivalry.against(lost, () => jobs.claim({ ...proof(), items })), "not_owner");
      equal(await rivalry.against(lost, () => jobs.mark({ ...proof(), marks })), "not_owner");
      const release = { jobIds: [waiting.id] };
      equal(
        await rivalry.against(lost, () => jobs.release({ ...proof(), ...release })),
        "not_owner",
      );
      const reclaim = { nowMs: AT_MS, limit: 9, error };
      equal(
        await rivalry.against(lost, () => jobs.reclaim({ ...proof(), ...reclaim })),
        "not_owner",
      );
      const late = settlements.map((settlement) => ({ ...settlement, epoch }));
      equal(await rivalry.against(lost, () => jobs.settle({ clusterId, settlements: late })), {
        applied: [],
        stale: [running.id],
      });

      equal(await scene.find(waiting.id), waiting);
      equal(await scene.find(running.id), running);
    },
  );

  rivals(
    "jobs.mark writes its mark beside a cancellation that comes meanwhile",
    async (rivalry) => {
      const { master, tables } = rivalry;
      const scene = await Scene.open(master);
      const job = await scene.queued();
      const mark = {
        jobId: job.id,
        status: "Processing" as const,
        fence: 1,
        startedAtMs: 7,
        progress: null,
      };
      const request = `UPDATE ${tables.jobs} SET cancel_requested_at = 5`;

      await rivalry.against(
        request,
        () => master.jobs.mark({ ...scene.proof(), marks: [mark] }),
      );

      const { status, startedAtMs, cancelRequestedAtMs } = await scene.find(job.id);
      equal([status, startedAtMs, cancelRequestedAtMs], ["Processing", 7, 5]);
    },
  );

  rivals("jobs.assign and claim leave a job alone that is cancelled meanwhile", async (rivalry) => {
    const { master: { jobs }, tables } = rivalry;
    const scene = await Scene.open(rivalry.master);
    const { clusterId, lease, bucket } = scene;
    const held = await scene.held();
    const { id: bucketId, epoch } = bucket;
    const assignments = [{ jobId: held.id, revision: held.revision, bucketId, epoch }];

    equal(
      await rivalry.against(
        cancelling(tables),
        () => jobs.assign({ clusterId, lease, assignments }),
      ),
      [],
    );

    const placed = await scene.assigned({ id: crypto.randomUUID() });
    const items = [{ jobId: placed.id, revision: placed.revision }];
    equal(
      await rivalry.against(cancelling(tables), () => jobs.claim({ ...scene.proof(), items })),
      [],
    );
    equal((await scene.find(placed.id)).attempts, 0);
  });

  rivals("jobs.release hands back no job that is claimed meanwhile", async (rivalry) => {
    const { master: { jobs }, tables } = rivalry;
    const scene = await Scene.open(rivalry.master);
    const { id } = await scene.assigned();

    const released = await rivalry.against(
      claiming(tables),
      () => jobs.release({ ...scene.proof(), jobIds: [id] }),
    );

    equal([released, (await scene.find(id)).status], [0, "Queued"]);
  });

  rivals("jobs.settle and reclaim end no attempt that is ended meanwhile", async (rivalry) => {
    const { master: { jobs }, tables } = rivalry;
    const scene = await Scene.open(rivalry.master);
    const { clusterId } = scene;
    const job = await scene.queued();
    const settlements = [aSettlement(job, {})];

    equal(await rivalry.against(ending(tables), () => jobs.settle({ clusterId, settlements })), {
      applied: [],
      stale: [job.id],
    });

    await scene.queued({ id: crypto.randomUUID() });
    const reclaim = { nowMs: AT_MS, limit: 9, error: aFailure() };
    equal(
      await rivalry.against(ending(tables), () => jobs.reclaim({ ...scene.proof(), ...reclaim })),
      { moved: 0, crashed: 0 },
    );
    equal(await scene.executions(job.id), []);
  });

  rivals("jobs.change asks the owner when a job is claimed meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const { id } = await scene.assigned();

    const { outcome } = await rivalry.against(
      claiming(tables),
      () => scene.change(id, { type: "cancel" }),
    );

    equal([outcome, (await scene.find(id)).status], ["requested", "Queued"]);
  });
}

const UNPLACED = "bucket_id = NULL, agent_connection_id = NULL, revision = revision + 1";

function cancelling({ jobs }: Tables): string {
  return `UPDATE ${jobs} SET ${UNPLACED}, status = ${STATUS.Cancelled}, finished_at = 5`;
}

function claiming({ jobs }: Tables): string {
  return `UPDATE ${jobs} SET status = ${STATUS.Queued}, attempts = attempts + 1, claimed_at = 5`;
}

function ending({ jobs }: Tables): string {
  return `UPDATE ${jobs} SET ${UNPLACED}, status = ${STATUS.Succeeded}, finished_at = 5`;
}
