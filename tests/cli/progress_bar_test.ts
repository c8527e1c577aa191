import { strictEqual } from "node:assert/strict";
import { ProgressBar } from "../../cli/terminal/progress_bar.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { recordingTerminal } from "./support/recording_context.ts";

Deno.test("ProgressBar draws on a terminal and takes itself away", async () => {
  const terminal = recordingTerminal({ errIsTerminal: true });
  const clock = new FakeClock();
  {
    using bar = new ProgressBar({ terminal, clock, label: "done", total: 2_000 });
    bar.update(1_000);
    bar.update(1_001); // too soon to be drawn
    await clock.advance(100);
    bar.update(2_000);
  }

  const half = "█".repeat(15) + "░".repeat(15);
  strictEqual(
    terminal.err,
    `\r\x1b[2K${half} done 1,000 of 2,000\r\x1b[2K${"█".repeat(30)} done 2,000 of 2,000\r\x1b[2K`,
  );
});

Deno.test("ProgressBar writes a line every five seconds when nobody watches", async () => {
  const terminal = recordingTerminal();
  const clock = new FakeClock();
  using bar = new ProgressBar({ terminal, clock, label: "done", total: 10 });

  bar.update(1);
  await clock.advance(4_999);
  bar.update(2);
  await clock.advance(1);
  bar.update(3);
  bar.update(4);

  strictEqual(terminal.err, "done 3 of 10\n");
});

Deno.test("ProgressBar leaves no trace when the work was quick", () => {
  const terminal = recordingTerminal({ errIsTerminal: true });
  {
    using _bar = new ProgressBar({ terminal, clock: new FakeClock(), label: "done", total: 1 });
  }
  strictEqual(terminal.err, "");
});
