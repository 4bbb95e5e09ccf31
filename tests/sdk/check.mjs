// What every script here needs: the unmodified SDK, waiting, and a check that names what is wrong.
import { pathToFileURL } from 'node:url';

export const sdk = await import(pathToFileURL(process.env.SDK).href);
export const [base, token] = process.argv.slice(2);

export async function until(what, test, limit = 60000) {
  for (const ends = Date.now() + limit; Date.now() < ends; await new Promise((next) => setTimeout(next, 20))) {
    const got = await test();
    if (got) return got;
  }
  throw new Error(`not seen: ${what}`);
}

export function check(what, good, got) {
  if (!good) throw new Error(`${what}: ${JSON.stringify(got)}`);
}
