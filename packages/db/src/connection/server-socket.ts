import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { DatabaseHost, DatabaseTarget } from './database-target.ts';
import { dial, type Method, methodsFor } from './dial.ts';

/** The first byte of an ErrorResponse, and that of an authentication request. */
const ERROR_RESPONSE = 69;
const AUTHENTICATION = 82;
/** The code of AuthenticationSASL: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SASL = 10;
const BOUND_MECHANISM = 'SCRAM-SHA-256-PLUS';
const HEADER_BYTES = 5;

interface Attempt {
  host: DatabaseHost;
  method: Method;
}

export interface ServerSocketOptions {
  /** Longest wait for one attempt at a host, in milliseconds. */
  timeoutMs: number;
  /** The hosts to try, in order. */
  chooseHosts: () => Promise<readonly DatabaseHost[]>;
}

/**
 * Connects to one of a target's hosts and encrypts the connection as `sslmode` says; the driver sees a stream without
 * encryption. It tries the hosts in order until it reaches one. Like libpq, it tries the other method in the modes
 * `allow` and `prefer` if the server answers the startup message with an error before it asks for a password.
 */
export class ServerSocket extends Duplex {
  readonly #target: DatabaseTarget;
  readonly #options: ServerSocketOptions;
  #attempts: Attempt[] = [];
  readonly #abort = new AbortController();
  #current: Attempt | undefined;
  #socket: Socket | TLSSocket | undefined;
  /** The startup message, until the server has answered it. */
  #startup: Buffer[] = [];
  /** The part of the server's first message that has arrived; undefined once the driver has the message. */
  #first: Buffer | undefined = Buffer.alloc(0);
  /** The error with which the server answered the encrypted attempt. */
  #refusal: Buffer | undefined;
  #keepAlive: [boolean, number] | undefined;
  #isReferenced = true;

  constructor(target: DatabaseTarget, options: ServerSocketOptions) {
    super({ allowHalfOpen: false });
    this.#target = target;
    this.#options = options;
  }

  /** Opens the connection. The driver passes the first host and its port, which are not needed. */
  connect(): this {
    this.#openAny().then(
      () => this.emit('connect'),
      (error: unknown) => this.destroy(asError(error)),
    );
    return this;
  }

  /** Opens another connection to the same host by the same method. Returns undefined before this one is open. */
  openAnother(signal: AbortSignal): Promise<Socket> | undefined {
    if (this.#current === undefined) return undefined;
    const { host, method } = this.#current;
    return dial(host, method, this.#target.tls, signal).then(({ socket }) => socket);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(isKept: boolean, delayMs = 0): this {
    this.#keepAlive = [isKept, delayMs];
    this.#socket?.setKeepAlive(isKept, delayMs);
    return this;
  }

  ref(): this {
    this.#isReferenced = true;
    this.#socket?.ref();
    return this;
  }

  unref(): this {
    this.#isReferenced = false;
    this.#socket?.unref();
    return this;
  }

  /** Returns the server's certificate, to which SCRAM-SHA-256-PLUS binds a sign-in. */
  getPeerCertificate(): PeerCertificate | undefined {
    const socket = this.#socket;
    return socket !== undefined && 'getPeerCertificate' in socket ? socket.getPeerCertificate() : undefined;
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#first !== undefined) this.#startup.push(chunk);
    if (this.#socket === undefined) done(new Error('Connection terminated unexpectedly'));
    else this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#abort.abort(error ?? new Error('Connection terminated'));
    this.#socket?.destroy();
    done(error);
  }

  async #openAny(): Promise<void> {
    const { tls } = this.#target;
    const hosts = await this.#options.chooseHosts();
    this.#attempts = hosts.flatMap((host) => methodsFor(host, tls).map((method) => ({ host, method })));
    await this.#open();
  }

  /** Makes the remaining attempts until one connects. */
  async #open(): Promise<void> {
    let failure: unknown = new Error('Connection terminated');
    for (let next = this.#attempts.shift(); next !== undefined; next = this.#attempts.shift()) {
      const timeout = AbortSignal.timeout(this.#options.timeoutMs);
      try {
        const signal = AbortSignal.any([timeout, this.#abort.signal]);
        const { method, socket } = await dial(next.host, next.method, this.#target.tls, signal);
        // The server offers no TLS: another attempt without TLS would change nothing.
        if (method !== next.method) this.#leaveHost(next.host);
        this.#use({ host: next.host, method }, socket);
        return;
      } catch (error) {
        failure = timeout.aborted ? new Error('timeout expired') : error;
        if (this.#abort.signal.aborted) break;
        if (isUnreachable(error) || timeout.aborted) this.#leaveHost(next.host);
      }
    }
    throw failure;
  }

  #leaveHost(host: DatabaseHost): void {
    while (this.#attempts[0]?.host === host) this.#attempts.shift();
  }

  #use(attempt: Attempt, socket: Socket | TLSSocket): void {
    this.#current = attempt;
    this.#socket = socket;
    this.#first = Buffer.alloc(0);
    if (this.#keepAlive !== undefined) socket.setKeepAlive(...this.#keepAlive);
    if (!this.#isReferenced) socket.unref();
    socket.on('data', (chunk: Buffer) => this.#receive(socket, chunk));
    socket.on('error', (error: Error) => {
      if (this.#socket === socket) this.destroy(error);
    });
    socket.on('end', () => {
      if (this.#socket === socket) this.push(null);
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.destroy();
    });
    socket.resume();
  }

  #receive(socket: Socket | TLSSocket, chunk: Buffer): void {
    if (this.#socket !== socket) return;
    if (this.#first === undefined) {
      if (!this.push(chunk)) socket.pause();
      return;
    }
    const first = Buffer.concat([this.#first, chunk]);
    this.#first = first;
    if (first.length < HEADER_BYTES || first.length < first.readInt32BE(1) + 1) return;
    const isError = first[0] === ERROR_RESPONSE;
    if (isError && this.#current?.method === 'tls') this.#refusal = first;
    if (isError && this.#current !== undefined && this.#attempts[0]?.host === this.#current.host) {
      this.#tryAgain(socket);
      return;
    }
    if (this.#target.tls.needsChannelBinding && !offersBinding(first)) {
      this.destroy(new Error('channel_binding=require, but the server does not offer it'));
      return;
    }
    this.#first = undefined;
    this.#startup = [];
    // Report the error of the encrypted attempt: the other error may only complain of missing encryption.
    this.push(isError && this.#refusal !== undefined ? this.#refusal : first);
  }

  /** Sends the startup message again by the next method. */
  #tryAgain(refusing: Socket | TLSSocket): void {
    this.#socket = undefined;
    refusing.destroy();
    const startup = Buffer.concat(this.#startup);
    this.#open().then(
      () => this.#socket?.write(startup),
      (error: unknown) => this.destroy(asError(error)),
    );
  }
}

/** Whether the first message offers channel binding. Also true for an error, which must reach the driver. */
function offersBinding(message: Buffer): boolean {
  if (message[0] !== AUTHENTICATION) return message[0] === ERROR_RESPONSE;
  return message.readInt32BE(HEADER_BYTES) === SASL && message.includes(`${BOUND_MECHANISM}\0`, 0, 'latin1');
}

/** Whether the host cannot be reached, so that another method would fail too. */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Error && Reflect.get(error, 'syscall') !== undefined && Reflect.get(error, 'syscall') !== 'read'
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
