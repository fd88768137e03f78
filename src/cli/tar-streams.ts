// SPDX-License-Identifier: GPL-2.0-only
// Tar archives as sources and destinations of commands: between volumes and files or pipes.
import {rmSync} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import type {Path} from '../caller.ts';
import type {CopyOptions, CopyProgress} from '../copy.ts';
import {throwIfAborted} from '../errors.ts';
import {printable} from '../format/name.ts';
import type {Volume} from '../volume.ts';
import {addressOf, type PathTarget} from './address.ts';
import type {Located} from './copy-plan.ts';
import type {Seen} from './copy-preview.ts';
import {copyFailure, countsOf, freeSpace, lossFailure} from './copy-report.ts';
import type {Work} from './copy-reporter.ts';
import {readInput} from './copy-stream.ts';
import {EXIT, failure, Failure, targetFailure, usageFailure} from './failure.ts';
import {stdoutIsTerminal, writeOut} from './output.ts';
import type {Session} from './session.ts';
import {compressed, type Compression} from './tar-compression.ts';
import {createArchive, type ArchiveSource} from './tar-create.ts';
import {extractArchive} from './tar-extract.ts';

/** An archive that is written; without a file it is standard output. */
export interface NewArchive {
  file?: string | undefined;
  compression: Compression;
  /** Extended attributes and inode flags too. */
  attributes: boolean;
}

/** One that is read. */
export interface GivenArchive {
  file?: string | undefined;
  /** Runs of zeroes become holes. */
  sparse: boolean;
}

/** Of "cp -r SOURCE... -": the sources have their names in the archive. */
export async function archiveToOutput(
  session: Session,
  sources: Located[],
  copy: CopyOptions,
  work: Work,
): Promise<Seen> {
  const all: ArchiveSource[] = [];
  for (const {target, side, ...place} of sources) {
    const name = side.nameOf(place) ?? '';
    all.push(await archiveSource(await session.volume(target!), target!, name));
  }
  return pack(all, {compression: 'none', attributes: copy.xattrs ?? false}, copy, work);
}

/** What is named must be there, before an archive is begun. */
export async function archiveSource(volume: Volume, target: PathTarget, name: Path): Promise<ArchiveSource> {
  const {word, path} = target;
  await volume.lstat(path).catch((error: unknown) => {
    throw targetFailure(error, {word, path: path.toString()});
  });
  return {volume, from: path, name, address: (other) => addressOf(target, other).toString()};
}

/** An archive that could not be finished is removed. */
export async function pack(
  sources: ArchiveSource[],
  {file, compression, attributes}: NewArchive,
  {exclude = [], include = []}: CopyOptions,
  {reporter, progress, signal}: Work,
): Promise<Seen> {
  if (file === undefined && stdoutIsTerminal())
    throw usageFailure('an archive is not for a terminal; send it to a file or a program: > FILE');
  const handle = file === undefined ? undefined : await openFile(file, 'w');
  const target = compressed(compression, handle ? (bytes) => writeAll(handle, bytes, file!) : writeOut);
  try {
    const seen = await createArchive(sources, {
      filter: {exclude, include},
      attributes,
      output: (bytes) => target.write(bytes),
      problem: (found, path) => reporter.problem(found, path),
      progress: (state) => progress.update(state),
      signal,
    });
    await target.end();
    return seen;
  } catch (error) {
    if (handle && (await handle.stat()).isFile()) rmSync(file!, {force: true});
    throw error;
  } finally {
    await handle?.close();
  }
}

async function openFile(path: string, flags: 'r' | 'w'): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    throw failure(error, path);
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, name: string): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
  } catch (error) {
    throw failure(error, name);
  }
}

/** Of "cp -r - DIRECTORY": a directory that is there, or a new one in one that is. */
export async function archiveFromInput(
  session: Session,
  to: Located,
  copy: CopyOptions,
  work: Work,
): Promise<CopyProgress> {
  const found = await to.side.look(to, true);
  if (found && found.kind !== 'directory')
    throw new Failure(`${to.word} is not a directory, and an archive is unpacked into one`, EXIT.usage, 'ENOTDIR');
  if (!found) {
    const above = to.side.parent(to);
    if ((await to.side.look(above, true))?.kind !== 'directory')
      throw new Failure(`cannot make ${to.word}: there is no directory ${above.word}`, EXIT.notFound, 'ENOENT');
  }
  const volume = await session.volume(to.target!, {write: true});
  if (!found) await volume.mkdir(to.path);
  return unpack(session, to, {sparse: false}, {...copy, recursive: true}, work);
}

/** Without a file it comes from standard input. */
export async function unpack(
  session: Session,
  to: Located,
  {file, sparse}: GivenArchive,
  copy: CopyOptions,
  {reporter, progress, signal}: Work,
): Promise<CopyProgress> {
  const name = printable(file ?? 'standard input');
  const handle = file === undefined ? undefined : await openFile(file, 'r');
  try {
    if ((await handle?.stat())?.isDirectory())
      throw new Failure(`${name} is a directory, not an archive`, EXIT.usage, 'EISDIR');
    const volume = await session.volume(to.target!, {write: true});
    const {result, failed} = await extractArchive(readInput(signal, handle?.fd), volume, to.path, {
      copy,
      sparse,
      name,
      problem: (found, at) => reporter.problem(found, at),
      note: (message) => reporter.note(message),
      progress: (state) => progress.update(state),
      signal,
    });
    const address = (entry: Buffer) => `${name}: ${entry.toString()}`;
    const around = {address, toHost: false, full: await freeSpace(volume, to.target!.image), manifest: false};
    for (const problem of result.problems) reporter.problem(copyFailure(problem, around), problem.path);
    for (const loss of result.lost) reporter.loss(lossFailure(loss, around), loss);
    if (failed instanceof Failure) reporter.problem(failed);
    else if (failed) throw failed;
    if (result.stopped) throwIfAborted(signal);
    return countsOf(result);
  } finally {
    await handle?.close();
  }
}
