import { randomUUID } from 'node:crypto';
import { type Dispatcher, WebSocket } from 'undici';
import { z } from 'zod';

/** One output of a cell, in the form that notebooks keep (nbformat 4). */
export type Output = { readonly output_type: string; readonly [key: string]: unknown };

/** What running a piece of code gave. `error` is the kernel's traceback, without colours. */
export type Execution = {
  readonly outputs: readonly Output[];
  readonly executionCount: number | null;
  readonly error: string | undefined;
};

/** The channels of a kernel (Jupyter messaging protocol 5.3 as JSON over one WebSocket). */
export interface KernelChannel {
  /** Runs code and resolves when the kernel is idle again. Rejects when the connection ends first. */
  execute(code: string): Promise<Execution>;
  close(): void;
}

const messageSchema = z.looseObject({
  channel: z.string(),
  header: z.looseObject({ msg_type: z.string() }),
  parent_header: z.looseObject({ msg_id: z.string().optional() }),
  content: z.looseObject({}),
});

const colours = /\u001b\[[0-9;]*m/g;

/** `dispatcher` makes the connection. */
export async function openKernelChannel(
  url: string,
  authorization: string,
  dispatcher: Dispatcher,
): Promise<KernelChannel> {
  const session = randomUUID();
  const socket = new WebSocket(`${url}?session_id=${session}`, { headers: { authorization }, dispatcher });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no connection to the kernel at ${url}`)), {
      once: true,
    });
  });
  const request = (type: string, content: unknown) => {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      username: '',
      session,
      date: new Date().toISOString(),
      version: '5.3',
    };
    const message = { header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] };
    socket.send(JSON.stringify(message));
    return header.msg_id;
  };
  return {
    execute: (code) =>
      new Promise((resolve, reject) => {
        const outputs: Output[] = [];
        let executionCount: number | null = null;
        let error: string | undefined;
        let replied = false;
        let idle = false;
        const settle = () => {
          if (!replied || !idle) return;
          stop();
          resolve({ outputs, executionCount, error });
        };
        const hear = ({ data }: { readonly data: unknown }) => {
          const { header, parent_header: parent, content } = messageSchema.parse(JSON.parse(String(data)));
          if (parent.msg_id !== id) return;
          const output = outputOf(header.msg_type, content);
          if (output !== undefined) outputs.push(output);
          if (header.msg_type === 'error') error = errorText(content);
          if (header.msg_type === 'execute_reply') {
            executionCount = (content['execution_count'] as number | undefined) ?? null;
            if (content['status'] === 'error') error ??= errorText(content);
            replied = true;
          }
          if (header.msg_type === 'status' && content['execution_state'] === 'idle') idle = true;
          settle();
        };
        const lost = () => {
          stop();
          reject(new Error('the connection to the kernel ended while code was running'));
        };
        const stop = () => {
          socket.removeEventListener('message', hear);
          socket.removeEventListener('close', lost);
        };
        socket.addEventListener('message', hear);
        socket.addEventListener('close', lost);
        const id = request('execute_request', {
          code,
          silent: false,
          store_history: true,
          user_expressions: {},
          allow_stdin: false,
          stop_on_error: true,
        });
      }),
    close: () => socket.close(),
  };
}

/** Messages that a notebook keeps. */
function outputOf(type: string, content: Readonly<Record<string, unknown>>): Output | undefined {
  if (type === 'stream') return { output_type: type, name: content['name'], text: content['text'] };
  if (type === 'display_data' || type === 'execute_result')
    return {
      output_type: type,
      data: content['data'],
      metadata: content['metadata'],
      ...(type === 'execute_result' ? { execution_count: content['execution_count'] } : {}),
    };
  if (type === 'error')
    return {
      output_type: type,
      ename: content['ename'],
      evalue: content['evalue'],
      traceback: content['traceback'],
    };
  return undefined;
}

function errorText(content: Readonly<Record<string, unknown>>): string {
  const lines = Array.isArray(content['traceback']) ? content['traceback'].map(String) : [];
  const text = lines.join('\n').replace(colours, '');
  return text === '' ? `${String(content['ename'])}: ${String(content['evalue'])}` : text;
}
