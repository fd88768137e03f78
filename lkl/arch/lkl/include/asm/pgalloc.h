/* SPDX-License-Identifier: GPL-2.0-only */
/* Page table pages come from the page allocator, as asm-generic does it. */
#ifndef _ASM_LKL_PGALLOC_H
#define _ASM_LKL_PGALLOC_H

#include <linux/mm.h>
#include <asm-generic/pgalloc.h>

#define LKL_TABLE_ENTRY(table)	(__pa(table) | _PAGE_PRESENT)

static inline void p4d_populate(struct mm_struct *mm, p4d_t *p4d, pud_t *pud)
{
	set_p4d(p4d, __p4d(LKL_TABLE_ENTRY(pud)));
}

static inline void pud_populate(struct mm_struct *mm, pud_t *pud, pmd_t *pmd)
{
	set_pud(pud, __pud(LKL_TABLE_ENTRY(pmd)));
}

static inline void pmd_populate_kernel(struct mm_struct *mm, pmd_t *pmd, pte_t *pte)
{
	set_pmd(pmd, __pmd(LKL_TABLE_ENTRY(pte)));
}

static inline void pmd_populate(struct mm_struct *mm, pmd_t *pmd, pgtable_t pte)
{
	set_pmd(pmd, __pmd(page_to_phys(pte) | _PAGE_PRESENT));
}

pgd_t *pgd_alloc(struct mm_struct *mm);

#define __pte_free_tlb(tlb, pte, address)	tlb_remove_page_ptdesc(tlb, page_ptdesc(pte))
#define __pmd_free_tlb(tlb, pmd, address)	tlb_remove_page_ptdesc(tlb, virt_to_ptdesc(pmd))
#define __pud_free_tlb(tlb, pud, address)	tlb_remove_page_ptdesc(tlb, virt_to_ptdesc(pud))

#endif
