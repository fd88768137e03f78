/* SPDX-License-Identifier: GPL-2.0-only */
/* Two loadable segments from address 0: code, and all that may be written or relocated. */
#include <asm/page.h>
#include <asm/cache.h>
#include <asm/thread_info.h>

#define RO_EXCEPTION_TABLE_ALIGN 16
#include <asm-generic/vmlinux.lds.h>

ENTRY(lkl_entry)

PHDRS
{
	text PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
	dynamic PT_DYNAMIC FLAGS(6);
}

jiffies = jiffies_64;

SECTIONS
{
	. = 0;
	/* Starts the file at address 0, so that the loader can map it whole. */
	.head : { LONG(0x6b646b6c) } :text
	. = ALIGN(PAGE_SIZE);
	.text : {
		_stext = .;
		_text = .;
		HEAD_TEXT
		TEXT_TEXT
		IRQENTRY_TEXT
		SOFTIRQENTRY_TEXT
		SCHED_TEXT
		LOCK_TEXT
		KPROBES_TEXT
		_etext = .;
	} :text
	__init_begin = .;
	INIT_TEXT_SECTION(PAGE_SIZE)
	.exit.text : { EXIT_TEXT }
	. = ALIGN(0x10000);

	_sdata = .;
	.dynamic : { *(.dynamic) } :data :dynamic
	.dynsym : { *(.dynsym) } :data
	.dynstr : { *(.dynstr) }
	.hash : { *(.hash) }
	.rela.dyn : { *(.rela*) }
	.got : { *(.got) *(.got.plt) }
	INIT_DATA_SECTION(16)
	.exit.data : { EXIT_DATA }
	PERCPU_SECTION(L1_CACHE_BYTES)
	. = ALIGN(PAGE_SIZE);
	__init_end = .;
	RO_DATA(PAGE_SIZE)
	RW_DATA(L1_CACHE_BYTES, PAGE_SIZE, THREAD_SIZE)
	_edata = .;

	BSS_SECTION(0, PAGE_SIZE, 4)
	_end = .;

	DWARF_DEBUG
	ELF_DETAILS
	DISCARDS
}
