// SPDX-License-Identifier: GPL-2.0-only
// cp from one place of the host to another: no image at all.
import {measure, versionOf} from '../tools/measure.mjs';

export const name = 'host cp';
export const prepare = () => ({version: versionOf('cp', ['--version'])});
export const copy = (source, target) => measure(['cp', '-r', source, target]);
