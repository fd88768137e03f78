// SPDX-License-Identifier: GPL-2.0-only
// libguestfs: the same drivers in a virtual machine.
import {has, measure, versionOf} from '../tools/measure.mjs';

export const name = 'guestfish';
export const prepare = () => (has('guestfish') ? {version: versionOf('guestfish', ['--version'])} : {missing: 'not installed (libguestfs-tools)'});
export const list = (image) => measure(['guestfish', '--ro', '-a', image, '-m', '/dev/sda', 'ls', '/']);
