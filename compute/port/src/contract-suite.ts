import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { ComputeBackend, JobEnd, JobRef, JobSpec } from './compute-backend.ts';

const run = promisify(execFile);

/** A back-end under test. */
export type ContractSubject = {
  readonly name: string;
  /** Absolute path of a module that exports `createSubject(): ComputeBackend`; another process loads it too. */
  readonly module: string;
  readonly backend: ComputeBackend;
  /** Network policies the back-end enforces here. */
  readonly enforcesNoNetwork: boolean;
};

const megabyte = 1_000_000;
/** Kept by the suite for every job, so that a test that fails leaves nothing running. */
type Started = { readonly ref: JobRef };

/**
 * What every compute back-end must do, tried with real jobs. Call it inside a test file; a back-end that
 * cannot run here is skipped with its own reason.
 */
export function computeBackendContract(subject: ContractSubject): void {
  const { backend } = subject;
  const started: Started[] = [];
  let root = '';
  let unavailable: string | undefined;
  let count = 0;

  const needed = (context: TestContext) => {
    if (unavailable !== undefined) context.skip(unavailable);
  };
  const hasProgram = async (context: TestContext, path: string) => {
    if ((await stat(path).catch(() => undefined)) === undefined) context.skip(`${path} is not installed`);
  };

  async function job(
    script: string,
    change: Partial<JobSpec> = {},
  ): Promise<JobSpec & { readonly workspace: string }> {
    count += 1;
    const jobDirectory = join(root, `job-${count}`);
    const workspace = join(root, `workspace-${count}`);
    await mkdir(jobDirectory, { mode: 0o700 });
    await mkdir(workspace, { mode: 0o755 });
    return {
      jobId: `contract-${process.pid}-${count}`,
      jobDirectory,
      command: ['/bin/sh', '-c', script],
      workingDirectory: workspace,
      environment: { PATH: '/usr/bin:/bin' },
      secretFiles: [],
      mounts: [{ source: workspace, target: workspace, readOnly: false }],
      limits: {},
      network: 'open',
      principal: { accountId: 'contract', username: 'contract', number: 1 },
      ...change,
      workspace,
    };
  }
  async function submit(spec: JobSpec): Promise<JobRef> {
    const ref = await backend.submit(spec);
    started.push({ ref });
    return ref;
  }
  /** Submits from a process of its own, which is gone when this answers. */
  async function submitElsewhere(spec: JobSpec): Promise<JobRef> {
    const program = `
      import { createSubject } from ${JSON.stringify(pathToFileURL(subject.module).href)};
      const ref = await createSubject().submit(${JSON.stringify(spec)});
      process.stdout.write(JSON.stringify(ref));
      process.exit(0);`;
    const { stdout } = await run(
      process.execPath,
      ['--conditions=@vre/source', '--import', 'tsx', '--input-type=module', '-e', program],
      { cwd: process.cwd() },
    );
    const ref: JobRef = JSON.parse(stdout);
    started.push({ ref });
    return ref;
  }
  const end = (ref: JobRef): Promise<JobEnd> => backend.watch(ref, AbortSignal.timeout(25_000));
  async function output(ref: JobRef): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const part of backend.logs(ref, {})) parts.push(part);
    return Buffer.concat(parts).toString();
  }
  async function until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error('the condition did not come true within 10 s');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  const says = (ref: JobRef, text: string) => until(async () => (await output(ref)).includes(text));
  /** Processes of the machine whose command line holds `text`. */
  async function running(text: string): Promise<number> {
    return (await commandLines()).filter((line) => line.startsWith('sleep') && line.includes(text)).length;
  }
  async function commandLines(): Promise<readonly string[]> {
    const { stdout } = await run('/bin/sh', [
      '-c',
      'for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f 2>/dev/null; echo; done',
    ]);
    return stdout.split('\n');
  }
  /** A duration nobody else sleeps, by which a test finds its own processes. */
  const uniqueSleep = () => `600${Math.random().toFixed(9).slice(1)}`;

  describe(`compute back-end contract: ${subject.name}`, () => {
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'vre-compute-contract-'));
      await chmod(root, 0o711);
      unavailable = (await backend.describe()).unavailable;
    });
    afterAll(async () => {
      for (const { ref } of started) await backend.cancel(ref, { graceSeconds: 0 });
      // Nothing of the back-end itself may outlive its jobs.
      await until(async () => !(await commandLines()).some((line) => line.includes(root)));
      await rm(root, { recursive: true, force: true });
    });

    it.for([
      ['true', 'finished', 0, 'exit code 0'],
      ['exit 7', 'failed', 7, 'exit code 7'],
      ['kill -9 $$', 'killed', 137, 'killed by signal 9 (SIGKILL)'],
    ] as const)('says how `%s` ended: %s', async ([script, reason, exitCode, sentence], context) => {
      needed(context);
      const ended = await end(await submit(await job(script)));
      expect(ended).toMatchObject({ reason, exitCode, sentence });
      expect(ended.startedAt?.getTime()).toBeLessThanOrEqual(ended.finishedAt.getTime());
    });

    it('says that a program does not exist', async (context) => {
      needed(context);
      const ref = await submit(await job('', { command: ['/no/such/program'] }));
      expect(await end(ref)).toMatchObject({ reason: 'failed', exitCode: expect.any(Number) });
      expect(await output(ref)).toContain('/no/such/program');
    });

    it('merges output and errors into the log, also through /dev/stderr', async (context) => {
      needed(context);
      const ref = await submit(await job('echo one; echo two >&2; echo three > /dev/stderr; pwd'));
      expect((await end(ref)).sentence).toBe('exit code 0');
      expect(await output(ref)).toBe(`one\ntwo\nthree\n${join(root, `workspace-${count}`)}\n`);
      const tail: Uint8Array[] = [];
      for await (const part of backend.logs(ref, { offset: 4 })) tail.push(part);
      expect(Buffer.concat(tail).toString()).toMatch(/^two\nthree\n/);
    });

    it('passes words literally and runs in the working directory', async (context) => {
      needed(context);
      const words = ["it's", '$HOME', 'two words', '`id`', 'new\nline', ''];
      const spec = await job('', { command: ['/usr/bin/printf', '[%s]', ...words] });
      const ref = await submit(spec);
      await end(ref);
      expect(await output(ref)).toBe(words.map((word) => `[${word}]`).join(''));
    });

    it('follows a log until the job ends', async (context) => {
      needed(context);
      const ref = await submit(await job('echo first; while [ ! -e go ]; do sleep 0.05; done; echo last'));
      const seen: string[] = [];
      for await (const part of backend.logs(ref, { follow: true, signal: AbortSignal.timeout(20_000) })) {
        seen.push(Buffer.from(part).toString());
        if (seen.join('').includes('first')) await createSign(join(root, `workspace-${count}`, 'go'));
      }
      expect(seen.join('')).toBe('first\nlast\n');
    });

    it('gives the environment of the specification and nothing of the platform', async (context) => {
      needed(context);
      process.env.VRE_CONTRACT_LEAK = 'leaked';
      const environment = { PATH: '/usr/bin:/bin', GREETING: "it's\n$HOME", LD_PRELOAD: '' };
      const ref = await submit(await job('', { command: ['/usr/bin/env', '-0'], environment }));
      delete process.env.VRE_CONTRACT_LEAK;
      await end(ref);
      const seen = Object.fromEntries((await output(ref)).split('\0').map((line) => splitOnce(line)));
      delete seen[''];
      delete seen.PWD; // bubblewrap sets it
      expect(seen).toEqual({ ...environment, VRE_JOB_ID: expect.any(String) });
    });

    it('never runs a job as root, gives it no way up, and leaves its files to it', async (context) => {
      needed(context);
      const script = 'id -u; grep -E "NoNewPrivs|CapEff" /proc/self/status; echo hello > made; ls -ln made';
      const spec = await job(script);
      const ref = await submit(spec);
      expect((await end(ref)).sentence).toBe('exit code 0');
      const text = await output(ref);
      expect(text.split('\n')[0]).not.toBe('0');
      expect(text).toMatch(/CapEff:\s+0+\n/);
      expect(text).toMatch(/NoNewPrivs:\s+1\n/);
      expect((await stat(join(spec.workspace, 'made'))).uid).not.toBe(0);
      expect(await readFile(join(spec.workspace, 'made'), 'utf8')).toBe('hello\n');
    });

    it('reaches a workspace below a directory that the job may not enter', async (context) => {
      needed(context);
      const closed = join(root, 'closed');
      const workspace = join(closed, 'deep', 'workspace');
      await mkdir(workspace, { recursive: true });
      await chmod(closed, 0o700);
      const ref = await submit(
        await job('echo inside > file && cat file', {
          workingDirectory: workspace,
          mounts: [{ source: workspace, target: workspace, readOnly: false }],
        }),
      );
      expect(await end(ref)).toMatchObject({ sentence: 'exit code 0' });
      expect(await readFile(join(workspace, 'file'), 'utf8')).toBe('inside\n');
    });

    it('shows secret files to the job alone and removes them at the end', async (context) => {
      needed(context);
      const base = await job('');
      const path = join(root, `secret-${count}`, 'token');
      const ref = await submit({
        ...base,
        command: ['/bin/sh', '-c', `cat ${path}; stat -c %a ${path}`],
        secretFiles: [{ path, content: 'open sesame\n' }],
      });
      expect((await end(ref)).sentence).toBe('exit code 0');
      expect(await output(ref)).toBe('open sesame\n600\n');
      await expect(stat(path)).rejects.toThrow('ENOENT');
    });

    it('counts processes that were ended for want of memory while their job goes on, or ends it', async (context) => {
      needed(context);
      const grow = 'dd if=/dev/zero of=/dev/null bs=200M; echo over; sleep 20';
      const ref = await submit(await job(grow, { limits: { memoryBytes: 64 * megabyte, wallSeconds: 20 } }));
      expect(await backend.memoryKills(ref)).toBe(0);
      // Without control groups whoever watches a job keeps its limits.
      const ended = end(ref);
      await until(
        async () => (await backend.state(ref)).state === 'ended' || (await backend.memoryKills(ref)) === 1,
      );
      const state = await backend.state(ref);
      if (state.state === 'ended') expect(state.end.reason).toBe('out-of-memory');
      await backend.cancel(ref, { graceSeconds: 0 });
      await ended;
    });

    it('ends a job that outgrows its memory and says so', async (context) => {
      needed(context);
      // One buffer of that size, written again and again.
      const grow = 'exec dd if=/dev/zero of=/dev/null bs=200M';
      const ref = await submit(await job(grow, { limits: { memoryBytes: 64 * megabyte, wallSeconds: 20 } }));
      expect(await end(ref)).toMatchObject({
        reason: 'out-of-memory',
        sentence: 'out of memory (limit 64 MB)',
      });
    });

    it('ends a job at its wall time even when it ignores SIGTERM', async (context) => {
      needed(context);
      const tag = uniqueSleep();
      const script = `trap "" TERM; sleep ${tag} & while :; do sleep 1; done`;
      const ref = await submit(await job(script, { limits: { wallSeconds: 1 } }));
      expect(await end(ref)).toMatchObject({ reason: 'timed-out', sentence: 'timed out after 1 second' });
      expect(await running(tag)).toBe(0);
    });

    it('stops a job that forks without end', async (context) => {
      needed(context);
      const tag = uniqueSleep();
      const bomb = `f() { sleep ${tag} & f & }; f; sleep ${tag}`;
      const ref = await submit(await job(bomb, { limits: { processes: 30, wallSeconds: 3 } }));
      const ended = await end(ref);
      expect(['timed-out', 'killed', 'failed']).toContain(ended.reason);
      expect(await running(tag)).toBe(0);
    });

    it('ends a job that writes more than it may: one large file', async (context) => {
      needed(context);
      const ref = await submit(
        await job('exec head -c 50000000 /dev/zero > big', { limits: { diskBytes: 5 * megabyte } }),
      );
      expect(await end(ref)).toMatchObject({
        reason: 'disk-exceeded',
        sentence: 'disk limit exceeded (limit 5 MB)',
      });
    });

    it('ends a job that writes more than it may: many small files', async (context) => {
      needed(context);
      const script =
        'i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; [ $i -gt 8 ] && sleep 0.2; done';
      const limits = { diskBytes: 5 * megabyte, wallSeconds: 15 };
      expect(await end(await submit(await job(script, { limits })))).toMatchObject({
        reason: 'disk-exceeded',
      });
    });

    it('cancels a job that ignores SIGTERM, and its daemonised grandchildren', async (context) => {
      needed(context);
      const tag = uniqueSleep();
      const script = `trap "" TERM; (setsid sh -c 'trap "" TERM; sleep ${tag} & sleep ${tag}' &); echo up; while :; do sleep 0.2; done`;
      const ref = await submit(await job(script));
      await says(ref, 'up');
      await until(async () => (await running(tag)) === 2);
      await backend.cancel(ref, { graceSeconds: 0.3 });
      expect(await running(tag)).toBe(0);
      expect(await backend.state(ref)).toMatchObject({ state: 'ended', end: { reason: 'cancelled' } });
    });

    it.for([
      ['cancelled', 'echo up; while :; do sleep 0.2; done'],
      ['over', 'echo up'],
    ] as const)(
      'finds a program in a session of its own, without environment and parent, when the job is %s',
      async ([how, rest], context) => {
        needed(context);
        const tag = uniqueSleep();
        const daemonise = `setsid env -i /bin/sh -c 'trap "" TERM HUP; sleep ${tag} </dev/null >/dev/null 2>&1 & exit 0'`;
        // Only when its parent is gone is it an orphan.
        const ref = await submit(
          await job(
            `(${daemonise} &) ; until grep -qsz '^${tag}$' /proc/[0-9]*/cmdline; do sleep 0.05; done; ${rest}`,
          ),
        );
        if (how === 'cancelled') {
          await says(ref, 'up');
          await backend.cancel(ref, { graceSeconds: 0.2 });
        } else expect((await end(ref)).sentence).toBe('exit code 0');
        expect(await output(ref)).toContain('up');
        expect(await running(tag)).toBe(0);
      },
    );

    it('hands no descriptor of the platform to the job', async (context) => {
      needed(context);
      const spec = await job('ls /proc/$$/fd');
      const program = `
        import { createSubject } from ${JSON.stringify(pathToFileURL(subject.module).href)};
        process.stdout.write(JSON.stringify(await createSubject().submit(${JSON.stringify(spec)})));
        process.exit(0);`;
      // As if whoever started the platform had left descriptors open.
      const { stdout } = await run(
        '/bin/bash',
        ['-c', 'exec 7</etc/passwd 23</etc/passwd; exec "$0" "$@"', process.execPath].concat([
          '--conditions=@vre/source',
          '--import',
          'tsx',
          '--input-type=module',
          '-e',
          program,
        ]),
        { cwd: process.cwd() },
      );
      const ref: JobRef = JSON.parse(stdout);
      started.push({ ref });
      expect((await end(ref)).sentence).toBe('exit code 0');
      expect((await output(ref)).trim().split('\n')).toEqual(['0', '1', '2']);
    });

    it('asks before it kills', async (context) => {
      needed(context);
      const ref = await submit(
        await job('trap "echo asked; exit 3" TERM; echo up; while :; do sleep 0.05; done'),
      );
      await says(ref, 'up');
      await backend.cancel(ref, { graceSeconds: 10 });
      expect(await output(ref)).toContain('asked');
    });

    it('leaves nothing behind when the main program ends', async (context) => {
      needed(context);
      const tag = uniqueSleep();
      const ref = await submit(await job(`setsid sleep ${tag} & exit 0`));
      expect((await end(ref)).reason).toBe('finished');
      expect(await running(tag)).toBe(0);
    });

    it('runs a job once however often it is submitted', async (context) => {
      needed(context);
      const spec = await job('echo ran >> count; sleep 0.2');
      const refs = await Promise.all([submit(spec), submit(spec), submit(spec)]);
      await Promise.all(refs.map(end));
      expect(await submit(spec)).toEqual(refs[0]);
      expect(new Set(refs.map((ref) => JSON.stringify(ref))).size).toBe(1);
      expect(await readFile(join(spec.workspace, 'count'), 'utf8')).toBe('ran\n');
    });

    it('takes over a job that another process submitted', async (context) => {
      needed(context);
      const spec = await job('echo begun; while [ ! -e go ]; do sleep 0.05; done; echo over; exit 5');
      const ref = await submitElsewhere(spec);
      await says(ref, 'begun');
      expect(await backend.state(ref)).toEqual({ state: 'running' });
      const ended = end(ref);
      await createSign(join(spec.workspace, 'go'));
      expect(await ended).toMatchObject({ reason: 'failed', exitCode: 5 });
      expect(await output(ref)).toBe('begun\nover\n');
    });

    it('calls a job lost whose starter was killed, and ends what is left of it', async (context) => {
      needed(context);
      const tag = uniqueSleep();
      const ref = await submit(await job(`sleep ${tag}`));
      await until(async () => (await running(tag)) === 1);
      const ended = end(ref);
      process.kill(ref.pid as number, 'SIGKILL');
      expect(await ended).toMatchObject({ reason: 'lost', exitCode: undefined });
      expect(await running(tag)).toBe(0);
      expect(await backend.state(ref)).toMatchObject({ state: 'ended', end: { reason: 'lost' } });
    });

    it('calls a job lost whose directory vanished', async (context) => {
      needed(context);
      const ref = { backend: subject.name, jobId: 'x', jobDirectory: join(root, 'nowhere') };
      expect(await backend.state(ref)).toMatchObject({ state: 'ended', end: { reason: 'lost' } });
    });

    it('runs twenty jobs at once', async (context) => {
      needed(context);
      const specs = await Promise.all(
        Array.from({ length: 20 }, (_, index) => job(`sleep 0.3; echo job; exit ${index % 3}`)),
      );
      const refs = await Promise.all(specs.map(submit));
      const ends = await Promise.all(refs.map(end));
      expect(ends.map(({ exitCode }) => exitCode)).toEqual(specs.map((_, index) => index % 3));
    });

    it('takes the network away when asked', async (context) => {
      needed(context);
      if (!subject.enforcesNoNetwork) context.skip('this back-end cannot take the network away here');
      const ref = await submit(await job('tail -n +3 /proc/net/dev | cut -d: -f1', { network: 'none' }));
      expect((await end(ref)).sentence).toBe('exit code 0');
      expect((await output(ref)).trim()).toBe('lo');
    });

    /** Says `mine` to everybody who connects. */
    const listener = (port: number) =>
      `exec /usr/bin/perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:${port}") or die "port taken"; while ($c = $s->accept) { print $c "mine"; close $c }'`;

    it('tells where a job listens, once it does', async (context) => {
      needed(context);
      await hasProgram(context, '/usr/bin/perl');
      const port = await freePort();
      const script = `while [ ! -e go ]; do sleep 0.05; done; ${listener(port)}`;
      const spec = await job(script, { exposedPort: port });
      const ref = await submit(spec);
      let told = false;
      const endpoint = backend.endpoint(ref, AbortSignal.timeout(20_000)).finally(() => {
        told = true;
      });
      await until(async () => (await backend.state(ref)).state === 'running');
      expect(told).toBe(false);
      await createSign(join(spec.workspace, 'go'));
      expect(await endpoint).toMatchObject({ host: '127.0.0.1', port });
      expect(await heardFrom(port)).toBe('mine');
    });

    it('tells where a job listens that another process started', async (context) => {
      needed(context);
      await hasProgram(context, '/usr/bin/perl');
      const port = await freePort();
      const ref = await submitElsewhere(await job(listener(port), { exposedPort: port }));
      expect(await backend.endpoint(ref, AbortSignal.timeout(20_000))).toMatchObject({
        host: '127.0.0.1',
        port,
      });
    });

    it('never names a port that somebody else listens on', async (context) => {
      needed(context);
      const stranger = createServer();
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
      try {
        // A TCP server's address is an object.
        const { port } = stranger.address() as { port: number };
        const ref = await submit(await job('sleep 30', { exposedPort: port }));
        await expect(backend.endpoint(ref, AbortSignal.timeout(20_000))).rejects.toMatchObject({
          code: 'port-taken',
        });
      } finally {
        stranger.close();
      }
    });

    it('notices who listens in place of a job that ended', async (context) => {
      needed(context);
      await hasProgram(context, '/usr/bin/perl');
      const port = await freePort();
      const ref = await submit(await job(listener(port), { exposedPort: port }));
      const endpoint = await backend.endpoint(ref, AbortSignal.timeout(20_000));
      expect(await backend.stillListens(endpoint)).toBe(true);
      await backend.cancel(ref, { graceSeconds: 0 });
      expect(await backend.stillListens(endpoint)).toBe(false);
      const stranger = createServer();
      await new Promise<void>((resolve, reject) =>
        stranger.once('error', reject).listen(port, '127.0.0.1', resolve),
      );
      try {
        expect(await backend.stillListens(endpoint)).toBe(false);
        await expect(backend.endpoint(ref, AbortSignal.timeout(20_000))).rejects.toMatchObject({
          code: 'ended',
        });
      } finally {
        stranger.close();
      }
    });

    it('says how a job ended that never listened', async (context) => {
      needed(context);
      const ref = await submit(await job('sleep 0.2; exit 9', { exposedPort: await freePort() }));
      await expect(backend.endpoint(ref, AbortSignal.timeout(20_000))).rejects.toMatchObject({
        code: 'ended',
        message: 'exit code 9',
      });
    });

    it('stops waiting for a port when told to, and the job goes on', async (context) => {
      needed(context);
      const ref = await submit(await job('sleep 0.5', { exposedPort: await freePort() }));
      await expect(backend.endpoint(ref, AbortSignal.timeout(50))).rejects.toThrow();
      expect((await end(ref)).reason).toBe('finished');
    });

    it.for([
      ['relative', { workingDirectory: 'here' }],
      ['not normalised', { workingDirectory: '/tmp/../etc' }],
      ['a bad limit', { limits: { memoryBytes: -1 } }],
      ['a port without network', { exposedPort: 8080, network: 'none' }],
      ['no port of this world', { exposedPort: 70_000 }],
      ['a missing job directory', { jobDirectory: '/nonexistent/job' }],
    ] as const)('refuses a specification that is %s', async ([, change], context) => {
      needed(context);
      await expect(backend.submit(await job('true', change))).rejects.toMatchObject({ code: 'invalid-spec' });
    });

    it('stops watching when told to, and the job goes on', async (context) => {
      needed(context);
      const ref = await submit(await job('sleep 0.5'));
      await expect(backend.watch(ref, AbortSignal.timeout(50))).rejects.toThrow();
      expect((await end(ref)).reason).toBe('finished');
    });
  });
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? ['', ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** Creates an empty file that everybody may see: the sign a waiting job looks for. */
async function createSign(path: string): Promise<void> {
  await writeFile(path, '');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object.
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Everything that whoever listens on a port says by itself. */
async function heardFrom(port: number): Promise<string> {
  let text = '';
  for await (const part of connect(port, '127.0.0.1')) text += String(part);
  return text;
}
