// SPDX-License-Identifier: GPL-2.0-only
// Lines that sha256sum -c and its sisters check.

const ESCAPES: Record<number, string> = {0x5c: '\\\\', 0x0a: '\\n', 0x0d: '\\r'};

/** A name that would break the line is escaped, which a backslash at the start says; with `zero` none has to be. */
export function checksumLine(digest: string, name: Buffer, zero: boolean): Buffer {
  const odd = !zero && name.some((byte) => byte in ESCAPES);
  const written = odd
    ? Buffer.concat([...name].map((byte) => (byte in ESCAPES ? Buffer.from(ESCAPES[byte]!) : Buffer.of(byte))))
    : name;
  return Buffer.concat([Buffer.from(`${odd ? '\\' : ''}${digest}  `), written, Buffer.from(zero ? '\0' : '\n')]);
}
