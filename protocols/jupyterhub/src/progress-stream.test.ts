import { describe, expect, it } from 'vitest';
import { readProgressStream } from './progress-stream.ts';

const stream = (...chunks: readonly (string | Uint8Array)[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      controller.close();
    },
  });
const all = async (body: ReadableStream<Uint8Array>) => {
  const events = [];
  for await (const event of readProgressStream(body)) events.push(event);
  return events;
};

describe('the progress stream of a server', () => {
  it('gives events in order, whatever the chunks, and skips keep-alives', async () =>
    expect(
      await all(
        stream(
          'data: {"progress": 5, "mess',
          'age": "asked"}\r\n\r\n',
          '\n: alive\n\ndata: {"progress":100,"message":"ready","ready":true,"url":"/user/eva/"}\n\n',
        ),
      ),
    ).toEqual([
      { progress: 5, message: 'asked' },
      { progress: 100, message: 'ready', ready: true, url: '/user/eva/' },
    ]));
  it('puts letters together that were cut in two', async () => {
    const bytes = new TextEncoder().encode('data: {"progress":1,"message":"für Ünal"}\n\n');
    const cut = bytes.indexOf(0xc3) + 1;
    expect(await all(stream(bytes.slice(0, cut), bytes.slice(cut)))).toEqual([
      { progress: 1, message: 'für Ünal' },
    ]);
  });
  it('reads the last event of a stream that ends without a blank line', async () =>
    expect(await all(stream('data: {"progress":100,"message":"no","failed":true}'))).toEqual([
      { progress: 100, message: 'no', failed: true },
    ]));
  it('skips what is no event', async () =>
    expect(await all(stream('data: <html>\n\ndata: {"progress": 900}\n\n'))).toEqual([]));
});
