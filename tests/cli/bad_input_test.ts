import { match, strictEqual } from "node:assert/strict";
import { main } from "../../cli/main.ts";
import { recordingContext } from "./support/recording_context.ts";

const ID = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

/** What is typed, and what stderr must say. Every one ends with 2 before anything is opened. */
const BAD: readonly (readonly [string, RegExp])[] = [
  ["", /Usage: jobmaster/],
  ["frobnicate", /unknown command 'frobnicate'/],
  ["enqeue hello", /Did you mean enqueue\?/],
  ["--verison", /Did you mean --version\?/],
  ["version now", /too many arguments/],
  ["help nope", /help for command "nope"/],
  ["help jobs lst", /did you mean "list"/],
  ["schedules list", /unknown command 'schedules'/],
  ["agents list", /unknown command 'agents'/],
  ["keys create", /unknown command 'keys'/],
  ["completions bash", /unknown command 'completions'/],

  ["start extra", /too many arguments/],
  ["start --jobs", /option '--jobs <module...>' argument missing/],
  ["start --jobs ./nope.ts", /jobs module "\/nowhere\/nope.ts": there is no such file/],
  ["start --worker mod=Full", /did you mean "mode"/],
  ["start --isolation vm", /isolation "vm"/],
  ["start --http nine", /HTTP address "nine"/],
  ["start --config nope.json", /configuration file "nope.json"/],
  ["start --log-level loud", /log level "loud": it must be one of debug/],
  ["start --agent x", /agent "x": it must be NAME=URL/],

  ["enqueue", /missing required argument 'job'/],
  ["enqueue a!b", /definition id "a!b"/],
  ["enqueue hello --data {", /Cannot read --data as JSON/],
  ["enqueue hello --data-file nope.json", /--data-file "nope.json"/],
  ["enqueue hello --data 1 --data-file x", /cannot be used with/],
  ["enqueue hello --at 2027-01-31T09:00:00", /at "2027-01-31T09:00:00": it must be an instant/],
  ["enqueue hello --after soon", /after "soon"/],
  ["enqueue hello --at 2027-01-31T09:00:00Z --after 5m", /cannot be used with/],
  ["enqueue hello --priority high", /priority "high": it must be one of/],
  ["enqueue hello --lane a!", /lane "a!"/],
  ["enqueue hello --max-retries 11", /maxRetries 11/],
  ["enqueue hello --max-retries x", /--max-retries "x"/],
  ["enqueue hello --timeout 0", /timeout "0"/],
  ["enqueue hello --meta x", /metadata "x": it must be like key=value/],
  ["enqueue hello --id 7", /job id "7": it must be a UUID/],
  ["enqueue hello --count 0", /--count "0": it must be a whole number from 1 to 1000000/],
  ["enqueue hello --count 1000001", /--count "1000001"/],
  [`enqueue hello --count 2 --id ${ID}`, /--id with --count 2: it names one job/],
  ["enqueue hello --count 2 --unique-key k", /--unique-key with --count 2/],
  ["enqueue hello --wait --wait-timeout never", /--wait-timeout "never"/],
  ["enqueue hello --json --jsonl", /cannot be used with/],
  ["enqueue hello --master sqlite:x --api http://h", /cannot be used with/],
  ["enqueue hello --api h", /API address "h"/],
  ["enqueue hello --api-key k", /--api-key without --api/],
  ["enqueue hello --cluster a!", /cluster "a!"/],
  ["enqueue hello --master mongo:x", /master "mongo:/],

  ["jobs", /Usage: jobmaster jobs/],
  ["jobs lst", /Did you mean list\?/],
  ["jobs list --status Done", /status "Done": it must be one of/],
  ["jobs list --status Queued,Done", /status "Done"/],
  ["jobs list --priority urgent", /priority "urgent"/],
  ["jobs list --scheduled-from today", /scheduledFrom "today"/],
  ["jobs list --created-to x", /createdTo "x"/],
  ["jobs list --meta x", /metadata "x"/],
  ["jobs list --sort name", /sort "name": it must be one of createdAt/],
  ["jobs list --limit 0", /limit "0": it must be a whole number from 1 to 200/],
  ["jobs list --limit 201", /limit "201"/],
  ["jobs list --limit 5 --all", /cannot be used with/],
  ["jobs list --sttus Failed", /Did you mean --status\?/],
  ["jobs show", /missing required argument 'id'/],
  ["jobs show 7", /job id "7"/],
  [`jobs show ${ID} ${ID}`, /too many arguments/],
  ["jobs why 7", /job id "7"/],
  ["jobs logs 7", /job id "7"/],
  [`jobs logs ${ID} --level loud`, /level "loud"/],
  [`jobs logs ${ID} --attempt 0`, /attempt "0"/],
  ["jobs cancel", /missing required argument 'id'/],
  [`jobs cancel ${ID} 7`, /job id "7"/],
  ["jobs retry 7", /job id "7"/],
  ["jobs run-now 7", /job id "7"/],
  ["jobs delete 7", /job id "7"/],
  [`jobs reschedule ${ID}`, /say --at or --after/],
  [`jobs reschedule ${ID} --at noon`, /--at "noon"/],
  [`jobs reschedule ${ID} --after x`, /--after "x"/],
  [`jobs reschedule ${ID} --at x --after y`, /cannot be used with/],

  ["workers", /Usage: jobmaster workers/],
  ["workers stop x", /unknown command 'stop'/],
  ["workers list --limit x", /limit "x"/],
  ["buckets list --limit x", /limit "x"/],

  ["cluster set", /Cannot change nothing/],
  ["cluster set mode", /Cannot set "mode": it must be name=value with a name of mode,/],
  ["cluster set colour=red", /Cannot set "colour=red"/],
  ["cluster set mode=active", /mode "active": it must be one of Active/],
  ["cluster set --mode active", /mode "active": it must be one of Active/],
  ["cluster set --default-timeout x", /defaultTimeout "x"/],
  ["cluster set --default-max-retries 11", /defaultMaxRetries 11/],
  ["cluster set --default-max-retries x", /--default-max-retries "x": it must be a number/],
  ["cluster set --transient-threshold 1s", /transientThreshold "1s"/],
  ["cluster set --max-payload-bytes -2", /maxPayloadBytes -2/],
  ["cluster set --time-zone Mars", /timeZone "Mars"/],
  ["cluster set --retention 1ms", /retention "1ms"/],
  ["cluster set --retry-factor 0", /retry.factor 0/],
  ["cluster set --retry-jitter some", /retry.jitter "some"/],
  ["cluster set --retry-base x", /retry.base "x"/],
  ["cluster set --retry-max x", /retry.max "x"/],

  ["migrate", /Usage: jobmaster migrate/],
  ["migrate down", /unknown command 'down'/],
  ["migrate status --dry-run", /unknown option '--dry-run'/],
  ["migrate status --master mongo:x", /master "mongo:/],
  ["migrate up --api http://h", /unknown option '--api'/],
  ["doctor --master mongo:x", /master "mongo:/],
  ["bench --jobs 0", /--jobs "0"/],
  ["bench --concurrency many", /--concurrency "many"/],
  ["bench --probes 0", /--probes "0"/],
  ["bench --parallelism 1001", /--parallelism "1001"/],
];

for (const [line, message] of BAD) {
  Deno.test(`main answers 2 when "${line}" is typed`, async () => {
    const context = recordingContext();

    const code = await main(line.split(" ").filter((word) => word !== ""), context);

    strictEqual(code, 2, context.terminal.err);
    match(context.terminal.err, message);
    strictEqual(context.terminal.out, "", "talk goes to stderr");
    strictEqual(/\n +at /.test(context.terminal.err), false, "no stack is shown");
  });
}

Deno.test("main names every problem when there are several", async () => {
  const context = recordingContext();
  await main(["jobs", "list", "--status", "Done", "--priority", "urgent"], context);
  match(context.terminal.err, /^error: Cannot use status.*\nerror: Cannot use priority.*\n$/);
});

Deno.test("main shows where an error came from when --debug is said", async () => {
  const context = recordingContext();
  strictEqual(await main(["jobs", "show", "7", "--debug"], context), 2);
  match(context.terminal.err, /\n +at /);
});
