import type { CredentialRequest, CredentialSource } from "../../src/auth/index.js";

/** A caller who is asked. */
export interface Answering extends CredentialSource {
  /** What was asked so far. */
  readonly asked: CredentialRequest[];
}

/** Answers by a function, or by what is known of each kind. */
export function answering(
  known:
    | ((request: CredentialRequest) => string | undefined)
    | Partial<Record<CredentialRequest["kind"], string>>,
): Answering {
  const asked: CredentialRequest[] = [];
  return {
    asked,
    get: (request) => {
      asked.push(request);
      return Promise.resolve(typeof known === "function" ? known(request) : known[request.kind]);
    },
  };
}
