// SPDX-License-Identifier: GPL-2.0-only
// vmalloc without an MMU of ours: whatever the page tables now say, the host maps, in runs of adjacent frames.
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <asm/lkl.h>

/* Page frame that is mapped at a kernel address; 0 (never RAM, see PHYS_OFFSET) where none is. */
static unsigned long mapped_pfn(unsigned long address)
{
	pgd_t *pgd = pgd_offset_k(address);
	p4d_t *p4d = p4d_offset(pgd, address);
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	if (p4d_none(*p4d))
		return 0;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return 0;
	pmd = pmd_offset(pud, address);
	if (pmd_none(*pmd))
		return 0;
	pte = pte_offset_kernel(pmd, address);
	return pte_present(*pte) ? pte_pfn(*pte) : 0;
}

static void show_run(unsigned long start, unsigned long end, unsigned long pfn)
{
	s32 error;

	if (pfn)
		error = LKL_HOST4(alias, start, PFN_PHYS(pfn) - PHYS_OFFSET, end - start);
	else
		error = LKL_HOST3(unalias, start, end - start);
	/* The caller believes the mapping is there: going on would touch memory that is not. */
	if (error)
		panic("the host can't map %lu bytes of kernel memory: error %d", end - start, error);
}

void arch_sync_kernel_mappings(unsigned long start, unsigned long end)
{
	unsigned long address, run = start & PAGE_MASK, first = mapped_pfn(run);

	for (address = run + PAGE_SIZE; address < end; address += PAGE_SIZE) {
		unsigned long pfn = mapped_pfn(address);

		if (pfn == (first ? first + ((address - run) >> PAGE_SHIFT) : 0))
			continue;
		show_run(run, address, first);
		run = address;
		first = pfn;
	}
	show_run(run, PAGE_ALIGN(end), first);
}
