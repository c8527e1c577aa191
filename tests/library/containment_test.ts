import { ok, strictEqual } from "node:assert/strict";
import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const careless = defineJob({ id: "careless" }, () => {
  setTimeout(() => {
    throw new TypeError("thrown by a timer");
  }, 0);
  Promise.reject(new Error("forgotten by its handler"));
});

Deno.test("JobMaster goes on when a handler fails where nobody can catch it", async () => {
  const folder = await Deno.makeTempDir();
  const said: string[] = [];
  const both = Promise.withResolvers<void>();
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error(message: string) {
      said.push(message);
      if (said.length === 4) both.resolve();
    },
  };
  {
    await using jm = await JobMaster.start({
      master: `sqlite:${folder}/jobs.db`,
      jobs: [careless],
      workers: [{}],
      logger,
    });
    for (let i = 0; i < 2; i++) {
      const { id } = await jm.schedule.now(careless);
      strictEqual((await jm.jobs.wait(id, { timeout: "10s" })).status, "Succeeded");
    }
    await both.promise;
  }
  ok(said.some((text) => text.includes("forgotten by its handler")));
  ok(said.some((text) => text.includes("thrown by a timer")));
  await Deno.remove(folder, { recursive: true });
});
