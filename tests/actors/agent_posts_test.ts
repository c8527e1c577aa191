/** Messages that cannot be sent: how many are kept, and how often they are sent again. */

import { deepStrictEqual as equal, strictEqual } from "node:assert/strict";
import { AgentPosts } from "../../actors/agent_posts.ts";
import { JobMasterError } from "../../core/errors.ts";
import { aJob, jobId } from "../support/factories.ts";
import { settled } from "../support/fake_clock.ts";

/** Posts over a connection that is out of reach; `sent` counts the jobs of each try. */
function unreachable(): { readonly posts: AgentPosts; readonly sent: number[] } {
  const sent: number[] = [];
  const ask = ({ input }: { readonly input: { readonly messages: readonly unknown[] } }) => {
    sent.push(input.messages.length);
    return Promise.reject(new JobMasterError("transport_unavailable", "It is away"));
  };
  const context = { ref: () => ({ ask }), log: () => {} } as never;
  return { sent, posts: new AgentPosts(context, "c-1", { "agent-1": "node/transport-agent-1" }) };
}

function waiting(count: number) {
  return Array.from({ length: count }, (_, i) =>
    aJob({
      id: jobId(i + 1),
      status: "AssignedToBucket",
      bucketId: "b-1",
      agentConnectionId: "agent-1",
    }));
}

Deno.test("AgentPosts sends again what could not be sent, sixty times and no more", async () => {
  const { posts, sent } = unreachable();
  posts.post(waiting(3));
  for (let i = 0; i < 70; i++) {
    await settled();
    posts.resend();
  }

  equal(sent, Array(61).fill(3));
});

Deno.test("AgentPosts keeps at most 5,000 jobs to send again", async () => {
  const { posts, sent } = unreachable();
  for (let i = 0; i < 7; i++) posts.post(waiting(900));
  await settled();
  sent.length = 0;
  posts.resend();
  await settled();

  strictEqual(sent.reduce((sum, count) => sum + count, 0), 4_500);
});
