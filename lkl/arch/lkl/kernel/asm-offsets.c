// SPDX-License-Identifier: GPL-2.0-only
// Structure offsets for assembly: it needs none, but the build asks for the file.
