// SPDX-License-Identifier: GPL-2.0-only
// The images and volumes that one command uses: each is opened once, however many words name it, and read-only until a
// change is asked for. What is only read is not unmounted: the end of the process takes it as it is, and sooner.
import {statSync} from 'node:fs';
import {open, type Image} from '../image.ts';
import {
  formatAddress,
  parseAddress,
  parseImageAddress,
  parseImageName,
  type ImageAddress,
  type Selector,
} from '../image-path.ts';
import {printable} from '../format/name.ts';
import {choose, type Place} from '../selection.ts';
import type {Volume} from '../volume.ts';
import {EXIT, failure, Failure, mountFailure, usageFailure} from './failure.ts';
import {closeFailure, imageFailure} from './image-failure.ts';
import {writing} from './writing.ts';

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

/** The part of a target that chooses a volume. */
export type Where = Pick<Target, 'image' | 'selectors'>;

export interface Access {
  /** The image is to be changed: it is opened for that, closed and opened again if it was read until now. */
  write?: boolean;
}

interface Opened {
  image: Promise<Image>;
  write: boolean;
}

export class Session {
  constructor(
    private readonly options: SessionOptions,
    /** By the identity of the file; shared with what `with()` gave. */
    private readonly images = new Map<string, Opened>(),
  ) {}

  /** The same images, with another meaning of ":/path". */
  with(image: string | undefined): Session {
    return image === undefined ? this : new Session({...this.options, image}, this.images);
  }

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
      throw usageFailure('which image? name one, or give it with --image');
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

  async open(target: Where, {write = false}: Access = {}): Promise<Image> {
    const key = identity(target.image);
    const before = this.images.get(key);
    if (before && (before.write || !write)) return before.image;
    if (write && this.options.asIs)
      throw usageFailure('--as-is shows an image as it is; leave it out to change something');
    const image = this.attach(target.image, write, before);
    this.images.set(key, {image, write});
    // A reader may still get what a writer did not.
    if (write) image.catch(() => this.images.delete(key));
    return image;
  }

  private async attach(path: string, write: boolean, before: Opened | undefined): Promise<Image> {
    try {
      if (before) await (await before.image).close();
      if (write) writing.add(this.images);
      const {asIs, memory} = this.options;
      return await open(path, write ? {write, memory} : {asIs, memory});
    } catch (error) {
      throw imageFailure(error, path, write);
    }
  }

  /** A writable volume once given is given to readers too. */
  async volume(target: Where, access: Access = {}): Promise<Volume> {
    const image = await this.open(target, access);
    return this.mount(image, target.selectors, access);
  }

  async mount(image: Image, selectors: Selector[], {write = false}: Access = {}): Promise<Volume> {
    let place: Place | undefined;
    let volume: Volume;
    try {
      place = choose(image, selectors);
      volume = await image.volume(selectors);
    } catch (error) {
      if (!place) throw failure(error, image.path);
      throw mountFailure(error, addressOf(image, place), place, this.options.asIs, write);
    }
    // Some drivers mount what they do not trust, or cannot write, as if asked for reading only.
    if (write && (!volume.writable || (await volume.statfs()).readOnly)) {
      const {type} = place.content;
      const message = `${printable(addressOf(image, place))}: the kernel can only read this ${type}`;
      throw new Failure(message, EXIT.unsupported, 'EROFS');
    }
    return volume;
  }

  /** Closes the images that may have been changed, so that all of it is in their files; returns what that reports. */
  async close(): Promise<Failure[]> {
    const failures: Failure[] = [];
    for (const [key, {image, write}] of this.images) {
      const opened = write ? await image.catch(() => undefined) : undefined;
      if (!opened) continue;
      this.images.delete(key);
      await opened.close().catch((error: unknown) => failures.push(closeFailure(error, opened.path)));
    }
    writing.delete(this.images);
    return failures;
  }
}

/** One file has one, whatever it is called. */
function identity(path: string): string {
  try {
    const {dev, ino} = statSync(path, {bigint: true});
    return `${dev}:${ino}`;
  } catch {
    return path;
  }
}

function addressOf({path}: Image, {selector}: Place): string {
  return selector.kind === 'disk' ? path : formatAddress(path, [selector]);
}
