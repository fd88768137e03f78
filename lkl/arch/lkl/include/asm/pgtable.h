/* SPDX-License-Identifier: GPL-2.0-only */
/* Page tables as plain data: they describe vmalloc only, and the host maps what they say (mm/alias.c). */
#ifndef _ASM_LKL_PGTABLE_H
#define _ASM_LKL_PGTABLE_H

#include <asm-generic/pgtable-nop4d.h>
#include <asm/page.h>

#define PGDIR_SHIFT	39
#define PUD_SHIFT	30
#define PMD_SHIFT	21
#define PGDIR_SIZE	(1UL << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))
#define PUD_SIZE	(1UL << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PTRS_PER_PGD	512
#define PTRS_PER_PUD	512
#define PTRS_PER_PMD	512
#define PTRS_PER_PTE	512

extern unsigned long lkl_vmalloc_start, lkl_vmalloc_end;
#define VMALLOC_START	lkl_vmalloc_start
#define VMALLOC_END	lkl_vmalloc_end

#define ARCH_PAGE_TABLE_SYNC_MASK	PGTBL_PTE_MODIFIED

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern unsigned long empty_zero_page[];
#define ZERO_PAGE(vaddr)	virt_to_page(empty_zero_page)

#define _PAGE_PRESENT	(1UL << 0)
#define _PAGE_WRITE	(1UL << 1)
#define _PAGE_ACCESSED	(1UL << 2)
#define _PAGE_DIRTY	(1UL << 3)
#define _PAGE_SWP_EXCLUSIVE	(1UL << 4)

/* One protection for all: the host maps aliases readable and writable, and nobody else looks. */
#define PAGE_KERNEL	__pgprot(_PAGE_PRESENT | _PAGE_WRITE | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_NONE	PAGE_KERNEL
#define PAGE_READONLY	PAGE_KERNEL
#define PAGE_COPY	PAGE_KERNEL
#define PAGE_SHARED	PAGE_KERNEL

#define pgd_ERROR(e)	pr_err("bad pgd %016lx\n", pgd_val(e))
#define pud_ERROR(e)	pr_err("bad pud %016lx\n", pud_val(e))
#define pmd_ERROR(e)	pr_err("bad pmd %016lx\n", pmd_val(e))
#define pte_ERROR(e)	pr_err("bad pte %016lx\n", pte_val(e))

/* The same six questions at each level that points to a table below it. */
#define LKL_TABLE_LEVEL(level, val, make)						\
static inline int level##_none(level##_t e)	{ return !val(e); }			\
static inline int level##_present(level##_t e)	{ return val(e) & _PAGE_PRESENT; }	\
static inline int level##_bad(level##_t e)	{ return !level##_present(e); }		\
static inline int level##_leaf(level##_t e)	{ return 0; }				\
static inline void set_##level(level##_t *p, level##_t e)	{ *p = e; }		\
static inline void level##_clear(level##_t *p)	{ *p = make(0); }

LKL_TABLE_LEVEL(p4d, p4d_val, __p4d)
LKL_TABLE_LEVEL(pud, pud_val, __pud)
LKL_TABLE_LEVEL(pmd, pmd_val, __pmd)
#undef LKL_TABLE_LEVEL
#define p4d_leaf p4d_leaf
#define pud_leaf pud_leaf
#define pmd_leaf pmd_leaf

#define LKL_TABLE(entry)	((unsigned long)__va((entry) & PAGE_MASK))
#define p4d_pgtable(p4d)	((pud_t *)LKL_TABLE(p4d_val(p4d)))
#define p4d_page(p4d)		pfn_to_page(p4d_val(p4d) >> PAGE_SHIFT)
#define pud_pgtable(pud)	((pmd_t *)LKL_TABLE(pud_val(pud)))
#define pud_page(pud)		pfn_to_page(pud_val(pud) >> PAGE_SHIFT)
#define pmd_page_vaddr(pmd)	LKL_TABLE(pmd_val(pmd))
#define pmd_page(pmd)		pfn_to_page(pmd_val(pmd) >> PAGE_SHIFT)
#define pmd_pfn(pmd)		(pmd_val(pmd) >> PAGE_SHIFT)
#define pud_pfn(pud)		(pud_val(pud) >> PAGE_SHIFT)

#define PFN_PTE_SHIFT	PAGE_SHIFT
#define pte_pfn(pte)	(pte_val(pte) >> PAGE_SHIFT)
#define pte_page(pte)	pfn_to_page(pte_pfn(pte))
#define pfn_pte(pfn, prot)	__pte(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(prot))
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), prot)

static inline void set_pte(pte_t *p, pte_t e)	{ *p = e; }
#define pte_clear(mm, addr, p)	set_pte(p, __pte(0))
static inline int pte_none(pte_t e)	{ return !pte_val(e); }
static inline int pte_present(pte_t e)	{ return pte_val(e) & _PAGE_PRESENT; }
static inline int pte_write(pte_t e)	{ return !!(pte_val(e) & _PAGE_WRITE); }
static inline int pte_dirty(pte_t e)	{ return !!(pte_val(e) & _PAGE_DIRTY); }
static inline int pte_young(pte_t e)	{ return !!(pte_val(e) & _PAGE_ACCESSED); }

static inline pte_t pte_wrprotect(pte_t e)	{ return __pte(pte_val(e) & ~_PAGE_WRITE); }
static inline pte_t pte_mkwrite_novma(pte_t e)	{ return __pte(pte_val(e) | _PAGE_WRITE); }
static inline pte_t pte_mkclean(pte_t e)	{ return __pte(pte_val(e) & ~_PAGE_DIRTY); }
static inline pte_t pte_mkdirty(pte_t e)	{ return __pte(pte_val(e) | _PAGE_DIRTY); }
static inline pte_t pte_mkold(pte_t e)		{ return __pte(pte_val(e) & ~_PAGE_ACCESSED); }
static inline pte_t pte_mkyoung(pte_t e)	{ return __pte(pte_val(e) | _PAGE_ACCESSED); }
static inline pte_t pte_modify(pte_t e, pgprot_t prot)
{
	return __pte((pte_val(e) & PAGE_MASK) | pgprot_val(prot));
}

/* Swap entries: never made (no swap), but generic code speaks of them. */
#define __swp_type(e)		(((e).val >> 5) & 0x1f)
#define __swp_offset(e)		((e).val >> 12)
#define __swp_entry(type, off)	((swp_entry_t) { (((type) & 0x1f) << 5) | ((off) << 12) })
#define __pte_to_swp_entry(pte)	((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(e)	((pte_t) { (e).val })
static inline int pte_swp_exclusive(pte_t e)	{ return !!(pte_val(e) & _PAGE_SWP_EXCLUSIVE); }
static inline pte_t pte_swp_mkexclusive(pte_t e)	{ return __pte(pte_val(e) | _PAGE_SWP_EXCLUSIVE); }
static inline pte_t pte_swp_clear_exclusive(pte_t e)	{ return __pte(pte_val(e) & ~_PAGE_SWP_EXCLUSIVE); }

#define update_mmu_cache_range(vmf, vma, address, ptep, nr)	do { } while (0)
#define update_mmu_cache(vma, address, ptep)			do { } while (0)

#endif
