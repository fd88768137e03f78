// SPDX-License-Identifier: GPL-2.0-only
// RAM: one block that the host gives, the kernel image at its start.
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <asm/lkl.h>
#include <asm/pgalloc.h>
#include <asm/sections.h>

void lkl_memory_init(void);

unsigned long lkl_vmalloc_start, lkl_vmalloc_end;
pgd_t swapper_pg_dir[PTRS_PER_PGD] __page_aligned_bss;
unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)] __page_aligned_bss;

void __init lkl_memory_init(void)
{
	unsigned long zones[MAX_NR_ZONES] = { 0 };

	lkl_vmalloc_start = (unsigned long)lkl_boot->vmalloc;
	lkl_vmalloc_end = lkl_vmalloc_start + lkl_boot->vmalloc_size;
	setup_initial_init_mm(_stext, _etext, _edata, _end);
	/* What the boot allocates lies together, right after the image: fewer host pages are touched. */
	memblock_set_bottom_up(true);

	memblock_add(PHYS_OFFSET, lkl_boot->ram_size);
	memblock_reserve(PHYS_OFFSET, lkl_boot->image_size);
	min_low_pfn = PFN_DOWN(PHYS_OFFSET);
	max_low_pfn = PFN_DOWN(PHYS_OFFSET + lkl_boot->ram_size);
	max_pfn = max_low_pfn;
	high_memory = __va(PFN_PHYS(max_low_pfn));
	zones[ZONE_NORMAL] = max_low_pfn;
	free_area_init(zones);
}

void __init mem_init(void)
{
	set_max_mapnr(max_low_pfn - ARCH_PFN_OFFSET);
	memblock_free_all();
}

/* Only a user program would need page tables of its own. */
pgd_t *pgd_alloc(struct mm_struct *mm)
{
	return NULL;
}

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	return PAGE_KERNEL;
}
