// A machine in qemu, without KVM: firmware, boot loader, kernel and disk are real; only time is not. Commands go in over
// a virtio-serial line to the agent that the test's tree has.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventQueue } from './event-queue.js';

export const LOGS = resolve('scratch/vm');

export interface VirtualMachineOptions {
  /** Raw disk; written to. */
  readonly disk: string;
  /** Raw disk that the machine may only read. */
  readonly archive: string;
  /** Name of the serial log in `LOGS`; a log that is there is continued. */
  readonly name: string;
  readonly firmware?: 'bios' | 'uefi';
}

export interface CommandResult {
  readonly status: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/** A boot takes half a minute on a quiet processor, and much longer beside others. */
const BOOT_TIMEOUT_MS = 1_800_000;
const COMMAND_TIMEOUT_MS = 1_800_000;
const POWEROFF_TIMEOUT_MS = 600_000;

type Line = { readonly bootId: string } | { readonly id: string; readonly result: CommandResult };

export class VirtualMachine implements AsyncDisposable {
  readonly log: string;
  readonly #options: VirtualMachineOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'vm-'));
  #lines = new EventQueue<Line>();
  #qemu: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #line: Socket | null = null;
  #commands = 0;
  #bootId = '';

  /** Returns when the machine has booted. */
  static async start(options: VirtualMachineOptions): Promise<VirtualMachine> {
    const machine = new VirtualMachine(options);
    await machine.#powerOn();
    return machine;
  }

  private constructor(options: VirtualMachineOptions) {
    mkdirSync(LOGS, { recursive: true });
    this.log = join(LOGS, `${options.name}.log`);
    this.#options = options;
  }

  /** Of the running system. */
  get bootId(): string {
    return this.#bootId;
  }

  /** Runs a shell script as root. */
  async run(script: string, { timeoutMs = COMMAND_TIMEOUT_MS } = {}): Promise<CommandResult> {
    const id = this.#send(script);
    const line = await this.#next((each) => 'id' in each && each.id === id, timeoutMs, script);
    return 'id' in line ? line.result : { status: 1, output: '' };
  }

  /** Starts a script whose end is not waited for, as one that ends the system. */
  begin(script: string): void {
    this.#send(script);
  }

  /** Orderly; returns when the machine has booted again. */
  async reboot(): Promise<void> {
    await this.rebootsBy('systemctl reboot --no-block');
  }

  /** A script that reboots the machine. The emulated firmware does not survive every reset: it gets a new machine. */
  async rebootsBy(script: string): Promise<void> {
    this.begin(script);
    await this.#goesOff();
    await this.#powerOn();
  }

  /** Orderly: a staged deployment is finalized. */
  async poweroff(): Promise<void> {
    this.begin('systemctl poweroff --no-block');
    await this.#goesOff();
    this.#forget();
  }

  /** As if the power failed: nothing in the machine gets another instruction. */
  async kill(): Promise<void> {
    this.#qemu?.kill('SIGKILL');
    await this.#ended;
    this.#forget();
  }

  /** The end of what it wrote to its serial port. */
  console(): string {
    return `see ${this.log}\n${readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #powerOn(): Promise<void> {
    const server = await listen(join(this.#directory, 'line'));
    const lines = new EventQueue<Line>();
    this.#lines = lines;
    server.once('connection', (line) => {
      this.#line = line;
      server.close();
      readLines(line, (text) => lines.push(parseLine(text)));
    });
    const stderr = openSync(join(LOGS, `${this.#options.name}.qemu.log`), 'a');
    const [command = '', ...args] = qemuCommand(this.#options, this.log, join(this.#directory, 'line'));
    const qemu = spawn(command, args, { stdio: ['ignore', 'ignore', stderr] });
    closeSync(stderr);
    this.#qemu = qemu;
    this.#ended = new Promise((done) => {
      qemu.once('error', (error) => {
        lines.fail(error);
        done();
      });
      qemu.once('exit', (status, signal) => {
        lines.fail(new Error(`qemu ended with ${signal ?? status}: ${this.console()}`));
        server.close();
        done();
      });
    });
    await this.#booted();
  }

  async #booted(): Promise<void> {
    const line = await this.#next((each) => 'bootId' in each && each.bootId !== this.#bootId, BOOT_TIMEOUT_MS, 'boot');
    if ('bootId' in line) this.#bootId = line.bootId;
  }

  async #goesOff(): Promise<void> {
    const late = sleep(POWEROFF_TIMEOUT_MS, 'late' as const, { ref: false });
    if ((await Promise.race([this.#ended, late])) === 'late')
      throw new Error(`the machine does not go off: ${this.console()}`);
    this.#line?.destroy();
  }

  #send(script: string): string {
    const id = `c${++this.#commands}`;
    this.#line?.write(`${id} ${Buffer.from(script).toString('base64')}\n`);
    return id;
  }

  async #next(wanted: (line: Line) => boolean, timeoutMs: number, doing: string): Promise<Line> {
    const deadline = sleep(timeoutMs, 'late' as const, { ref: false });
    for (;;) {
      const line = await Promise.race([this.#lines.next(), deadline]);
      if (line === 'late') throw new Error(`no answer in ${timeoutMs / 1000} s to "${doing}": ${this.console()}`);
      if (wanted(line)) return line;
    }
  }

  #forget(): void {
    this.#line?.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function qemuCommand({ disk, archive, firmware }: VirtualMachineOptions, log: string, line: string): string[] {
  const virtio = (file: string, more: string) => ['-drive', `file=${file},format=raw,if=virtio,cache=unsafe${more}`];
  return [
    // a test that is killed takes its machine with it
    ...['setpriv', '--pdeathsig', 'KILL', 'qemu-system-x86_64'],
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max'],
    ...['-smp', '2', '-m', '1024', '-display', 'none', '-nodefaults', '-no-user-config', '-nic', 'none', '-no-reboot'],
    ...['-chardev', `file,id=console,path=${log},append=on`, '-serial', 'chardev:console'],
    ...virtio(disk, ''),
    ...virtio(archive, ',readonly=on'),
    ...['-device', 'virtio-serial', '-chardev', `socket,id=line,path=${line}`],
    ...['-device', 'virtserialport,chardev=line,name=tests', '-device', 'virtio-rng-pci'],
    ...(firmware === 'uefi' ? ['-bios', '/usr/share/ovmf/OVMF.fd'] : []),
  ];
}

/** `READY BOOT-ID`, or `ID STATUS [BASE64]`. */
function parseLine(text: string): Line {
  const [first = '', second = '', third = ''] = text.split(' ');
  if (first === 'READY') return { bootId: second };
  return { id: first, result: { status: Number(second), output: Buffer.from(third, 'base64').toString() } };
}

function readLines(line: Socket, each: (text: string) => void): void {
  let rest = '';
  line.setEncoding('latin1');
  // a machine that is killed takes the line with it; its exit is what tells
  line.on('error', () => {});
  line.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) each(text);
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(path, () => done(server));
  });
}
