/** A job that commits or vanishes together with the application's own rows. */

import { DatabaseSync } from "node:sqlite";
import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const welcome = defineJob<{ user: string }>({ id: "welcome" }, (job) => `welcome ${job.data.user}`);

const folder = await Deno.makeTempDir({ prefix: "transaction-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/app.db`,
    jobs: [welcome],
    workers: [{}],
  });
  using db = new DatabaseSync(`${folder}/app.db`, { timeout: 5_000 });
  db.exec("CREATE TABLE users (name TEXT PRIMARY KEY)");

  const signUp = async (user: string) => {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.prepare("INSERT INTO users (name) VALUES (?)").run(user);
      const job = await jm.schedule.now(welcome, { user }, { tx: db });
      if (user === "Eve") throw new Error("no such address");
      db.exec("COMMIT");
      return job.id;
    } catch (error) {
      db.exec("ROLLBACK");
      console.log(`${user} is not signed up: ${(error as Error).message}`);
      return null;
    }
  };

  const ada = await signUp("Ada");
  await signUp("Eve");
  console.log((await jm.jobs.wait(ada!, { timeout: "30s" })).result);
  console.log(
    `${await jm.jobs.count()} job, ${db.prepare("SELECT * FROM users").all().length} user`,
  );
}
await Deno.remove(folder, { recursive: true });
