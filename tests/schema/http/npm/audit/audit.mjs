// Audits the endpoint at the address given, and prints what each audit found as JSON.
import { auditServer } from "graphql-http";

const [, , url, secret] = process.argv;
const fetchFn = (input, init) =>
  fetch(input, { ...init, headers: { ...init?.headers, authorization: `Bearer ${secret}` } });
const results = await auditServer({ url, fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
