// SPDX-License-Identifier: GPL-2.0-only
import {freshImage, freshTarget} from '../tools/copies.mjs';

export const title = 'peak memory of the copies, by how much is copied';
export const unit = 'MiB';
export const rounds = 3;
export const note = 'Resident set as wait4 reports it, the kernel\'s RAM included; the larger of both directions.';

/** What is copied, by name. */
const SUBJECTS = {
  '64 MiB': (images) => [images.file(64), '/big'],
  '1 GiB': (images) => [images.file(1024), '/big'],
  '1,000 files': (images) => [images.tree(1000), '/tree'],
  '20,000 files': (images) => [images.tree(20_000), '/tree'],
  '80,000 files': (images) => [images.tree(80_000), '/tree'],
};
export const contenders = Object.keys(SUBJECTS).map((variant) => `kdisk:${variant}`);

export function run(peer, images, variant) {
  const [subject, path] = SUBJECTS[variant](images);
  const out = peer.copyOut(subject.image, path, freshTarget(images, 'copy'));
  const into = peer.copyIn(subject.path, freshImage(images, subject), path);
  return Math.max(out.rssMiB, into.rssMiB);
}
export const targets = [
  {of: 'kdisk:1 GiB', over: 'kdisk:64 MiB', plus: 16},
  // A thousand files do not fill the RAM of the kernel, 20,000 do.
  {of: 'kdisk:80,000 files', over: 'kdisk:20,000 files', plus: 16},
];
