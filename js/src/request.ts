import { fail } from "./error.js";

/** Makes one request, without caches and without following redirects. `answer` is undefined if the body is not JSON. */
export async function request(url: string, timeout: number, more: RequestInit): Promise<[status: number, answer: any]> {
  let status = 0;
  let answer: any;
  try {
    const response = await fetch(url, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(timeout), ...more });
    status = response.status;
    answer = await response.json();
  } catch (error) {
    if ((error as Error).name === "TimeoutError") fail("network_timeout");
    if (!status) fail("network_connect", "no response, or no CORS");
  }
  return [status, answer];
}
