// Requests as lines of JSON on standard input, {"op": ..., ...}; an answer each: {"ok": value} or {"error": ..., "status": ...}.
import { createInterface } from 'node:readline';

export async function serve(operations) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { op, ...args } = JSON.parse(line);
    let answer;
    try {
      answer = { ok: (await operations[op](args)) ?? null };
    } catch (e) {
      answer = { error: e.name === 'S3Error' ? e.code : e.name, message: e.message, status: e.$metadata?.httpStatusCode };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
