import { malformed } from '../errors.ts';

/** Receives the parts as their bytes arrive. */
export interface PartSink {
  /** Begins a part. `header` holds its header lines, without the empty line that closes them. */
  begin(header: Buffer): void;
  /** Adds content to the part. `piece` is a view of a pushed chunk, not a copy. */
  content(piece: Buffer): void;
  end(): void;
}

export interface PartSplitter {
  /** @throws {HttpError} `malformed_upload`; passes on errors of the sink */
  push(chunk: Buffer): void;
  /** Ends the body. @throws {HttpError} `malformed_upload` when its closing boundary has not arrived */
  finish(): void;
}

const MAX_HEADER_BYTES = 4096;
/** Limit of the preamble that RFC 2046 allows before the first boundary; no known client sends one. */
const MAX_PREAMBLE_BYTES = 1024;
/** Limit of the white space that some mail gateways append to a boundary. */
const MAX_PADDING_BYTES = 64;
const CR = 0x0d;
const LF = 0x0a;
const LINE_END = Buffer.from('\r\n');
const HEADER_END = Buffer.from('\r\n\r\n');

/**
 * Splits a multipart body (RFC 2046, 5.1.1), for any division into chunks. Each chunk is searched once for the boundary
 * and passed on without a copy; only the few bytes at a chunk's end that may begin a boundary are held back.
 */
export function createPartSplitter(boundary: string, sink: PartSink): PartSplitter {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const opening = delimiter.subarray(LINE_END.length);
  let step: 'preamble' | 'delimiter' | 'header' | 'contentStart' | 'content' | 'epilogue' = 'preamble';
  let buffered: Buffer = Buffer.alloc(0);

  /** Consumes the next element of `buffered`; returns false when more bytes are needed. */
  function advance(): boolean {
    switch (step) {
      case 'preamble':
        return readPreamble();
      case 'delimiter':
        return readDelimiterLine();
      case 'header':
        return readHeader();
      case 'contentStart':
        return readStartOfContent();
      case 'content':
        return readContent();
      case 'epilogue':
        buffered = buffered.subarray(buffered.length);
        return false;
    }
  }

  function readPreamble(): boolean {
    // The first boundary usually begins the body, without a line break before it.
    if (buffered.subarray(0, opening.length).equals(opening)) return leavePreamble(opening.length);
    const at = buffered.indexOf(delimiter);
    if ((at === -1 ? buffered.length - delimiter.length : at) > MAX_PREAMBLE_BYTES) {
      throw malformed('The upload does not begin with the boundary that its Content-Type names.');
    }
    return at === -1 ? false : leavePreamble(at + delimiter.length);
  }

  function leavePreamble(length: number): boolean {
    buffered = buffered.subarray(length);
    step = 'delimiter';
    return true;
  }

  function readDelimiterLine(): boolean {
    if (buffered.length < 2) return false;
    if (buffered[0] === 0x2d && buffered[1] === 0x2d) {
      step = 'epilogue';
      return true;
    }
    if (buffered[0] === LF) throw malformed('The lines of the upload end in LF alone; they must end in CR LF.');
    const end = buffered.indexOf(LINE_END);
    const padding = end === -1 ? buffered.length : end;
    if (
      padding > MAX_PADDING_BYTES ||
      !isPadding(buffered, end === -1 && buffered.at(-1) === CR ? padding - 1 : padding)
    ) {
      throw malformed('A boundary in the upload is followed by something else than a new line.');
    }
    if (end === -1) return false;
    buffered = buffered.subarray(end + LINE_END.length);
    step = 'header';
    return true;
  }

  function readHeader(): boolean {
    // The part has no header at all.
    if (buffered.subarray(0, LINE_END.length).equals(LINE_END)) return beginPart(0, LINE_END.length);
    const end = buffered.indexOf(HEADER_END);
    if ((end === -1 ? buffered.length - HEADER_END.length : end) > MAX_HEADER_BYTES) {
      throw malformed(`A part of the upload has more than ${MAX_HEADER_BYTES} bytes of headers.`);
    }
    if (end === -1) return false;
    const header = buffered.subarray(0, end);
    // With a boundary such as `a:b`, the headers of two parts would read like those of one.
    if (header.subarray(0, opening.length).equals(opening) || header.includes(delimiter)) {
      throw malformed('A part of the upload ends within its headers.');
    }
    return beginPart(end, HEADER_END.length);
  }

  function beginPart(headerLength: number, gap: number): boolean {
    sink.begin(buffered.subarray(0, headerLength));
    buffered = buffered.subarray(headerLength + gap);
    step = 'contentStart';
    return true;
  }

  /** The line end behind the headers may begin the next boundary: the part then has no content (RFC 2046, 5.1.1). */
  function readStartOfContent(): boolean {
    const start = buffered.subarray(0, opening.length);
    if (start.length < opening.length && opening.subarray(0, start.length).equals(start)) return false;
    step = 'content';
    if (start.equals(opening)) endPart(opening.length);
    return true;
  }

  function endPart(delimiterLength: number): void {
    sink.end();
    buffered = buffered.subarray(delimiterLength);
    step = 'delimiter';
  }

  function readContent(): boolean {
    const at = buffered.indexOf(delimiter);
    const safe = at === -1 ? buffered.length - delimiterPrefixAtEnd(buffered, delimiter) : at;
    if (safe > 0) sink.content(buffered.subarray(0, safe));
    if (at === -1) {
      buffered = buffered.subarray(safe);
      return false;
    }
    endPart(at + delimiter.length);
    return true;
  }

  return {
    push(chunk) {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      while (advance());
    },
    finish() {
      if (step === 'preamble') throw malformed('The upload does not hold the boundary that its Content-Type names.');
      if (step !== 'epilogue') throw malformed('The upload ends before its closing boundary.');
    },
  };
}

function isPadding(bytes: Buffer, length: number): boolean {
  for (let at = 0; at < length; at += 1) {
    if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return false;
  }
  return true;
}

/** Returns the number of bytes at the end that may be the beginning of `delimiter`. */
function delimiterPrefixAtEnd(bytes: Buffer, delimiter: Buffer): number {
  let at = Math.max(0, bytes.length - delimiter.length + 1);
  for (;;) {
    at = bytes.indexOf(CR, at);
    if (at === -1) return 0;
    const length = bytes.length - at;
    if (bytes.compare(delimiter, 0, length, at) === 0) return length;
    at += 1;
  }
}
