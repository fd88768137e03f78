// SPDX-License-Identifier: GPL-2.0-only
// The images and volumes that one command uses: each is opened once, however many words name it. Nothing is unmounted
// at the end: the volumes are read-only, so the end of the process takes them as they are, and sooner.
import {existsSync, statSync} from 'node:fs';
import {open, type Image} from '../image.ts';
import {
  formatAddress,
  parseAddress,
  parseImageAddress,
  parseImageName,
  type ImageAddress,
  type Selector,
} from '../image-path.ts';
import {fileType} from '../format/mode.ts';
import {printable} from '../format/name.ts';
import {choose} from '../selection.ts';
import type {Volume} from '../volume.ts';
import {EXIT, failure, Failure, mountFailure, usageFailure} from './failure.ts';

export interface SessionOptions {
  /** Value of --image. */
  image?: string | undefined;
  asIs: boolean;
  memory: number;
}

/** A word of the command line that names something in an image. */
export interface Target {
  /** As the user wrote it, for messages and headings. */
  word: string;
  image: string;
  selectors: Selector[];
  /** Absolute. */
  path: string;
}

export class Session {
  private readonly images = new Map<string, Promise<Image>>();

  constructor(private readonly options: SessionOptions) {}

  /** A word that must be in an image; without a path, its root directory. */
  target(word: string): Target {
    const address = parseImageAddress(word);
    if (address.kind === 'stream')
      throw usageFailure('"-" is not an image: a disk image must be a file that can be read at any place');
    // With --image, "/etc" can only mean one thing, but a bare word could be the name of an image too.
    const plain = parseAddress(word);
    if (plain.kind === 'host' && this.options.image !== undefined) {
      throw usageFailure(
        `"${word}" is not a path in the image; write "${word.startsWith('/') ? `:${word}` : `:/${word}`}"`,
      );
    }
    return this.resolve(word, address);
  }

  /** The whole image, for commands that take no path. */
  image(word: string | undefined): Target {
    if (word === undefined && this.options.image === undefined)
      throw usageFailure('which image? name one: kdisk info IMAGE');
    const address =
      word === undefined
        ? ({kind: 'image', image: undefined, selectors: [], path: '/'} satisfies ImageAddress)
        : parseImageAddress(word);
    if (address.kind === 'stream')
      throw usageFailure('"-" is not an image: a disk image must be a file that can be read at any place');
    return this.resolve(word ?? this.options.image!, address);
  }

  private resolve(word: string, {image, selectors, path}: Omit<ImageAddress, 'kind'>): Target {
    if (image !== undefined) return {word, image, selectors, path};
    if (this.options.image === undefined)
      throw usageFailure(`"${word}" names no image; write IMAGE${word}, or give one with --image`);
    const given = parseImageName(this.options.image);
    if (given.image === undefined) throw usageFailure(`--image "${this.options.image}" names no image`);
    return {word, image: given.image, selectors: [...given.selectors, ...selectors], path};
  }

  async open(target: Target): Promise<Image> {
    const {asIs, memory} = this.options;
    let image = this.images.get(target.image);
    if (!image) {
      image = open(target.image, {asIs, memory}).catch((error: unknown) => {
        throw imageFailure(error, target.image);
      });
      this.images.set(target.image, image);
    }
    return image;
  }

  async volume(target: Target): Promise<Volume> {
    const image = await this.open(target);
    return this.mount(image, target.selectors);
  }

  async mount(image: Image, selectors: Selector[]): Promise<Volume> {
    let place;
    try {
      place = choose(image, selectors);
      return await image.volume(selectors);
    } catch (error) {
      if (!place) throw failure(error, image.path);
      const where = place.selector.kind === 'disk' ? image.path : formatAddress(image.path, [place.selector]);
      throw mountFailure(error, where, place, this.options.asIs);
    }
  }
}

/** In words, for what no image can be. */
function kindOf(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice() ? fileType(stats.mode) : undefined;
  } catch {
    return undefined;
  }
}

/** The part of a path that is a file where a directory should be. */
function fileOnTheWay(path: string): string | undefined {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const part = path.slice(0, at);
    if (existsSync(part)) return part;
  }
  return undefined;
}

/** Why an image can't be opened, with what may have been meant. */
function imageFailure(error: unknown, image: string): Failure {
  const {code} = error as NodeJS.ErrnoException;
  const name = printable(image);
  const kind = kindOf(image);
  if (kind)
    return new Failure(
      `${name} is a ${kind}: a disk image must be a file or block device, which can be read at any place`,
      EXIT.usage,
      code ?? 'EINVAL',
      {cause: error},
    );
  switch (code) {
    case 'ENOENT': {
      if (image.endsWith(':'))
        return new Failure(
          `${name}: no such image; a path in an image starts with a slash: ${name}/`,
          EXIT.notFound,
          code,
          {cause: error},
        );
      const colon = /^(.+):([^:/]+)$/.exec(image);
      if (colon && existsSync(colon[1]!))
        return new Failure(
          `${name}: no such image; a path in an image starts with a slash: ${printable(`${colon[1]}:/${colon[2]}`)}`,
          EXIT.notFound,
          code,
          {cause: error},
        );
      const odd = ['@p', '@disk'].some((form) => existsSync(`${image}${form}`));
      const hint = /@[^@/\\]*$/.test(image)
        ? '; if the part after "@" chooses a partition, it is written @p1, @p2, ...'
        : odd
          ? '; a name that ends like a selector needs one more "@" at its end'
          : '';
      return new Failure(`${name}: no such image${hint}`, EXIT.notFound, code, {cause: error});
    }
    case 'ENOTDIR': {
      const file = fileOnTheWay(image);
      const hint = file ? `; for what is in ${printable(file)} write ${printable(`${file}:${image.slice(file.length)}`)}` : '';
      return new Failure(`${name}: no such image${hint}`, EXIT.notFound, code, {cause: error});
    }
    case 'EISDIR':
      return new Failure(
        `${name} is a directory, not a disk image; for files inside an image write IMAGE:/path`,
        EXIT.usage,
        code,
        {cause: error},
      );
    case 'EINVAL':
      return new Failure(`${name} is empty (or smaller than one sector): not a disk image; was it copied in full?`, EXIT.unsupported, code, {
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Failure(`${name}: no permission to read it; get that (chmod, sudo), kdisk needs nothing more`, EXIT.host, code, {
        cause: error,
      });
    case 'EBUSY':
    case 'EAGAIN':
    case 'ETXTBSY':
      return new Failure(
        `${name} is in use by another program; stop that first (a running virtual machine?)`,
        EXIT.busy,
        code,
        {cause: error},
      );
    case 'EIO':
      return new Failure(`${name}: the host cannot read it (i/o error)`, EXIT.host, code, {cause: error});
    default:
      return failure(error, image);
  }
}
