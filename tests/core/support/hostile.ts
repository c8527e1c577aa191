/**
 * Things user code may throw or hand over that fight back when they are looked at.
 *
 * @module
 */

function refuseToAnswer(): never {
  throw new Error("do not look at me");
}

/** A proxy whose every trap throws. */
export function throwingProxy(): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuseToAnswer]);
  return new Proxy({}, Object.fromEntries(traps));
}

/** A proxy that has been revoked: even `Array.isArray` throws on it. */
export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An error all of whose fields throw. */
export function throwingGetters(): object {
  const fields = ["name", "message", "stack", "code", "cause", "retryable", "problems"];
  const error = new Error("never read");
  for (const field of fields) Object.defineProperty(error, field, { get: refuseToAnswer });
  return error;
}

/** An error that is its own cause. */
export function cyclicError(): Error {
  const error = new Error("again");
  error.cause = error;
  return error;
}

/** Everything above and more, by name. */
export const HOSTILE: Readonly<Record<string, unknown>> = {
  "undefined": undefined,
  "null": null,
  "text": "plain text",
  "empty text": "",
  "a number": 42,
  "NaN": Number.NaN,
  "a big number": 10n ** 30n,
  "a symbol": Symbol("s"),
  "a function": () => 1,
  "an empty object": {},
  "an object without prototype": Object.create(null),
  "a list": [1, 2],
  "a frozen error": Object.freeze(new Error("frozen")),
  "a cyclic cause": cyclicError(),
  "throwing getters": throwingGetters(),
  "a throwing proxy": throwingProxy(),
  "a revoked proxy": revokedProxy(),
  "hostile fields": {
    name: revokedProxy(),
    message: throwingProxy(),
    code: revokedProxy(),
    stack: revokedProxy(),
    problems: revokedProxy(),
    cause: revokedProxy(),
  },
  "text that throws": { message: { toString: refuseToAnswer } },
  "problems that throw": { message: "x", problems: new Proxy([1, 2], { get: refuseToAnswer }) },
};
