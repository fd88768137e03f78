/* SPDX-License-Identifier: GPL-2.0-only */
/* vmalloc maps single pages only: no huge mappings to speak of. */
